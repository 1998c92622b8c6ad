import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import {
  accountIdFromEd25519,
  createAccountSeed,
  deriveIdentity,
  x25519PublicKeyFromEd25519
} from '../../../src/lib/crypto/index.ts';
import { createAccountKeyCache } from '../../../src/lib/crypto/identity.ts';
import { bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { BACKENDS, codeThrown, MESSAGES } from './support.ts';
import { MIXED_ORDER_KEY, NOT_ON_CURVE_KEY, SMALL_ORDER_KEYS } from './edge-keys.ts';

describe('the keys of an account', () => {
  it.each(MESSAGES.accounts)('follow from its seed: $what', (vector) => {
    const identity = deriveIdentity(hexToBytes(vector.seed_hex));
    expect(bytesToHex(identity.ed25519Seed)).toBe(vector.ed25519_seed_hex);
    expect(bytesToHex(identity.ed25519PublicKey)).toBe(vector.ed25519_public_key_hex);
    expect(bytesToHex(identity.x25519SecretKey)).toBe(vector.x25519_secret_key_hex);
    expect(bytesToHex(identity.x25519PublicKey)).toBe(vector.x25519_public_key_hex);
    expect(identity.accountId).toBe(vector.account_id);
    expect(accountIdFromEd25519(identity.ed25519PublicKey)).toBe(vector.account_id);
  });

  it.each(BACKENDS)('are the same for the primitives of $name', async ({ crypto }) => {
    for (const vector of MESSAGES.accounts) {
      const seed = hexToBytes(vector.ed25519_seed_hex);
      expect(bytesToHex(await crypto.ed25519PublicKey(seed))).toBe(vector.ed25519_public_key_hex);
      const secret = hexToBytes(vector.x25519_secret_key_hex);
      expect(bytesToHex(await crypto.x25519PublicKey(secret))).toBe(vector.x25519_public_key_hex);
    }
  });

  it('do not come from a seed of another length', () => {
    for (const length of [0, 15, 17, 32]) {
      expect(codeThrown(() => deriveIdentity(new Uint8Array(length)))).toBe('bad-key-length');
    }
  });

  it('leave the seed they came from as it was', () => {
    const seed = hexToBytes('000102030405060708090a0b0c0d0e0f');
    deriveIdentity(seed);
    expect(bytesToHex(seed)).toBe('000102030405060708090a0b0c0d0e0f');
  });
});

describe('remembered account keys', () => {
  it('stay right when more people write than are remembered', () => {
    const convert = createAccountKeyCache(2);
    const people = Array.from({ length: 5 }, (_, index) =>
      deriveIdentity(new Uint8Array(16).fill(index + 1))
    );
    for (const { ed25519PublicKey, x25519PublicKey } of [...people, ...people.toReversed(), ...people]) {
      expect(convert(ed25519PublicKey)).toEqual(x25519PublicKey);
    }
  });
});

describe('a new account seed', () => {
  it('is 16 bytes of the given randomness', () => {
    expect(createAccountSeed(seededRandom(5))).toEqual(seededRandom(5)(16));
  });
});

describe('the X25519 key of an Ed25519 key', () => {
  it('does not exist for points of small order', () => {
    for (const key of SMALL_ORDER_KEYS) {
      expect(codeThrown(() => x25519PublicKeyFromEd25519(hexToBytes(key)))).toBe('bad-key');
    }
  });

  it('does not exist off the curve or outside the prime-order subgroup', () => {
    expect(codeThrown(() => x25519PublicKeyFromEd25519(hexToBytes(NOT_ON_CURVE_KEY)))).toBe('bad-key');
    expect(codeThrown(() => x25519PublicKeyFromEd25519(hexToBytes(MIXED_ORDER_KEY)))).toBe('bad-key');
    expect(ed25519.Point.fromHex(MIXED_ORDER_KEY).isTorsionFree()).toBe(false);
  });

  it('is refused for another length', () => {
    expect(codeThrown(() => x25519PublicKeyFromEd25519(new Uint8Array(31)))).toBe('bad-key-length');
  });
});
