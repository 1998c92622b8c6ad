// Backups: saved, tested, brought to another browser, and told apart from files that cannot be used (ux.md §4.8, §10.8).
import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Download, Page } from '@playwright/test';
import { testPng } from '../support/test-png.ts';
import { readZip } from '../support/zip-reader.ts';
import { expect, test } from './fixtures.ts';
import {
  CONNECT_TIMEOUT_MS,
  createAccount,
  createPerson,
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

const ARRIVES = { timeout: CONNECT_TIMEOUT_MS };
const SLOW = { timeout: 60_000 };
const PASSPHRASE = 'seven quiet boats at noon';
const PICTURE = { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(640, 400) };
const REPORT = { name: 'report.bin', mimeType: 'application/octet-stream', buffer: randomBytes(700_000) };

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The dialog of the browser itself cannot be answered here: files come as downloads, as in browsers without it. */
async function withoutPicker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    delete (window as { showSaveFilePicker?: unknown }).showSaveFilePicker;
  });
}

async function sendFile(page: Page, file: typeof PICTURE, words: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(file);
  await expect(page.getByRole('group', { name: 'Files to send' }).getByText(file.name)).toBeVisible();
  await say(page, words);
  await expect(message(page, words)).toHaveAccessibleName(/Sent/, ARRIVES);
}

async function openBackup(page: Page): Promise<void> {
  await openSettings(page, 'Storage');
  await page.getByRole('link', { name: 'Save or open a backup' }).click();
  await expect(page.getByRole('heading', { name: 'Save a backup' })).toBeVisible();
}

const passphrase = (page: Page) => page.getByRole('textbox', { name: 'Passphrase' });

async function saveBackup(page: Page): Promise<Download> {
  await openBackup(page);
  await passphrase(page).first().fill(PASSPHRASE);
  await expect(page.getByText('Very hard to guess.')).toBeVisible();
  const download = page.waitForEvent('download', SLOW);
  await page.getByRole('button', { name: 'Save backup' }).click();
  const saved = await download;
  await expect(page.getByText('Saved and tested:')).toBeVisible(SLOW);
  return saved;
}

async function chooseFile(page: Page, path: string, word: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /Choose/ }).click();
  await (await chooser).setFiles(path);
  await passphrase(page).last().fill(word);
}

/** What the app hands out for a file of a message. */
async function savedFile(page: Page, name: string): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: `Save File ${name}` }).click();
  return readFile(await (await download).path());
}

test('a backup brings every message and file back after device and network were cleared @full', async ({
  page,
  pageFaults
}, testInfo) => {
  await withoutPicker(page);
  await createAccount(page, 'Ana');
  const accountId = await ownAccountId(page);
  await startConversation(page, accountId);
  await sendFile(page, PICTURE, 'the harbour');
  await sendFile(page, REPORT, 'the report');
  await say(page, 'and some words');
  await expect(message(page, 'and some words')).toHaveAccessibleName(/Sent/, ARRIVES);
  const before = sha256(await savedFile(page, REPORT.name));
  expect(before).toBe(sha256(REPORT.buffer));

  const download = await saveBackup(page);
  expect(download.suggestedFilename()).toMatch(/^Onionskin backup \d{4}-\d\d-\d\d\.onionskin$/);
  const path = testInfo.outputPath('backup.onionskin');
  await download.saveAs(path);
  const bytes = await readFile(path);
  expect(bytes.subarray(0, 8).toString()).toBe('ONSKNBAK');
  expect(bytes.includes('and some words')).toBe(false);

  await openSettings(page, 'Clear data');
  await page.getByRole('button', { name: 'Clear device and network' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Type Clear to confirm' }).fill('Clear');
  await dialog.getByRole('button', { name: 'Clear device and network' }).click();
  const account = page.getByRole('button', { name: 'I have an account' });
  await expect(account).toBeVisible(SLOW);

  await account.click();
  await page.getByRole('button', { name: 'Restore from a backup file' }).click();
  await chooseFile(page, path, 'seven quiet boats at one');
  await page.getByRole('button', { name: 'Restore backup' }).click();
  await expect(page.getByText('The passphrase does not open this backup.')).toBeVisible(SLOW);
  await passphrase(page).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Restore backup' }).click();
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible(SLOW);
  await openConversation(page, 'Note to Self');
  for (const words of ['the harbour', 'the report', 'and some words']) {
    await expect(message(page, words)).toBeVisible();
  }
  expect(sha256(await savedFile(page, REPORT.name))).toBe(before);
  const picture = page.getByRole('article').locator('img').first();
  await expect.poll(() => picture.evaluate((it) => (it as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  await goHome(page);
  expect(await ownAccountId(page)).toBe(accountId);
  expect(pageFaults).toEqual([]);
});

test('a backup adds to a restored account what the network no longer has, once @full', async ({
  page,
  stack
}, testInfo) => {
  await withoutPicker(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await sendFile(page, REPORT, 'the report');
  const words = (await recoveryWords(page)).join(' ');
  const path = testInfo.outputPath('backup.onionskin');
  await (await saveBackup(page)).saveAs(path);

  const other = await createPerson('Ana elsewhere', { baseUrl: stack.origin });
  try {
    await restoreAccount(other.page, words);
    await finishRestore(other.page, 'Ana');
    await goHome(other.page);
    await openBackup(other.page);
    const damaged = testInfo.outputPath('damaged.onionskin');
    const bytes = await readFile(path);
    bytes[bytes.length - 100] = (bytes.at(-100) ?? 0) ^ 1;
    await writeFile(damaged, bytes);
    await chooseFile(other.page, damaged, PASSPHRASE);
    await other.page.getByRole('button', { name: 'Import backup' }).click();
    await expect(other.page.getByText('This backup is damaged')).toBeVisible(SLOW);
    await chooseFile(other.page, path, PASSPHRASE);
    await other.page.getByRole('button', { name: 'Import backup' }).click();
    await expect(other.page.getByText(/^(Added:|Everything in this backup)/)).toBeVisible(SLOW);
    await other.page.getByRole('button', { name: 'Import backup' }).click();
    await expect(other.page.getByText('Everything in this backup is here already.')).toBeVisible(SLOW);
    await goHome(other.page);
    await openConversation(other.page, 'Note to Self');
    expect(sha256(await savedFile(other.page, REPORT.name))).toBe(sha256(REPORT.buffer));
  } finally {
    await other.forget();
  }
});

test('a readable copy stands behind a warning and holds messages and files @full', async ({ page }) => {
  await withoutPicker(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await sendFile(page, REPORT, 'the report');
  await openBackup(page);
  await page.getByRole('button', { name: 'Save a readable copy…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Whoever gets this file can read every message')).toBeVisible();
  const download = page.waitForEvent('download', SLOW);
  await dialog.getByRole('button', { name: 'Save readable copy' }).click();
  const entries = readZip(await readFile(await (await download).path()));
  const names = [...entries.keys()];
  expect(names).toContain('conversations/Note to Self/messages.json');
  const file = names.find((name) => name.endsWith('report.bin')) ?? '';
  expect(sha256(entries.get(file) ?? Buffer.alloc(0))).toBe(sha256(REPORT.buffer));
  const { messages } = JSON.parse(String(entries.get('conversations/Note to Self/messages.json'))) as {
    messages: { text: string; attachments: { file: string }[] }[];
  };
  expect(messages.map(({ text }) => text)).toEqual(['the report']);
  expect(file.endsWith(messages[0]?.attachments[0]?.file ?? '-')).toBe(true);
  await expect(page.getByText('Nothing in it is encrypted.')).toBeVisible();
});
