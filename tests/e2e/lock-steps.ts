// What people do about the lock of their profile.
import { expect, type Page } from '@playwright/test';

export const PASSPHRASE = 'four brown owls asleep';

/** Sets a passphrase on the page that is for it, and stays there. */
export async function setPassphrase(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.goto('/settings/privacy/lock');
  await page.getByRole('button', { name: 'Set a passphrase' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set a passphrase' });
  await dialog.getByRole('textbox', { name: 'New passphrase' }).fill(passphrase);
  await dialog.getByRole('button', { name: 'Set passphrase' }).click();
  await expect(page.getByRole('button', { name: 'Change passphrase' })).toBeVisible({ timeout: 20_000 });
}

/** Locks from the page that is for it, and waits for the lock. */
export async function lockNow(page: Page): Promise<void> {
  await page.goto('/settings/privacy/lock');
  await page.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('heading', { name: 'Locked' })).toBeAttached();
  await expect(page.getByRole('button', { name: /Unlock|Use passkey/ }).first()).toBeVisible();
}

export async function unlock(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill(passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeHidden({ timeout: 20_000 });
}
