// Ed25519 encodings on which implementations disagree.
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';

/** The eight points whose order divides 8. */
export const SMALL_ORDER_KEYS: readonly string[] = ED25519_TORSION_SUBGROUP;

/** Encodings with y >= p, each of a point that also has a canonical encoding. */
export const NON_CANONICAL_KEYS: readonly string[] = [
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // y = p, the point y = 0
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // y = p + 1, the identity
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', // the same with the sign bit
  'f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // y = p + 3
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f' // y = 2^255 - 1
];

/** y = 1 with the sign bit of x = 0. */
export const NEGATIVE_ZERO_KEY = '0100000000000000000000000000000000000000000000000000000000000080';

/** y = 2 has no x. */
export const NOT_ON_CURVE_KEY = '0200000000000000000000000000000000000000000000000000000000000000';

/** 7·B plus a point of order 8: order 8·L. */
export const MIXED_ORDER_KEY = ed25519.Point.BASE.multiply(7n)
  .add(ed25519.Point.fromHex(SMALL_ORDER_KEYS.find((key) => key.startsWith('26e8')) as string))
  .toHex();
