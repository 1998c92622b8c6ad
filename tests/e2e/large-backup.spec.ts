// 100,000 messages and a gigabyte of files, into a browser and out of it again, with the memory of the browser watched.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import {
  createBackupWriter,
  DEFAULT_CHUNK_BYTES,
  DEFAULT_COST,
  deriveBackupKeys,
  openBackup,
  readBackup,
  type BackupMessage
} from '../../src/lib/backup/index.ts';
import { deriveIdentity } from '../../src/lib/crypto/index.ts';
import { parseAccountId } from '../../src/lib/account-id.ts';
import { expect, test } from './fixtures.ts';
import { createPerson, openSettings } from './people.ts';

const PASSPHRASE = 'seven quiet boats at noon';
const MESSAGES = 100_000;
const CHATS = 20;
/** In each chat, one message in so many has a file. */
const FILE_EVERY = 400;
const FILES = CHATS * Math.ceil(MESSAGES / CHATS / FILE_EVERY);
const FILE_BYTES = 4_000_000;
const MEBIBYTE = 1_048_576;
const MOST_MORE_BYTES = 300 * MEBIBYTE;
const SLOW = { timeout: 900_000 };

/** A backup of that size, written as the app writes one. @returns hashes of its files, sorted */
async function makeLargeBackup(path: string, networkId: string): Promise<string[]> {
  const accountSeed = randomBytes(16);
  const { accountId: own } = deriveIdentity(accountSeed);
  const header = { cost: DEFAULT_COST, chunkBytes: DEFAULT_CHUNK_BYTES, salt: randomBytes(32) };
  const writer = createBackupWriter(header, await deriveBackupKeys(PASSPHRASE, header));
  const file = await open(path, 'w');
  const put = (chunks: Iterable<Uint8Array>) => writeAll(file, chunks);
  const estimate = { conversations: CHATS, messages: MESSAGES, media: FILES, mediaBytes: FILES * FILE_BYTES };
  const nowMs = Date.now();
  await put([writer.header]);
  await put(writer.add('manifest', { createdAtMs: nowMs, accountId: own, networkId, app: 'test', estimate }));
  await put(writer.addAccount(accountSeed));
  const profile = { displayName: 'Ana', displayNameUpdatedSeconds: 1, createdHere: true };
  await put(writer.add('profile', { ...profile, picture: null, hasPicture: false, lastTimestampMs: nowMs }));
  const hashes: string[] = [];
  for (let chat = 0; chat < CHATS; chat++) {
    const other = parseAccountId(deriveIdentity(randomBytes(16)).accountId);
    await put(writer.add('conversation', conversationOf(other, chat, nowMs)));
    for (let index = 0; index < MESSAGES / CHATS; index++) {
      const hasFile = index % FILE_EVERY === 0;
      const sentAtMs = nowMs - 1_000_000_000 + index * 1_000;
      await put(
        writer.add('message', messageOf({ author: index % 2 === 0 ? other : own, sentAtMs, index, hasFile }))
      );
      if (!hasFile) continue;
      const facts = { role: 'file', attachment: 0, kind: 'file', name: 'data.bin' } as const;
      const type = { contentType: 'application/octet-stream', createdAtMs: sentAtMs };
      await put(writer.add('media', { ...facts, ...type, bytes: FILE_BYTES }));
      const bytes = randomBytes(FILE_BYTES);
      hashes.push(createHash('sha256').update(bytes).digest('hex'));
      for (let at = 0; at < FILE_BYTES; at += 500_000)
        await put(writer.addData(bytes.subarray(at, at + 500_000)));
      await put(writer.endMedia());
    }
  }
  await put(writer.finish());
  await file.close();
  return hashes.sort();
}

async function writeAll(file: FileHandle, chunks: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of chunks) await file.write(chunk);
}

function conversationOf(accountId: ReturnType<typeof parseAccountId>, chat: number, nowMs: number) {
  return {
    kind: 'contact',
    accountId,
    name: `Chat ${chat}`,
    nameUpdatedSeconds: 1,
    lastAtMs: nowMs,
    readUpToMs: nowMs,
    pinned: false,
    draft: null,
    approved: true,
    approvedMe: true,
    blocked: false,
    hidden: false,
    nickname: null,
    markedUnread: false,
    mutedUntilMs: null,
    notify: 'all',
    timer: null,
    timerAtMs: 0,
    theirTimer: null,
    theirTimerAtMs: 0,
    autoDownload: false,
    keepMediaDays: null,
    picture: null,
    deletedBeforeMs: null
  } as const;
}

function messageOf(of: {
  author: ReturnType<typeof parseAccountId>;
  sentAtMs: number;
  index: number;
  hasFile: boolean;
}): BackupMessage {
  const isOwn = of.index % 2 === 1;
  return {
    direction: isOwn ? 'out' : 'in',
    authorId: of.author,
    text: `message ${of.index} with some words of a usual length in it`,
    sentAtMs: of.sentAtMs,
    receivedAtMs: of.sentAtMs,
    state: isOwn ? 'sent' : 'received',
    failureCode: null,
    messageHash: null,
    expiresAtMs: null,
    ...(of.hasFile && {
      attachments: [
        {
          id: '1',
          kind: 'file',
          name: 'data.bin',
          bytes: FILE_BYTES,
          contentType: 'application/octet-stream',
          width: null,
          height: null,
          caption: null,
          remote: null,
          state: 'here',
          failureCode: null
        }
      ]
    })
  };
}

