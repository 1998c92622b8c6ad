// What is deleted is gone: database and files, opened with the profile's own keys by a program that knows the format, hold
// no row, index entry or chunk of it. The control of each: before the deletion the same look finds all of them.
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { testPng } from '../support/test-png.ts';
import { expect, test } from './fixtures.ts';
import { createPeer, type Peer } from './peer.ts';
import { openProfileOf, placesOf, type OpenedProfile } from './opened-profile.ts';
import {
  CONNECT_TIMEOUT_MS,
  createAccount,
  expectSent,
  goHome,
  message,
  openSettings,
  ownAccountId,
  say,
  startConversation
} from './people.ts';

/** One word, so that the search index has it whole. */
const canary = () => [...randomBytes(16)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });

async function sendFiles(page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(files);
  // What is said of each once it is ready to leave.
  const ready = page
    .getByRole('group', { name: 'Files to send' })
    .getByText(/Place, time and device removed|Sent as it is/);
  await expect(ready).toHaveCount(files.length, { timeout: CONNECT_TIMEOUT_MS });
  await page.getByRole('button', { name: 'Send message' }).click();
  const sent = page.getByRole('article', { name: /^You, .*(Picture|File)/ }).last();
  await expect(sent).toHaveAccessibleName(/Sent/, { timeout: CONNECT_TIMEOUT_MS });
}

/** Ben accepts who wrote to him, and says nothing. */
async function answer(ben: Peer): Promise<void> {
  await expect
    .poll(async () => (await ben.page.conversations()).length, { timeout: CONNECT_TIMEOUT_MS })
    .toBe(1);
  const [conversation] = await ben.page.conversations();
  await ben.commands().acceptRequest(conversation?.id ?? '');
}

/** Waits until a text stands in just these places, or in more where `atLeast`. */
async function expectPlaces(page: Page, text: string, places: string[], atLeast = false): Promise<void> {
  const look = async () => placesOf(await openProfileOf(page), text);
  const wanted = atLeast ? expect.arrayContaining(places) : places;
  await expect.poll(look, { timeout: CONNECT_TIMEOUT_MS }).toEqual(wanted);
}

/** Ids of the rows of messages that hold a text. */
const messageIds = ({ rows }: OpenedProfile, text: string) =>
  rows.filter((row) => row.table === 'messages' && row.text.includes(text)).map(({ id }) => id);

/** Files that no row opens any more. */
const orphans = ({ files }: OpenedProfile) => files.filter(({ row }) => row === null).map(({ name }) => name);

/** Everything outside `graves` that names a message; those hold only the key that keeps a replay out. */
const rowsNaming = ({ rows }: OpenedProfile, messageId: string) =>
  rows.filter(({ table, text }) => table !== 'graves' && text.includes(messageId)).map(({ table }) => table);

async function deleteMessage(page: Page, text: string, choice: string): Promise<void> {
  await message(page, text).first().focus();
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: choice }).check();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(message(page, text)).toHaveCount(0);
}

