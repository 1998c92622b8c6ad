// The state of a config as it is kept on this device (config-sync.md §9 leaves the form to us): bencode, since every value
// in it is bencode already.
//
//   b base message      d data with edits (absent without any)      o 1 when handed out      c x u storage hashes: current,
//   obsolete, unreadable      i intentions [path, past, to, origin, reach (0 … 2), repeats], with
//   [] for null
//   p part sets [hash, count, [[index, chunk] …], storage hashes, last seen ms, 1 when complete]
import { bytesToHex, bytesToUtf8, hexToBytes } from '../bytes/index.ts';
import {
  btKey,
  btKeyBytes,
  decodeBtDict,
  encodeBt,
  malformed,
  type BtInput,
  type BtLimits,
  type BtValue
} from '../wire/index.ts';
import { decodeConfigMessage } from './config-message.ts';
import { requireConfigDict, requireConfigSet, valueKind, type ConfigValue } from './document.ts';
import type { Intention, Reach, Version } from './intentions.ts';
import type { PartSet } from './parts.ts';
import type { ConfigState } from './state.ts';

/** Base, edited data and the parts of other versions, 5 MB each at most. */
const LIMITS: BtLimits = { maxBytes: 64 * 1024 * 1024, maxItems: 2_000_000, maxDepth: 40 };

const REACHES: readonly Reach[] = ['none', 'stored', 'heard'];

export function encodeConfigState(state: ConfigState): Uint8Array<ArrayBuffer> {
  const dict = new Map<string, BtInput>([
    ['b', state.base.bytes],
    ['o', state.isHandedOut ? 1 : 0],
    ['c', state.currentHashes],
    ['x', state.obsoleteHashes],
    ['u', state.unreadableHashes],
    ['i', state.intentions.map(intentionInput)],
    ['p', state.parts.map(partSetInput)]
  ]);
  if (state.data !== state.base.data) dict.set('d', state.data);
  return encodeBt(dict);
}

function intentionInput({ path, past, to, origin, reach, repeats }: Intention): BtInput {
  const optional = (value: ConfigValue | null): BtInput => (value === null ? [] : [value]);
  return [
    path.map(btKeyBytes),
    past.map(optional),
    optional(to),
    origin === null ? [] : [origin.seqno, hexToBytes(origin.hashHex)],
    REACHES.indexOf(reach),
    repeats
  ];
}

function partSetInput({ hashHex, count, chunks, storageHashes, lastSeenMs, isComplete }: PartSet): BtInput {
  return [hexToBytes(hashHex), count, [...chunks], storageHashes, lastSeenMs, isComplete ? 1 : 0];
}

/**
 * The state of its bytes.
 * @throws WireError `malformed`, `too-large`, `unsupported-version`: the config is there and must not be written anew (§7.11)
 */
export function decodeConfigState(bytes: Uint8Array): ConfigState {
  const { dict } = decodeBtDict(bytes, LIMITS);
  const base = decodeConfigMessage(bytesOf(dict.get('b'), 'b'));
  const data = dict.get('d');
  return {
    base,
    data: data === undefined ? base.data : requireConfigDict(data, 'd'),
    isHandedOut: numberOf(dict.get('o'), 'o') === 1,
    currentHashes: textsOf(dict.get('c'), 'c'),
    obsoleteHashes: textsOf(dict.get('x'), 'x'),
    unreadableHashes: textsOf(dict.get('u'), 'u'),
    intentions: listOf(dict.get('i'), 'i').map(requireIntention),
    parts: listOf(dict.get('p'), 'p').map(requirePartSet)
  };
}

function bad(field: string) {
  return malformed('config-state', field);
}

function bytesOf(value: BtValue | undefined, field: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw bad(field);
  return value;
}

function numberOf(value: BtValue | undefined, field: string): number {
  if (typeof value !== 'bigint') throw bad(field);
  return Number(value);
}

function listOf(value: BtValue | undefined, field: string): readonly BtValue[] {
  if (!Array.isArray(value)) throw bad(field);
  return value as readonly BtValue[];
}

function textsOf(value: BtValue | undefined, field: string): string[] {
  return listOf(value, field).map((item) => bytesToUtf8(bytesOf(item, field)));
}

function requireIntention(value: BtValue): Intention {
  const [path, past, to, origin, reach, repeats] = listOf(value, 'i');
  return {
    path: listOf(path, 'i').map((key) => btKey(bytesOf(key, 'i'))),
    past: listOf(past, 'i').map(optionalValue),
    to: optionalValue(to),
    origin: optionalVersion(origin),
    reach: requireReach(reach),
    repeats: numberOf(repeats, 'i')
  };
}

function requireReach(value: BtValue | undefined): Reach {
  const reach = REACHES[numberOf(value, 'i')];
  if (reach === undefined) throw bad('i');
  return reach;
}

function optionalValue(value: BtValue | undefined): ConfigValue | null {
  const [item] = listOf(value, 'i');
  if (item === undefined) return null;
  const kind = valueKind(item);
  if (kind === 'dict') return requireConfigDict(item, 'i');
  return kind === 'set' ? requireConfigSet(item, 'i') : (item as ConfigValue);
}

function optionalVersion(value: BtValue | undefined): Version | null {
  const [seqno, hash] = listOf(value, 'i');
  if (seqno === undefined) return null;
  return { seqno: numberOf(seqno, 'i'), hashHex: bytesToHex(bytesOf(hash, 'i')) };
}

function requirePartSet(value: BtValue): PartSet {
  const [hash, count, chunks, storageHashes, lastSeenMs, isComplete] = listOf(value, 'p');
  return {
    hashHex: bytesToHex(bytesOf(hash, 'p')),
    count: numberOf(count, 'p'),
    chunks: new Map(
      listOf(chunks, 'p').map((entry) => {
        const [index, chunk] = listOf(entry, 'p');
        return [numberOf(index, 'p'), bytesOf(chunk, 'p')];
      })
    ),
    storageHashes: textsOf(storageHashes, 'p'),
    lastSeenMs: numberOf(lastSeenMs, 'p'),
    isComplete: numberOf(isComplete, 'p') === 1
  };
}
