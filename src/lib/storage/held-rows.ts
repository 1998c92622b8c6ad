// Messages that no key of this device opens yet, as they lay in the swarm (v2-forward-secrecy-and-pq.md §15.1). Whoever knows the account
// can send what nobody opens, so what finds no room here is not counted as seen: it is fetched again once there are other keys.
import { NOTHING_HELD, type HeldState } from './held-views.ts';
import { loadMeta, updateMeta } from './meta.ts';
import type { CursorContent } from './rows.ts';
import { commitBuilt, indexHash, openRow, reading, sealRow, type ProfileStore } from './store.ts';

export interface HeldMessage {
  readonly hash: string;
  readonly expiresAtMs: number;
  readonly dataBase64: string;
  /** Network time at which it came. */
  readonly heldAtMs: number;
  /** When the node says it was stored; absent where it says nothing. */
  readonly storedAtMs?: number;
  /** In a format that only a later version of the app can read: no key is missing. */
  readonly isNewer?: boolean;
  /** What was lost with it has most likely come again: it counts no more. */
  readonly cameAgain?: boolean;
}

/** Bytes of all rows (§15.1), and how many of the smallest are tried again in good time. */
export const MAX_HELD_BYTES = 5_000_000;
export const MAX_HELD = 1_000;

/**
 * Keeps messages; those that are kept already stay as they are.
 * @returns hashes of those that found no room
 */
export function keepHeld(store: ProfileStore, messages: readonly HeldMessage[]): Promise<readonly string[]> {
  return commitBuilt(store, async () => {
    const rows = await reading(() => store.db.held.toArray());
    const known = new Set(rows.map(({ id }) => id));
    let bytes = rows.reduce((sum, { sealed }) => sum + sealed.length, 0);
    let count = rows.length;
    const left: string[] = [];
    const put = [];
    for (const message of messages) {
      const id = await indexHash.message(store, message.hash);
      if (known.has(id)) continue;
      const row = await sealRow(store, 'held', id, null, {}, message);
      if (count >= MAX_HELD || bytes + row.sealed.length > MAX_HELD_BYTES) {
        left.push(message.hash);
        continue;
      }
      bytes += row.sealed.length;
      count += 1;
      put.push({ table: 'held' as const, row });
    }
    return { changes: put.length === 0 ? null : { name: 'hold', by: 'engine', put }, result: left };
  });
}

export async function loadHeld(store: ProfileStore): Promise<HeldMessage[]> {
  const rows = await reading(() => store.db.held.toArray());
  return Promise.all(rows.map((row) => openRow<HeldMessage>(store, 'held', row)));
}

/** Marks messages as come again. @param hashes others than kept ones are passed over */
export function markCameAgain(store: ProfileStore, hashes: readonly string[]): Promise<void> {
  return commitBuilt(store, async () => {
    const put = [];
    for (const hash of hashes) {
      const id = await indexHash.message(store, hash);
      const row = await reading(() => store.db.held.get(id));
      if (!row) continue;
      const content = { ...(await openRow<HeldMessage>(store, 'held', row)), cameAgain: true };
      put.push({ table: 'held' as const, row: await sealRow(store, 'held', id, row, {}, content) });
    }
    if (put.length === 0) return { changes: null, result: undefined };
    return { changes: { name: 'mark come again', by: 'engine', put }, result: undefined };
  });
}

export function dropHeld(store: ProfileStore, hashes: readonly string[]): Promise<void> {
  return commitBuilt(store, async () => {
    const ids = await Promise.all(hashes.map((hash) => indexHash.message(store, hash)));
    if (ids.length === 0) return { changes: null, result: undefined };
    const remove = ids.map((id) => ({ table: 'held' as const, id }));
    return { changes: { name: 'drop held', by: 'engine', remove }, result: undefined };
  });
}

/** Has a namespace fetched from its beginning again; what is known is passed over by its hash. */
export function forgetCursors(store: ProfileStore, namespace: number): Promise<void> {
  return commitBuilt(store, async () => {
    const rows = await reading(() => store.db.cursors.toArray());
    const contents = await Promise.all(rows.map((row) => openRow<CursorContent>(store, 'cursors', row)));
    const remove = rows
      .filter((_, index) => contents[index]?.namespace === namespace)
      .map(({ id }) => ({ table: 'cursors' as const, id }));
    if (remove.length === 0) return { changes: null, result: undefined };
    return { changes: { name: 'forget cursors', by: 'engine', remove }, result: undefined };
  });
}

export async function loadHeldState(store: ProfileStore): Promise<HeldState> {
  return (await loadMeta(store, 'held'))?.content ?? NOTHING_HELD;
}

/** @param update null: nothing is to change */
export function updateHeldState(
  store: ProfileStore,
  update: (state: HeldState) => HeldState | null
): Promise<void> {
  return updateMeta(store, 'held', 'engine', (current) => update(current ?? NOTHING_HELD));
}
