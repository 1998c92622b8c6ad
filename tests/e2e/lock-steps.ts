// What people do about the lock of their profile. By links alone: loading the only tab anew locks it.
import { expect, type Page } from '@playwright/test';
import { exposure } from '../../src/lib/text/en/exposure.ts';
import { openSettings } from './people.ts';

export const PASSPHRASE = 'four brown owls asleep';
/** Trying an entry is costly on purpose; on a machine with other work it takes as much longer. */
export const TRIED = { timeout: 30_000 };

/** Goes to the page that is for the lock. */
export async function openLockSettings(page: Page): Promise<void> {
  await openSettings(page, 'Privacy');
  await page.getByRole('main').getByRole('link', { name: /^Lock/ }).click();
  await expect(page.getByRole('heading', { name: 'Lock', exact: true })).toBeVisible();
}

/** Goes to the list of chats, without loading anything anew. */
export async function goToChats(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Chats' }).first().click();
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
}

/** Sets a passphrase on the page that is for it, and stays there. */
export async function setPassphrase(page: Page, passphrase = PASSPHRASE): Promise<void> {
  if (!page.url().endsWith('/privacy/lock')) await openLockSettings(page);
  await page.getByRole('button', { name: 'Set a passphrase' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set a passphrase' });
  await expect(dialog.getByRole('list', { name: exposure.table })).toContainText(exposure.parties.device);
  await dialog.getByRole('textbox', { name: 'New passphrase' }).fill(passphrase);
  await dialog.getByRole('button', { name: 'Set passphrase' }).click();
  await expect(page.getByRole('button', { name: 'Change passphrase' })).toBeVisible(TRIED);
}

/** Locks from the page that is for it, and waits for the lock. */
export async function lockNow(page: Page): Promise<void> {
  if (!page.url().endsWith('/privacy/lock')) await openLockSettings(page);
  await page.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('heading', { name: 'Locked' })).toBeAttached();
  await expect(page.getByRole('button', { name: /Unlock|Use passkey/ }).first()).toBeVisible();
}

export async function unlock(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill(passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeHidden(TRIED);
}
