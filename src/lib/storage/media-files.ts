// Where sealed chunks lie: files of the origin private file system, or records of the profile's database where that is
// missing (private windows). Neither knows what the bytes are.
import { errorCode } from '../errors.ts';
import { storageError, wrapStorageError } from './errors.ts';
import { SEALED_CHUNK_BYTES, type MediaPlace } from './media-rows.ts';
import type { ProfileDatabase } from './schema.ts';

export interface MediaFiles {
  readonly place: MediaPlace;
  /** A new file. @throws StorageError `quota`, `storage-failed` */
  create(fileName: string): Promise<MediaFileWriter>;
  /** A chunk by its index; null when there is none. `length`: bytes it takes. @throws StorageError */
  read(fileName: string, index: number, length: number): Promise<Uint8Array | null>;
  /** Nothing happens when there is none. @throws StorageError `blocked` while it is being written, `storage-failed` */
  remove(fileName: string): Promise<void>;
  /** Bytes a file takes; 0 when there is none. @throws StorageError */
  size(fileName: string): Promise<number>;
  /** Names of all files. */
  list(): Promise<string[]>;
  /** Takes everything away, the place included. @throws StorageError `blocked` while a file is being written */
  removeAll(): Promise<void>;
}

export interface MediaFileWriter {
  /** The next chunk. @throws StorageError `quota`, `storage-failed` */
  append(sealed: Uint8Array): Promise<void>;
  /** The chunks are on the disk. */
  close(): Promise<void>;
}

/** Where chunks may lie; without a file system only records. */
export type MediaPlaces = Readonly<Record<MediaPlace, MediaFiles | null>>;

const DIRECTORY = 'media';

interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

/** Node and the compiler's library know less of directories than browsers do. */
type Directory = FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };

/**
 * Files in a directory of the profile. Reading works everywhere, writing in dedicated workers.
 * @param root the origin's directory
 * @param profileId random id of the profile
 */
export function createOpfsMediaFiles(
  root: () => Promise<FileSystemDirectoryHandle>,
  profileId: string
): MediaFiles {
  const directory = async () => {
    const media = await (await root()).getDirectoryHandle(DIRECTORY, { create: true });
    return (await media.getDirectoryHandle(profileId, { create: true })) as Directory;
  };

  async function find(fileName: string): Promise<FileSystemFileHandle | null> {
    try {
      return await (await directory()).getFileHandle(fileName);
    } catch (error) {
      if (nameOf(error) === 'NotFoundError') return null;
      throw fileError(error);
    }
  }

  return {
    place: 'file',
    async create(fileName) {
      try {
        const file = await (await directory()).getFileHandle(fileName, { create: true });
        const opener = file as unknown as { createSyncAccessHandle(): Promise<SyncAccessHandle> };
        return writerOf(await opener.createSyncAccessHandle());
      } catch (error) {
        throw fileError(error);
      }
    },
    async read(fileName, index, length) {
      const file = await find(fileName);
      if (!file) return null;
      try {
        const start = index * SEALED_CHUNK_BYTES;
        const bytes = await (await file.getFile()).slice(start, start + length).arrayBuffer();
        return bytes.byteLength === length ? new Uint8Array(bytes) : null;
      } catch (error) {
        if (nameOf(error) === 'NotFoundError') return null;
        throw fileError(error);
      }
    },
    async remove(fileName) {
      try {
        await (await directory()).removeEntry(fileName);
      } catch (error) {
        if (nameOf(error) !== 'NotFoundError') throw fileError(error);
      }
    },
    async size(fileName) {
      const file = await find(fileName);
      if (!file) return 0;
      try {
        return (await file.getFile()).size;
      } catch (error) {
        if (nameOf(error) === 'NotFoundError') return 0;
        throw fileError(error);
      }
    },
    async list() {
      const names: string[] = [];
      try {
        for await (const name of (await directory()).keys()) names.push(name);
      } catch (error) {
        throw fileError(error);
      }
      return names;
    },
    async removeAll() {
      try {
        const media = await (await root()).getDirectoryHandle(DIRECTORY);
        await media.removeEntry(profileId, { recursive: true });
      } catch (error) {
        if (nameOf(error) !== 'NotFoundError') throw fileError(error);
      }
    }
  };
}

function writerOf(handle: SyncAccessHandle): MediaFileWriter {
  let at = 0;
  return {
    async append(sealed) {
      try {
        if (handle.write(sealed, { at }) !== sealed.length) throw storageError('quota');
        at += sealed.length;
      } catch (error) {
        throw fileError(error);
      }
    },
    async close() {
      try {
        handle.flush();
      } catch (error) {
        throw fileError(error);
      } finally {
        handle.close();
      }
    }
  };
}

/** Chunks as records of the profile's database. */
export function createRecordMediaFiles(db: ProfileDatabase): MediaFiles {
  const keyOf = (fileName: string, index: number) => `${fileName}/${String(index).padStart(5, '0')}`;
  const caught = async <Result>(work: () => PromiseLike<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw wrapStorageError(error);
    }
  };
  return {
    place: 'record',
    async create(fileName) {
      let index = 0;
      return {
        append: (sealed) =>
          caught(async () => {
            await db.mediaChunks.add({ id: keyOf(fileName, index++), sealed });
          }),
        close: () => Promise.resolve()
      };
    },
    read: (fileName, index, length) =>
      caught(async () => {
        const row = await db.mediaChunks.get(keyOf(fileName, index));
        return row?.sealed.length === length ? row.sealed : null;
      }),
    remove: (fileName) =>
      caught(async () => {
        await db.mediaChunks.where(':id').startsWith(`${fileName}/`).delete();
      }),
    size: (fileName) =>
      caught(async () => {
        let bytes = 0;
        await db.mediaChunks
          .where(':id')
          .startsWith(`${fileName}/`)
          .each(({ sealed }) => {
            bytes += sealed.length;
          });
        return bytes;
      }),
    list: () =>
      caught(async () => {
        const keys = (await db.mediaChunks.toCollection().primaryKeys()) as string[];
        return [...new Set(keys.map((key) => key.slice(0, key.indexOf('/'))))];
      }),
    removeAll: () => caught(() => db.mediaChunks.clear())
  };
}

/** Bytes a file takes wherever it lies. @throws StorageError */
export async function sizeOfMediaFile(places: MediaPlaces, fileName: string): Promise<number> {
  let bytes = 0;
  for (const files of [places.file, places.record]) bytes += (await files?.size(fileName)) ?? 0;
  return bytes;
}

/** Removes a file wherever it lies. @throws StorageError `storage-failed` */
export async function removeMediaFile(places: MediaPlaces, fileName: string): Promise<void> {
  for (const files of [places.file, places.record]) {
    await files?.remove(fileName).catch((error: unknown) => {
      // Its writer finds no row when it is done, and removes it then.
      if (errorCode(error) !== 'blocked') throw error;
    });
  }
}

function nameOf(error: unknown): string {
  return error instanceof DOMException ? error.name : '';
}

function fileError(error: unknown) {
  const isLocked = nameOf(error) === 'NoModificationAllowedError';
  return isLocked ? storageError('blocked', error) : wrapStorageError(error);
}
