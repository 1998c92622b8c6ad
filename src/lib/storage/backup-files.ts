// Where an export is written: to a file the person chose, or to a file of the origin's own that is handed over when it is
// whole and removed afterwards. Never more of it in memory than one piece, except where the browser has no such files.
import { wrapStorageError } from './errors.ts';

/** One file being written. */
export interface ExportTarget {
  /** @throws StorageError `quota`, `storage-failed` */
  write(bytes: Uint8Array): Promise<void>;
  /** The whole file, for reading. @throws StorageError */
  finish(): Promise<Blob>;
  /** Removes what was written, as far as that is ours to remove; nothing happens after `finish`. */
  discard(): Promise<void>;
  /** Of a file of the origin's own, to be removed once it was handed over; null: the person's file. */
  readonly ownName: string | null;
}

export interface ExportFiles {
  /** @param handle the file the person chose; null: one of the origin's own. @throws StorageError */
  create(name: string, handle: FileSystemFileHandle | null): Promise<ExportTarget>;
  /** Names of the origin's own files. */
  list(): Promise<string[]>;
  /** Nothing happens when there is none. */
  remove(name: string): Promise<void>;
}

const DIRECTORY = 'exports';

interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

type Directory = FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };

/** @param root the origin's directory; null where the browser has none, or dedicated workers cannot write there */
export function createExportFiles(root: (() => Promise<FileSystemDirectoryHandle>) | null): ExportFiles {
  const directory = async (): Promise<Directory | null> => {
    if (!root) return null;
    try {
      return (await (await root()).getDirectoryHandle(DIRECTORY, { create: true })) as Directory;
    } catch {
      // Private windows of some browsers have it and refuse it.
      return null;
    }
  };
  return {
    async create(name, handle) {
      try {
        if (handle) return await chosenFile(handle);
        const own = await directory();
        return own ? await ownFile(own, name) : memoryFile();
      } catch (error) {
        throw wrapStorageError(error);
      }
    },
    async list() {
      const names: string[] = [];
      for await (const name of (await directory())?.keys() ?? []) names.push(name);
      return names;
    },
    async remove(name) {
      await (await directory())?.removeEntry(name).catch(() => {});
    }
  };
}

async function chosenFile(handle: FileSystemFileHandle): Promise<ExportTarget> {
  const stream = await handle.createWritable();
  let isOver = false;
  return {
    ownName: null,
    write: (bytes) => caught(() => stream.write(bytes as Uint8Array<ArrayBuffer>)),
    finish: () =>
      caught(async () => {
        isOver = true;
        await stream.close();
        return handle.getFile();
      }),
    async discard() {
      if (!isOver) await stream.abort().catch(() => {});
      // The browser made it empty when it was chosen; one that was there before stays as it was.
      const file = await handle.getFile().catch(() => null);
      const removable = handle as FileSystemFileHandle & { remove?: () => Promise<void> };
      if (isOver || file?.size === 0) await removable.remove?.().catch(() => {});
    }
  };
}

async function ownFile(directory: Directory, name: string): Promise<ExportTarget> {
  const file = await directory.getFileHandle(name, { create: true });
  const opener = file as unknown as { createSyncAccessHandle(): Promise<SyncAccessHandle> };
  const handle = await opener.createSyncAccessHandle();
  let at = 0;
  let isOpen = true;
  const close = () => {
    if (isOpen) handle.close();
    isOpen = false;
  };
  return {
    ownName: name,
    write: (bytes) =>
      caught(async () => {
        if (handle.write(bytes, { at }) !== bytes.length) throw new DOMException('', 'QuotaExceededError');
        at += bytes.length;
      }),
    finish: () =>
      caught(async () => {
        handle.flush();
        close();
        return file.getFile();
      }),
    async discard() {
      close();
      await directory.removeEntry(name).catch(() => {});
    }
  };
}

/** Pieces become one Blob early, since browsers keep large ones on the disk. */
const BLOB_BYTES = 8 * 1_048_576;

function memoryFile(): ExportTarget {
  let blobs: Blob[] = [];
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  const fold = () => {
    blobs.push(new Blob(parts));
    parts = [];
    held = 0;
  };
  return {
    ownName: null,
    async write(bytes) {
      parts.push(bytes.slice());
      held += bytes.length;
      if (held >= BLOB_BYTES) fold();
    },
    async finish() {
      fold();
      return new Blob(blobs);
    },
    async discard() {
      blobs = [];
      parts = [];
    }
  };
}

async function caught<Result>(work: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw wrapStorageError(error);
  }
}
