// One serialized version of a config (config-sync.md §2): a bencoded dict with these keys, in byte order.
//
//   #  sequence number      &  data      <  lagged diffs: [seqno, config hash (32), diff] …      =  diff      ~  signature (64)
//
// Unknown keys from # on are kept and written again; a key before # is a foreign major version.
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import { blake2b } from '../crypto/index.ts';
import { InvariantError } from '../errors.ts';
import {
  decodeBtDict,
  encodeBt,
  malformed,
  WireError,
  type BtDict,
  type BtInput,
  type BtLimits,
  type BtValue
} from '../wire/index.ts';
import { diffData, EMPTY_DIFF, requireDiff, type ConfigDiff } from './diff.ts';
import { EMPTY_DICT, requireConfigDict, type ConfigDict } from './document.ts';

/** Number of versions whose diffs a message carries, itself included. */
export const CONFIG_LAG = 5;
/** Largest serialized message (§4, multi-part). */
export const MAX_CONFIG_BYTES = 5_000_000;
/** Leaves room to count on; no honest device gets near it. */
const MAX_SEQNO = 2 ** 52;
const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** A large account has some 30 tokens a contact, and as many again in diffs. */
const LIMITS: BtLimits = {
  maxBytes: MAX_CONFIG_BYTES,
  maxItems: 600_000,
  maxDepth: 32,
  allowNonCanonicalIntegers: true
};

export interface LaggedDiff {
  readonly seqno: number;
  /** Config hash of the message the diff belongs to, hex. */
  readonly hashHex: string;
  readonly diff: ConfigDiff;
}

export interface ConfigMessage {
  /** 0 was never written. */
  readonly seqno: number;
  readonly data: ConfigDict;
  /** Ascending by (seqno, hash). */
  readonly lagged: readonly LaggedDiff[];
  readonly diff: ConfigDiff;
  /** Top-level keys of other versions. */
  readonly unknown: BtDict;
  /** 64 bytes; only configs of groups have one. Not verified here. */
  readonly signature?: Uint8Array;
  /** The whole encoding. */
  readonly bytes: Uint8Array;
  /** BLAKE2b-256 of `bytes`, hex. */
  readonly hashHex: string;
}

type Parts = Omit<ConfigMessage, 'bytes' | 'hashHex'>;

/** Config hash, hex. */
function hashOf(bytes: Uint8Array): string {
  return bytesToHex(blake2b(bytes, { length: HASH_BYTES }));
}

/** A message with its bytes and hash. */
export function encodeConfigMessage(parts: Parts): ConfigMessage {
  const dict = new Map<string, BtInput>([
    ...(parts.unknown as ReadonlyMap<string, BtInput>),
    ['#', parts.seqno],
    ['&', parts.data],
    ['<', parts.lagged.map(({ seqno, hashHex, diff }) => [seqno, hexToBytes(hashHex), diff as BtInput])],
    ['=', parts.diff as BtInput]
  ]);
  if (parts.signature) dict.set('~', parts.signature);
  const bytes = encodeBt(dict);
  if (bytes.length > MAX_CONFIG_BYTES) {
    throw new WireError('too-large', {
      message: 'config-message',
      details: { structure: 'config-message', limit: MAX_CONFIG_BYTES }
    });
  }
  return { ...parts, bytes, hashHex: hashOf(bytes) };
}

/** The config that was never written: seqno 0, no data. */
export const EMPTY_CONFIG: ConfigMessage = encodeConfigMessage({
  seqno: 0,
  data: EMPTY_DICT,
  lagged: [],
  diff: EMPTY_DIFF,
  unknown: new Map<string, BtValue>()
});

/**
 * A message of its bytes. Lagged diffs that are too old to count are dropped (§5).
 * @throws WireError `unsupported-version` for a foreign major version: the message must be left where it is;
 *   `malformed` (`details.field` the top-level key), `too-large` over 5,000,000 bytes
 */
