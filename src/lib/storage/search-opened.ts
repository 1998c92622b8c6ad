// Segments opened before, so that the next letter typed need not open them again: bounded in bytes, least recently used
// first out. In memory only.

const MAX_BYTES = 16 * 1024 * 1024;

export class OpenedSegments {
  readonly #byId = new Map<string, { rev: number; bytes: Uint8Array }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  has(id: string, rev: number): boolean {
    return this.#byId.get(id)?.rev === rev;
  }

  /** What was opened for exactly this revision, else undefined. */
  get(id: string, rev: number): Uint8Array | undefined {
    const entry = this.#byId.get(id);
    if (entry?.rev !== rev) return undefined;
    this.#byId.delete(id);
    this.#byId.set(id, entry);
    return entry.bytes;
  }

  set(id: string, rev: number, bytes: Uint8Array): void {
    this.#forget(id);
    this.#byId.set(id, { rev, bytes });
    this.#bytes += bytes.length;
    for (const oldest of this.#byId.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(oldest);
    }
  }

  clear(): void {
    this.#byId.clear();
    this.#bytes = 0;
  }

  #forget(id: string): void {
    this.#bytes -= this.#byId.get(id)?.bytes.length ?? 0;
    this.#byId.delete(id);
  }
}
