// Opened contents of rows, by row and revision, least recently used first out. Lives and dies with its database.

/** Enough for a list of 500 conversations and some thousand lines of timeline. */
const MAX_ROWS = 4_000;

export class OpenedRows {
  readonly #byKey = new Map<string, { rev: number; content: unknown }>();

  /** The content opened before for exactly this revision, else undefined. */
  get(key: string, rev: number): unknown {
    const entry = this.#byKey.get(key);
    if (entry?.rev !== rev) return undefined;
    this.#byKey.delete(key);
    this.#byKey.set(key, entry);
    return entry.content;
  }

  set(key: string, rev: number, content: unknown): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, { rev, content });
    if (this.#byKey.size <= MAX_ROWS) return;
    const oldest = this.#byKey.keys().next();
    if (!oldest.done) this.#byKey.delete(oldest.value);
  }

  clear(): void {
    this.#byKey.clear();
  }
}
