// The sealed part of a backup (docs/backup-format.md §3): chunks of one size, each bound to the header, its place and
// whether it is the last, after the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015).
//
//   chunk = XChaCha20-Poly1305(key, nonce, plain, header) = ciphertext ‖ tag(16)
//   nonce = index u64be ‖ last(1): 0 or 1 ‖ zero(15)
//
// A key seals one file alone (key.ts), so no nonce comes twice.
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { InvariantError } from '../errors.ts';
import { backupError } from './errors.ts';

export const TAG_BYTES = 16;
const NONCE_BYTES = 24;
const LAST_OFFSET = 8;

function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setBigUint64(0, BigInt(index));
  nonce[LAST_OFFSET] = isLast ? 1 : 0;
  return nonce;
}

export interface ChunkPlace {
  /** From 0. */
  readonly index: number;
  readonly isLast: boolean;
}

/** @param header all 96 bytes */
export function sealChunk(
  key: Uint8Array,
  header: Uint8Array,
  { index, isLast }: ChunkPlace,
  plain: Uint8Array
): Uint8Array {
  return xchacha20poly1305(key, nonceOf(index, isLast), header).encrypt(plain);
}

/** The plain bytes, or null when the chunk does not belong there as it is. */
export function openChunk(
  key: Uint8Array,
  header: Uint8Array,
  { index, isLast }: ChunkPlace,
  sealed: Uint8Array
): Uint8Array | null {
  try {
    return xchacha20poly1305(key, nonceOf(index, isLast), header).decrypt(sealed);
  } catch {
    return null;
  }
}

/**
 * How many chunks a file of so many gets, filled with zeros: few lengths are possible, and none is more than an eighth
 * longer than it need be (Padmé: Nikitin and others, "Reducing metadata leakage from encrypted files", 2019).
 */
export function paddedChunkCount(chunks: number): number {
  if (chunks < 2) return 1;
  const exponent = Math.floor(Math.log2(chunks));
  const free = exponent - (Math.floor(Math.log2(exponent || 1)) + 1);
  const step = free > 0 ? 2 ** free : 1;
  return Math.ceil(chunks / step) * step;
}

/** Cuts a stream of plain bytes into sealed chunks. */
export interface ChunkSealer {
  /** Chunks that got full; the bytes are copied. */
  push(plain: Uint8Array): Uint8Array[];
  /** What is left, and the filling. Called once. */
  finish(): Generator<Uint8Array>;
}

export function createChunkSealer(key: Uint8Array, header: Uint8Array, chunkBytes: number): ChunkSealer {
  let held = new Uint8Array(chunkBytes);
  let [length, index, isFinished] = [0, 0, false];

  const seal = (isLast: boolean): Uint8Array => {
    const sealed = sealChunk(key, header, { index: index++, isLast }, held);
    held.fill(0);
    length = 0;
    return sealed;
  };

  return {
    push(plain) {
      if (isFinished) throw new InvariantError('a stream that goes on');
      const sealed: Uint8Array[] = [];
      for (let offset = 0; offset < plain.length;) {
        // Only when more follows is a full chunk not the last.
        if (length === chunkBytes) sealed.push(seal(false));
        const part = plain.subarray(offset, offset + chunkBytes - length);
        held.set(part, length);
        length += part.length;
        offset += part.length;
      }
      return sealed;
    },
    *finish() {
      isFinished = true;
      const total = paddedChunkCount(index + 1);
      while (index < total) yield seal(index === total - 1);
      held = new Uint8Array(0);
    }
  };
}

/** How a file of a known length is divided. */
export interface ChunkLayout {
  /** Whole chunks. */
  readonly count: number;
  /** Bytes of a chunk as it lies in the file. */
  readonly sealedBytes: number;
  /** Bytes after the last whole chunk; 0 in a whole file. */
  readonly leftOver: number;
}

/** @param bodyBytes of the file without its header */
export function layoutOf(bodyBytes: number, chunkBytes: number): ChunkLayout {
  const sealedBytes = chunkBytes + TAG_BYTES;
  const count = Math.floor(bodyBytes / sealedBytes);
  return { count, sealedBytes, leftOver: bodyBytes - count * sealedBytes };
}

/**
 * The plain bytes of a chunk of a file.
 * @throws BackupError `backup-truncated` when the file ends before its last chunk, `backup-damaged`
 */
export function openChunkOf(
  key: Uint8Array,
  header: Uint8Array,
  layout: ChunkLayout,
  index: number,
  sealed: Uint8Array
): Uint8Array {
  const isAtEnd = index === layout.count - 1;
  const plain = openChunk(key, header, { index, isLast: isAtEnd && layout.leftOver === 0 }, sealed);
  if (plain && layout.leftOver === 0) return plain;
  if (!isAtEnd) {
    if (plain) return plain;
    throw backupError('backup-damaged', { chunk: index });
  }
  // Where the end is not what it should be, the last whole chunk tells whether something is missing or too much.
  const isCut = openChunk(key, header, { index, isLast: false }, sealed) !== null;
  throw backupError(isCut ? 'backup-truncated' : 'backup-damaged', { chunk: index });
}