test.describe('nothing is left in database and files', () => {
  for (const [choice, stays] of [
    ['Delete on this device only', false],
    ['Delete on all my devices', false],
    ['Delete for everyone', true]
  ] as const) {
    test(`of a message: ${choice} @full`, async ({ page, stack }) => {
      test.setTimeout(120_000);
      const ben = await createPeer(stack, 'Ben');
      await createAccount(page, 'Ana');
      await startConversation(page, ben.page.accountId);
      const kept = canary();
      await say(page, kept);
      await expectSent(page, kept);
      await answer(ben);
      await expect(page.getByText('accepted your message request')).toBeVisible({
        timeout: CONNECT_TIMEOUT_MS
      });
      const [text, fileName, content] = [canary(), canary(), canary()];
      await composer(page).fill(text);
      await sendFiles(
        page,
        { name: `${fileName}.txt`, mimeType: 'text/plain', buffer: Buffer.from(content.repeat(50)) },
        { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(320, 200) }
      );

      await expectPlaces(page, text, ['messages', 'searchSegments'], true);
      await expectPlaces(page, fileName, ['media', 'messages', 'searchSegments'], true);
      await expectPlaces(page, content, ['file']);
      const before = await openProfileOf(page);
      const [messageId] = messageIds(before, text);
      expect(rowsNaming(before, messageId as string)).toEqual(
        expect.arrayContaining(['messages', 'media', 'conversations'])
      );
      const filesBefore = before.files.length;
      expect(filesBefore).toBeGreaterThanOrEqual(3);

      await deleteMessage(page, text, choice);
      await expectPlaces(page, text, []);
      await expectPlaces(page, fileName, []);
      await expectPlaces(page, content, []);
      // The placeholder of a message deleted for everyone stays: who, and when.
      const left = stays ? ['conversations', 'messages'] : [];
      await expect
        .poll(async () => rowsNaming(await openProfileOf(page), messageId as string).sort())
        .toEqual(left);
      const after = await openProfileOf(page);
      expect(orphans(after)).toEqual([]);
      expect(after.files.length).toBeLessThanOrEqual(filesBefore - 3);
      expect(placesOf(after, kept)).toEqual(expect.arrayContaining(['messages', 'searchSegments']));
      const graves = after.rows.filter(({ table }) => table === 'graves');
      for (const { text: grave } of graves) {
        expect(Object.keys(JSON.parse(grave) as object).sort()).toEqual(['id', 'opened']);
      }
      await ben.close();
    });
  }

  test('of a chat @full', async ({ page, stack }) => {
    test.setTimeout(120_000);
    await createAccount(page, 'Ana');
    const echoId = String(stack.localnet.echoAccountId);
    await startConversation(page, await ownAccountId(page));
    const kept = canary();
    await say(page, kept);
    await expectSent(page, kept);
    await startConversation(page, echoId);
    const [text, nickname, draft, fileName] = [canary(), canary(), canary(), canary()];
    await say(page, text);
    await expectSent(page, text);
    await expect(message(page, text)).toHaveCount(2, { timeout: CONNECT_TIMEOUT_MS });
    await sendFiles(page, { name: `${fileName}.png`, mimeType: 'image/png', buffer: testPng(320, 200) });
    await expect(page.getByRole('article', { name: /Picture/ })).toHaveCount(2, {
      timeout: CONNECT_TIMEOUT_MS
    });
    await composer(page).fill(draft);
    const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Echo/ });
    await goHome(page);
    await row.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Nickname' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Nickname' }).fill(nickname);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();

    await expectPlaces(page, text, ['conversations', 'messages', 'searchSegments'].slice(1), true);
    await expectPlaces(page, nickname, ['conversations'], true);
    await expectPlaces(page, draft, ['conversations'], true);
    await expectPlaces(page, fileName, ['media', 'messages'], true);
    const before = await openProfileOf(page);
    const [messageId] = messageIds(before, text);
    const conversationId = (messageId as string).slice(0, 32);
    const named = new Set(rowsNaming(before, conversationId));
    for (const table of ['conversations', 'messages', 'media', 'searchSegments']) {
      expect([...named]).toContain(table);
    }
    expect(before.files.length).toBeGreaterThan(0);

    const renamed = page
      .getByRole('navigation', { name: 'Conversations' })
      .getByRole('link', { name: new RegExp(nickname) });
    await renamed.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Delete on this device only' }).check();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(renamed).toHaveCount(0);

    for (const secret of [text, draft, fileName]) await expectPlaces(page, secret, []);
    await expect
      .poll(async () => rowsNaming(await openProfileOf(page), conversationId), {
        timeout: CONNECT_TIMEOUT_MS
      })
      .toEqual([]);
    const after = await openProfileOf(page);
    expect(after.files).toEqual([]);
    expect(placesOf(after, kept)).toEqual(expect.arrayContaining(['messages', 'searchSegments']));
    await expectPlaces(page, nickname, []);
  });

  test('of media that were cleared; the message stays @full', async ({ page }) => {
    test.setTimeout(120_000);
    await createAccount(page, 'Ana');
    await startConversation(page, await ownAccountId(page));
    const [text, content] = [canary(), canary()];
    await composer(page).fill(text);
    await sendFiles(
      page,
      { name: 'report.txt', mimeType: 'text/plain', buffer: Buffer.from(content.repeat(50)) },
      { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(320, 200) }
    );
    await expectPlaces(page, content, ['file']);
    const before = await openProfileOf(page);
    expect(before.files.length).toBeGreaterThanOrEqual(3);
    expect(before.rows.filter(({ table }) => table === 'media')).toHaveLength(before.files.length);

    await goHome(page);
    await openSettings(page, 'Storage');
    await page.getByRole('checkbox', { name: /^Note to Self/ }).check();
    const selection = page.getByRole('group', { name: 'Selection' });
    await selection.getByRole('button', { name: /^Delete/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete media' });
    await dialog.getByRole('radio', { name: 'Any age' }).check();
    await dialog.getByRole('button', { name: /^Delete/ }).click();
    await expect(dialog).toBeHidden();
    await expectPlaces(page, content, []);
    await expect.poll(async () => (await openProfileOf(page)).files).toEqual([]);
    const after = await openProfileOf(page);
    expect(after.rows.filter(({ table }) => /^media/.test(table))).toEqual([]);
    await expectPlaces(page, text, ['messages', 'searchSegments'], true);
  });
});
