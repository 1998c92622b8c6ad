// Where the slot file of a profile lives: a file of the origin private file system, changed in place by a dedicated
// worker, or, where that is missing, one IndexedDB record that is rewritten (v2-forward-secrecy-and-pq.md §19).
import { SLOT_FILE_BYTES } from '../crypto/slots.ts';
import { errorCode } from '../errors.ts';
import { storageError } from './errors.ts';
import type { ProfileListDatabase } from './profile-list.ts';

export interface SlotFiles {
  /** `file`: changed in place. `record`: old contents may survive in the database's log. */
  readonly kind: 'file' | 'record';
  /** The whole image, 16,384 bytes; null when there is none. @throws StorageError `damaged` (another length), `blocked` */
  read(profileId: string): Promise<Uint8Array | null>;
  /** Makes or replaces the whole file. */
  create(profileId: string, image: Uint8Array): Promise<void>;
  /** Overwrites part of it in place. @throws StorageError `not-found`, `blocked` (another tab is writing) */
  write(profileId: string, offset: number, bytes: Uint8Array): Promise<void>;
  /**
   * Overwrites the whole file, then takes it away; nothing happens when there is none.
   * @param filler random, 16,384 bytes
   * @throws StorageError `blocked`, `storage-failed`
   */
  destroy(profileId: string, filler: Uint8Array): Promise<void>;
}

const DIRECTORY = 'vault';
/** Another tab holds the file for a few milliseconds at most. */
const OPEN_ATTEMPTS = 20;
const OPEN_PAUSE_MS = 50;

const nameOf = (profileId: string) => `${profileId}.slots`;

interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

/** Slot files in the origin private file system. In-place writes need a dedicated worker. */
export function createOpfsSlotFiles(
  root: () => Promise<FileSystemDirectoryHandle>,
  pause: (ms: number) => Promise<void>
): SlotFiles {
  const directory = async () => (await root()).getDirectoryHandle(DIRECTORY, { create: true });

  async function find(profileId: string, create: boolean): Promise<FileSystemFileHandle | null> {
    try {
      return await (await directory()).getFileHandle(nameOf(profileId), { create });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotFoundError') return null;
      throw storageError('storage-failed', error);
    }
  }

  async function openInPlace(file: FileSystemFileHandle): Promise<SyncAccessHandle> {
    const opener = file as unknown as { createSyncAccessHandle(): Promise<SyncAccessHandle> };
    for (let attempt = 1; ; attempt++) {
      try {
        return await opener.createSyncAccessHandle();
      } catch (error) {
        const isTaken = error instanceof DOMException && error.name === 'NoModificationAllowedError';
        if (!isTaken || attempt === OPEN_ATTEMPTS) throw storageError('blocked', error);
        await pause(OPEN_PAUSE_MS);
      }
    }
  }

  async function writeAt(file: FileSystemFileHandle, offset: number, bytes: Uint8Array): Promise<void> {
    const handle = await openInPlace(file);
    try {
      handle.write(bytes, { at: offset });
      handle.flush();
    } catch (error) {
      throw storageError('quota', error);
    } finally {
      handle.close();
    }
  }

  async function readWhole(profileId: string): Promise<Uint8Array | null> {
    for (let attempt = 1; ; attempt++) {
      const file = await find(profileId, false);
      if (!file) return null;
      try {
        return new Uint8Array(await (await file.getFile()).arrayBuffer());
      } catch (error) {
        // What was looked at cannot be read any more once somebody has written to it.
        if (attempt === OPEN_ATTEMPTS) throw storageError('blocked', error);
        await pause(OPEN_PAUSE_MS);
      }
    }
  }

  return {
    kind: 'file',
    async read(profileId) {
      const bytes = await readWhole(profileId);
      if (bytes && bytes.length !== SLOT_FILE_BYTES) throw storageError('damaged');
      return bytes;
    },
    async create(profileId, image) {
      const file = await find(profileId, true);
      if (!file) throw storageError('storage-failed');
      await writeAt(file, 0, image);
    },
    async write(profileId, offset, bytes) {
      const file = await find(profileId, false);
      if (!file) throw storageError('not-found');
      await writeAt(file, offset, bytes);
    },
    async destroy(profileId, filler) {
      const file = await find(profileId, false);
      if (!file) return;
      await writeAt(file, 0, filler);
      try {
        await (await directory()).removeEntry(nameOf(profileId));
      } catch (error) {
        if (error instanceof DOMException && error.name === 'NotFoundError') return;
        throw storageError('storage-failed', error);
      }
    }
  };
}

/** Slot files as records of the profile list's database: best effort, since databases keep logs. */
export function createRecordSlotFiles(list: ProfileListDatabase): SlotFiles {
  return {
    kind: 'record',
    async read(profileId) {
      const image = (await list.slots.get(profileId))?.image;
      if (image && image.length !== SLOT_FILE_BYTES) throw storageError('damaged');
      return image ?? null;
    },
    async create(profileId, image) {
      await list.slots.put({ id: profileId, image });
    },
    async write(profileId, offset, bytes) {
      await list.transaction('rw', [list.slots], async () => {
        const record = await list.slots.get(profileId);
        if (!record) throw storageError('not-found');
        const image = record.image.slice();
        image.set(bytes, offset);
        await list.slots.put({ id: profileId, image });
      });
    },
    async destroy(profileId, filler) {
      await list.transaction('rw', [list.slots], async () => {
        if (!(await list.slots.get(profileId))) return;
        await list.slots.put({ id: profileId, image: filler });
      });
      await list.slots.delete(profileId);
    }
  };
}

/**
 * Slot files in the file system where that works, else as records: browsers refuse it in private windows, and some say
 * that they have it and do not. A profile stays where it was made.
 */
export function withRecordFallback(files: SlotFiles, records: SlotFiles): SlotFiles {
  /** Any other failure is that of a browser without such files. */
  const isOfFile = (error: unknown) => ['damaged', 'blocked'].includes(errorCode(error));
  const readFile = (profileId: string) =>
    files.read(profileId).catch((error: unknown) => {
      if (errorCode(error) === 'blocked') throw error;
      return null;
    });
  return {
    kind: files.kind,
    async read(profileId) {
      let image: Uint8Array | null;
      try {
        image = await files.read(profileId);
      } catch (error) {
        const found = await records.read(profileId);
        if (!found && isOfFile(error)) throw error;
        return found;
      }
      return image ?? records.read(profileId);
    },
    async create(profileId, image) {
      try {
        await files.create(profileId, image);
      } catch {
        await records.create(profileId, image);
      }
    },
    async write(profileId, offset, bytes) {
      const place = (await readFile(profileId)) ? files : records;
      await place.write(profileId, offset, bytes);
    },
    async destroy(profileId, filler) {
      await records.destroy(profileId, filler);
      // Where the file system is refused nothing lies in it.
      if (await readFile(profileId)) await files.destroy(profileId, filler);
    }
  };
}
