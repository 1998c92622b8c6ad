// Stored files: written sealed, listed, removed for good. The row comes before its chunks and goes before them, so that a
// crash leaves a row marked as being written or chunks that no key opens any more; `sweep` removes both.
import { bytesToBase64, wipe } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import { storageError } from './errors.ts';
import { removeMediaFile, type MediaFiles, type MediaFileWriter, type MediaPlaces } from './media-files.ts';
import { createMediaReader, factsOf, type MediaFacts, type MediaReader } from './media-reader.ts';
import {
  FILE_KEY_BYTES,
  importFileKey,
  MAX_MEDIA_BYTES,
  PLAIN_CHUNK_BYTES,
  sealChunk,
  type MediaContent,
  type MediaKind,
  type MediaRow,
  type StagedFile
} from './media-rows.ts';
import {
  commit,
  commitBuilt,
  openRow,
  randomId,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore
} from './store.ts';

export interface NewMedia {
  /**
   * What it belongs to: the id of a message, of a conversation, or a conversation's id with something appended, so that
   * all of a conversation can be found; or a fixed name for what is the profile's own. Not sealed: random ids only.
   */
  readonly owner: string;
  readonly kind: MediaKind;
  readonly name: string;
  /** What the bytes were found to be, not what a stranger calls them. */
  readonly contentType: string;
  /** For a file that waits for its message. */
  readonly staged?: StagedFile;
}

/** Bytes at once, or piece by piece. */
export type MediaSource = Uint8Array | Blob | AsyncIterable<Uint8Array>;

export interface MediaRemoval {
  /** To be made part of a change set. */
  readonly changes: Pick<ChangeSet, 'expect' | 'remove'>;
  /** Bytes that are free afterwards. */
  readonly freedBytes: number;
  /** Removes the chunks; after the change set took effect. A crash in between is mended by `sweep`. */
  finish(): Promise<void>;
}

export interface MediaStore extends MediaReader {
  /**
   * Seals and stores a file.
   * @throws StorageError `quota`, `media-too-large`, `storage-failed`; `not-found` when it was removed meanwhile; the signal's
   *   reason when aborted. Nothing of it is left after a failure.
   */
  save(media: NewMedia, source: MediaSource, signal?: AbortSignal): Promise<MediaFacts>;
  /** All whole files whose owner begins so; `''` for all. Reads and opens every row of them. */
  list(ownerPrefix: string): Promise<MediaFacts[]>;
  /** Gives files to another owner; those that are gone are left out. */
  reassign(mediaIds: readonly string[], owner: string): Promise<void>;
  /** Removes files. @returns bytes freed */
  remove(mediaIds: readonly string[]): Promise<number>;
  /** Removes all whose owner begins so. @returns bytes freed */
  removeOf(ownerPrefix: string): Promise<number>;
  /** The removal of files as part of a larger change; ids that are gone are left out. */
  prepareRemoval(mediaIds: readonly string[]): Promise<MediaRemoval>;
  /**
   * Removes what a crash left: files being written that nobody writes any more, and chunks without a row.
   * @param isWanted false for files that nothing refers to any more; absent: all are wanted
   * @returns how many rows and files were removed
   */
  sweep(
    isWanted?: (media: MediaFacts) => boolean | Promise<boolean>
  ): Promise<{ rows: number; files: number }>;
}

/** Nobody takes longer to write a file; a row marked so that is older was left by a crash. */
const WRITING_LIMIT_MS = 120_000;

