// Message hashes that are not to be opened again. Kept as keyed hashes in packs of some hundreds, since a row of its own
// for each would cost as much as the message; the engine holds them in memory and is the only one that adds.
import { bytesToHex, concatBytes, hexToBytes } from '../bytes/index.ts';
import type { SeenRow } from './rows.ts';
import { indexHash, randomId, reading, type ChangeSet, type ProfileStore, type SeenMemory } from './store.ts';

export interface SeenEntry {
  readonly hash: string;
  /** Network time until which it is remembered. */
  readonly expiresAtMs: number;
}

const HASHES_PER_PACK = 256;
const HASH_BYTES = 16;

/** The memory of this engine, read from the packs the first time. */
export async function loadSeen(store: ProfileStore): Promise<SeenMemory> {
  const known = store.engine.seen;
  if (known) return known;
  const memory: SeenMemory = { ids: new Set(), open: null };
  for (const pack of await reading(() => store.db.seen.toArray())) {
    for (const id of idsOf(pack)) memory.ids.add(id);
    if (pack.hashes.length < HASHES_PER_PACK * HASH_BYTES) memory.open = pack;
  }
  store.engine.seen = memory;
  return memory;
}

function idsOf({ hashes }: SeenRow): string[] {
  const ids: string[] = [];
  for (let start = 0; start < hashes.length; start += HASH_BYTES) {
    ids.push(bytesToHex(hashes.subarray(start, start + HASH_BYTES)));
  }
  return ids;
}

/** Message hashes looked up among those handled before. */
export interface SeenLookup {
  readonly known: ReadonlySet<string>;
  /** Keyed hash of each, as packs hold it. */
  readonly idByHash: ReadonlyMap<string, string>;
}

export async function findSeen(store: ProfileStore, hashes: readonly string[]): Promise<SeenLookup> {
  const { ids } = await loadSeen(store);
  const own = await Promise.all(hashes.map((hash) => indexHash.message(store, hash)));
  return {
    known: new Set(hashes.filter((_, index) => ids.has(own[index] as string))),
    idByHash: new Map(hashes.map((hash, index) => [hash, own[index] as string]))
  };
}

/**
 * The change that remembers hashes.
 * @returns with `remember`, to be called once it is committed
 */
export async function seenChange(
  store: ProfileStore,
  entries: readonly SeenEntry[],
  lookup?: SeenLookup
): Promise<{ change: Partial<ChangeSet>; remember: () => void }> {
  const memory = await loadSeen(store);
  const ids = await Promise.all(
    entries.map(async ({ hash }) => lookup?.idByHash.get(hash) ?? indexHash.message(store, hash))
  );
  const fresh = entries
    .map(({ expiresAtMs }, index) => ({ expiresAtMs, id: ids[index] as string }))
    .filter(({ id }) => !memory.ids.has(id));
  if (fresh.length === 0) return { change: {}, remember: () => {} };
  const packs: SeenRow[] = [];
  let open = memory.open ?? emptyPack(store);
  for (const { id, expiresAtMs } of fresh) {
    open = {
      id: open.id,
      expiresAtMs: Math.max(open.expiresAtMs, expiresAtMs),
      hashes: concatBytes(open.hashes, hexToBytes(id))
    };
    if (open.hashes.length < HASHES_PER_PACK * HASH_BYTES) continue;
    packs.push(open);
    open = emptyPack(store);
  }
  if (open.hashes.length > 0) packs.push(open);
  return {
    change: { put: packs.map((row) => ({ table: 'seen', row })) },
    remember() {
      for (const { id } of fresh) memory.ids.add(id);
      memory.open = open.hashes.length > 0 ? open : null;
    }
  };
}

function emptyPack(store: ProfileStore): SeenRow {
  return { id: randomId(store.random), expiresAtMs: 0, hashes: new Uint8Array(0) };
}

/** Forgets packs of which no node holds anything any more. @param nowMs network time */
export async function pruneSeen(store: ProfileStore, nowMs: number): Promise<void> {
  await store.inTurn(async () => {
    const { seen } = store.db;
    const expired = (await reading(() => seen.toArray())).filter((pack) => pack.expiresAtMs < nowMs);
    if (expired.length === 0) return;
    await reading(() => seen.bulkDelete(expired.map((pack) => pack.id)));
    store.engine.seen = null;
  });
}
