// Account seed -> Ed25519 and X25519 keys -> Account ID (accounts-and-messages.md §1.1).
import { ed25519 } from '@noble/curves/ed25519.js';
import { accountIdOf, type AccountId } from '../account-id.ts';
import { bytesToHex } from '../bytes/index.ts';
import type { RandomBytes } from '../random.ts';
import { isAcceptablePoint } from './ed25519-rules.ts';
import { assertLength, CryptoError } from './errors.ts';
import type { Bytes } from './primitives.ts';

/** The keys of one account; every array is 32 bytes. The seed and the X25519 secret never leave the worker. */
export interface Identity {
  readonly accountId: AccountId;
  readonly ed25519Seed: Uint8Array;
  readonly ed25519PublicKey: Uint8Array;
  readonly x25519SecretKey: Uint8Array;
  readonly x25519PublicKey: Uint8Array;
}

export const ACCOUNT_SEED_BYTES = 16;

/** A new account seed, 16 bytes. */
export function createAccountSeed(random: RandomBytes): Bytes {
  return random(ACCOUNT_SEED_BYTES);
}

/**
 * The keys of an account seed of 16 bytes.
 * @throws CryptoError `bad-key-length`
 */
export function deriveIdentity(accountSeed: Uint8Array): Identity {
  assertLength(accountSeed, ACCOUNT_SEED_BYTES, 'accountSeed');
  const ed25519Seed = new Uint8Array(32);
  ed25519Seed.set(accountSeed);
  const ed25519PublicKey = ed25519.getPublicKey(ed25519Seed);
  const x25519PublicKey = ed25519.utils.toMontgomery(ed25519PublicKey);
  return {
    accountId: accountIdOf(x25519PublicKey),
    ed25519Seed,
    ed25519PublicKey,
    x25519SecretKey: ed25519.utils.toMontgomerySecret(ed25519Seed),
    x25519PublicKey
  };
}

/**
 * The X25519 key (32 bytes) of an Ed25519 public key: u = (1+y)/(1−y). As libsodium does, refuses encodings that are not
 * canonical, points off the curve, of small order, or outside the prime-order subgroup.
 * @throws CryptoError `bad-key-length`, `bad-key`
 */
export function x25519PublicKeyFromEd25519(ed25519PublicKey: Uint8Array): Bytes {
  assertLength(ed25519PublicKey, 32, 'ed25519PublicKey');
  try {
    if (
      isAcceptablePoint(ed25519PublicKey) &&
      ed25519.Point.fromBytes(ed25519PublicKey, false).isTorsionFree()
    ) {
      return ed25519.utils.toMontgomery(ed25519PublicKey);
    }
  } catch {
    // Not on the curve; refused below with the others.
  }
  throw new CryptoError('bad-key', { details: { input: 'ed25519PublicKey' } });
}

/**
 * The Account ID that belongs to an Ed25519 public key.
 * @throws CryptoError `bad-key-length`, `bad-key`
 */
export function accountIdFromEd25519(ed25519PublicKey: Uint8Array): AccountId {
  return accountIdOf(x25519PublicKeyFromEd25519(ed25519PublicKey));
}

/** Enough for the people of a busy account; each takes about 250 bytes. */
const MAX_CACHED_KEYS = 512;

/** `x25519PublicKeyFromEd25519` that remembers the latest results; the full check costs as much as a signature. */
export function createAccountKeyCache(maxKeys = MAX_CACHED_KEYS): (ed25519PublicKey: Uint8Array) => Bytes {
  const known = new Map<string, Bytes>();
  return (ed25519PublicKey) => {
    const name = bytesToHex(ed25519PublicKey);
    const found = known.get(name) ?? x25519PublicKeyFromEd25519(ed25519PublicKey);
    known.delete(name);
    known.set(name, found);
    const [oldest] = known.keys();
    if (known.size > maxKeys && oldest !== undefined) known.delete(oldest);
    return found.slice();
  };
}