/** Memory of a browser's processes that is their own: not what the system keeps of files. */
function memoryOf(profileDirectory: string): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map<string, string>();
  const roots = new Set<string>();
  for (const id of processes) {
    try {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      parents.set(id, /^PPid:\s+(\d+)/m.exec(status)?.[1] ?? '0');
      if (readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(profileDirectory)) roots.add(id);
    } catch {
      // It has just ended.
    }
  }
  const belongs = (id: string): boolean => {
    for (let at: string | undefined = id; at && at !== '0'; at = parents.get(at))
      if (roots.has(at)) return true;
    return false;
  };
  let bytes = 0;
  for (const id of parents.keys()) {
    if (!belongs(id)) continue;
    try {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      for (const [, kib] of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+)/gm)) bytes += Number(kib) * 1_024;
    } catch {
      // As above.
    }
  }
  return bytes;
}

/** How much more than before it the browser takes at most while work goes on. */
async function mostMore(profileDirectory: string, work: () => Promise<void>): Promise<number> {
  const before = memoryOf(profileDirectory);
  let most = before;
  const watching = setInterval(() => (most = Math.max(most, memoryOf(profileDirectory))), 200);
  try {
    await work();
  } finally {
    clearInterval(watching);
  }
  return most - before;
}

const inMebibytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(0)} MiB`;

async function openBackupScreen(page: Page): Promise<void> {
  await openSettings(page, 'Storage');
  await page.getByRole('link', { name: 'Save or open a backup' }).click();
  await expect(page.getByRole('heading', { name: 'Save a backup' })).toBeVisible();
}

test('100,000 messages and a gigabyte go in and out with at most 300 MB more memory @full @once', async ({
  stack
}, testInfo) => {
  test.setTimeout(1_800_000);
  const path = testInfo.outputPath('large.onionskin');
  const again = testInfo.outputPath('again.onionskin');
  const hashes = await makeLargeBackup(path, stack.localnet.descriptor.id);
  const person = await createPerson('Ana', {
    baseUrl: stack.origin,
    prepare: async (context) => {
      await context.addInitScript(() => {
        delete (window as { showSaveFilePicker?: unknown }).showSaveFilePicker;
      });
    }
  });
  const { page, profileDirectory } = person;
  try {
    await page.goto('/');
    // The control: what is measured sees memory that a page takes.
    const control = await mostMore(profileDirectory, () =>
      page.evaluate(async (bytes) => {
        const held = new Uint8Array(bytes).fill(7);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        return void held.at(-1);
      }, 400 * MEBIBYTE)
    );
    expect(control).toBeGreaterThan(390 * MEBIBYTE);

    await page.getByRole('button', { name: 'I have an account' }).click();
    await page.getByRole('button', { name: 'Restore from a backup file' }).click();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a backup file' }).click();
    await (await chooser).setFiles(path);
    await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
    const restoring = await mostMore(profileDirectory, async () => {
      await page.getByRole('button', { name: 'Restore backup' }).click();
      await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible(SLOW);
    });

    await openBackupScreen(page);
    await page.getByRole('textbox', { name: 'Passphrase' }).first().fill(PASSPHRASE);
    const download = page.waitForEvent('download', SLOW);
    const saving = await mostMore(profileDirectory, async () => {
      await page.getByRole('button', { name: 'Save backup' }).click();
      await expect(page.getByText(`Saved and tested: 100,000 messages and ${FILES} files`)).toBeVisible(SLOW);
    });
    await (await download).saveAs(again);
    console.log(
      `memory: control of 400 MiB measured as ${inMebibytes(control)}; restoring at most ${inMebibytes(restoring)} more, saving at most ${inMebibytes(saving)} more`
    );
    expect(hashes).toHaveLength(FILES);
    expect(await hashesOfFiles(again)).toEqual(hashes);
    expect(restoring).toBeLessThan(MOST_MORE_BYTES);
    expect(saving).toBeLessThan(MOST_MORE_BYTES);
  } finally {
    await person.forget();
    await rm(path, { force: true });
    await rm(again, { force: true });
  }
});

/** Hashes of the files of a backup, sorted, since chats may come in another order. */
async function hashesOfFiles(path: string): Promise<string[]> {
  const { size } = await stat(path);
  const file = await open(path);
  const source = {
    size,
    async read(start: number, end: number) {
      const bytes = new Uint8Array(end - start);
      await file.read(bytes, 0, bytes.length, start);
      return bytes;
    }
  };
  const hashes: string[] = [];
  let hash = createHash('sha256');
  for await (const item of readBackup(await openBackup(source, PASSPHRASE))) {
    if (item.type === 'media-data') hash.update(item.bytes);
    if (item.type !== 'media-end') continue;
    hashes.push(hash.digest('hex'));
    hash = createHash('sha256');
  }
  await file.close();
  return hashes.sort();
}
