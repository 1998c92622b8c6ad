// What every implementation must refuse before it verifies (RFC 8032 §5.1.3, §5.1.7, and the small-order points that
// libsodium refuses). WebCrypto implementations differ here, so the façade decides for all of them.
import { hexToBytes } from '../bytes/index.ts';

/** p = 2^255 − 19 and the group order L, little-endian. */
const FIELD_PRIME = hexToBytes('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
const GROUP_ORDER = hexToBytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** The y coordinates of the eight points of small order, little-endian, sign bit cleared: 0, 1, −1 and two of order 8. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].map(hexToBytes);

/** Negative, zero or positive as two 32-byte little-endian numbers compare, the top bits that `topMask` lacks ignored. */
function compareNumbers(a: Uint8Array, b: Uint8Array, topMask: number): number {
  const top = ((a[31] as number) & topMask) - (b[31] as number);
  if (top !== 0) return top;
  for (let index = 30; index >= 0; index--) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether 32 bytes encode y < p of a point whose order is not small. Does not say that the point is on the curve. */
export function isAcceptablePoint(encoded: Uint8Array): boolean {
  return (
    compareNumbers(encoded, FIELD_PRIME, 0x7f) < 0 &&
    SMALL_ORDER_Y.every((y) => compareNumbers(encoded, y, 0x7f) !== 0)
  );
}

/** Whether 32 bytes encode S < L. */
export function isReducedScalar(encoded: Uint8Array): boolean {
  return compareNumbers(encoded, GROUP_ORDER, 0xff) < 0;
}
