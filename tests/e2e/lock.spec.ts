// The lock of a profile (ux.md §4.8): set, locked, opened, over tabs and reloads, and what a locked page still holds.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  expectSent,
  message,
  openSettings,
  ownAccountId,
  say,
  startConversation
} from './people.ts';
import { lockNow, PASSPHRASE, setPassphrase, unlock } from './lock-steps.ts';

const isLocked = (page: Page) =>
  expect(page.getByRole('textbox', { name: 'Passphrase', exact: true })).toBeVisible();

test.describe('a profile with a passphrase', () => {
  test('is closed by the keys, shows nothing of itself, and opens where it was', async ({ page }) => {
    await createAccount(page, 'Ana Canary');
    const anaId = await ownAccountId(page);
    await startConversation(page, anaId);
    await say(page, 'a note behind the lock');
    await expectSent(page, 'a note behind the lock');
    const chat = page.url();
    await setPassphrase(page);
    await page.goto(chat);
    const composer = page.getByRole('textbox', { name: 'Message', exact: true });
    await composer.fill('a draft typed at the last moment');
    await page.keyboard.press('Control+Shift+L');
    await isLocked(page);
    expect(page.url()).toBe(chat);
    await expect(page).toHaveTitle('Onionskin');
    const html = await page.content();
    for (const word of ['Ana Canary', 'a note behind the lock', 'a draft', anaId]) {
      expect(html).not.toContain(word);
    }
    expect(await page.locator('link[rel="icon"]').first().getAttribute('href')).toContain('plain.svg');

    await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('not the right words');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(page.getByText('That did not open it.')).toBeVisible();
    await page.reload();
    await isLocked(page);
    await unlock(page);
    await expect(message(page, 'a note behind the lock')).toBeVisible();
    await expect(composer).toHaveValue('a draft typed at the last moment');
    expect(await page.locator('link[rel="icon"]').first().getAttribute('href')).toContain('favicon');
  });

  test('opens in a second tab without asking, and is locked in all three from one @full', async ({
    page,
    context
  }) => {
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    const tabs = [page, await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto('/chats');
      await expect(tab.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    }
    await lockNow(tabs[1] as Page);
    for (const tab of tabs) await isLocked(tab);
    // The others open with the one that is opened.
    await unlock(tabs[2] as Page);
    for (const tab of tabs)
      await expect(tab.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
  });

  test('makes who guesses wait, also after a reload @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await lockNow(page);
    const field = page.getByRole('textbox', { name: 'Passphrase', exact: true });
    for (let count = 0; count < 3; count++) {
      await field.fill(`wrong words ${count}`);
      await page.getByRole('button', { name: 'Unlock' }).click();
      await expect(page.getByText('That did not open it.')).toBeVisible();
      await expect(field).toHaveValue('');
    }
    await expect(page.getByText(/Wait \d seconds?, then try again/)).toBeVisible();
    await page.reload();
    await expect(page.getByText(/It was not tried. Wait \d seconds?/)).toBeVisible();
    // Pressed too early, nothing happens; in time it opens.
    await field.fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(field).toBeVisible();
    await expect(page.getByText(/Wait \d/)).toBeHidden({ timeout: 15_000 });
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
  });

  test('keeps its recovery words behind the lock, and is open to all once the lock is gone @full', async ({
    page
  }) => {
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await openSettings(page, 'Recovery Password');
    await page.getByRole('button', { name: /show/i }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByRole('textbox', { name: 'Current passphrase' }).fill('not the right words');
    await dialog.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(dialog.getByText('That did not open it.')).toBeVisible();
    await dialog.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await dialog.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(page.getByLabel('Your Recovery Password', { exact: true })).toHaveText(/[a-z]/);

    await page.goto('/settings/privacy/lock');
    await page.getByRole('button', { name: 'Remove passphrase' }).click();
    const removal = page.getByRole('dialog', { name: 'Remove the passphrase?' });
    await expect(removal.getByText('It is the last one.')).toBeVisible();
    await removal.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await removal.getByRole('button', { name: 'Remove passphrase' }).click();
    await expect(page.getByText('Anyone at this browser')).toBeVisible();
    await page.keyboard.press('Control+Shift+L');
    await expect(page.getByText('This profile has no lock yet.')).toBeVisible();
    await page.reload();
    await expect(page.getByText('Anyone at this browser')).toBeVisible();
  });
});
