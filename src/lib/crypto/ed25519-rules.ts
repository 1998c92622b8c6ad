// What every implementation must refuse before it verifies (RFC 8032 §5.1.3, §5.1.7, and the small-order points that
// libsodium refuses). WebCrypto implementations differ here, so the façade decides for all of them.
import { compareBytes, hexToBytes } from '../bytes/index.ts';

/** p = 2^255 − 19 and the group order L, most significant byte first so that byte order is numeric order. */
const FIELD_PRIME = hexToBytes('7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed');
const GROUP_ORDER = hexToBytes('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed');

/** The y coordinates of the eight points of small order, little-endian, sign bit cleared: 0, 1, −1 and two of order 8. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].map(hexToBytes);

function isBelow(littleEndian: Uint8Array, bound: Uint8Array): boolean {
  return compareBytes(littleEndian.slice().reverse(), bound) < 0;
}

/** Whether 32 bytes encode y < p of a point whose order is not small. Does not say that the point is on the curve. */
export function isAcceptablePoint(encoded: Uint8Array): boolean {
  const y = encoded.slice();
  y[31] = (y[31] as number) & 0x7f;
  if (SMALL_ORDER_Y.some((small) => compareBytes(small, y) === 0)) return false;
  return (y[31] as number) < 0x7f || isBelow(y, FIELD_PRIME);
}

/** Whether 32 bytes encode S < L. */
export function isReducedScalar(encoded: Uint8Array): boolean {
  return (encoded[31] as number) < 0x10 || isBelow(encoded, GROUP_ORDER);
}
