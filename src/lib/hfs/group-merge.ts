// How what two devices know becomes one (§11.4). Neither the order in which messages are taken in nor their repetition changes
// the result.
import { compareBytes } from '../bytes/index.ts';
import { btKey, encodeBt } from '../wire/index.ts';
import {
  activeSeed,
  isTombstone,
  recordDict,
  type AccountSeed,
  type DeviceEntry,
  type DeviceRecord,
  type GroupPayload,
  type StatedContinuity,
  type Tombstone
} from './group-records.ts';
import { blake2b } from '../crypto/index.ts';

/** What both sides know together. */
export function mergePayloads(a: GroupPayload, b: GroupPayload): GroupPayload {
  return {
    devices: mergeMaps(a.devices, b.devices, mergeEntries),
    seeds: mergeSeeds(a.seeds, b.seeds),
    continuity: laterContinuity(a.continuity, b.continuity)
  };
}

/**
 * Ids, as `btKey`, of devices that are gone here and still stated as live there: their tombstones are to be stated again with the
 * present time, since somebody does not know them or does not heed them.
 */
export function defiedTombstones(known: GroupPayload, stated: GroupPayload): string[] {
  return [...stated.devices].flatMap(([id, entry]) => {
    const own = known.devices.get(id);
    return own !== undefined && isTombstone(own) && !isTombstone(entry) ? [id] : [];
  });
}

function mergeMaps<Value>(
  a: ReadonlyMap<string, Value>,
  b: ReadonlyMap<string, Value>,
  merge: (a: Value, b: Value) => Value
): ReadonlyMap<string, Value> {
  const merged = new Map(a);
  for (const [key, value] of b) {
    const own = merged.get(key);
    merged.set(key, own === undefined ? value : merge(own, value));
  }
  return new Map([...merged].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)));
}

function mergeEntries(a: DeviceEntry, b: DeviceEntry): DeviceEntry {
  if (isTombstone(a)) return isTombstone(b) ? laterTombstone(a, b) : a;
  return isTombstone(b) ? b : laterRecord(a, b);
}

function laterTombstone(a: Tombstone, b: Tombstone): Tombstone {
  if (a.reason !== b.reason) return a.reason === 'removed' ? a : b;
  return a.goneSeconds >= b.goneSeconds ? a : b;
}

function laterRecord(a: DeviceRecord, b: DeviceRecord): DeviceRecord {
  const order =
    a.sequence - b.sequence || a.activeSeconds - b.activeSeconds || compareBytes(tieBreak(a), tieBreak(b));
  return order >= 0 ? a : b;
}

function tieBreak(record: DeviceRecord): Uint8Array {
  return blake2b(encodeBt(recordDict(record)), { length: 8 });
}

function mergeSeeds(a: readonly AccountSeed[], b: readonly AccountSeed[]): AccountSeed[] {
  const bySeed = (seeds: readonly AccountSeed[]) => new Map(seeds.map((item) => [btKey(item.seed), item]));
  return [...mergeMaps(bySeed(a), bySeed(b), mergeSeed).values()];
}

function mergeSeed(a: AccountSeed, b: AccountSeed): AccountSeed {
  return {
    seed: a.seed,
    createdSeconds: Math.min(a.createdSeconds, b.createdSeconds),
    rotatedSeconds:
      a.rotatedSeconds === null || b.rotatedSeconds === null
        ? (a.rotatedSeconds ?? b.rotatedSeconds)
        : Math.min(a.rotatedSeconds, b.rotatedSeconds)
  };
}

function laterContinuity(a: StatedContinuity | null, b: StatedContinuity | null): StatedContinuity | null {
  if (a === null || b === null) return a ?? b;
  const order =
    a.activeSeconds - b.activeSeconds ||
    compareBytes(b.activeSeed, a.activeSeed) ||
    compareBytes(b.seed, a.seed);
  return order >= 0 ? a : b;
}

/**
 * The seeds with one active: of several that nobody rotated, as after a race, the others count as rotated when the active one was made.
 * Done when the group is written, not while merging, so that merging stays independent of its order.
 */
export function settleSeeds(seeds: readonly AccountSeed[]): readonly AccountSeed[] {
  const active = activeSeed(seeds);
  if (active === null) return seeds;
  return seeds.map((item) =>
    item.rotatedSeconds === null && item !== active
      ? { ...item, rotatedSeconds: active.createdSeconds }
      : item
  );
}
