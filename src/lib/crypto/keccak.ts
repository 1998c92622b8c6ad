// SHA3-256 and SHAKE256 (FIPS 202) over 32-bit halves, for messages of few blocks. WebCrypto has them nowhere yet, and noble's
// permutation takes three times as long. noble stays its oracle in tests.
import type { Bytes } from './primitives.ts';

/** Bytes of a block of both: 1600 bits less twice 256. */
const RATE = 136;
const SHA3_SUFFIX = 0x06;
const SHAKE_SUFFIX = 0x1f;

/** Of the 24 rounds, low half first. */
const ROUND_CONSTANTS = Int32Array.of(
  ...[0x1, 0, 0x8082, 0, 0x808a, 0x80000000, 0x80008000, 0x80000000],
  ...[0x808b, 0, 0x80000001, 0, 0x80008081, 0x80000000, 0x8009, 0x80000000],
  ...[0x8a, 0, 0x88, 0, 0x80008009, 0, 0x8000000a, 0],
  ...[0x8000808b, 0, 0x8b, 0x80000000, 0x8089, 0x80000000, 0x8003, 0x80000000],
  ...[0x8002, 0x80000000, 0x80, 0x80000000, 0x800a, 0, 0x8000000a, 0x80000000],
  ...[0x80008081, 0x80000000, 0x8080, 0x80000000, 0x80000001, 0, 0x80008008, 0x80000000]
);

/** What one hash works in, cleared before it returns: lane x, y at 2·(x + 5·y), low half first. */
const STATE = new Int32Array(50);