export function createMediaStore(dependencies: {
  readonly store: ProfileStore;
  readonly places: MediaPlaces;
  readonly clock: Pick<Clock, 'now'>;
  /** Largest plain file. */
  readonly maxBytes?: number;
}): MediaStore {
  const { store, places, clock, maxBytes = MAX_MEDIA_BYTES } = dependencies;
  const { db } = store;

  /** The file system where it lets us, else the database. */
  async function createFile(fileName: string): Promise<{ files: MediaFiles; writer: MediaFileWriter }> {
    for (const files of [places.file, places.record]) {
      if (!files) continue;
      try {
        return { files, writer: await files.create(fileName) };
      } catch (error) {
        if (errorCode(error) === 'quota' || files === places.record) throw error;
      }
    }
    throw storageError('storage-failed');
  }

  async function save(media: NewMedia, source: MediaSource, signal?: AbortSignal): Promise<MediaFacts> {
    signal?.throwIfAborted();
    const [id, fileName] = [randomId(store.random), randomId(store.random)];
    const keyBytes = store.random(FILE_KEY_BYTES);
    const content: Omit<MediaContent, 'place'> = {
      kind: media.kind,
      name: media.name,
      contentType: media.contentType,
      bytes: 0,
      storedBytes: 0,
      createdAtMs: clock.now(),
      fileName,
      keyBase64: bytesToBase64(keyBytes),
      ...(media.staged && { staged: media.staged })
    };
    const { owner } = media;
    const begun = { ...content, place: places.file ? 'file' : 'record' };
    const writing = await sealRow(store, 'media', id, null, { owner, writing: 1 as const }, begun);
    await commit(store, { name: 'begin media', by: 'any', add: [{ table: 'media', row: writing }] });
    try {
      const { files, writer } = await createFile(fileName);
      const key = await importFileKey(keyBytes);
      let written: { bytes: number; storedBytes: number };
      try {
        written = await writeChunks(writer, key, fileName, source, signal);
      } finally {
        await writer.close();
      }
      const whole: MediaContent = { ...content, ...written, place: files.place };
      await finish(id, whole);
      return factsOf(id, owner, whole);
    } catch (error) {
      await discard(id, fileName);
      if (errorCode(error) === 'quota') store.room.onQuota?.();
      throw error;
    } finally {
      wipe(keyBytes);
    }
  }

  async function writeChunks(
    writer: MediaFileWriter,
    key: CryptoKey,
    fileName: string,
    source: MediaSource,
    signal: AbortSignal | undefined
  ): Promise<{ bytes: number; storedBytes: number }> {
    let [bytes, storedBytes, index] = [0, 0, 0];
    for await (const { plain, isLast } of inChunks(source)) {
      signal?.throwIfAborted();
      bytes += plain.length;
      if (bytes > maxBytes) throw storageError('media-too-large', undefined, { limit: maxBytes });
      const sealed = await sealChunk(key, fileName, { index, isLast, plain }, store.random);
      await writer.append(sealed);
      storedBytes += sealed.length;
      index++;
    }
    return { bytes, storedBytes };
  }

  /** The row as it is now says who owns it: that may have changed, or the row may be gone. */
  function finish(id: string, content: MediaContent): Promise<void> {
    return commitBuilt(store, async () => {
      const row = await reading(() => db.media.get(id));
      if (!row) throw storageError('not-found', undefined, { table: 'media' });
      const next = await sealRow(store, 'media', id, row, { owner: row.owner }, content);
      const changes: ChangeSet = {
        name: 'finish media',
        by: 'any',
        expect: [{ table: 'media', id, rev: row.rev }],
        put: [{ table: 'media', row: next }]
      };
      return { changes, result: undefined };
    });
  }

  /** After a failure; what cannot be removed now is for `sweep`. */
  async function discard(id: string, fileName: string): Promise<void> {
    const remove = [{ table: 'media', id }] as const;
    await commit(store, { name: 'discard media', by: 'any', remove }).catch(() => {});
    await removeFile(fileName).catch(() => {});
  }

  const removeFile = (fileName: string) => removeMediaFile(places, fileName);

  const rowsOf = (ownerPrefix: string): Promise<MediaRow[]> =>
    reading(() =>
      ownerPrefix === '' ? db.media.toArray() : db.media.where('owner').startsWith(ownerPrefix).toArray()
    );

  const openAll = async (rows: readonly MediaRow[]) =>
    Promise.all(
      rows.map(async (row) => ({ row, content: await openRow<MediaContent>(store, 'media', row) }))
    );

  const rowsById = async (mediaIds: readonly string[]): Promise<MediaRow[]> =>
    (await reading(() => db.media.bulkGet([...mediaIds]))).filter((row) => row !== undefined);

  async function planRemoval(rows: readonly MediaRow[]): Promise<MediaRemoval> {
    const opened = await openAll(rows);
    return {
      changes: {
        expect: rows.map(({ id, rev }) => ({ table: 'media', id, rev })),
        remove: rows.map(({ id }) => ({ table: 'media', id }))
      },
      freedBytes: opened.reduce((sum, { content }) => sum + content.storedBytes, 0),
      async finish() {
        for (const { content } of opened) await removeFile(content.fileName);
      }
    };
  }

  async function removeRows(load: () => Promise<MediaRow[]>): Promise<number> {
    const removal = await commitBuilt(store, async () => {
      const plan = await planRemoval(await load());
      return { changes: { name: 'remove media', by: 'any', ...plan.changes }, result: plan };
    });
    await removal.finish();
    return removal.freedBytes;
  }

  function isLeftBehind({ row, content }: Awaited<ReturnType<typeof openAll>>[number]): boolean {
    // A clock that was set back must not keep it for ever.
    return row.writing === 1 && Math.abs(clock.now() - content.createdAtMs) > WRITING_LIMIT_MS;
  }

  return {
    ...createMediaReader(db, store.keys.rows, places),
    save,
    async list(ownerPrefix) {
      const rows = (await rowsOf(ownerPrefix)).filter(({ writing }) => writing === undefined);
      return (await openAll(rows)).map(({ row, content }) => factsOf(row.id, row.owner, content));
    },
    reassign: (mediaIds, owner) =>
      commitBuilt(store, async () => {
        const opened = await openAll(await rowsById(mediaIds));
        const put = await Promise.all(
          opened.map(async ({ row, content }) => {
            const indexed = { owner, ...(row.writing && { writing: row.writing }) };
            return {
              table: 'media' as const,
              row: await sealRow(store, 'media', row.id, row, indexed, content)
            };
          })
        );
        const expect = opened.map(({ row: { id, rev } }) => ({ table: 'media' as const, id, rev }));
        return { changes: { name: 'reassign media', by: 'any', expect, put }, result: undefined };
      }),
    remove: (mediaIds) => removeRows(() => rowsById(mediaIds)),
    removeOf: (ownerPrefix) => removeRows(() => rowsOf(ownerPrefix)),
    prepareRemoval: async (mediaIds) => planRemoval(await rowsById(mediaIds)),
    async sweep(isWanted = () => true) {
      // Files before rows: a row always comes before its file, so a file that has none now will have none.
      const files = [];
      for (const place of [places.file, places.record]) {
        if (place) for (const fileName of await place.list()) files.push({ place, fileName });
      }
      const opened = await openAll(await rowsOf(''));
      const gone: string[] = [];
      for (const each of opened) {
        const { row, content } = each;
        const isKept = row.writing
          ? !isLeftBehind(each)
          : await isWanted(factsOf(row.id, row.owner, content));
        if (!isKept) gone.push(row.id);
      }
      await removeRows(() => rowsById(gone));
      const known = new Set(opened.map(({ content }) => content.fileName));
      const orphans = files.filter(({ fileName }) => !known.has(fileName));
      for (const { place, fileName } of orphans) {
        await place.remove(fileName).catch((error: unknown) => {
          if (errorCode(error) !== 'blocked') throw error;
        });
      }
      return { rows: gone.length, files: orphans.length };
    }
  };
}

/** The source cut into chunks; the last one is known as such when it comes. */
async function* inChunks(source: MediaSource): AsyncGenerator<{ plain: Uint8Array; isLast: boolean }> {
  let held = new Uint8Array(PLAIN_CHUNK_BYTES);
  let length = 0;
  for await (const piece of pieces(source)) {
    for (let offset = 0; offset < piece.length;) {
      // Only when more follows is a full chunk not the last.
      if (length === PLAIN_CHUNK_BYTES) {
        yield { plain: held, isLast: false };
        held = new Uint8Array(PLAIN_CHUNK_BYTES);
        length = 0;
      }
      const part = piece.subarray(offset, offset + PLAIN_CHUNK_BYTES - length);
      held.set(part, length);
      length += part.length;
      offset += part.length;
    }
  }
  yield { plain: held.subarray(0, length), isLast: true };
}

async function* pieces(source: MediaSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  if (!(source instanceof Blob)) {
    yield* source;
    return;
  }
  for (let start = 0; start < source.size; start += PLAIN_CHUNK_BYTES) {
    yield new Uint8Array(await source.slice(start, start + PLAIN_CHUNK_BYTES).arrayBuffer());
  }
}
