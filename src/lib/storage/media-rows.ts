// Rows of stored files, and how a file's chunks are sealed (design.md §6). A file has a random name and a key of its own,
// which its row seals: without the row the chunks are noise.
//
//   chunk = nonce(12) ‖ AES-256-GCM ‖ tag(16), associated data `media/<file>/<index>/<more|last>`
//
// Every chunk but the last holds 131,044 bytes and is stored as 131,072; the last is filled with zeros up to a multiple of
// 4,096 stored bytes, so that lengths on the disk tell little.
import { openBytes, sealBytes } from '../crypto/vault.ts';
import type { RandomBytes } from '../random.ts';
import { storageError } from './errors.ts';
import type { SealedRow } from './rows.ts';
import type { AttachmentKind } from './views.ts';

export interface MediaRow extends SealedRow {
  /** What it belongs to: begins with a conversation's id, or names a place of the profile. */
  readonly owner: string;
  /** Only while its chunks are being written. */
  readonly writing?: 1;
}

/** A chunk where the file system is missing; `id` is file name and index. */
export interface MediaChunkRow {
  readonly id: string;
  readonly sealed: Uint8Array;
}

/** `picture`: of a profile. */
export type MediaKind = AttachmentKind | 'thumbnail' | 'picture';

export interface MediaContent {
  readonly kind: MediaKind;
  /** As it is shown and saved. */
  readonly name: string;
  /** What the bytes are, as found out on this device. */
  readonly contentType: string;
  /** Of the plain file. */
  readonly bytes: number;
  /** Bytes its chunks take. */
  readonly storedBytes: number;
  readonly createdAtMs: number;
  readonly place: MediaPlace;
  readonly fileName: string;
  readonly keyBase64: string;
  /** Until the message is stored. */
  readonly staged?: StagedFile;
}

/** What the person said of a file that waits for its message. */
export interface StagedFile {
  readonly width: number | null;
  readonly height: number | null;
  readonly caption: string | null;
  readonly thumbnailMediaId: string | null;
  /** For one that is shown in the composer until it is sent. */
  readonly tray?: TrayFacts;
}

/** What the composer tells of a file that waits there. */
export interface TrayFacts {
  /** Random, by the page that chose it. */
  readonly key: string;
  /** Its place among the others: smaller ones first. */
  readonly order: number;
  /** Of what was chosen, where a picture lost detail; null otherwise. */
  readonly bytesBefore: number | null;
  /** Nothing is in it but the picture. */
  readonly cleaned: boolean;
  /** It moved, and no longer does. */
  readonly madeStill: boolean;
}

/** Owner of files that wait for a message of a conversation. */
export const stagedOwner = (conversationId: string) => `${conversationId}/staged`;

/** `file`: origin private file system. `record`: this database. */
export type MediaPlace = 'file' | 'record';

const SEAL_OVERHEAD_BYTES = 28;
const DISK_STEP_BYTES = 4_096;
export const SEALED_CHUNK_BYTES = 131_072;
export const PLAIN_CHUNK_BYTES = SEALED_CHUNK_BYTES - SEAL_OVERHEAD_BYTES;
/** Largest plain file; above what any format carries. */
export const MAX_MEDIA_BYTES = 64 * 1024 * 1024;
export const FILE_KEY_BYTES = 32;

/** An empty file has one chunk too, so that its end is authentic. */
export function chunkCount(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PLAIN_CHUNK_BYTES));
}

/** Bytes the chunks of a file take. */
export function storedLength(bytes: number): number {
  const full = chunkCount(bytes) - 1;
  return full * SEALED_CHUNK_BYTES + lastChunkLength(bytes - full * PLAIN_CHUNK_BYTES);
}

function lastChunkLength(plainBytes: number): number {
  return Math.ceil((plainBytes + SEAL_OVERHEAD_BYTES) / DISK_STEP_BYTES) * DISK_STEP_BYTES;
}

/** @param bytes 32 bytes; wipe after use */
export function importFileKey(bytes: Uint8Array): Promise<CryptoKey> {
  const usages: KeyUsage[] = ['encrypt', 'decrypt'];
  return globalThis.crypto.subtle.importKey(
    'raw',
    bytes as Uint8Array<ArrayBuffer>,
    'AES-GCM',
    false,
    usages
  );
}

/** @param plain at most `PLAIN_CHUNK_BYTES`; exactly as many unless it is the last */
export function sealChunk(
  key: CryptoKey,
  fileName: string,
  chunk: { readonly index: number; readonly isLast: boolean; readonly plain: Uint8Array },
  random: RandomBytes
): Promise<Uint8Array> {
  const { index, isLast, plain } = chunk;
  const filled = isLast ? new Uint8Array(lastChunkLength(plain.length) - SEAL_OVERHEAD_BYTES) : plain;
  if (isLast) filled.set(plain);
  return sealBytes(key, filled, associatedData(fileName, index, isLast), random);
}

/** The plain bytes with their filling. @throws StorageError `row-damaged` */
export async function openChunk(
  key: CryptoKey,
  fileName: string,
  chunk: { readonly index: number; readonly isLast: boolean; readonly sealed: Uint8Array }
): Promise<Uint8Array> {
  try {
    return await openBytes(key, chunk.sealed, associatedData(fileName, chunk.index, chunk.isLast));
  } catch (cause) {
    throw storageError('row-damaged', cause, { table: 'media' });
  }
}

function associatedData(fileName: string, index: number, isLast: boolean): string {
  return `media/${fileName}/${index}/${isLast ? 'last' : 'more'}`;
}
