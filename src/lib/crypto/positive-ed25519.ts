// Signatures that anybody can check who knows no more of an account than its Account ID (v2-forward-secrecy-and-pq.md §9.2). An X25519
// key belongs to two Ed25519 points, A and −A; these are made and checked under the one with sign bit 0.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, utf8ToBytes, wipe } from '../bytes/index.ts';
import { InvariantError } from '../errors.ts';
import type { CryptoBackend } from './backend.ts';
import { assertLength, CryptoError } from './errors.ts';
import { blake2b } from './hash.ts';
import type { Bytes } from './primitives.ts';

const { Point } = ed25519;
const { Fn, Fp } = Point;
const SIGN_BIT = 0x80;
const HEDGE_BYTES = 64;
const NONCE_LABEL = utf8ToBytes('HFS1-posEd-nonce');

/**
 * The Ed25519 key (32 bytes) with sign bit 0 that belongs to an X25519 public key: y = (u − 1)/(u + 1).
 * @throws CryptoError `bad-key-length`; `bad-key` for u = −1, which has none
 */
export function positiveEd25519PublicKey(x25519PublicKey: Uint8Array): Bytes {
  assertLength(x25519PublicKey, 32, 'x25519PublicKey');
  const u = Fp.create(littleEndian(x25519PublicKey, 0x7f));
  const denominator = Fp.add(u, Fp.ONE);
  if (Fp.is0(denominator)) throw new CryptoError('bad-key', { details: { input: 'x25519PublicKey' } });
  return Fp.toBytes(Fp.div(Fp.sub(u, Fp.ONE), denominator)) as Bytes;
}

function littleEndian(bytes: Uint8Array, topMask: number): bigint {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index--) {
    const byte = bytes[index] as number;
    value = (value << 8n) | BigInt(index === bytes.length - 1 ? byte & topMask : byte);
  }
  return value;
}

function scalarOf(bytes: Uint8Array): bigint {
  return Fn.create(littleEndian(bytes, 0xff));
}

/**
 * Signs as the positive alternative of an account, 64 bytes.
 * @param ed25519Seed 32 bytes
 * @param hedge 64 random bytes that enter the nonce. With the nonce of an ordinary signature, one of each kind over one body would give
 *   the secret away.
 * @throws CryptoError `bad-key-length`
 */
export function signPositive(ed25519Seed: Uint8Array, body: Uint8Array, hedge: Uint8Array): Bytes {
  assertLength(ed25519Seed, 32, 'ed25519Seed');
  assertLength(hedge, HEDGE_BYTES, 'hedge');
  const own = ed25519.utils.getExtendedPublicKey(ed25519Seed);
  const isNegative = ((own.pointBytes[31] as number) & SIGN_BIT) !== 0;
  const scalar = isNegative ? Fn.neg(own.scalar) : own.scalar;
  const publicKey = own.pointBytes.slice();
  publicKey[31] = (publicKey[31] as number) & ~SIGN_BIT;
  const scalarBytes = Fn.toBytes(scalar);
  const nonceInput = concatBytes(scalarBytes, body, hedge);
  const nonce = scalarOf(blake2b(nonceInput, { length: 64, personalisation: NONCE_LABEL }));
  wipe(nonceInput);
  wipe(scalarBytes);
  const r = Point.BASE.multiply(nonce).toBytes();
  const challenge = scalarOf(sha512(concatBytes(r, publicKey, body)));
  const signature = concatBytes(r, Fn.toBytes(Fn.add(nonce, Fn.mul(challenge, scalar))));
  if (!isSignatureOf(publicKey, body, signature)) throw new InvariantError('a signature that verifies');
  return signature;
}

/** Own check before use: a fault while computing must not leave the device. */
function isSignatureOf(publicKey: Uint8Array, body: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  const challenge = scalarOf(sha512(concatBytes(r, publicKey, body)));
  const s = scalarOf(signature.subarray(32));
  const a = Point.fromBytes(publicKey, false);
  return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(challenge)).toBytes(), r);
}

/**
 * Whether a signature is the account's own, by the strict rules of `ed25519Verify`. Wrong lengths are false; never throws.
 * @param x25519PublicKey the 32 bytes of the Account ID behind its prefix
 */
export async function verifyPositive(
  crypto: CryptoBackend,
  x25519PublicKey: Uint8Array,
  body: Uint8Array,
  signature: Uint8Array
): Promise<boolean> {
  let publicKey: Bytes;
  try {
    publicKey = positiveEd25519PublicKey(x25519PublicKey);
  } catch {
    return false;
  }
  return crypto.ed25519Verify(publicKey, body, signature);
}
