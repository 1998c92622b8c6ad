// The lock and all that is asked about it; at the end of a tour, since loading a page anew locks it from then on.
import { expect, type Page } from '@playwright/test';
import { PASSPHRASE, setPassphrase, unlock } from './lock-steps.ts';
import type { Look } from './look.ts';

/** Needs a second profile in the browser for all there is to see; takes the lock away again. */
export async function tourLock(page: Page, look: Look): Promise<void> {
  const dialog = page.getByRole('dialog');
  const lockPage = async () => {
    await page.goto('/settings/privacy/lock');
    await unlock(page);
    await expect(page.getByRole('button', { name: 'Change passphrase' })).toBeVisible();
  };
  await page.goto('/settings/privacy/lock');
  await page.getByRole('button', { name: 'Set a passphrase' }).click();
  await dialog.getByRole('textbox', { name: 'New passphrase' }).fill('owls');
  await look('dialog that sets a passphrase');
  await page.keyboard.press('Escape');
  await setPassphrase(page);
  await look('lock with a passphrase');
  for (const [button, name] of [
    ['Remove passphrase', 'dialog that removes the last lock'],
    ['Set a wipe code', 'dialog of the wipe code']
  ] as const) {
    await page.getByRole('button', { name: button }).click();
    await expect(dialog).toBeVisible();
    await look(name);
    await page.keyboard.press('Escape');
  }
  await page.goto('/settings/recovery-password');
  const entry = page.getByRole('textbox', { name: 'Passphrase', exact: true });
  await expect(entry).toBeVisible();
  await look('locked');
  await entry.fill('not the right words');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('That did not open it.')).toBeVisible({ timeout: 20_000 });
  await look('locked after a wrong entry');
  await page.getByRole('button', { name: 'Other ways' }).click();
  await expect(dialog).toBeVisible();
  await look('other ways at the lock');
  await dialog.getByRole('button', { name: 'Take this profile away' }).click();
  await look('dialog that takes a locked profile away');
  await page.keyboard.press('Escape');
  await unlock(page);
  await page.getByRole('button', { name: 'Show the words' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Current passphrase' })).toBeVisible();
  await look('dialog that asks who wants the words');
  await lockPage();
  await page.getByRole('button', { name: 'Remove passphrase' }).click();
  await dialog.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
  await dialog.getByRole('button', { name: 'Remove passphrase' }).click();
  await expect(page.getByRole('button', { name: 'Set a passphrase' })).toBeVisible({ timeout: 20_000 });
}
