// The lock of a profile (ux.md §4.8): set, locked, opened, over tabs and reloads, and what a locked page still holds.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  expectSent,
  message,
  openConversation,
  openSettings,
  ownAccountId,
  say,
  startConversation
} from './people.ts';
import {
  goToChats,
  lockNow,
  openLockSettings,
  PASSPHRASE,
  setPassphrase,
  TRIED,
  unlock
} from './lock-steps.ts';

const isLocked = (page: Page) =>
  expect(page.getByRole('textbox', { name: 'Passphrase', exact: true })).toBeVisible();

test.describe('a profile with a passphrase', { tag: '@once' }, () => {
  test('is closed by the keys, shows nothing of itself, and opens where it was', async ({ page }) => {
    await createAccount(page, 'Ana Canary');
    const anaId = await ownAccountId(page);
    await startConversation(page, anaId);
    await say(page, 'a note behind the lock');
    await expectSent(page, 'a note behind the lock');
    const chat = page.url();
    await setPassphrase(page);
    await goToChats(page);
    await openConversation(page, 'Note to Self');
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
    await expect(page.getByText('That did not open it.')).toBeVisible(TRIED);
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
    for (const tab of tabs.slice(1)) {
      await tab.goto('/chats');
      await expect(tab.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    }
    await lockNow(tabs[1] as Page);
    for (const tab of tabs) await isLocked(tab);
    // The others open with the one that is opened.
    await unlock(tabs[2] as Page);
    for (const tab of tabs) await expect(tab.getByRole('link', { name: 'Settings' })).toBeVisible();
  });

  test('makes who guesses wait, also after a reload @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await lockNow(page);
    const field = page.getByRole('textbox', { name: 'Passphrase', exact: true });
    for (let count = 0; count < 3; count++) {
      await field.fill(`wrong words ${count}`);
      await page.getByRole('button', { name: 'Unlock' }).click();
      await expect(page.getByText('That did not open it.')).toBeVisible(TRIED);
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
    await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible(TRIED);
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
    await expect(dialog.getByText('That did not open it.')).toBeVisible(TRIED);
    await dialog.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await dialog.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(page.getByLabel('Your Recovery Password', { exact: true })).toHaveText(/[a-z]/, TRIED);

    await openLockSettings(page);
    await page.getByRole('button', { name: 'Remove passphrase' }).click();
    const removal = page.getByRole('dialog', { name: 'Remove the passphrase?' });
    await expect(removal.getByText('It is the last one.')).toBeVisible();
    await removal.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await removal.getByRole('button', { name: 'Remove passphrase' }).click();
    await expect(removal).toBeHidden(TRIED);
    await expect(page.getByText('Anyone at this browser')).toBeVisible();
    await page.keyboard.press('Control+Shift+L');
    await expect(page.getByText('This profile has no lock yet.')).toBeVisible();
    // Loaded anew, it opens by itself.
    await page.reload();
    await expect(page.getByText('Anyone at this browser')).toBeVisible();
  });
});

test.describe('a profile nobody uses', { tag: ['@full', '@once'] }, () => {
  test('is locked after a minute, in every tab', async ({ page, context }) => {
    test.setTimeout(180_000);
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await page.getByRole('radio', { name: '1 minute', exact: true }).check();
    const other = await context.newPage();
    await other.goto('/chats');
    await expect(other.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    for (const tab of [page, other]) {
      await expect(tab.getByRole('textbox', { name: 'Passphrase', exact: true })).toBeVisible({
        timeout: 90_000
      });
    }
  });

  test('is locked once it is on no screen, if that is wanted', async ({ page }) => {
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await page.getByRole('switch', { name: 'When no tab of it is on screen' }).check();
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await isLocked(page);
  });

  test('is blurred while somebody looks elsewhere, if that is wanted', async ({ page }) => {
    await createAccount(page, 'Ana');
    await openLockSettings(page);
    const blurOf = () => page.locator('.app-root').evaluate((root) => getComputedStyle(root).filter);
    const leave = () => page.evaluate(() => window.dispatchEvent(new Event('blur')));
    await page.evaluate(() =>
      Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true })
    );
    await leave();
    expect(await blurOf()).toBe('none');
    await page.getByRole('switch', { name: 'Blur when you look elsewhere' }).check();
    await leave();
    expect(await blurOf()).toContain('blur');
    await page.evaluate(() => {
      Object.defineProperty(document, 'hasFocus', { value: () => true });
      window.dispatchEvent(new Event('focus'));
    });
    expect(await blurOf()).toBe('none');
  });
});

test.describe('beside a locked profile', { tag: ['@full', '@once'] }, () => {
  test('another one opens, and the locked one can be taken away unopened', async ({ page }) => {
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await page.goto('/settings/profiles');
    await unlock(page);
    await page.getByRole('textbox', { name: 'Display name' }).fill('Ben');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByText('Welcome, Ben')).toBeVisible();
    // From Ben, Ana is a locked profile without a name.
    await page.goto('/settings/profiles');
    await page.getByRole('button', { name: 'Switch to Locked profile' }).click();
    await isLocked(page);
    await page.getByRole('button', { name: 'Other ways' }).click();
    await page.getByRole('button', { name: 'Open Ben' }).click();
    await expect(page.getByText('Welcome, Ben')).toBeVisible();
    await page.goto('/settings/profiles');
    await page.getByRole('button', { name: 'Switch to Locked profile' }).click();
    await isLocked(page);
    await page.getByRole('button', { name: 'Other ways' }).click();
    await page.getByRole('button', { name: 'Take this profile away' }).click();
    await page.getByRole('button', { name: 'Take this profile away' }).click();
    await expect(page.getByText('Welcome, Ben')).toBeVisible();
    await page.goto('/settings/profiles');
    await expect(
      page.getByRole('list', { name: 'Profiles in this browser' }).getByRole('listitem')
    ).toHaveCount(1);
  });

  test('the wipe code looks like a wrong entry, and leaves nothing that opens', async ({ page }) => {
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await page.getByRole('button', { name: 'Set a wipe code' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set a wipe code' });
    await dialog.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await dialog.getByRole('textbox', { name: 'Wipe code' }).fill(PASSPHRASE);
    await dialog.getByRole('button', { name: 'Set wipe code' }).click();
    await expect(dialog.getByText('The passphrase and the wipe code must differ.')).toBeVisible({
      timeout: 20_000
    });
    await dialog.getByRole('textbox', { name: 'Wipe code' }).fill('let it all burn');
    await dialog.getByRole('button', { name: 'Set wipe code' }).click();
    await expect(page.getByText('The wipe code is set.')).toBeVisible(TRIED);
    await lockNow(page);
    const field = page.getByRole('textbox', { name: 'Passphrase', exact: true });
    for (const entry of ['let it all burn', PASSPHRASE]) {
      await field.fill(entry);
      await page.getByRole('button', { name: 'Unlock' }).click();
      await expect(page.getByText('That did not open it.')).toBeVisible(TRIED);
      await expect(field).toHaveValue('');
    }
    await page.reload();
    await isLocked(page);
    const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    await expect.poll(databases).toEqual(['onionskin']);
  });
});
