// Where the next poll of each node goes on.
import type { CursorContent } from './rows.ts';
import { pruneSeen } from './seen.ts';
import { indexHash, openRow, reading, sealRow, type ChangeSet, type ProfileStore } from './store.ts';

/** The part that moves a cursor. */
export async function cursorPart(
  store: ProfileStore,
  cursor: CursorContent | null,
  nowMs: number
): Promise<Partial<ChangeSet>> {
  if (!cursor) return {};
  const id = await indexHash.cursor(store, cursor.nodeEd25519Hex, cursor.namespace);
  const previous = await reading(() => store.db.cursors.get(id));
  const row = await sealRow(store, 'cursors', id, previous, { updatedAtMs: nowMs }, cursor);
  return { put: [{ table: 'cursors', row }] };
}

/** Last hash per node and namespace, as `node/namespace`. */
export async function loadCursors(store: ProfileStore): Promise<Map<string, string>> {
  const rows = await reading(() => store.db.cursors.toArray());
  const contents = await Promise.all(rows.map((row) => openRow<CursorContent>(store, 'cursors', row)));
  return new Map(contents.map((cursor) => [`${cursor.nodeEd25519Hex}/${cursor.namespace}`, cursor.lastHash]));
}

/** Most cursors kept; a swarm has about ten members and changes now and then. */
const MAX_CURSORS = 200;

/** Forgets hashes no node holds any more, and cursors of nodes long not asked. */
export async function pruneInbox(store: ProfileStore, nowMs: number): Promise<void> {
  await pruneSeen(store, nowMs);
  await reading(() => store.db.cursors.orderBy('updatedAtMs').reverse().offset(MAX_CURSORS).delete());
}
