// Little room, none, and nothing left: the person is told, loses nothing, and has a way on (ux.md §5, "Storage nearly full").
import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  createAccount,
  expectSent,
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

const GIGABYTE = 1_000_000_000;
/** A full browser is asked again every 15 seconds. */
const RECOVERS = { timeout: 40_000 };

const used = (page: Page) => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);

async function allow(cdp: CDPSession, origin: string, quotaSize: number): Promise<void> {
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
}

const room = (page: Page) => page.getByRole('alert').filter({ hasText: 'No room left in this browser' });

test('with no room left the text stays, everything can be read, and it goes on by itself @full', async ({
  page,
  baseURL
}) => {
  const origin = baseURL as string;
  const cdp = await page.context().newCDPSession(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'while there is room');
  await expectSent(page, 'while there is room');

  await allow(cdp, origin, 1);
  await say(page, 'kept in its field');
  await expect(page.getByText('There is no room left in this browser')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toHaveValue('kept in its field');
  await expect(message(page, 'kept in its field')).toHaveCount(0);
  await expect(message(page, 'while there is room')).toBeVisible();

  await allow(cdp, origin, GIGABYTE);
  // Pressed until it is taken: nothing else has to happen first.
  await expect(async () => {
    await page.getByRole('button', { name: 'Send message' }).click();
    await expect(message(page, 'kept in its field')).toHaveCount(1, { timeout: 2_000 });
  }).toPass(RECOVERS);
  await expectSent(page, 'kept in its field');
});

test('a full browser says so over the list, with where to free some and to save a backup @full', async ({
  page,
  baseURL
}) => {
  const origin = baseURL as string;
  const cdp = await page.context().newCDPSession(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'hello');
  await expectSent(page, 'hello');
  await goHome(page);
  await allow(cdp, origin, 1);
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first();
  await row.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await expect(room(page)).toBeVisible();
  await expect(room(page).getByRole('link', { name: 'Save a backup' })).toBeVisible();
  await allow(cdp, origin, GIGABYTE);
  await expect(room(page)).toHaveCount(0, RECOVERS);
  await openConversation(page, 'Note to Self');
  await expect(message(page, 'hello')).toBeVisible();
});

test('nearly full is told in the list and in Storage @full', async ({ page, baseURL }) => {
  const origin = baseURL as string;
  const cdp = await page.context().newCDPSession(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await say(page, 'hello');
  await expectSent(page, 'hello');
  await openSettings(page, 'Storage');
  await expect(page.getByText('Nearly full')).toHaveCount(0);
  await allow(cdp, origin, Math.ceil((await used(page)) / 0.93));
  await goHome(page);
  await expect(page.getByText(/Storage is 9\d% full\./)).toBeVisible();
  await page.getByRole('link', { name: 'Free some' }).click();
  await expect(page.getByText('Nearly full')).toBeVisible();
  await allow(cdp, origin, GIGABYTE);
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
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'The browser removed what was stored here' })).toBeVisible();
  await page.getByRole('link', { name: 'Restore account' }).click();
  await restoreAccount(page, words.join(' '));
  await expect(
    page
      .getByRole('navigation', { name: 'Conversations' })
      .or(page.getByRole('textbox', { name: 'Display name' }))
      .first()
  ).toBeVisible(RECOVERS);
  await page.goto('/settings/profile');
  await expect(page.getByLabel('Your Account ID', { exact: true }).first()).toBeVisible(RECOVERS);
  const text = await page.getByLabel('Your Account ID', { exact: true }).first().innerText();
  expect(text.replace(/\s+/g, '')).toBe(accountId);
});

test('a newcomer, whose browser never held anything, is not told of a loss (control) @full', async ({
  page
}) => {
  await page.goto('/chats');
  await expect(page.getByRole('textbox', { name: 'Display name' })).toBeVisible();
  await expect(page.getByText('The browser removed what was stored here')).toHaveCount(0);
});
