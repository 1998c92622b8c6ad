// A program that knows the format: database and files of a browser profile, opened with the profile's own keys and with
// nothing of the product that shows or hides rows. The page gives raw rows, raw files and the unwrapped root; the rest
// happens here.
import type { Page } from '@playwright/test';
import { base64ToBytes, bytesToUtf8, utf8ToBytes } from '../../src/lib/bytes/index.ts';
import { readSlot } from '../../src/lib/crypto/slots.ts';
import { deriveVaultKeys, openBytes } from '../../src/lib/crypto/vault.ts';
import {
  chunkCount,
  importFileKey,
  openChunk,
  SEALED_CHUNK_BYTES
} from '../../src/lib/storage/media-rows.ts';
import type { MediaContent } from '../../src/lib/storage/media-rows.ts';
import { decodeSegment } from '../../src/lib/storage/search-segment.ts';
import { isSecretRow } from '../../src/lib/storage/store.ts';

/** A stored file: where it lies, and what is in it if one of the rows has its key. */
export interface OpenedFile {
  readonly name: string;
  readonly row: MediaContent | null;
  readonly plain: Buffer | null;
}

export interface OpenedProfile {
  /** Rows by table; `text` is everything of a row in plain, its key and index fields too. */
  readonly rows: readonly { readonly table: string; readonly id: string; readonly text: string }[];
  readonly files: readonly OpenedFile[];
}

interface RawProfile {
  readonly profileId: string;
  readonly slotsBase64: string;
  readonly tables: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  readonly files: Readonly<Record<string, string>>;
}

const ROOT_PLACE = 'onionskin/root/v1';
const DEVICE_SLOT = 0;

/** Runs in the page; must not close over anything. */
async function readRaw(): Promise<RawProfile> {
  const base64 = (bytes: Uint8Array) => {
    let text = '';
    for (let start = 0; start < bytes.length; start += 32_768) {
      text += String.fromCharCode(...bytes.subarray(start, start + 32_768));
    }
    return btoa(text);
  };
  const done = <Value>(request: IDBRequest<Value>) =>
    new Promise<Value>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error as DOMException);
    });
  const list = await done(indexedDB.open('onionskin'));
  const [profile] = (await done(list.transaction('profiles').objectStore('profiles').getAll())) as {
    id: string;
  }[];
  list.close();
  const profileId = profile?.id ?? '';
  const db = await done(indexedDB.open(`onionskin-${profileId}`));
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const name of db.objectStoreNames) {
    const rows = (await done(db.transaction(name).objectStore(name).getAll())) as Record<string, unknown>[];
    tables[name] = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [
          key,
          value instanceof Uint8Array ? { base64: base64(value) } : value
        ])
      )
    );
  }
  db.close();
  const root = await navigator.storage.getDirectory();
  const bytesOf = async (directory: FileSystemDirectoryHandle, name: string) =>
    base64(new Uint8Array(await (await (await directory.getFileHandle(name)).getFile()).arrayBuffer()));
  const slotsBase64 = await bytesOf(await root.getDirectoryHandle('vault'), `${profileId}.slots`);
  const files: Record<string, string> = {};
  const media = await root
    .getDirectoryHandle('media')
    .then((directory) => directory.getDirectoryHandle(profileId))
    .catch(() => null);
  if (media) {
    const names = (media as unknown as { keys(): AsyncIterable<string> }).keys();
    for await (const name of names) files[name] = await bytesOf(media, name);
  }
  return { profileId, slotsBase64, tables, files };
}

