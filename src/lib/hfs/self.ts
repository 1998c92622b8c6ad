// This device's place in the device group and what it knows there (§11.3, §12). Values in, values out: the engine stores them, fetches
// and sends. Times are Unix seconds of the network's clock.
import { compareBytes, equalBytes } from '../bytes/index.ts';
import type { RandomBytes } from '../random.ts';
import { btKey } from '../wire/index.ts';
import { defiedTombstones, mergePayloads, settleSeeds } from './group-merge.ts';
import { GROUP_ID_BYTES } from './group-message.ts';
import {
  activeSeed,
  DEVICE_ID_BYTES,
  EMPTY_PAYLOAD,
  encodePayload,
  isTombstone,
  type AccountSeed,
  type DeviceEntry,
  type DeviceRecord,
  type GroupPayload,
  type Tombstone
} from './group-records.ts';
import { HFS_SECONDS } from './profiles.ts';
import { ROTATING_SEED_BYTES, type PublicKeys } from './rotating-keys.ts';

/**
 * `none`: no group seen; `visible`: there is one, not ours; `waiting`: our request lies there; `member`; `removed`: another device took us
 * out; `displaced`: the group goes on and we cannot read it; `cut-off`: our group is gone and another is there.
 */
export type GroupStatus = 'none' | 'visible' | 'waiting' | 'member' | 'removed' | 'displaced' | 'cut-off';

export interface DeviceSeed {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly createdSeconds: number;
  /** null: the present one. */
  readonly rotatedSeconds: number | null;
}

export interface HfsSelf {
  readonly status: GroupStatus;
  /** 32 bytes; a removed device comes back under another. */
  readonly deviceId: Uint8Array;
  /** 8 bytes; null while not in a group. */
  readonly groupId: Uint8Array | null;
  readonly payload: GroupPayload;
  /** Newest last; the last is the present one. */
  readonly deviceSeeds: readonly DeviceSeed[];
  /** Account seeds the group is known to hold, as `btKey`: only such a key is announced. */
  readonly distributed: readonly string[];
  /** Whether this device knows what no message of the group says. */
  readonly isPushDue: boolean;
  /** What a change of the group asks of the next push. */
  readonly rotationOwed: 'none' | 'account' | 'account-and-continuity';
  /** When the latest message of the group that we could read was stored. */
  readonly readSeconds: number;
}

/** What the record of this device says besides its keys. */
export interface DeviceFacts {
  readonly description: string;
  readonly version: number;
  /** Up to when the inbox was read completely. */
  readonly polledSeconds: number | null;
}

/** A device that has not looked for a group yet. */
export function createSelf(random: RandomBytes, nowSeconds: number): HfsSelf {
  return {
    status: 'none',
    deviceId: random(DEVICE_ID_BYTES),
    groupId: null,
    payload: EMPTY_PAYLOAD,
    deviceSeeds: [{ seed: random(ROTATING_SEED_BYTES), createdSeconds: nowSeconds, rotatedSeconds: null }],
    distributed: [],
    isPushDue: false,
    rotationOwed: 'none',
    readSeconds: 0
  };
}

export function presentDeviceSeed(self: HfsSelf): DeviceSeed {
  return self.deviceSeeds.at(-1) as DeviceSeed;
}

/** Our own record in the group; null before we are in it. */
export function ownRecord(self: HfsSelf): DeviceRecord | null {
  const entry = self.payload.devices.get(btKey(self.deviceId));
  return entry === undefined || isTombstone(entry) ? null : entry;
}

/** The account key to announce and to seal our own copies to: the latest that the group is known to hold (§9.3). */
export function announcedSeed(self: HfsSelf): AccountSeed | null {
  const held = self.payload.seeds.filter(({ seed }) => self.distributed.includes(btKey(seed)));
  return held.sort((a, b) => b.createdSeconds - a.createdSeconds || compareBytes(a.seed, b.seed))[0] ?? null;
}

