// Config messages too long for one stored message (config-sync.md §4, "Multi-part").
//
//   part = 'm' ‖ bencoded list [ BLAKE2b-256 of the whole, index (1 byte), count (1 byte), chunk ]
//
// The whole is padded, and compressed where that was done, before it is cut.
import { bytesToHex, concatBytes } from '../bytes/index.ts';
import { blake2b } from '../crypto/index.ts';
import {
  decodeBt,
  encodeBt,
  malformed,
  MAX_STORED_BYTES,
  requireAtMost,
  type BtValue
} from '../wire/index.ts';
import { MAX_CONFIG_BYTES } from './config-message.ts';

/** Chunk size of the deployed writers; the largest message has 66 chunks, and a count fits its byte. */
const CHUNK_BYTES = 76_710;
const MARK = 0x6d;
/** Zero bytes that may follow the last part's list. */
const MAX_STRAY_BYTES = 4;
const HASH_BYTES = 32;
const DAY_MS = 86_400_000;
/** Incomplete sets, after the last part was seen (§4). */
const KEEP_INCOMPLETE_MS = 7 * DAY_MS;
const KEEP_COMPLETED_MS = 14 * DAY_MS;
/** An account has one or two at a time; what is over this is forgotten, oldest first, and read again when fetched. */
const MAX_SETS = 8;

export interface ConfigPart {
  /** Hash of the whole, hex. */
  readonly hashHex: string;
  /** From 0. */
  readonly index: number;
  /** 2 … 255. */
  readonly count: number;
  readonly chunk: Uint8Array;
}

/**
 * Plaintexts of the parts of a padded message, each to be encrypted on its own.
 * @throws WireError `too-large` over 5,000,000 bytes
 */
export function splitConfig(padded: Uint8Array, chunkBytes = CHUNK_BYTES): Uint8Array<ArrayBuffer>[] {
  requireAtMost(padded, MAX_CONFIG_BYTES, 'config-message');
  const hash = blake2b(padded, { length: HASH_BYTES });
  const count = Math.ceil(padded.length / chunkBytes);
  return Array.from({ length: count }, (_, index) => {
    const chunk = padded.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    const list = encodeBt([hash, Uint8Array.of(index), Uint8Array.of(count), chunk]);
    return concatBytes(Uint8Array.of(MARK), list);
  });
}

/**
 * One part of its decrypted bytes, the leading 'm' included. The chunk is a view.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeConfigPart(bytes: Uint8Array): ConfigPart {
  if (bytes[0] !== MARK) throw malformed('config-part');
  const [hash, index, count, chunk] = requireList(bytes.subarray(1));
  if (!isBytesOf(hash, HASH_BYTES)) throw malformed('config-part', 'hash');
  if (!isBytesOf(index, 1) || !isBytesOf(count, 1)) throw malformed('config-part', 'index');
  const [position] = index as unknown as [number];
  const [total] = count as unknown as [number];
  if (total < 2 || position >= total) throw malformed('config-part', 'index');
  if (!(chunk instanceof Uint8Array)) throw malformed('config-part', 'chunk');
  return { hashHex: bytesToHex(hash), index: position, count: total, chunk };
}

function isBytesOf(value: BtValue | undefined, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}

/** The list of a part; up to four zero bytes behind it are ignored. */
function requireList(bytes: Uint8Array): readonly BtValue[] {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < MAX_STRAY_BYTES && bytes[end - 1] === 0) end--;
  const list = decodeBt(bytes.subarray(0, end), { maxBytes: MAX_STORED_BYTES, maxItems: 8, maxDepth: 1 });
  if (!Array.isArray(list) || list.length !== 4) throw malformed('config-part');
  return list as readonly BtValue[];
}

/** Parts of one message. */
export interface PartSet {
  readonly hashHex: string;
  readonly count: number;
  readonly chunks: ReadonlyMap<number, Uint8Array>;
  /** Of every part seen, also of the same part stored twice. */
  readonly storageHashes: readonly string[];
  readonly lastSeenMs: number;
  /** Chunks of a completed set are dropped. */
  readonly isComplete: boolean;
}

export type PartSets = readonly PartSet[];

export interface CollectedParts {
  readonly sets: PartSets;
  /** The padded message, once this part completed it. */
  readonly completed: { readonly padded: Uint8Array; readonly storageHashes: readonly string[] } | null;
}

/**
 * Adds a part to what was collected before. A set whose chunks do not have the hash it names is dropped, so that its
 * parts are left in the swarm and read again. A part of a completed set only adds its storage hash.
 */
export function collectPart(
  sets: PartSets,
  part: ConfigPart,
  storageHash: string,
  nowMs: number
): CollectedParts {
  const others = sets.filter(({ hashHex }) => hashHex !== part.hashHex);
  const before = sets.find(({ hashHex }) => hashHex === part.hashHex);
  if (before && before.count !== part.count) return { sets, completed: null };
  const storageHashes = [...new Set([...(before?.storageHashes ?? []), storageHash])];
  const common = { hashHex: part.hashHex, count: part.count, storageHashes, lastSeenMs: nowMs };
  if (before?.isComplete) return { sets: [...others, { ...before, ...common }], completed: null };
  const chunks = new Map(before?.chunks).set(part.index, part.chunk);
  const heldBytes = [...chunks.values()].reduce((sum, { length }) => sum + length, 0);
  if (heldBytes > MAX_CONFIG_BYTES) return { sets: others, completed: null };
  if (chunks.size < part.count) {
    return { sets: [...others, { ...common, chunks, isComplete: false }].slice(-MAX_SETS), completed: null };
  }
  const padded = concatBytes(
    ...Array.from({ length: part.count }, (_, index) => chunks.get(index) as Uint8Array)
  );
  if (bytesToHex(blake2b(padded, { length: HASH_BYTES })) !== part.hashHex)
    return { sets: others, completed: null };
  return {
    sets: [...others, { ...common, chunks: new Map<number, Uint8Array>(), isComplete: true }].slice(
      -MAX_SETS
    ),
    completed: { padded, storageHashes }
  };
}

/** Without the sets that are kept no longer. */
export function forgetOldParts(sets: PartSets, nowMs: number): PartSets {
  const isKept = ({ isComplete, lastSeenMs }: PartSet) =>
    nowMs - lastSeenMs <= (isComplete ? KEEP_COMPLETED_MS : KEEP_INCOMPLETE_MS);
  return sets.every(isKept) ? sets : sets.filter(isKept);
}

/** Storage hashes of parts that still wait for others, which must not expire meanwhile (§6, "Keep alive"). */
export function incompletePartHashes(sets: PartSets): string[] {
  return sets.filter(({ isComplete }) => !isComplete).flatMap(({ storageHashes }) => storageHashes);
}
