// Databases without room: everything that would be written to them fails as browsers make it fail. What is read or removed
// works as ever.
import { IDBObjectStore } from 'fake-indexeddb';

export interface FullDisk {
  /** Names of the databases that have no room. */
  readonly full: Set<string>;
  /** Writes refused so far. */
  readonly refused: number;
  /** Lets all write again for good. */
  restore(): void;
}

type Write = (...input: unknown[]) => unknown;
type Store = Record<'put' | 'add', Write> & { readonly transaction: { readonly db: { name: string } } };

export function createFullDisk(): FullDisk {
  const store = (IDBObjectStore as unknown as { prototype: Store }).prototype;
  const { put, add } = store;
  const full = new Set<string>();
  let refused = 0;
  const guarded = (write: Write): Write =>
    function (this: Store, ...input) {
      if (!full.has(this.transaction.db.name)) return write.apply(this, input);
      refused += 1;
      throw new DOMException('no room', 'QuotaExceededError');
    };
  store.put = guarded(put);
  store.add = guarded(add);
  return {
    full,
    get refused() {
      return refused;
    },
    restore() {
      store.put = put;
      store.add = add;
    }
  };
}
