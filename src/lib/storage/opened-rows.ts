// Opened contents of rows, by row and revision, least recently used first out. Lives and dies with its database.
import { openContent, type SealedRow, type TableName } from './rows.ts';

/** Enough for a list of 500 conversations and some thousand lines of timeline. */
const MAX_ROWS = 4_000;

export class OpenedRows {
  readonly #byKey = new Map<string, { rev: number; content: unknown }>();
  readonly #views = new WeakMap<object, object>();

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

  /**
   * The view that was made of these very contents before, so that a screen sees by identity what did not change.
   * @param isGood whether that view still is what `make` would make
   */
  view<View extends object>(
    content: object,
    make: () => View,
    isGood: (view: View) => boolean = () => true
  ): View {
    const known = this.#views.get(content) as View | undefined;
    if (known && isGood(known)) return known;
    const view = make();
    this.#views.set(content, view);
    return view;
  }

  clear(): void {
    this.#byKey.clear();
  }
}

/** Opens a row, or takes what this context opened before for the same revision. */
export async function openCached<Content>(
  { openedRows }: { readonly openedRows: OpenedRows },
  rowKey: CryptoKey,
  table: TableName,
  row: SealedRow
): Promise<Content> {
  const key = `${table}/${row.id}`;
  const known = openedRows.get(key, row.rev);
  if (known !== undefined) return known as Content;
  const content = await openContent<Content>(rowKey, table, row);
  openedRows.set(key, row.rev, content);
  return content;
}
