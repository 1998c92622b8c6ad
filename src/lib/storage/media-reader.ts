// Read side of stored files, for page and engine: facts, whole files, and ranges of them for players.
import { base64ToBytes, wipe } from '../bytes/index.ts';
import { storageError } from './errors.ts';
import type { MediaPlaces } from './media-files.ts';
import {
  chunkCount,
  importFileKey,
  openChunk,
  PLAIN_CHUNK_BYTES,
  SEALED_CHUNK_BYTES,
  storedLength,
  type MediaContent,
  type MediaKind,
  type StagedFile
} from './media-rows.ts';
import { openContent } from './rows.ts';
import type { ProfileDatabase } from './schema.ts';
import { reading } from './store.ts';

export type { MediaPlaces } from './media-files.ts';

export interface MediaFacts {
  readonly id: string;
  readonly owner: string;
  readonly kind: MediaKind;
  readonly name: string;
  readonly contentType: string;
  /** Of the plain file. */
  readonly bytes: number;
  /** What removing it frees. */
  readonly storedBytes: number;
  readonly createdAtMs: number;
  /** Only while it waits for its message. */
  readonly staged: StagedFile | null;
}

export interface MediaReader {
  /** Null when there is none, or it is not whole yet. @throws StorageError */
  facts(mediaId: string): Promise<MediaFacts | null>;
  /**
   * Part of a file.
   * @param start from 0; `end` exclusive, cut at the end of the file
   * @throws StorageError `not-found`, `row-damaged`
   */
  range(mediaId: string, start: number, end: number): Promise<Uint8Array>;
  /**
   * The whole file. Its type is one that may stand in a page, else `application/octet-stream`.
   * @throws StorageError `not-found`, `row-damaged`
   */
  blob(mediaId: string): Promise<Blob>;
}

/** What a page may show by itself. Anything that could be a document is not among it (design.md §8). */
export const INLINE_MEDIA_TYPES: readonly string[] = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/webm',
  'audio/wav',
  'audio/flac'
];

/** @param rowKey opens rows; structured cloning carries it to the page */
export function createMediaReader(db: ProfileDatabase, rowKey: CryptoKey, places: MediaPlaces): MediaReader {
  async function load(mediaId: string): Promise<(MediaContent & { readonly owner: string }) | null> {
    const row = await reading(() => db.media.get(mediaId));
    if (!row || row.writing) return null;
    return { ...(await openContent<MediaContent>(rowKey, 'media', row)), owner: row.owner };
  }

  async function require(mediaId: string): Promise<MediaContent> {
    const content = await load(mediaId);
    if (!content) throw missing();
    return content;
  }

  async function* chunks(content: MediaContent, start: number, end: number): AsyncGenerator<Uint8Array> {
    const files = places[content.place];
    if (!files) throw missing();
    const keyBytes = base64ToBytes(content.keyBase64);
    const key = await importFileKey(keyBytes);
    wipe(keyBytes);
    const last = chunkCount(content.bytes) - 1;
    const lastLength = storedLength(content.bytes) - last * SEALED_CHUNK_BYTES;
    for (let index = Math.floor(start / PLAIN_CHUNK_BYTES); index <= last; index++) {
      const from = index * PLAIN_CHUNK_BYTES;
      if (from >= end) return;
      const isLast = index === last;
      const length = isLast ? lastLength : SEALED_CHUNK_BYTES;
      const sealed = await files.read(content.fileName, index, length);
      if (!sealed) throw missing();
      const plain = await openChunk(key, content.fileName, { index, isLast, sealed });
      yield plain.subarray(Math.max(0, start - from), Math.min(end - from, PLAIN_CHUNK_BYTES));
    }
  }

  return {
    async facts(mediaId) {
      const content = await load(mediaId);
      return content && factsOf(mediaId, content.owner, content);
    },
    async range(mediaId, start, end) {
      const content = await require(mediaId);
      const from = Math.min(Math.max(0, Math.floor(start)), content.bytes);
      const to = Math.min(Math.max(from, Math.floor(end)), content.bytes);
      const bytes = new Uint8Array(to - from);
      let offset = 0;
      for await (const part of chunks(content, from, to)) {
        bytes.set(part, offset);
        offset += part.length;
      }
      return bytes;
    },
    async blob(mediaId) {
      const content = await require(mediaId);
      const parts: BlobPart[] = [];
      for await (const part of chunks(content, 0, content.bytes)) parts.push(part as Uint8Array<ArrayBuffer>);
      const isInline = INLINE_MEDIA_TYPES.includes(content.contentType);
      return new Blob(parts, { type: isInline ? content.contentType : 'application/octet-stream' });
    }
  };
}

/** What of a row is for showing. */
export function factsOf(id: string, owner: string, content: MediaContent): MediaFacts {
  const { kind, name, contentType, bytes, storedBytes, createdAtMs, staged = null } = content;
  return { id, owner, kind, name, contentType, bytes, storedBytes, createdAtMs, staged };
}

function missing() {
  return storageError('not-found', undefined, { table: 'media' });
}