/** Founds a group of this one device: a new account, or a person who starts fresh (§12.1, §12.5). */
export function foundGroup(
  self: HfsSelf,
  input: {
    random: RandomBytes;
    groupId: Uint8Array;
    publicKeys: PublicKeys;
    facts: DeviceFacts;
    nowSeconds: number;
  }
): HfsSelf {
  const { random, groupId, nowSeconds } = input;
  const seed = random(ROTATING_SEED_BYTES);
  const record = newRecord(input.publicKeys, input.facts, nowSeconds, 1);
  return {
    ...self,
    status: 'member',
    groupId: groupId.slice(0, GROUP_ID_BYTES),
    payload: {
      devices: new Map([[btKey(self.deviceId), record]]),
      seeds: [{ seed, createdSeconds: nowSeconds, rotatedSeconds: null }],
      continuity: { seed: random(ROTATING_SEED_BYTES), activeSeconds: nowSeconds, activeSeed: seed }
    },
    distributed: [],
    isPushDue: true,
    rotationOwed: 'none',
    readSeconds: nowSeconds
  };
}

export function newRecord(
  publicKeys: PublicKeys,
  facts: DeviceFacts,
  nowSeconds: number,
  sequence: number
): DeviceRecord {
  return { ...facts, sequence, activeSeconds: nowSeconds, publicKeys, type: 'web', unknown: new Map() };
}

/** A message of some group of the account, as far as this device can read it. */
export interface SeenGroupMessage {
  readonly groupId: Uint8Array;
  readonly storedSeconds: number;
  /** null: not sealed to us. */
  readonly payload: GroupPayload | null;
  readonly namesUsAsRemoved: boolean;
}

export type GroupEvent =
  | { readonly kind: 'status'; readonly status: GroupStatus }
  | { readonly kind: 'device-joined' | 'device-gone'; readonly deviceId: string };

/**
 * Takes in everything the namespace holds. Never a part of it: what is absent counts (§11.3, §11.4).
 */
export function takeInGroup(
  self: HfsSelf,
  seen: readonly SeenGroupMessage[],
  nowSeconds: number
): { self: HfsSelf; events: readonly GroupEvent[] } {
  if (self.status !== 'member') return outsiderTakesIn(self, seen);
  const own = seen.filter(({ groupId }) => self.groupId !== null && equalBytes(groupId, self.groupId));
  // A group whose message is not stored yet has nothing to be absent from.
  if (own.length === 0) {
    return seen.length > 0 && self.distributed.length > 0
      ? withStatus(self, 'cut-off')
      : { self: { ...self, isPushDue: true }, events: [] };
  }
  const readable = own.filter((message) => message.payload !== null);
  const readSeconds = Math.max(self.readSeconds, ...readable.map(({ storedSeconds }) => storedSeconds));
  const unreadable = own.filter(({ payload }) => payload === null);
  if (unreadable.some(({ namesUsAsRemoved }) => namesUsAsRemoved)) return withStatus(self, 'removed');
  if (unreadable.some(({ storedSeconds }) => storedSeconds > readSeconds + HFS_SECONDS.displacedAfter)) {
    return withStatus(self, 'displaced');
  }
  const stated = readable.reduce(
    (union, { payload }) => mergePayloads(union, payload as GroupPayload),
    EMPTY_PAYLOAD
  );
  return merged(self, stated, readSeconds, nowSeconds);
}

function withStatus(self: HfsSelf, status: GroupStatus) {
  return { self: { ...self, status, isPushDue: false }, events: [{ kind: 'status' as const, status }] };
}

function outsiderTakesIn(self: HfsSelf, seen: readonly SeenGroupMessage[]) {
  if (self.status === 'none' && seen.length > 0) return withStatus(self, 'visible');
  return { self, events: [] };
}

function merged(self: HfsSelf, stated: GroupPayload, readSeconds: number, nowSeconds: number) {
  const defied = defiedTombstones(self.payload, stated);
  const union = restate(mergePayloads(self.payload, stated), defied, nowSeconds);
  const own = union.devices.get(btKey(self.deviceId));
  if (own !== undefined && isTombstone(own)) return withStatus(self, 'removed');
  const changes = changedDevices(self.payload.devices, union.devices);
  const next: HfsSelf = {
    ...self,
    payload: union,
    readSeconds,
    distributed: [...new Set([...self.distributed, ...stated.seeds.map(({ seed }) => btKey(seed))])],
    isPushDue: !saysTheSame(union, stated),
    rotationOwed: owed(self, changes, union)
  };
  return { self: next, events: changes.map(({ event }) => event) };
}

