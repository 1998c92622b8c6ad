// A bt dict whose last entry signs what stands before it (§7 R6): from the leading `d` up to the key's own token.
import { concatBytes, utf8ToBytes } from '../bytes/index.ts';
import {
  decodeBtDict,
  encodeBt,
  malformed,
  type BtDict,
  type BtInput,
  type BtLimits
} from '../wire/index.ts';

const END = 0x65;
const MAX_DEPTH = 8;

/** The encoding of a dict without its closing `e`: what a later key signs, and what it is appended to. */
export function openDictBytes(entries: ReadonlyMap<string, BtInput>): Uint8Array<ArrayBuffer> {
  return encodeBt(entries).slice(0, -1);
}

/** `body` with one more entry; the key must sort behind those it has. Still without its closing `e`. */
export function appendEntry(body: Uint8Array, key: string, value: BtInput): Uint8Array<ArrayBuffer> {
  return concatBytes(body, utf8ToBytes(`${key.length}:${key}`), encodeBt(value));
}

/** The finished dict of an open one. */
export function closeDict(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(body, Uint8Array.of(END));
}

export interface SignedDict {
  readonly dict: BtDict;
  /** What the entry `key` signs, as received; undefined where the key is absent. */
  signedBy(key: string): Uint8Array | undefined;
}

/**
 * A received dict together with what its signatures cover. @throws WireError `malformed`, `too-large`
 */
export function decodeSignedDict(bytes: Uint8Array, limits: BtLimits): SignedDict {
  const { dict, keyOffsets } = decodeBtDict(bytes, { maxDepth: MAX_DEPTH, ...limits });
  return {
    dict,
    signedBy(key) {
      const offset = keyOffsets.get(key);
      return offset === undefined ? undefined : bytes.subarray(0, offset);
    }
  };
}

/** Bytes under `key`; undefined where absent. @throws WireError `malformed` for another type or length */
export function optionalBytes(
  dict: BtDict,
  key: string,
  structure: string,
  length?: number
): Uint8Array | undefined {
  const value = dict.get(key);
  if (value === undefined) return undefined;
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
    throw malformed(structure, key);
  }
  return value;
}

/** As `optionalBytes`, and it must be there. */
export function requiredBytes(dict: BtDict, key: string, structure: string, length?: number): Uint8Array {
  const value = optionalBytes(dict, key, structure, length);
  if (value === undefined) throw malformed(structure, key);
  return value;
}

/** Integer under `key` as a number; undefined where absent. @throws WireError `malformed` outside 0..2^53 or of another type */
export function optionalInteger(dict: BtDict, key: string, structure: string): number | undefined {
  const value = dict.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== 'bigint' || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw malformed(structure, key);
  }
  return Number(value);
}