/** The root as the device key of this browser unwraps it; the key itself cannot leave. */
async function unwrapInPage(page: Page, profileId: string, wrapped: Uint8Array): Promise<Uint8Array> {
  const rootBase64 = await page.evaluate(
    async ({ id, wrappedBase64, place }) => {
      const bytes = Uint8Array.from(atob(wrappedBase64), (character) => character.charCodeAt(0));
      const list = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('onionskin');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as DOMException);
      });
      const { key } = await new Promise<{ key: CryptoKey }>((resolve, reject) => {
        const request = list.transaction('keys').objectStore('keys').get(id);
        request.onsuccess = () => resolve(request.result as { key: CryptoKey });
        request.onerror = () => reject(request.error as DOMException);
      });
      list.close();
      const root = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: bytes.subarray(0, 12), additionalData: new TextEncoder().encode(place) },
        key,
        bytes.subarray(12)
      );
      return btoa(String.fromCharCode(...new Uint8Array(root)));
    },
    { id: profileId, wrappedBase64: Buffer.from(wrapped).toString('base64'), place: ROOT_PLACE }
  );
  return base64ToBytes(rootBase64);
}

type Open = (sealed: Uint8Array, key: CryptoKey, place: string) => Promise<Uint8Array>;

/** With the sealing of rows turned off (unsealed.ts), what is sealed is nonce, plain bytes, and a tag of zeros. */
const openUnsealed: Open = async (sealed) => sealed.subarray(12, -16);
const openSealed: Open = (sealed, key, place) => openBytes(key, sealed, place);

/** @param options.sealed false where the page runs with the sealing of rows turned off */
export async function openProfileOf(
  page: Page,
  { sealed: isSealed = true }: { sealed?: boolean } = {}
): Promise<OpenedProfile> {
  const raw = await page.evaluate(readRaw);
  const wrapped = readSlot(base64ToBytes(raw.slotsBase64), DEVICE_SLOT);
  if (!wrapped) throw new Error('no slot of the device key');
  const keys = await deriveVaultKeys(await unwrapInPage(page, raw.profileId, wrapped));
  const open = isSealed ? openSealed : openUnsealed;
  const rows: OpenedProfile['rows'][number][] = [];
  const contents = new Map<string, MediaContent>();
  for (const [table, tableRows] of Object.entries(raw.tables)) {
    for (const row of tableRows) {
      const id = String(row['id']);
      const sealed = row['sealed'] as { base64: string } | undefined;
      let opened: unknown = null;
      if (sealed && table !== 'mediaChunks') {
        const key = isSecretRow(table, id) ? keys.identity : keys.rows;
        const bytes = await open(base64ToBytes(sealed.base64), key, `${table}/${id}`);
        opened = table === 'searchSegments' ? decodeSegment(bytes) : JSON.parse(bytesToUtf8(bytes));
        if (table === 'media') contents.set((opened as MediaContent).fileName, opened as MediaContent);
      }
      rows.push({ table, id, text: JSON.stringify({ ...row, sealed: undefined, opened }) });
    }
  }
  const files: OpenedFile[] = [];
  for (const [name, base64] of Object.entries(raw.files)) {
    const row = contents.get(name) ?? null;
    files.push({ name, row, plain: row && (await openFile(base64ToBytes(base64), row, isSealed)) });
  }
  return { rows, files };
}

async function openFile(file: Uint8Array, row: MediaContent, isSealed: boolean): Promise<Buffer> {
  const key = await importFileKey(base64ToBytes(row.keyBase64));
  const count = chunkCount(row.bytes);
  const parts: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const sealed = file.subarray(index * SEALED_CHUNK_BYTES, (index + 1) * SEALED_CHUNK_BYTES);
    const isLast = index === count - 1;
    parts.push(
      isSealed
        ? await openChunk(key, row.fileName, { index, isLast, sealed })
        : await openUnsealed(sealed, key, '')
    );
  }
  return Buffer.concat(parts).subarray(0, row.bytes);
}

/** Where a text stands: names of tables, `file` for contents of files. Letters of either case count as the same. */
export function placesOf({ rows, files }: OpenedProfile, text: string): string[] {
  const wanted = text.toLowerCase();
  const places = new Set<string>();
  for (const { table, text: all } of rows) if (all.toLowerCase().includes(wanted)) places.add(table);
  for (const { plain } of files) if (plain?.includes(Buffer.from(utf8ToBytes(text)))) places.add('file');
  return [...places].sort();
}
