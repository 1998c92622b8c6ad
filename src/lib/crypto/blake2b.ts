// BLAKE2b (RFC 7693) over 32-bit halves. Every message is hashed several times, as stored and as signed, WebCrypto has no such hash,
// and noble's takes more than twice the time for the few blocks that our messages have. noble stays its oracle in tests.
import { UsageError } from '../errors.ts';
import type { Bytes } from './primitives.ts';

export interface Blake2bOptions {
  /** Output bytes, 1..64. */
  readonly length: number;
  /** 0..64 bytes. */
  readonly key?: Uint8Array;
  /** 16 bytes. */
  readonly personalisation?: Uint8Array;
}

const BLOCK_BYTES = 128;
const MAX_BYTES = 64;
const PERSONALISATION_BYTES = 16;
const TWO_32 = 0x1_0000_0000;

/** The eight initial words, low half first. */
const INITIAL = Int32Array.of(
  ...[0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a],
  ...[0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19]
);

/** Which words of a block the rounds mix in (§2.7). */
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0]
] as const;
/** Those of all twelve rounds, as places of their low halves. */
const SCHEDULE = Uint8Array.from(
  [...SIGMA, SIGMA[0], SIGMA[1]].flatMap((round) => round.map((word) => 2 * word))
);

// What one hash works in, cleared before it returns: to make it anew would take as long as hashing.
const STATE = new Int32Array(16);
const BLOCK = new Int32Array(32);
const BLOCK_BYTES_VIEW = new Uint8Array(BLOCK.buffer);
const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/**
 * Takes `BLOCK` into `STATE` (§3.2). Eight times G (§3.1) a round, on local variables, since an array would double the time.
 * @param hashed bytes so far, those of this block included; below 2^32
 * @param last −1 for the last block, else 0
 */
