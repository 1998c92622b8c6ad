// A program of somebody who stole a closed browser profile and knows the format (design.md §6): it reads the files alone, takes
// every key that stands in the browser's databases, deleted ones too, and tries each on everything that may be a wrapped root,
// wherever in the files it lies. With a root it opens rows. A passphrase may be handed to it, as a guess that is right.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToUtf8 } from '../../src/lib/bytes/index.ts';
import {
  decodePassphraseParameters,
  deriveEntryKeys,
  deriveVaultKeys,
  isSlotFile,
  openBytes,
  readSlot,
  SLOT_COUNT,
  unwrapRoot,
  type VaultKeys
} from '../../src/lib/crypto/index.ts';
import { leveldbBytes } from './leveldb-bytes.ts';

export interface Loot {
  /** AES keys that stood in the databases of the browser. */
  readonly keys: number;
  /** Places that may hold a wrapped root. */
  readonly wrapped: number;
  /** Roots that opened. */
  readonly roots: number;
  /** Content of the rows that opened with them, as JSON text. */
  readonly rows: readonly string[];
}

/**
 * How Chromium writes a non-extractable AES-GCM key of 256 bits into IndexedDB: tag K, AES, algorithm 9, 32 bytes, usages, and
 * then the key itself with its length.
 */
const KEY_HEAD = Buffer.from('K\x01\x09\x20', 'latin1');
const KEY_BYTES = 32;
/** A slot in use that holds 60 bytes. */
const SLOT_HEAD = Buffer.from([0x01, 60]);
const WRAPPED_BYTES = 60;
const IDENTITY_ROW = 'meta/identity';

/** @param passphrase tried as somebody would who guessed it */
export async function openStolenProfile(directory: string, passphrase?: string): Promise<Loot> {
  const files = await readAll(directory);
  const databases = files.flatMap(({ name, bytes }) => leveldbBytes(name, bytes));
  const haystack = [...files.map(({ bytes }) => bytes), ...databases];

  const keys = unique(haystack.flatMap(findKeys));
  const wrapped = unique(haystack.flatMap(findWrapped));
  const imported = await Promise.all(keys.map(importKey));
  const guessed = passphrase === undefined ? [] : await guess(files, passphrase);
  const roots: Uint8Array[] = [];
  for (const key of [...imported, ...guessed]) {
    for (const candidate of wrapped) {
      const root = await unwrapRoot(key, candidate).catch(() => null);
      if (root) roots.push(root);
    }
  }
  const distinct = unique(roots.map((root) => Buffer.from(root)));
  const rows = new Set<string>();
  for (const root of distinct) {
    const vault = await deriveVaultKeys(root);
    for (const bytes of databases) for (const text of await openRows(bytes, vault)) rows.add(text);
  }
  return { keys: keys.length, wrapped: wrapped.length, roots: distinct.length, rows: [...rows] };
}

async function readAll(directory: string): Promise<{ name: string; bytes: Buffer }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => ({
      name: entry.name,
      bytes: await readFile(join(entry.parentPath, entry.name))
    }))
  );
}

function unique(values: readonly Buffer[]): Buffer[] {
  return [...new Map(values.map((value) => [value.toString('hex'), value])).values()];
}

function findKeys(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = bytes.indexOf(KEY_HEAD); at !== -1; at = bytes.indexOf(KEY_HEAD, at + 1)) {
    // Behind the head stand the usages, one byte, and the length.
    const start = at + KEY_HEAD.length + 2;
    const key = bytes.subarray(start, start + KEY_BYTES);
    if (bytes[start - 1] === KEY_BYTES && key.length === KEY_BYTES) found.push(key);
  }
  return found;
}

function findWrapped(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = bytes.indexOf(SLOT_HEAD); at !== -1; at = bytes.indexOf(SLOT_HEAD, at + 1)) {
    const content = bytes.subarray(at + 2, at + 2 + WRAPPED_BYTES);
    if (content.length === WRAPPED_BYTES) found.push(content);
  }
  return found;
}

function importKey(bytes: Buffer): Promise<CryptoKey> {
  const copy = Uint8Array.from(bytes);
  return crypto.subtle.importKey('raw', copy, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** The keys a passphrase gives with the parameters of any slot file. */
async function guess(files: readonly { bytes: Buffer }[], passphrase: string): Promise<CryptoKey[]> {
  const keys: CryptoKey[] = [];
  for (const { bytes } of files.filter((file) => isSlotFile(file.bytes))) {
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const content = readSlot(bytes, slot);
      const parameters = content && decodePassphraseParameters(content);
      if (parameters) keys.push((await deriveEntryKeys(passphrase, parameters)).root);
    }
  }
  return keys;
}

/** A row as V8 writes it: among others a text `id` and a byte array `sealed`, both of them in one object. */
const SEALED_HEAD = Buffer.from('"\x06sealed', 'latin1');
const ID_HEAD = Buffer.from('"\x02id"', 'latin1');
const ROW_SPAN = 400;
const TABLES = ['meta', 'conversations', 'messages'];

async function openRows(bytes: Buffer, vault: VaultKeys): Promise<string[]> {
  const opened: string[] = [];
  for (let at = bytes.indexOf(SEALED_HEAD); at !== -1; at = bytes.indexOf(SEALED_HEAD, at + 1)) {
    const sealed = byteArrayAfter(bytes, at + SEALED_HEAD.length);
    const near = bytes.subarray(Math.max(0, at - ROW_SPAN), at + ROW_SPAN);
    if (!sealed) continue;
    for (const id of idsIn(near)) {
      for (const table of TABLES) {
        const place = `${table}/${id}`;
        const key = place === IDENTITY_ROW ? vault.identity : vault.rows;
        const plain = await openBytes(key, sealed, place).catch(() => null);
        if (plain) opened.push(`${table}: ${bytesToUtf8(plain)}`);
      }
    }
  }
  return opened;
}

/** What follows tag B and its length, within a few bytes. */
function byteArrayAfter(bytes: Buffer, from: number): Buffer | null {
  const at = bytes.indexOf(0x42, from);
  if (at === -1 || at > from + 8) return null;
  let length = 0;
  let next = at + 1;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[next++] ?? 0;
    length += (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return next + length <= bytes.length ? bytes.subarray(next, next + length) : null;
}

function idsIn(bytes: Buffer): string[] {
  const ids: string[] = [];
  for (let at = bytes.indexOf(ID_HEAD); at !== -1; at = bytes.indexOf(ID_HEAD, at + 1)) {
    const length = bytes[at + ID_HEAD.length] ?? 0;
    const start = at + ID_HEAD.length + 1;
    ids.push(bytes.subarray(start, start + length).toString('latin1'));
  }
  return ids;
}
