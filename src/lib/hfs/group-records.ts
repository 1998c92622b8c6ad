// What the devices of an account tell each other: who they are, and the account keys they share (§11.1). Entries this client does not
// know travel along unchanged.
import { compareBytes, concatBytes } from '../bytes/index.ts';
import { ML_KEM_BYTES } from '../crypto/index.ts';
import {
  btKey,
  btKeyBytes,
  decodeBtDict,
  encodeBt,
  isBtDict,
  malformed,
  requireAtMost,
  type BtDict,
  type BtInput,
  type BtValue
} from '../wire/index.ts';
import { MAX_READ_DEVICES } from './profiles.ts';
import { ROTATING_SEED_BYTES, type PublicKeys } from './rotating-keys.ts';
import { optionalBytes, optionalInteger, requiredBytes } from './signed-dict.ts';

const STRUCTURE = 'hfs-group';
export const DEVICE_ID_BYTES = 32;
export const MAX_DESCRIPTION_BYTES = 64;
/** Tombstones stay, so there may be more entries than devices. */
export const MAX_ENTRIES = 512;
export const MAX_SEEDS = 256;
const PADDING_BASE = 2300;
const PADDING_STEP = 6400;
const MAX_PAYLOAD_BYTES = 76_800;
const MAX_DEPTH = 8;
const MAX_ITEMS = 20_000;

/** A device that takes part. */
export interface DeviceRecord {
  /** Counts the device's own changes of its record. */
  readonly sequence: number;
  /** Unix seconds at which the device last wrote its record. */
  readonly activeSeconds: number;
  readonly publicKeys: PublicKeys;
  /** At most 64 bytes of UTF-8. */
  readonly description: string;
  /** Up to when the device has read the inbox completely, Unix seconds; null where it does not say. */
  readonly polledSeconds: number | null;
  readonly type: string;
  /** 1,000,000·major + 1,000·minor + patch. */
  readonly version: number;
  /** Entries of other versions. */
  readonly unknown: BtDict;
}

/** A device that is gone; its id never comes back. */
export interface Tombstone {
  readonly goneSeconds: number;
  readonly reason: 'removed' | 'left';
}

export type DeviceEntry = DeviceRecord | Tombstone;

export interface AccountSeed {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly createdSeconds: number;
  /** null: not rotated. */
  readonly rotatedSeconds: number | null;
}

/** The continuity seed with the account key that was active where it was stated. */
export interface StatedContinuity {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly activeSeconds: number;
  /** 32 bytes. */
  readonly activeSeed: Uint8Array;
}

export interface GroupPayload {
  /** By device id as a `btKey`. */
  readonly devices: ReadonlyMap<string, DeviceEntry>;
  readonly seeds: readonly AccountSeed[];
  readonly continuity: StatedContinuity | null;
}

export const EMPTY_PAYLOAD: GroupPayload = { devices: new Map(), seeds: [], continuity: null };

export function isTombstone(entry: DeviceEntry): entry is Tombstone {
  return 'reason' in entry;
}

/** The live devices with their ids, 32 bytes each, in the order of the ids. */
export function liveDevices(payload: GroupPayload): { id: Uint8Array; record: DeviceRecord }[] {
  return [...payload.devices]
    .flatMap(([key, entry]) => (isTombstone(entry) ? [] : [{ id: btKeyBytes(key), record: entry }]))
    .sort((a, b) => compareBytes(a.id, b.id));
}

/** The seed messages are sealed to: not rotated, made last; of two made at once the smaller (§11.4). */
export function activeSeed(seeds: readonly AccountSeed[]): AccountSeed | null {
  const open = seeds.filter(({ rotatedSeconds }) => rotatedSeconds === null);
  return open.sort((a, b) => b.createdSeconds - a.createdSeconds || compareBytes(a.seed, b.seed))[0] ?? null;
}

const RECORD_KEYS = ['#', '@', 'M', 'X', 'd', 'hp', 't', 'v'];

/** A device's record as it travels. */
export function recordDict(record: DeviceRecord): ReadonlyMap<string, BtInput> {
  const dict = new Map<string, BtInput>(record.unknown);
  dict.set('#', record.sequence).set('@', record.activeSeconds);
  dict.set('M', record.publicKeys.mlKem).set('X', record.publicKeys.x25519);
  dict.set('d', record.description).set('t', record.type).set('v', record.version);
  if (record.polledSeconds !== null) dict.set('hp', record.polledSeconds);
  return dict;
}