// prettier-ignore
function compress(hashed: number, last: -1 | 0): void {
  let v0l = STATE[0]!, v0h = STATE[1]!; let v1l = STATE[2]!, v1h = STATE[3]!;
  let v2l = STATE[4]!, v2h = STATE[5]!; let v3l = STATE[6]!, v3h = STATE[7]!;
  let v4l = STATE[8]!, v4h = STATE[9]!; let v5l = STATE[10]!, v5h = STATE[11]!;
  let v6l = STATE[12]!, v6h = STATE[13]!; let v7l = STATE[14]!, v7h = STATE[15]!;
  let v8l = INITIAL[0]!, v8h = INITIAL[1]!; let v9l = INITIAL[2]!, v9h = INITIAL[3]!;
  let v10l = INITIAL[4]!, v10h = INITIAL[5]!; let v11l = INITIAL[6]!, v11h = INITIAL[7]!;
  let v12l = INITIAL[8]! ^ hashed, v12h = INITIAL[9]!; let v13l = INITIAL[10]!, v13h = INITIAL[11]!;
  let v14l = INITIAL[12]! ^ last, v14h = INITIAL[13]! ^ last; let v15l = INITIAL[14]!, v15h = INITIAL[15]!;
  const m = BLOCK;
  const s = SCHEDULE;
  let w: number, t: number, u: number, x: number, y: number;
  for (let r = 0; r < 192; r += 16) {
    // Columns, then diagonals.
    x = s[r]!; y = s[r + 1]!;
    w = (v0l >>> 0) + (v4l >>> 0) + (m[x]! >>> 0); v0h = (v0h + v4h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v0l = w | 0;
    t = v12h ^ v0h; v12h = v12l ^ v0l; v12l = t;
    w = (v8l >>> 0) + (v12l >>> 0); v8h = (v8h + v12h + ((w / TWO_32) | 0)) | 0; v8l = w | 0;
    t = v4l ^ v8l; u = v4h ^ v8h; v4l = (t >>> 24) | (u << 8); v4h = (u >>> 24) | (t << 8);
    w = (v0l >>> 0) + (v4l >>> 0) + (m[y]! >>> 0); v0h = (v0h + v4h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v0l = w | 0;
    t = v12l ^ v0l; u = v12h ^ v0h; v12l = (t >>> 16) | (u << 16); v12h = (u >>> 16) | (t << 16);
    w = (v8l >>> 0) + (v12l >>> 0); v8h = (v8h + v12h + ((w / TWO_32) | 0)) | 0; v8l = w | 0;
    t = v4l ^ v8l; u = v4h ^ v8h; v4l = (u >>> 31) | (t << 1); v4h = (t >>> 31) | (u << 1);
    x = s[r + 2]!; y = s[r + 3]!;
    w = (v1l >>> 0) + (v5l >>> 0) + (m[x]! >>> 0); v1h = (v1h + v5h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v1l = w | 0;
    t = v13h ^ v1h; v13h = v13l ^ v1l; v13l = t;
    w = (v9l >>> 0) + (v13l >>> 0); v9h = (v9h + v13h + ((w / TWO_32) | 0)) | 0; v9l = w | 0;
    t = v5l ^ v9l; u = v5h ^ v9h; v5l = (t >>> 24) | (u << 8); v5h = (u >>> 24) | (t << 8);
    w = (v1l >>> 0) + (v5l >>> 0) + (m[y]! >>> 0); v1h = (v1h + v5h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v1l = w | 0;
    t = v13l ^ v1l; u = v13h ^ v1h; v13l = (t >>> 16) | (u << 16); v13h = (u >>> 16) | (t << 16);
    w = (v9l >>> 0) + (v13l >>> 0); v9h = (v9h + v13h + ((w / TWO_32) | 0)) | 0; v9l = w | 0;
    t = v5l ^ v9l; u = v5h ^ v9h; v5l = (u >>> 31) | (t << 1); v5h = (t >>> 31) | (u << 1);
    x = s[r + 4]!; y = s[r + 5]!;
    w = (v2l >>> 0) + (v6l >>> 0) + (m[x]! >>> 0); v2h = (v2h + v6h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v2l = w | 0;
    t = v14h ^ v2h; v14h = v14l ^ v2l; v14l = t;
    w = (v10l >>> 0) + (v14l >>> 0); v10h = (v10h + v14h + ((w / TWO_32) | 0)) | 0; v10l = w | 0;
    t = v6l ^ v10l; u = v6h ^ v10h; v6l = (t >>> 24) | (u << 8); v6h = (u >>> 24) | (t << 8);
    w = (v2l >>> 0) + (v6l >>> 0) + (m[y]! >>> 0); v2h = (v2h + v6h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v2l = w | 0;
    t = v14l ^ v2l; u = v14h ^ v2h; v14l = (t >>> 16) | (u << 16); v14h = (u >>> 16) | (t << 16);
    w = (v10l >>> 0) + (v14l >>> 0); v10h = (v10h + v14h + ((w / TWO_32) | 0)) | 0; v10l = w | 0;
    t = v6l ^ v10l; u = v6h ^ v10h; v6l = (u >>> 31) | (t << 1); v6h = (t >>> 31) | (u << 1);
    x = s[r + 6]!; y = s[r + 7]!;
    w = (v3l >>> 0) + (v7l >>> 0) + (m[x]! >>> 0); v3h = (v3h + v7h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v3l = w | 0;
    t = v15h ^ v3h; v15h = v15l ^ v3l; v15l = t;
    w = (v11l >>> 0) + (v15l >>> 0); v11h = (v11h + v15h + ((w / TWO_32) | 0)) | 0; v11l = w | 0;
    t = v7l ^ v11l; u = v7h ^ v11h; v7l = (t >>> 24) | (u << 8); v7h = (u >>> 24) | (t << 8);
    w = (v3l >>> 0) + (v7l >>> 0) + (m[y]! >>> 0); v3h = (v3h + v7h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v3l = w | 0;
    t = v15l ^ v3l; u = v15h ^ v3h; v15l = (t >>> 16) | (u << 16); v15h = (u >>> 16) | (t << 16);
    w = (v11l >>> 0) + (v15l >>> 0); v11h = (v11h + v15h + ((w / TWO_32) | 0)) | 0; v11l = w | 0;
    t = v7l ^ v11l; u = v7h ^ v11h; v7l = (u >>> 31) | (t << 1); v7h = (t >>> 31) | (u << 1);
    x = s[r + 8]!; y = s[r + 9]!;
    w = (v0l >>> 0) + (v5l >>> 0) + (m[x]! >>> 0); v0h = (v0h + v5h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v0l = w | 0;
    t = v15h ^ v0h; v15h = v15l ^ v0l; v15l = t;
    w = (v10l >>> 0) + (v15l >>> 0); v10h = (v10h + v15h + ((w / TWO_32) | 0)) | 0; v10l = w | 0;
    t = v5l ^ v10l; u = v5h ^ v10h; v5l = (t >>> 24) | (u << 8); v5h = (u >>> 24) | (t << 8);
    w = (v0l >>> 0) + (v5l >>> 0) + (m[y]! >>> 0); v0h = (v0h + v5h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v0l = w | 0;
    t = v15l ^ v0l; u = v15h ^ v0h; v15l = (t >>> 16) | (u << 16); v15h = (u >>> 16) | (t << 16);
    w = (v10l >>> 0) + (v15l >>> 0); v10h = (v10h + v15h + ((w / TWO_32) | 0)) | 0; v10l = w | 0;
    t = v5l ^ v10l; u = v5h ^ v10h; v5l = (u >>> 31) | (t << 1); v5h = (t >>> 31) | (u << 1);
    x = s[r + 10]!; y = s[r + 11]!;
    w = (v1l >>> 0) + (v6l >>> 0) + (m[x]! >>> 0); v1h = (v1h + v6h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v1l = w | 0;
    t = v12h ^ v1h; v12h = v12l ^ v1l; v12l = t;
    w = (v11l >>> 0) + (v12l >>> 0); v11h = (v11h + v12h + ((w / TWO_32) | 0)) | 0; v11l = w | 0;
    t = v6l ^ v11l; u = v6h ^ v11h; v6l = (t >>> 24) | (u << 8); v6h = (u >>> 24) | (t << 8);
    w = (v1l >>> 0) + (v6l >>> 0) + (m[y]! >>> 0); v1h = (v1h + v6h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v1l = w | 0;
    t = v12l ^ v1l; u = v12h ^ v1h; v12l = (t >>> 16) | (u << 16); v12h = (u >>> 16) | (t << 16);
    w = (v11l >>> 0) + (v12l >>> 0); v11h = (v11h + v12h + ((w / TWO_32) | 0)) | 0; v11l = w | 0;
    t = v6l ^ v11l; u = v6h ^ v11h; v6l = (u >>> 31) | (t << 1); v6h = (t >>> 31) | (u << 1);
    x = s[r + 12]!; y = s[r + 13]!;
    w = (v2l >>> 0) + (v7l >>> 0) + (m[x]! >>> 0); v2h = (v2h + v7h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v2l = w | 0;
    t = v13h ^ v2h; v13h = v13l ^ v2l; v13l = t;
    w = (v8l >>> 0) + (v13l >>> 0); v8h = (v8h + v13h + ((w / TWO_32) | 0)) | 0; v8l = w | 0;
    t = v7l ^ v8l; u = v7h ^ v8h; v7l = (t >>> 24) | (u << 8); v7h = (u >>> 24) | (t << 8);
    w = (v2l >>> 0) + (v7l >>> 0) + (m[y]! >>> 0); v2h = (v2h + v7h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v2l = w | 0;
    t = v13l ^ v2l; u = v13h ^ v2h; v13l = (t >>> 16) | (u << 16); v13h = (u >>> 16) | (t << 16);
    w = (v8l >>> 0) + (v13l >>> 0); v8h = (v8h + v13h + ((w / TWO_32) | 0)) | 0; v8l = w | 0;
    t = v7l ^ v8l; u = v7h ^ v8h; v7l = (u >>> 31) | (t << 1); v7h = (t >>> 31) | (u << 1);
    x = s[r + 14]!; y = s[r + 15]!;
    w = (v3l >>> 0) + (v4l >>> 0) + (m[x]! >>> 0); v3h = (v3h + v4h + m[x + 1]! + ((w / TWO_32) | 0)) | 0; v3l = w | 0;
    t = v14h ^ v3h; v14h = v14l ^ v3l; v14l = t;
    w = (v9l >>> 0) + (v14l >>> 0); v9h = (v9h + v14h + ((w / TWO_32) | 0)) | 0; v9l = w | 0;
    t = v4l ^ v9l; u = v4h ^ v9h; v4l = (t >>> 24) | (u << 8); v4h = (u >>> 24) | (t << 8);
    w = (v3l >>> 0) + (v4l >>> 0) + (m[y]! >>> 0); v3h = (v3h + v4h + m[y + 1]! + ((w / TWO_32) | 0)) | 0; v3l = w | 0;
    t = v14l ^ v3l; u = v14h ^ v3h; v14l = (t >>> 16) | (u << 16); v14h = (u >>> 16) | (t << 16);
    w = (v9l >>> 0) + (v14l >>> 0); v9h = (v9h + v14h + ((w / TWO_32) | 0)) | 0; v9l = w | 0;
    t = v4l ^ v9l; u = v4h ^ v9h; v4l = (u >>> 31) | (t << 1); v4h = (t >>> 31) | (u << 1);
  }
  STATE[0]! ^= v0l ^ v8l; STATE[1]! ^= v0h ^ v8h;
  STATE[2]! ^= v1l ^ v9l; STATE[3]! ^= v1h ^ v9h;
  STATE[4]! ^= v2l ^ v10l; STATE[5]! ^= v2h ^ v10h;
  STATE[6]! ^= v3l ^ v11l; STATE[7]! ^= v3h ^ v11h;
  STATE[8]! ^= v4l ^ v12l; STATE[9]! ^= v4h ^ v12h;
  STATE[10]! ^= v5l ^ v13l; STATE[11]! ^= v5h ^ v13h;
  STATE[12]! ^= v6l ^ v14l; STATE[13]! ^= v6h ^ v14h;
  STATE[14]! ^= v7l ^ v15l; STATE[15]! ^= v7h ^ v15h;
}

/** Puts up to 128 bytes into `BLOCK`, filled up with zeros. */
function fillBlock(bytes: Uint8Array, start: number, end: number): void {
  for (let index = start; index < end; index++) BLOCK_BYTES_VIEW[index - start] = bytes[index] as number;
  BLOCK_BYTES_VIEW.fill(0, end - start);
  if (!IS_BIG_ENDIAN) return;
  const view = new DataView(BLOCK.buffer);
  for (let index = 0; index < BLOCK.length; index++) BLOCK[index] = view.getInt32(4 * index, true);
}

/** The parameter block (§2.5), with the personalisation of the BLAKE2 document. */
function begin(length: number, keyBytes: number, personalisation: Uint8Array | undefined): void {
  STATE.set(INITIAL);
  STATE[0]! ^= length | (keyBytes << 8) | 0x0101_0000;
  if (personalisation === undefined) return;
  for (let index = 0; index < PERSONALISATION_BYTES; index++) {
    STATE[12 + (index >> 2)]! ^= (personalisation[index] as number) << (8 * (index & 3));
  }
}

function assertOptions({ length, key, personalisation }: Blake2bOptions): void {
  if (!Number.isInteger(length) || length < 1 || length > MAX_BYTES)
    throw new UsageError('1..64 bytes of BLAKE2b');
  if (key !== undefined && key.length > MAX_BYTES) throw new UsageError('a BLAKE2b key of 0..64 bytes');
  if (personalisation !== undefined && personalisation.length !== PERSONALISATION_BYTES) {
    throw new UsageError('a BLAKE2b personalisation of 16 bytes');
  }
}

/**
 * BLAKE2b of `message`, `length` bytes.
 * @throws UsageError for options of other lengths than they have
 */
export function blake2b(message: Uint8Array, options: Blake2bOptions): Bytes {
  assertOptions(options);
  const { length, key, personalisation } = options;
  const isKeyed = key !== undefined && key.length > 0;
  begin(length, key?.length ?? 0, personalisation);
  let hashed = 0;
  if (isKeyed) {
    fillBlock(key, 0, key.length);
    hashed = BLOCK_BYTES;
    compress(hashed, message.length === 0 ? -1 : 0);
  }
  let start = 0;
  for (; message.length - start > BLOCK_BYTES; start += BLOCK_BYTES) {
    fillBlock(message, start, start + BLOCK_BYTES);
    hashed += BLOCK_BYTES;
    compress(hashed, 0);
  }
  if (message.length > 0 || !isKeyed) {
    fillBlock(message, start, message.length);
    compress(hashed + message.length - start, -1);
  }
  const hash = new Uint8Array(length);
  for (let index = 0; index < length; index++) hash[index] = STATE[index >> 2]! >>> (8 * (index & 3));
  STATE.fill(0);
  BLOCK.fill(0);
  return hash;
}