/** KECCAK-p[1600, 24] (§3.3): per round the sums of columns, then θ, ρ and π into `b`, then χ and ι. */
// prettier-ignore
function permute(s: Int32Array): void {
  let l: number, h: number;
  for (let round = 0; round < 24; round++) {
    const c0l = s[0]! ^ s[10]! ^ s[20]! ^ s[30]! ^ s[40]!, c0h = s[1]! ^ s[11]! ^ s[21]! ^ s[31]! ^ s[41]!;
    const c1l = s[2]! ^ s[12]! ^ s[22]! ^ s[32]! ^ s[42]!, c1h = s[3]! ^ s[13]! ^ s[23]! ^ s[33]! ^ s[43]!;
    const c2l = s[4]! ^ s[14]! ^ s[24]! ^ s[34]! ^ s[44]!, c2h = s[5]! ^ s[15]! ^ s[25]! ^ s[35]! ^ s[45]!;
    const c3l = s[6]! ^ s[16]! ^ s[26]! ^ s[36]! ^ s[46]!, c3h = s[7]! ^ s[17]! ^ s[27]! ^ s[37]! ^ s[47]!;
    const c4l = s[8]! ^ s[18]! ^ s[28]! ^ s[38]! ^ s[48]!, c4h = s[9]! ^ s[19]! ^ s[29]! ^ s[39]! ^ s[49]!;
    const d0l = c4l ^ ((c1l << 1) | (c1h >>> 31)), d0h = c4h ^ ((c1h << 1) | (c1l >>> 31));
    const d1l = c0l ^ ((c2l << 1) | (c2h >>> 31)), d1h = c0h ^ ((c2h << 1) | (c2l >>> 31));
    const d2l = c1l ^ ((c3l << 1) | (c3h >>> 31)), d2h = c1h ^ ((c3h << 1) | (c3l >>> 31));
    const d3l = c2l ^ ((c4l << 1) | (c4h >>> 31)), d3h = c2h ^ ((c4h << 1) | (c4l >>> 31));
    const d4l = c3l ^ ((c0l << 1) | (c0h >>> 31)), d4h = c3h ^ ((c0h << 1) | (c0l >>> 31));
    l = s[0]! ^ d0l; h = s[1]! ^ d0h; const b0l = l, b0h = h;
    l = s[2]! ^ d1l; h = s[3]! ^ d1h; const b10l = (l << 1) | (h >>> 31), b10h = (h << 1) | (l >>> 31);
    l = s[4]! ^ d2l; h = s[5]! ^ d2h; const b20l = (h << 30) | (l >>> 2), b20h = (l << 30) | (h >>> 2);
    l = s[6]! ^ d3l; h = s[7]! ^ d3h; const b5l = (l << 28) | (h >>> 4), b5h = (h << 28) | (l >>> 4);
    l = s[8]! ^ d4l; h = s[9]! ^ d4h; const b15l = (l << 27) | (h >>> 5), b15h = (h << 27) | (l >>> 5);
    l = s[10]! ^ d0l; h = s[11]! ^ d0h; const b16l = (h << 4) | (l >>> 28), b16h = (l << 4) | (h >>> 28);
    l = s[12]! ^ d1l; h = s[13]! ^ d1h; const b1l = (h << 12) | (l >>> 20), b1h = (l << 12) | (h >>> 20);
    l = s[14]! ^ d2l; h = s[15]! ^ d2h; const b11l = (l << 6) | (h >>> 26), b11h = (h << 6) | (l >>> 26);
    l = s[16]! ^ d3l; h = s[17]! ^ d3h; const b21l = (h << 23) | (l >>> 9), b21h = (l << 23) | (h >>> 9);
    l = s[18]! ^ d4l; h = s[19]! ^ d4h; const b6l = (l << 20) | (h >>> 12), b6h = (h << 20) | (l >>> 12);
    l = s[20]! ^ d0l; h = s[21]! ^ d0h; const b7l = (l << 3) | (h >>> 29), b7h = (h << 3) | (l >>> 29);
    l = s[22]! ^ d1l; h = s[23]! ^ d1h; const b17l = (l << 10) | (h >>> 22), b17h = (h << 10) | (l >>> 22);
    l = s[24]! ^ d2l; h = s[25]! ^ d2h; const b2l = (h << 11) | (l >>> 21), b2h = (l << 11) | (h >>> 21);
    l = s[26]! ^ d3l; h = s[27]! ^ d3h; const b12l = (l << 25) | (h >>> 7), b12h = (h << 25) | (l >>> 7);
    l = s[28]! ^ d4l; h = s[29]! ^ d4h; const b22l = (h << 7) | (l >>> 25), b22h = (l << 7) | (h >>> 25);
    l = s[30]! ^ d0l; h = s[31]! ^ d0h; const b23l = (h << 9) | (l >>> 23), b23h = (l << 9) | (h >>> 23);
    l = s[32]! ^ d1l; h = s[33]! ^ d1h; const b8l = (h << 13) | (l >>> 19), b8h = (l << 13) | (h >>> 19);
    l = s[34]! ^ d2l; h = s[35]! ^ d2h; const b18l = (l << 15) | (h >>> 17), b18h = (h << 15) | (l >>> 17);
    l = s[36]! ^ d3l; h = s[37]! ^ d3h; const b3l = (l << 21) | (h >>> 11), b3h = (h << 21) | (l >>> 11);
    l = s[38]! ^ d4l; h = s[39]! ^ d4h; const b13l = (l << 8) | (h >>> 24), b13h = (h << 8) | (l >>> 24);
    l = s[40]! ^ d0l; h = s[41]! ^ d0h; const b14l = (l << 18) | (h >>> 14), b14h = (h << 18) | (l >>> 14);
    l = s[42]! ^ d1l; h = s[43]! ^ d1h; const b24l = (l << 2) | (h >>> 30), b24h = (h << 2) | (l >>> 30);
    l = s[44]! ^ d2l; h = s[45]! ^ d2h; const b9l = (h << 29) | (l >>> 3), b9h = (l << 29) | (h >>> 3);
    l = s[46]! ^ d3l; h = s[47]! ^ d3h; const b19l = (h << 24) | (l >>> 8), b19h = (l << 24) | (h >>> 8);
    l = s[48]! ^ d4l; h = s[49]! ^ d4h; const b4l = (l << 14) | (h >>> 18), b4h = (h << 14) | (l >>> 18);
    s[0] = b0l ^ (~b1l & b2l) ^ ROUND_CONSTANTS[2 * round]!; s[1] = b0h ^ (~b1h & b2h) ^ ROUND_CONSTANTS[2 * round + 1]!;
    s[2] = b1l ^ (~b2l & b3l); s[3] = b1h ^ (~b2h & b3h);
    s[4] = b2l ^ (~b3l & b4l); s[5] = b2h ^ (~b3h & b4h);
    s[6] = b3l ^ (~b4l & b0l); s[7] = b3h ^ (~b4h & b0h);
    s[8] = b4l ^ (~b0l & b1l); s[9] = b4h ^ (~b0h & b1h);
    s[10] = b5l ^ (~b6l & b7l); s[11] = b5h ^ (~b6h & b7h);
    s[12] = b6l ^ (~b7l & b8l); s[13] = b6h ^ (~b7h & b8h);
    s[14] = b7l ^ (~b8l & b9l); s[15] = b7h ^ (~b8h & b9h);
    s[16] = b8l ^ (~b9l & b5l); s[17] = b8h ^ (~b9h & b5h);
    s[18] = b9l ^ (~b5l & b6l); s[19] = b9h ^ (~b5h & b6h);
    s[20] = b10l ^ (~b11l & b12l); s[21] = b10h ^ (~b11h & b12h);
    s[22] = b11l ^ (~b12l & b13l); s[23] = b11h ^ (~b12h & b13h);
    s[24] = b12l ^ (~b13l & b14l); s[25] = b12h ^ (~b13h & b14h);
    s[26] = b13l ^ (~b14l & b10l); s[27] = b13h ^ (~b14h & b10h);
    s[28] = b14l ^ (~b10l & b11l); s[29] = b14h ^ (~b10h & b11h);
    s[30] = b15l ^ (~b16l & b17l); s[31] = b15h ^ (~b16h & b17h);
    s[32] = b16l ^ (~b17l & b18l); s[33] = b16h ^ (~b17h & b18h);
    s[34] = b17l ^ (~b18l & b19l); s[35] = b17h ^ (~b18h & b19h);
    s[36] = b18l ^ (~b19l & b15l); s[37] = b18h ^ (~b19h & b15h);
    s[38] = b19l ^ (~b15l & b16l); s[39] = b19h ^ (~b15h & b16h);
    s[40] = b20l ^ (~b21l & b22l); s[41] = b20h ^ (~b21h & b22h);
    s[42] = b21l ^ (~b22l & b23l); s[43] = b21h ^ (~b22h & b23h);
    s[44] = b22l ^ (~b23l & b24l); s[45] = b22h ^ (~b23h & b24h);
    s[46] = b23l ^ (~b24l & b20l); s[47] = b23h ^ (~b24h & b20h);
    s[48] = b24l ^ (~b20l & b21l); s[49] = b24h ^ (~b20h & b21h);
  }
}

/** Adds a byte to the place of the state's byte string (§3.1.2). */
function addByte(place: number, byte: number): void {
  STATE[place >> 2]! ^= byte << (8 * (place & 3));
}

function sponge(message: Uint8Array, suffix: number, length: number): Bytes {
  let place = 0;
  for (let index = 0; index < message.length; index++) {
    addByte(place++, message[index] as number);
    if (place < RATE) continue;
    permute(STATE);
    place = 0;
  }
  addByte(place, suffix);
  addByte(RATE - 1, 0x80);
  const output = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    if (index % RATE === 0) permute(STATE);
    place = index % RATE;
    output[index] = STATE[place >> 2]! >>> (8 * (place & 3));
  }
  STATE.fill(0);
  return output;
}

/** SHA3-256, 32 bytes. */
export function sha3(message: Uint8Array): Bytes {
  return sponge(message, SHA3_SUFFIX, 32);
}

/** SHAKE256 of `message`, `length` bytes. */
export function shake256(message: Uint8Array, length: number): Bytes {
  return sponge(message, SHAKE_SUFFIX, length);
}