/** @throws WireError `malformed` */
export function readRecord(dict: BtDict): DeviceRecord {
  const integer = (key: string) => {
    const value = optionalInteger(dict, key, STRUCTURE);
    if (value === undefined) throw malformed(STRUCTURE, key);
    return value;
  };
  const description = requiredBytes(dict, 'd', STRUCTURE);
  if (description.length > MAX_DESCRIPTION_BYTES) throw malformed(STRUCTURE, 'd');
  return {
    sequence: integer('#'),
    activeSeconds: integer('@'),
    publicKeys: {
      mlKem: requiredBytes(dict, 'M', STRUCTURE, ML_KEM_BYTES.publicKey),
      x25519: requiredBytes(dict, 'X', STRUCTURE, 32)
    },
    description: new TextDecoder().decode(description),
    polledSeconds: optionalInteger(dict, 'hp', STRUCTURE) ?? null,
    type: new TextDecoder().decode(optionalBytes(dict, 't', STRUCTURE) ?? new Uint8Array()),
    version: optionalInteger(dict, 'v', STRUCTURE) ?? 0,
    unknown: new Map([...dict].filter(([key]) => !RECORD_KEYS.includes(key)))
  };
}

/** The payload, filled up with zeros to a length that tells little of what is in it: 2300 + 6400·N (§11.1). */
export function encodePayload(payload: GroupPayload): Uint8Array<ArrayBuffer> {
  const devices = new Map<string, BtInput>();
  for (const [id, entry] of payload.devices) {
    devices.set(id, isTombstone(entry) ? tombstoneInteger(entry) : recordDict(entry));
  }
  const dict = new Map<string, BtInput>([
    ['D', devices],
    ['K', payload.seeds.map(seedDict)]
  ]);
  if (payload.continuity !== null) dict.set('g', payload.continuity.seed);
  const encoded = encodeBt(dict);
  const steps = Math.max(1, Math.ceil((encoded.length - PADDING_BASE) / PADDING_STEP));
  return concatBytes(encoded, new Uint8Array(PADDING_BASE + steps * PADDING_STEP - encoded.length));
}

function tombstoneInteger({ goneSeconds, reason }: Tombstone): number {
  return reason === 'removed' ? goneSeconds : -goneSeconds;
}

function seedDict({ seed, createdSeconds, rotatedSeconds }: AccountSeed): ReadonlyMap<string, BtInput> {
  const dict = new Map<string, BtInput>([
    ['c', createdSeconds],
    ['s', seed]
  ]);
  if (rotatedSeconds !== null) dict.set('r', rotatedSeconds);
  return dict;
}

/**
 * The payload of a message of the group, its padding taken off. @throws WireError `malformed`, `too-large`
 */
export function decodePayload(padded: Uint8Array): GroupPayload {
  requireAtMost(padded, MAX_PAYLOAD_BYTES, STRUCTURE);
  const end = padded.findLastIndex((byte) => byte !== 0) + 1;
  const { dict } = decodeBtDict(padded.subarray(0, end), { maxDepth: MAX_DEPTH, maxItems: MAX_ITEMS });
  const seeds = readSeeds(dict.get('K'));
  const continuitySeed = optionalBytes(dict, 'g', STRUCTURE, ROTATING_SEED_BYTES);
  const active = activeSeed(seeds);
  return {
    devices: readDevices(dict.get('D')),
    seeds,
    continuity:
      continuitySeed === undefined || active === null
        ? null
        : { seed: continuitySeed, activeSeconds: active.createdSeconds, activeSeed: active.seed }
  };
}

function readDevices(value: BtValue | undefined): ReadonlyMap<string, DeviceEntry> {
  if (!isBtDict(value) || value.size > MAX_ENTRIES) throw malformed(STRUCTURE, 'D');
  const devices = new Map<string, DeviceEntry>();
  for (const [id, entry] of value) {
    if (id.length !== DEVICE_ID_BYTES) throw malformed(STRUCTURE, 'D');
    devices.set(id, isBtDict(entry) ? readRecord(entry) : readTombstone(entry));
  }
  const live = [...devices.values()].filter((entry) => !isTombstone(entry));
  if (live.length > MAX_READ_DEVICES) throw malformed(STRUCTURE, 'D');
  return devices;
}

function readTombstone(value: BtValue): Tombstone {
  const isTime = typeof value === 'bigint' && value !== 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);
  if (!isTime || value < -BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(STRUCTURE, 'D');
  const seconds = Number(value);
  return { goneSeconds: Math.abs(seconds), reason: seconds > 0 ? 'removed' : 'left' };
}

function readSeeds(value: BtValue | undefined): AccountSeed[] {
  if (!Array.isArray(value) || value.length > MAX_SEEDS) throw malformed(STRUCTURE, 'K');
  const known = new Set<string>();
  return (value as readonly BtValue[]).map((item) => {
    if (!isBtDict(item)) throw malformed(STRUCTURE, 'K');
    const createdSeconds = optionalInteger(item, 'c', STRUCTURE);
    const seed = requiredBytes(item, 's', STRUCTURE, ROTATING_SEED_BYTES);
    if (createdSeconds === undefined || known.has(btKey(seed))) throw malformed(STRUCTURE, 'K');
    known.add(btKey(seed));
    return { seed, createdSeconds, rotatedSeconds: optionalInteger(item, 'r', STRUCTURE) ?? null };
  });
}
