// The origin private file system in memory: directories, one writer a file, bytes that can be looked at.

export interface FakeOrigin {
  readonly root: () => Promise<FileSystemDirectoryHandle>;
  /** Contents by path, such as `media/p/abc`. */
  readonly files: Map<string, Uint8Array>;
  /** Paths of files that are open for writing. */
  readonly open: Set<string>;
  /** Bytes that may be written in all; null: no limit. */
  quota: number | null;
  /** Writers are refused, as in windows without this file system. */
  refuses: boolean;
}

export function createFakeOrigin(): FakeOrigin {
  const origin: FakeOrigin = {
    files: new Map(),
    open: new Set(),
    quota: null,
    refuses: false,
    root: async () => directory('') as unknown as FileSystemDirectoryHandle
  };
  const { files, open } = origin;
  const missing = () => new DOMException('none', 'NotFoundError');

  const usedBytes = () => [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);

  function write(path: string, bytes: Uint8Array, at: number): number {
    const before = files.get(path) ?? new Uint8Array(0);
    const after = new Uint8Array(Math.max(before.length, at + bytes.length));
    if (origin.quota !== null && usedBytes() - before.length + after.length > origin.quota) {
      throw new DOMException('full', 'QuotaExceededError');
    }
    after.set(before);
    after.set(bytes, at);
    files.set(path, after);
    return bytes.length;
  }

  const fileHandle = (path: string) => ({
    async getFile() {
      const bytes = files.get(path);
      if (!bytes) throw missing();
      return new Blob([bytes as Uint8Array<ArrayBuffer>]);
    },
    async createSyncAccessHandle() {
      if (origin.refuses) throw new DOMException('refused', 'SecurityError');
      if (open.has(path)) throw new DOMException('taken', 'NoModificationAllowedError');
      open.add(path);
      return {
        write: (bytes: Uint8Array, { at }: { at: number }) => write(path, bytes, at),
        flush: () => {},
        close: () => open.delete(path)
      };
    }
  });

  const directory = (path: string): object => ({
    getDirectoryHandle: async (name: string) => directory(`${path}${name}/`),
    async getFileHandle(name: string, options?: { create?: boolean }) {
      if (!files.has(path + name)) {
        if (!options?.create) throw missing();
        files.set(path + name, new Uint8Array(0));
      }
      return fileHandle(path + name);
    },
    async removeEntry(name: string) {
      if (open.has(path + name)) throw new DOMException('taken', 'NoModificationAllowedError');
      if (!files.delete(path + name)) throw missing();
    },
    async *keys() {
      for (const name of [...files.keys()]) {
        if (name.startsWith(path)) yield name.slice(path.length);
      }
    }
  });
  return origin;
}
