// Little room, none, and nothing left: the person is told, loses nothing, and has a way on (ux.md §5, "Storage nearly full").
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  expectSent,
  finishRestore,
  goHome,
  message,
  openConversation,
  openSettings,
  ownAccountId,
  recoveryWords,
  restoreAccount,
  say,
  startConversation
} from './people.ts';
import { openWithLimits, setFull, setShare } from './small-room.ts';

/** A full browser is asked again every 15 seconds. */
const RECOVERS = { timeout: 40_000 };

test.use({ serviceWorkers: 'block' });

const room = (page: Page) => page.getByRole('alert').filter({ hasText: 'No room left in this browser' });

test('with no room left the text stays, everything can be read, and it goes on by itself @full', async ({
  page
}) => {
  await openWithLimits(page.context());
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'while there is room');
  await expectSent(page, 'while there is room');

  await setFull(page, true);
  await say(page, 'kept in its field');
  await expect(page.getByText('There is no room left in this browser')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toHaveValue('kept in its field');
  await expect(message(page, 'kept in its field')).toHaveCount(0);
  await expect(message(page, 'while there is room')).toBeVisible();

  await setFull(page, false);
  // Pressed until it is taken: nothing else has to happen first.
  await expect(async () => {
    await page.getByRole('button', { name: 'Send message' }).click();
    await expect(message(page, 'kept in its field')).toHaveCount(1, { timeout: 2_000 });
  }).toPass(RECOVERS);
  await expectSent(page, 'kept in its field');
});

test('a full browser says so over the list, with where to free some and to save a backup @full', async ({
  page
}) => {
  await openWithLimits(page.context());
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'hello');
  await expectSent(page, 'hello');
  await goHome(page);
  await setFull(page, true);
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first();
  await row.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await expect(room(page)).toBeVisible();
  await expect(room(page).getByRole('link', { name: 'Save a backup' })).toBeVisible();
  await setFull(page, false);
  await expect(room(page)).toHaveCount(0, RECOVERS);
  await openConversation(page, 'Note to Self');
  await expect(message(page, 'hello')).toBeVisible();
});

test('nearly full is told in the list and in Storage @full', async ({ page }) => {
  await openWithLimits(page.context());
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'hello');
  await expectSent(page, 'hello');
  await goHome(page);
  await openSettings(page, 'Storage');
  await expect(page.getByText('Nearly full')).toHaveCount(0);
  await setShare(page, 0.93);
  await goHome(page);
  await expect(page.getByText(/Storage is 9\d% full\./)).toBeVisible();
  await page.getByRole('link', { name: 'Free some' }).click();
  await expect(page.getByText('Nearly full')).toBeVisible();
});

test('what the browser removed is told at the start, and the words bring the account back @full', async ({
  page,
  baseURL
}) => {
  const origin = baseURL as string;
  const cdp = await page.context().newCDPSession(page);
  await createAccount(page, 'Ana');
  const accountId = await ownAccountId(page);
  const words = await recoveryWords(page);
  await page.goto('about:blank');
  await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb,file_systems' });
  // The engine answers long before the screen that tells of it is there. It is the first layout below the root.
  const screen = /\/_app\/immutable\/nodes\/2\..*\.js$/;
  let held = 0;
  await page.route(screen, async (route) => {
    held++;
    await page.waitForFunction(() => {
      const { onionskinEngine: early } = window as { onionskinEngine?: { said: readonly unknown[] } };
      return (early?.said.length ?? 0) > 0;
    });
    await route.continue();
  });
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'The browser removed what was stored here' })).toBeVisible();
  expect(held).toBe(1);
  await page.unroute(screen);
  await page.getByRole('link', { name: 'Restore account' }).click();
  await restoreAccount(page, words.join(' '));
  await finishRestore(page, 'Ana');
  expect(await ownAccountId(page)).toBe(accountId);
});

test('a newcomer, whose browser never held anything, is not told of a loss (control) @full', async ({
  page
}) => {
  await page.goto('/chats');
  await expect(page.getByRole('textbox', { name: 'Display name' })).toBeVisible();
  await expect(page.getByText('The browser removed what was stored here')).toHaveCount(0);
});
