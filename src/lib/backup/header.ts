// The first 96 bytes of a backup (docs/backup-format.md §1): how the key is made, and whether a passphrase is the right one.
//
//   0    8  magic "ONSKNBAK"
//   8    2  version, u16be: 1
//   10   1  key derivation: 1 = Argon2id (RFC 9106, version 0x13)
//   11   1  lanes
//   12   4  memory, KiB, u32be
//   16   4  passes, u32be
//   20   4  plain bytes of a chunk, u32be
//   24   8  zero
//   32  32  salt
//   64  16  key check
//   80  16  first bytes of SHA-256 over bytes 0..80
//
// Magic, version and checksum stand there in every version, so that damage is not taken for a newer version.
import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader, concatBytes, equalBytes, utf8ToBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { backupError } from './errors.ts';

export const HEADER_BYTES = 96;
/** What the content key is bound to. */
export const FIXED_BYTES = 64;
export const SALT_BYTES = 32;
export const KEY_CHECK_BYTES = 16;
const CHECKED_BYTES = FIXED_BYTES + KEY_CHECK_BYTES;
const MAGIC = utf8ToBytes('ONSKNBAK');
export const BACKUP_VERSION = 1;
const ARGON2ID = 1;

export interface KeyCost {
  /** KiB. */
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** design.md §6: 64 MiB, three passes. */
export const DEFAULT_COST: KeyCost = { memoryKib: 65_536, passes: 3, lanes: 1 };
/** Four times the work of ours, so that later ones may cost more; a file must not take a device down. */
const MAX_MEMORY_KIB = 262_144;
const MAX_PASSES = 12;
const MAX_LANES = 4;
const MAX_WORK = 4 * DEFAULT_COST.memoryKib * DEFAULT_COST.passes;
/** Argon2 has no less. */
const MIN_MEMORY_PER_LANE_KIB = 8;

export const DEFAULT_CHUNK_BYTES = 65_536;
const MIN_CHUNK_BYTES = 1_024;
const MAX_CHUNK_BYTES = 1_048_576;

export interface BackupHeader {
  readonly cost: KeyCost;
  /** Plain bytes of a chunk. */
  readonly chunkBytes: number;
  /** 32 bytes. */
  readonly salt: Uint8Array;
}

/** Bytes 0..64. @throws UsageError for values no reader accepts */
export function encodeFixed({ cost, chunkBytes, salt }: BackupHeader): Uint8Array {
  if (costProblem(cost) || !isChunkSize(chunkBytes) || salt.length !== SALT_BYTES) {
    throw new UsageError('a cost, chunk size and salt that readers accept');
  }
  const bytes = new Uint8Array(FIXED_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(8, BACKUP_VERSION);
  view.setUint8(10, ARGON2ID);
  view.setUint8(11, cost.lanes);
  view.setUint32(12, cost.memoryKib);
  view.setUint32(16, cost.passes);
  view.setUint32(20, chunkBytes);
  bytes.set(salt, 32);
  return bytes;
}

/** The whole header. @param fixed bytes 0..64 @param keyCheck 16 bytes */
export function encodeHeader(fixed: Uint8Array, keyCheck: Uint8Array): Uint8Array {
  const checked = concatBytes(fixed, keyCheck);
  return concatBytes(checked, checksumOf(checked));
}

export interface ReadHeader extends BackupHeader {
  /** Bytes 0..64. */
  readonly fixed: Uint8Array;
  readonly keyCheck: Uint8Array;
}

/**
 * @param bytes the first 96 bytes, or as many as there are
 * @throws BackupError `backup-foreign`, `backup-truncated`, `backup-damaged`, `backup-from-newer`, `backup-too-costly`
 */
export function decodeHeader(bytes: Uint8Array): ReadHeader {
  const magic = bytes.subarray(0, MAGIC.length);
  if (magic.length === 0 || !equalBytes(magic, MAGIC.subarray(0, magic.length))) {
    throw backupError('backup-foreign');
  }
  if (bytes.length < HEADER_BYTES) throw backupError('backup-truncated');
  const reader = new ByteReader(bytes.subarray(0, HEADER_BYTES));
  const fixed = reader.take(FIXED_BYTES).slice();
  const keyCheck = reader.take(KEY_CHECK_BYTES).slice();
  if (!equalBytes(reader.rest(), checksumOf(bytes.subarray(0, CHECKED_BYTES)))) {
    throw backupError('backup-damaged', { field: 'header' });
  }
  const view = new DataView(fixed.buffer);
  const version = view.getUint16(8);
  if (version !== BACKUP_VERSION) throw backupError('backup-from-newer', { version });
  if (view.getUint8(10) !== ARGON2ID || view.getBigUint64(24) !== 0n) {
    throw backupError('backup-damaged', { field: 'header' });
  }
  const cost = { lanes: view.getUint8(11), memoryKib: view.getUint32(12), passes: view.getUint32(16) };
  const chunkBytes = view.getUint32(20);
  const problem = costProblem(cost);
  if (problem) throw backupError('backup-too-costly', { field: problem });
  if (!isChunkSize(chunkBytes)) throw backupError('backup-too-costly', { field: 'chunk' });
  return { cost, chunkBytes, salt: fixed.slice(32), fixed, keyCheck };
}

function checksumOf(checked: Uint8Array): Uint8Array {
  return sha256(checked).subarray(0, HEADER_BYTES - CHECKED_BYTES);
}

function costProblem({ memoryKib, passes, lanes }: KeyCost): string | null {
  if (!(lanes >= 1 && lanes <= MAX_LANES)) return 'lanes';
  if (!(memoryKib >= MIN_MEMORY_PER_LANE_KIB * lanes && memoryKib <= MAX_MEMORY_KIB)) return 'memory';
  if (!(passes >= 1 && passes <= MAX_PASSES)) return 'passes';
  return memoryKib * passes > MAX_WORK ? 'work' : null;
}

function isChunkSize(bytes: number): boolean {
  return bytes >= MIN_CHUNK_BYTES && bytes <= MAX_CHUNK_BYTES && (bytes & (bytes - 1)) === 0;
}
