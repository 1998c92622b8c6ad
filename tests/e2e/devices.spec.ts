// One account in two browsers: what it knows comes back by its words alone, and what is decided on one shows on the other.
import type { Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { expect, test } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import {
  acceptRequest,
  CONNECT_TIMEOUT_MS,
  createAccount,
  finishRestore,
  openSettings,
  ownAccountId,
  recoveryWords,
  restoreAccount
} from './people.ts';
import { testPng } from '../support/test-png.ts';

const row = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: new RegExp(name) });

async function choose(page: Page, name: string, ...items: string[]): Promise<void> {
  await row(page, name).press('Shift+F10');
  for (const item of items) await page.getByRole('menuitem', { name: item }).click();
}

/** Somebody whose request Ana accepts. */
async function befriend(ana: Page, anaId: string, localnet: Localnet, name: string): Promise<void> {
  const stranger = await createStranger(localnet, name);
  await stranger.write(anaId, `Hello from ${name}`);
  await acceptRequest(ana, name);
  await ana.goto('/chats');
}

test('an account restored in a fresh browser has its name, picture, contacts, pins, blocks and unread marks @full', async ({
  page,
  browser,
  baseURL,
  stack
}) => {
  test.setTimeout(240_000);
  await createAccount(page, 'Ana Lind');
  const anaId = await ownAccountId(page);
  const words = (await recoveryWords(page)).join(' ');
  await openSettings(page, 'Profile');
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(testPng(64, 64)) });
  await expect(page.getByRole('button', { name: /Remove/ })).toBeVisible();
  await page.goto('/chats');
  for (const name of ['Ben', 'Cleo', 'Dev']) await befriend(page, anaId, stack.localnet, name);
  await choose(page, 'Ben', 'Pin');
  await choose(page, 'Cleo', 'Mark as unread');
  await choose(page, 'Dev', 'Block');
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await expect(row(page, 'Dev')).toHaveAccessibleName(/blocked/);
  // The profile, contacts and marks are on the network once nothing more is stored for a while.
  const versions = () =>
    [2, 3, 4].map((namespace) => stack.localnet.stored(anaId, namespace).map(({ hash }) => hash)).join();
  let before = '';
  await expect(async () => {
    const now = versions();
    const isQuiet = now === before;
    before = now;
    expect(isQuiet).toBe(true);
  }).toPass({ intervals: [12_000], timeout: 90_000 });

  const laptop = await (await browser.newContext({ baseURL: baseURL as string })).newPage();
  await restoreAccount(laptop, words);
  await finishRestore(laptop, 'somebody else');
  await expect(row(laptop, 'Ben')).toHaveAccessibleName(/pinned/, { timeout: CONNECT_TIMEOUT_MS });
  await expect(row(laptop, 'Cleo')).toHaveAccessibleName(/marked unread/);
  await expect(row(laptop, 'Dev')).toHaveAccessibleName(/blocked/);
  await expect(row(laptop, 'Ben')).not.toHaveAccessibleName(/blocked|marked unread/);
  await openSettings(laptop, 'Profile');
  await expect(laptop.getByRole('textbox', { name: 'Display name' })).toHaveValue('Ana Lind');
  await expect(laptop.getByRole('button', { name: /Remove/ })).toBeVisible({ timeout: 30_000 });
  expect(await ownAccountId(laptop)).toBe(anaId);

  // Block on one device shows on the other, and back.
  await laptop.goto('/chats');
  await choose(laptop, 'Ben', 'Block');
  await laptop.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await page.goto('/chats');
  await expect(row(page, 'Ben')).toHaveAccessibleName(/blocked/, { timeout: 30_000 });
  await choose(page, 'Dev', 'Unblock');
  await expect(row(laptop, 'Dev')).not.toHaveAccessibleName(/blocked/, { timeout: 30_000 });
});
