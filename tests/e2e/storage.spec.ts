// Getting room back: what takes it, what goes and what stays, in figures that are true on the disk (ux.md §4.8, §10).
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { testPng } from '../support/test-png.ts';
import { expect, test } from './fixtures.ts';
import {
  CONNECT_TIMEOUT_MS,
  createAccount,
  goHome,
  message,
  openConversation,
  openSettings,
  ownAccountId,
  say,
  startConversation
} from './people.ts';

const ARRIVES = { timeout: CONNECT_TIMEOUT_MS };
const PICTURE = { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(640, 400) };
const REPORT = { name: 'report.bin', mimeType: 'application/octet-stream', buffer: randomBytes(300_000) };

/** Sealed chunks and rows of files, as the browser holds them. */
async function onDisk(page: Page): Promise<{ files: number; bytes: number; rows: number; chunks: number }> {
  return page.evaluate(async () => {
    let [files, bytes, rows, chunks] = [0, 0, 0, 0];
    const walk = async (directory: FileSystemDirectoryHandle): Promise<void> => {
      for await (const entry of (
        directory as unknown as { values(): AsyncIterable<FileSystemHandle> }
      ).values()) {
        if (entry.kind === 'directory') await walk(entry as FileSystemDirectoryHandle);
        else {
          files += 1;
          bytes += (await (entry as FileSystemFileHandle).getFile()).size;
        }
      }
    };
    const root = await navigator.storage.getDirectory();
    await walk(await root.getDirectoryHandle('media', { create: true }));
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith('onionskin-')) continue;
      const db = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
      });
      const count = (table: string) =>
        new Promise<number>((resolve) => {
          const request = db.transaction(table).objectStore(table).count();
          request.onsuccess = () => resolve(request.result);
        });
      rows += await count('media');
      chunks += await count('mediaChunks');
      db.close();
    }
    return { files, bytes, rows, chunks };
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

/** Ana, and two files in her Note to Self. */
async function settle(page: Page): Promise<void> {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await sendFile(page, PICTURE, 'the harbour');
  await sendFile(page, REPORT, 'the report');
}

const exactBytes = async (page: Page): Promise<number> => {
  const status = page.getByRole('status').filter({ hasText: 'came back' });
  const words = await status.innerText();
  return Number(/exactly ([\d,]+) bytes?/.exec(words)?.[1]?.replaceAll(',', ''));
};

test('storage clean-up gives back exactly the bytes it names, and the files can be loaded again @full', async ({
  page
}) => {
  await settle(page);
  const before = await onDisk(page);
  expect(before.files).toBeGreaterThanOrEqual(2);
  expect(before.rows).toBe(before.files + before.chunks);
  await goHome(page);
  await openSettings(page, 'Storage');

  await test.step('what takes the room is named by chat and by kind', async () => {
    await expect(page.getByText(/of about .+ this browser allows/)).toBeVisible();
    await expect(page.getByRole('list', { name: 'What takes the room' })).toContainText(/Pictures.*Files/);
    await expect(page.getByRole('checkbox', { name: /Note to Self.*1 picture and 1 file/ })).toBeVisible();
  });

  await test.step('the biggest file goes alone', async () => {
    await page.getByRole('checkbox', { name: /report\.bin/ }).check();
    await page
      .getByRole('group', { name: 'Selection' })
      .getByRole('button', { name: /^Delete/ })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Delete these files?' });
    await expect(dialog.getByText('1 file, in report.bin.')).toBeVisible();
    await dialog.getByRole('button', { name: /^Delete/ }).click();
    await expect(dialog).toBeHidden();
    const after = await onDisk(page);
    expect(after.files).toBe(before.files - 1);
    expect(await exactBytes(page)).toBe(before.bytes - after.bytes);
    await expect(page.getByRole('checkbox', { name: /report\.bin/ })).toHaveCount(0);
  });

  await test.step('a chat is cleared of its media, whatever their age', async () => {
    const middle = await onDisk(page);
    await page.getByRole('checkbox', { name: /^Note to Self/ }).check();
    const selection = page.getByRole('group', { name: 'Selection' });
    await expect(selection).toContainText('1 chat, all of their media');
    await selection.getByRole('button', { name: /^Delete/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete media' });
    await dialog.getByRole('radio', { name: '1 week' }).check();
    await expect(dialog.getByText('There is nothing that old.')).toBeVisible();
    await expect(dialog.getByRole('button', { name: /^Delete/ })).toHaveCount(0);
    await dialog.getByRole('radio', { name: 'Any age' }).check();
    await expect(dialog.getByText('1 picture, in Note to Self.')).toBeVisible();
    await dialog.getByRole('button', { name: /^Delete/ }).click();
    await expect(dialog).toBeHidden();
    expect(await exactBytes(page)).toBe(middle.bytes);
    expect(await onDisk(page)).toEqual({ files: 0, bytes: 0, rows: 0, chunks: 0 });
  });

  await test.step('the messages stay, and a file is loaded again', async () => {
    await goHome(page);
    await openConversation(page, 'Note to Self');
    const harbour = message(page, 'the harbour');
    const ask = harbour.getByRole('button', { name: /Click to download/ });
    await expect(ask).toBeVisible();
    await expect(
      message(page, 'the report').getByRole('button', { name: /Click to download/ })
    ).toBeVisible();
    await ask.click();
    await expect(harbour.getByRole('button', { name: /^Open Picture/ })).toBeVisible(ARRIVES);
    expect((await onDisk(page)).files).toBe(1);
  });
});

test('how long media of a chat stay is chosen there, and kept @full', async ({ page }) => {
  await settle(page);
  await goHome(page);
  await openSettings(page, 'Storage');
  await page.getByRole('button', { name: 'Media of Note to Self: Keep' }).click();
  await expect(page.getByRole('menuitemradio', { name: 'Keep media' })).toHaveAttribute(
    'aria-checked',
    'true'
  );
  await page.getByRole('menuitemradio', { name: 'Delete after 3 months' }).click();
  // Nothing is that old, so nobody is asked.
  await expect(page.getByRole('button', { name: 'Media of Note to Self: 3 months' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Media of Note to Self: 3 months' })).toBeVisible();
  expect((await onDisk(page)).files).toBeGreaterThanOrEqual(2);

  await page.getByRole('button', { name: 'Media of Note to Self: 3 months' }).click();
  await page.getByRole('menuitem', { name: 'Show its files' }).click();
  await expect(page.getByRole('heading', { name: 'Biggest files of Note to Self' })).toBeVisible();
});