function restate(payload: GroupPayload, ids: readonly string[], nowSeconds: number): GroupPayload {
  if (ids.length === 0) return payload;
  const devices = new Map(payload.devices);
  for (const id of ids) devices.set(id, { ...(devices.get(id) as Tombstone), goneSeconds: nowSeconds });
  return { ...payload, devices };
}

/** Whether a payload says nothing that `stated` does not. */
export function saysTheSame(payload: GroupPayload, stated: GroupPayload): boolean {
  return equalBytes(
    encodePayload(mergePayloads(EMPTY_PAYLOAD, payload)),
    encodePayload(mergePayloads(EMPTY_PAYLOAD, stated))
  );
}

interface DeviceChange {
  readonly entry: DeviceEntry;
  readonly event: GroupEvent;
}

function changedDevices(
  before: ReadonlyMap<string, DeviceEntry>,
  after: ReadonlyMap<string, DeviceEntry>
): DeviceChange[] {
  return [...after].flatMap(([deviceId, entry]): DeviceChange[] => {
    const known = before.get(deviceId);
    if (isTombstone(entry)) {
      const isNews = known === undefined || !isTombstone(known);
      return isNews ? [{ entry, event: { kind: 'device-gone', deviceId } }] : [];
    }
    return known === undefined ? [{ entry, event: { kind: 'device-joined', deviceId } }] : [];
  });
}

/** Who learns of a device that is gone changes the keys it knew, unless somebody has done so since (§12.4). */
function owed(
  self: HfsSelf,
  changes: readonly DeviceChange[],
  payload: GroupPayload
): HfsSelf['rotationOwed'] {
  const active = activeSeed(settleSeeds(payload.seeds));
  const gone = changes
    .map(({ entry }) => entry)
    .filter((entry): entry is Tombstone => isTombstone(entry))
    .filter(({ goneSeconds }) => active === null || active.createdSeconds < goneSeconds);
  if (self.rotationOwed === 'account-and-continuity' || gone.some(({ reason }) => reason === 'removed')) {
    return 'account-and-continuity';
  }
  return gone.length > 0 ? 'account' : self.rotationOwed;
}

/** Takes a new device in, after both people confirmed (§12.2). */
export function admitDevice(self: HfsSelf, deviceId: Uint8Array, record: DeviceRecord): HfsSelf {
  const id = btKey(deviceId);
  const known = self.payload.devices.get(id);
  // An id that was gone once never comes back.
  if (known !== undefined && isTombstone(known)) return self;
  return { ...self, payload: withEntry(self.payload, id, record), isPushDue: true };
}

/** Takes a device out; the push that follows changes account key and continuity key (§12.4). */
export function removeDevice(self: HfsSelf, deviceId: Uint8Array, nowSeconds: number): HfsSelf {
  const tombstone: Tombstone = { goneSeconds: nowSeconds, reason: 'removed' };
  return {
    ...self,
    payload: withEntry(self.payload, btKey(deviceId), tombstone),
    rotationOwed: 'account-and-continuity',
    isPushDue: true
  };
}

/** This device leaves: its own tombstone is the last thing it pushes. It knows the active key, so it is gone after that was made. */
export function leaveGroup(self: HfsSelf, nowSeconds: number): HfsSelf {
  const madeSeconds = activeSeed(self.payload.seeds)?.createdSeconds ?? 0;
  const tombstone: Tombstone = { goneSeconds: Math.max(nowSeconds, madeSeconds + 1), reason: 'left' };
  return { ...self, payload: withEntry(self.payload, btKey(self.deviceId), tombstone), isPushDue: true };
}

function withEntry(payload: GroupPayload, id: string, entry: DeviceEntry): GroupPayload {
  return { ...payload, devices: new Map(payload.devices).set(id, entry) };
}

/** The person has confirmed on the new device, and the group has taken it in (§12.2). */
export function joinGroup(
  self: HfsSelf,
  message: SeenGroupMessage & { readonly payload: GroupPayload }
): HfsSelf {
  return {
    ...self,
    status: 'member',
    groupId: message.groupId,
    payload: message.payload,
    distributed: message.payload.seeds.map(({ seed }) => btKey(seed)),
    isPushDue: false,
    rotationOwed: 'none',
    readSeconds: message.storedSeconds
  };
}