export function decodeConfigMessage(bytes: Uint8Array): ConfigMessage {
  const { dict } = decodeBtDict(bytes, LIMITS);
  const unknown = new Map<string, BtValue>();
  for (const [key, value] of dict) {
    if (key < '#') {
      throw new WireError('unsupported-version', { details: { structure: 'config-message' } });
    }
    if (key > '~') throw malformed('config-message', '~');
    if (!'#&<=~'.includes(key) || key.length !== 1) unknown.set(key, value);
  }
  const seqno = requireSeqno(dict.get('#'), '#');
  const signature = dict.get('~');
  if (signature !== undefined && !isBytesOf(signature, SIGNATURE_BYTES))
    throw malformed('config-message', '~');
  return {
    seqno,
    data: requireConfigDict(dict.get('&'), '&'),
    lagged: requireLagged(dict.get('<') ?? [], seqno),
    diff: requireDiff(dict.get('=') ?? new Map<string, BtValue>(), '='),
    unknown,
    ...(signature !== undefined && { signature }),
    bytes,
    hashHex: hashOf(bytes)
  };
}

function isBytesOf(value: BtValue | undefined, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}

function requireSeqno(value: BtValue | undefined, field: string): number {
  if (typeof value !== 'bigint' || value < 0n || value > BigInt(MAX_SEQNO)) {
    throw malformed('config-message', field);
  }
  return Number(value);
}

function requireLagged(value: BtValue, newest: number): LaggedDiff[] {
  if (!Array.isArray(value)) throw malformed('config-message', '<');
  const all = (value as readonly BtValue[]).map((entry): LaggedDiff => {
    if (!Array.isArray(entry) || entry.length !== 3) throw malformed('config-message', '<');
    const [seqno, hash, diff] = entry as readonly BtValue[];
    if (!isBytesOf(hash, HASH_BYTES)) throw malformed('config-message', '<');
    return { seqno: requireSeqno(seqno, '<'), hashHex: bytesToHex(hash), diff: requireDiff(diff, '<') };
  });
  all.forEach((entry, index) => {
    const previous = all[index - 1];
    if (entry.seqno >= newest || (previous && compareVersions(previous, entry) >= 0)) {
      throw malformed('config-message', '<');
    }
  });
  return all.filter(({ seqno }) => seqno > newest - CONFIG_LAG);
}

/** Order of versions: by sequence number, then by hash. */
export function compareVersions(
  a: { readonly seqno: number; readonly hashHex: string },
  b: { readonly seqno: number; readonly hashHex: string }
): number {
  if (a.seqno !== b.seqno) return a.seqno - b.seqno;
  return a.hashHex < b.hashHex ? -1 : a.hashHex > b.hashHex ? 1 : 0;
}

/** The version that follows `message` with new data (§2). A signature is not carried over. */
export function nextConfigMessage(message: ConfigMessage, data: ConfigDict): ConfigMessage {
  const seqno = message.seqno + 1;
  const own: LaggedDiff = { seqno: message.seqno, hashHex: message.hashHex, diff: message.diff };
  return encodeConfigMessage({
    seqno,
    data,
    lagged: [...message.lagged, own].filter((entry) => entry.seqno > seqno - CONFIG_LAG),
    diff: diffData(message.data, data),
    unknown: message.unknown
  });
}

const SIGNATURE_TOKEN_BYTES = '1:~64:'.length + SIGNATURE_BYTES + 'e'.length;

/** What the signature covers: the encoding up to the signature's own key, without the final `e` (§2). A view. */
export function signedConfigBytes(message: ConfigMessage): Uint8Array {
  const tail = message.signature ? SIGNATURE_TOKEN_BYTES : 1;
  return message.bytes.subarray(0, message.bytes.length - tail);
}

/** The message with its signature, 64 bytes over `signedConfigBytes`. Its hash is another one. */
export function withConfigSignature(message: ConfigMessage, signature: Uint8Array): ConfigMessage {
  if (signature.length !== SIGNATURE_BYTES) throw new InvariantError('a signature of 64 bytes');
  return encodeConfigMessage({ ...message, signature });
}
