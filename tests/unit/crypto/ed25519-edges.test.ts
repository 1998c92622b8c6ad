// Where Ed25519 implementations disagree, both of ours must agree, and refuse.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { NEGATIVE_ZERO_KEY, NON_CANONICAL_KEYS, NOT_ON_CURVE_KEY, SMALL_ORDER_KEYS } from './edge-keys.ts';
import { BACKENDS } from './support.ts';

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const IDENTITY_HEX = `01${'00'.repeat(31)}`;
const TORSION = Point.fromHex(SMALL_ORDER_KEYS.find((key) => key.startsWith('26e8')) as string);

function scalarBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function challenge(r: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint {
  return (
    sha512(concatBytes(r, publicKey, message)).reduceRight(
      (value, byte) => (value << 8n) | BigInt(byte),
      0n
    ) % L
  );
}

/** A signature with R and A as given, whose S satisfies S·B = r·B + k·a·B. */
function forge(r: Uint8Array, rScalar: bigint, publicKey: Uint8Array, secret: bigint, message: Uint8Array) {
  const k = challenge(r, publicKey, message);
  return { k, signature: concatBytes(r, scalarBytes((rScalar + k * secret) % L)) };
}

const SECRET = 123456789n;
const PUBLIC = Point.BASE.multiply(SECRET).toBytes();
const MIXED_PUBLIC = Point.BASE.multiply(SECRET).add(TORSION).toBytes();
const R_SCALAR = 987654321n;
const R = Point.BASE.multiply(R_SCALAR).toBytes();
const MESSAGE = utf8ToBytes('edge');

/** The library's own rules, to show that each case is one on which implementations differ. */
const acceptsLoosely = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
  ed25519.verify(signature, message, publicKey, { zip215: true });

describe.each(BACKENDS)('Ed25519 on $name', ({ crypto }) => {
  it('accepts the control: a signature made by hand from ordinary points', async () => {
    const { signature } = forge(R, R_SCALAR, PUBLIC, SECRET, MESSAGE);
    expect(await crypto.ed25519Verify(PUBLIC, MESSAGE, signature)).toBe(true);
  });

  it('refuses every key of small order, for which anybody can sign', async () => {
    let loose = 0;
    for (const hex of [...SMALL_ORDER_KEYS, ...NON_CANONICAL_KEYS, NEGATIVE_ZERO_KEY]) {
      const publicKey = hexToBytes(hex);
      for (const r of SMALL_ORDER_KEYS) {
        const signature = concatBytes(hexToBytes(r), scalarBytes(0n));
        if (acceptsLoosely(publicKey, MESSAGE, signature)) loose++;
        expect(await crypto.ed25519Verify(publicKey, MESSAGE, signature)).toBe(false);
      }
      const { signature } = forge(R, R_SCALAR, publicKey, 0n, MESSAGE);
      expect(await crypto.ed25519Verify(publicKey, MESSAGE, signature)).toBe(false);
    }
    expect(loose).toBeGreaterThan(0);
  });

  it('refuses an R of small order, canonical or not', async () => {
    for (const hex of [IDENTITY_HEX, NEGATIVE_ZERO_KEY, ...NON_CANONICAL_KEYS]) {
      const { signature } = forge(hexToBytes(hex), 0n, PUBLIC, SECRET, MESSAGE);
      expect(await crypto.ed25519Verify(PUBLIC, MESSAGE, signature)).toBe(false);
    }
    const nonCanonicalIdentity = forge(
      hexToBytes(NON_CANONICAL_KEYS[1] as string),
      0n,
      PUBLIC,
      SECRET,
      MESSAGE
    );
    expect(acceptsLoosely(PUBLIC, MESSAGE, nonCanonicalIdentity.signature)).toBe(true);
  });

  it('refuses an S that is not reduced', async () => {
    const { signature } = forge(R, R_SCALAR, PUBLIC, SECRET, MESSAGE);
    const s = signature.subarray(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    for (const value of [s + L, s + 2n * L, L]) {
      const raised = concatBytes(R, scalarBytes(value));
      expect(await crypto.ed25519Verify(PUBLIC, MESSAGE, raised)).toBe(false);
    }
  });

  it('does not multiply by the cofactor, for A', async () => {
    const seen = new Set<boolean>();
    for (let counter = 0; counter < 24; counter++) {
      const message = utf8ToBytes(`mixed ${counter}`);
      const { k, signature } = forge(R, R_SCALAR, MIXED_PUBLIC, SECRET, message);
      expect(acceptsLoosely(MIXED_PUBLIC, message, signature)).toBe(true);
      const verifies = await crypto.ed25519Verify(MIXED_PUBLIC, message, signature);
      expect(verifies).toBe(k % 8n === 0n);
      seen.add(verifies);
    }
    expect(seen.size).toBe(2);
  });

  it('does not multiply by the cofactor, for R', async () => {
    const mixedR = Point.BASE.multiply(R_SCALAR).add(TORSION).toBytes();
    const { signature } = forge(mixedR, R_SCALAR, PUBLIC, SECRET, MESSAGE);
    expect(acceptsLoosely(PUBLIC, MESSAGE, signature)).toBe(true);
    expect(await crypto.ed25519Verify(PUBLIC, MESSAGE, signature)).toBe(false);
  });

  it('refuses points off the curve and other lengths without throwing', async () => {
    const { signature } = forge(R, R_SCALAR, PUBLIC, SECRET, MESSAGE);
    const offCurve = hexToBytes(NOT_ON_CURVE_KEY);
    expect(await crypto.ed25519Verify(offCurve, MESSAGE, signature)).toBe(false);
    const offCurveR = concatBytes(offCurve, signature.subarray(32));
    expect(await crypto.ed25519Verify(PUBLIC, MESSAGE, offCurveR)).toBe(false);
    expect(await crypto.ed25519Verify(PUBLIC.subarray(1), MESSAGE, signature)).toBe(false);
    expect(await crypto.ed25519Verify(PUBLIC, MESSAGE, signature.subarray(1))).toBe(false);
    expect(await crypto.ed25519Verify(PUBLIC, MESSAGE, new Uint8Array(0))).toBe(false);
  });
});
