// Messages that no key of this device opens yet, as they lay in the swarm (v2-forward-secrecy-and-pq.md §15.1).
import { commitBuilt, indexHash, openRow, reading, sealRow, type ProfileStore } from './store.ts';

export interface HeldMessage {
  readonly hash: string;
  readonly expiresAtMs: number;
  readonly dataBase64: string;
  /** Network time at which it came. */
  readonly heldAtMs: number;
}

/** As many of the largest as stay below 5 MB in base64. */
export const MAX_HELD = 64;

/** Keeps messages; those that are kept already stay as they are, and beyond the bound nothing is kept. */
export function keepHeld(store: ProfileStore, messages: readonly HeldMessage[]): Promise<void> {
  return commitBuilt(store, async () => {
    const ids = await Promise.all(messages.map(({ hash }) => indexHash.message(store, hash)));
    const known = await reading(() => store.db.held.bulkGet(ids));
    const room = MAX_HELD - (await reading(() => store.db.held.count()));
    const fresh = messages.map((message, index) => ({ message, id: ids[index] as string }));
    const added = fresh.filter((_, index) => !known[index]).slice(0, Math.max(0, room));
    if (added.length === 0) return { changes: null, result: undefined };
    const rows = await Promise.all(
      added.map(({ id, message }) => sealRow(store, 'held', id, null, {}, message))
    );
    return {
      changes: { name: 'hold', by: 'engine', put: rows.map((row) => ({ table: 'held', row })) },
      result: undefined
    };
  });
}

export async function loadHeld(store: ProfileStore): Promise<HeldMessage[]> {
  const rows = await reading(() => store.db.held.toArray());
  return Promise.all(rows.map((row) => openRow<HeldMessage>(store, 'held', row)));
}

export function dropHeld(store: ProfileStore, hashes: readonly string[]): Promise<void> {
  return commitBuilt(store, async () => {
    const ids = await Promise.all(hashes.map((hash) => indexHash.message(store, hash)));
    if (ids.length === 0) return { changes: null, result: undefined };
    const remove = ids.map((id) => ({ table: 'held' as const, id }));
    return { changes: { name: 'drop held', by: 'engine', remove }, result: undefined };
  });
}
