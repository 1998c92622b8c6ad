// The one façade over the primitives: WebCrypto where it passes its known-answer test, noble elsewhere. Callers cannot
// tell which; lengths, edge cases of keys and refusals are decided here, the same for both (design.md §5).
import { UsageError } from '../errors.ts';
import { systemRandom, type RandomBytes } from '../random.ts';
import { isAcceptablePoint, isReducedScalar } from './ed25519-rules.ts';
import { assertLength, CryptoError } from './errors.ts';
import { passesKnownAnswers } from './known-answers.ts';
import { NOBLE_PRIMITIVES, nobleEncapsulate } from './noble-primitives.ts';
import { createAccountKeyCache } from './identity.ts';
import { isReducedMlKemKey, ML_KEM_BYTES } from './ml-kem-rules.ts';
import type {
  Agreement,
  Bytes,
  Encapsulation,
  MlKemSecret,
  PrimitiveName,
  Primitives
} from './primitives.ts';
import { webcryptoPrimitives } from './webcrypto-primitives.ts';

export type Implementation = 'webcrypto' | 'noble';

/** Tested when the backend is made. */
export type EagerPrimitive = Exclude<PrimitiveName, 'ml-kem'>;

export interface X25519KeyPair {
  /** 32 bytes. */
  readonly publicKey: Bytes;
  /** 32 bytes. */
  readonly secretKey: Bytes;
}

/** All keys are raw bytes: 32 for both curves, with Ed25519 secrets as seeds. */
export interface CryptoBackend {
  /** Which implementation each primitive uses; ML-KEM is tried when it is first needed. */
  readonly primitives: Readonly<Record<EagerPrimitive, Implementation>>;
  mlKemImplementation(): Promise<Implementation>;
  readonly random: RandomBytes;
  generateX25519(): Promise<X25519KeyPair>;
  /** @throws CryptoError `bad-key-length` */
  x25519PublicKey(secretKey: Uint8Array): Promise<Bytes>;
  /**
   * 32 bytes (RFC 7748 §6.1).
   * @throws CryptoError `bad-key-length`; `low-order-point` when the result is all zero
   */
  x25519SharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Promise<Bytes>;
  /**
   * A shared secret with a key pair that is made for this one use and forgotten.
   * @throws CryptoError `bad-key-length`, `low-order-point`
   */
  x25519Agree(publicKey: Uint8Array): Promise<Agreement>;
  /** @throws CryptoError `bad-key-length` */
  ed25519PublicKey(seed: Uint8Array): Promise<Bytes>;
  /**
   * 64 bytes (RFC 8032 §5.1.6).
   * @throws CryptoError `bad-key-length`
   */
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Promise<Bytes>;
  /**
   * Strict and cofactorless: a key or an R that is not canonical or of small order, and an S not below the group order,
   * give false, as do wrong lengths. Never throws.
   */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /**
   * `x25519PublicKeyFromEd25519` of identity.ts, remembering the latest keys: the same few people write all the time.
   * @throws CryptoError `bad-key-length`, `bad-key`
   */
  x25519PublicKeyFromEd25519(ed25519PublicKey: Uint8Array): Bytes;
  /** Makes an AES-GCM key ready while others are worked out; not needed for its use. @throws CryptoError `bad-key-length` */
  aesGcmPrepare(key: Uint8Array): Promise<void>;
  /**
   * AES-256-GCM: ciphertext ‖ 16-byte tag.
   * @param nonce 12 bytes, never twice with one key
   * @throws CryptoError `bad-key-length`
   */
  aesGcmEncrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Promise<Bytes>;
  /** @throws CryptoError `bad-key-length`, `open-failed` */
  aesGcmDecrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad?: Uint8Array): Promise<Bytes>;
  /**
   * AES-256-CBC with PKCS #7 padding, for the file format that needs it; nothing is authenticated.
   * @param iv 16 bytes
   * @throws CryptoError `bad-key-length`
   */
  aesCbcEncrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Promise<Bytes>;
  /** @throws CryptoError `bad-key-length`; `open-failed` when the length or the padding is wrong */
  aesCbcDecrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Promise<Bytes>;
  hmacSha256(key: Uint8Array, message: Uint8Array): Promise<Bytes>;
  sha256(message: Uint8Array): Promise<Bytes>;
  sha512(message: Uint8Array): Promise<Bytes>;
  /** RFC 5869 with SHA-256; `length` 1..8160 bytes. */
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Bytes>;
  /**
   * ML-KEM-768 (FIPS 203): a fresh shared secret for the holder of a public key of 1184 bytes.
   * @param coins 32 bytes that decide the result; only tests give them
   * @throws CryptoError `bad-key-length`; `bad-key` when a coefficient is out of range
   */
  mlKemEncapsulate(publicKey: Uint8Array, coins?: Uint8Array): Promise<Encapsulation>;
  /**
   * The secret key of a seed of 64 bytes, ready for use; whoever asks for it forgets it.
   * @throws CryptoError `bad-key-length`
   */
  mlKemSecret(seed: Uint8Array): Promise<MlKemSecret>;
}

const MAX_HKDF_BYTES = 255 * 32;

const PRIMITIVE_NAMES: readonly EagerPrimitive[] = [
  'x25519',
  'ed25519',
  'aes-gcm',
  'aes-cbc',
  'hkdf',
  'sha2',
  'hmac'
];

const ALL_NOBLE: Readonly<Record<EagerPrimitive, Implementation>> = {
  x25519: 'noble',
  ed25519: 'noble',
  'aes-gcm': 'noble',
  'aes-cbc': 'noble',
  hkdf: 'noble',
  sha2: 'noble',
  hmac: 'noble'
};

function assertAesInput(key: Uint8Array, nonce: Uint8Array): void {
  assertLength(key, 32, 'key');
  assertLength(nonce, 12, 'nonce');
}

function aesCbcMethods({ 'aes-cbc': aesCbc }: Primitives) {
  const check = (key: Uint8Array, iv: Uint8Array) => {
    assertLength(key, 32, 'key');
    assertLength(iv, 16, 'iv');
  };
  return {
    async aesCbcEncrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array) {
      check(key, iv);
      return aesCbc.encrypt(key, iv, plaintext);
    },
    async aesCbcDecrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) {
      check(key, iv);
      const plaintext = await aesCbc.decrypt(key, iv, ciphertext);
      if (plaintext === null) throw new CryptoError('open-failed', { details: { input: 'ciphertext' } });
      return plaintext;
    }
  };
}

function x25519Methods({ x25519 }: Primitives, random: RandomBytes) {
  return {
    async generateX25519() {
      const secretKey = random(32);
      return { publicKey: await x25519.publicKey(secretKey), secretKey };
    },
    async x25519PublicKey(secretKey: Uint8Array) {
      assertLength(secretKey, 32, 'secretKey');
      return x25519.publicKey(secretKey);
    },
    async x25519SharedSecret(secretKey: Uint8Array, publicKey: Uint8Array) {
      assertLength(secretKey, 32, 'secretKey');
      assertLength(publicKey, 32, 'publicKey');
      const shared = await x25519.sharedSecret(secretKey, publicKey);
      if (shared === null) throw new CryptoError('low-order-point', { details: { input: 'publicKey' } });
      return shared;
    },
    async x25519Agree(publicKey: Uint8Array) {
      assertLength(publicKey, 32, 'publicKey');
      const agreement = await x25519.agree(publicKey, random);
      if (agreement === null) throw new CryptoError('low-order-point', { details: { input: 'publicKey' } });
      return agreement;
    }
  };
}

function ed25519Methods({ ed25519 }: Primitives) {
  return {
    async ed25519PublicKey(seed: Uint8Array) {
      assertLength(seed, 32, 'seed');
      return ed25519.publicKey(seed);
    },
    async ed25519Sign(seed: Uint8Array, message: Uint8Array) {
      assertLength(seed, 32, 'seed');
      return ed25519.sign(seed, message);
    },
    async ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) {
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      if (!isAcceptablePoint(publicKey) || !isAcceptablePoint(signature.subarray(0, 32))) return false;
      if (!isReducedScalar(signature.subarray(32))) return false;
      return ed25519.verify(publicKey, message, signature);
    }
  };
}

/** Few profiles need ML-KEM in their first seconds, so its test waits for the first use. */
function mlKemMethods(primitives: Primitives) {
  let choice: Promise<Implementation> | null = null;
  const implementation = () =>
    (choice ??=
      primitives['ml-kem'] === NOBLE_PRIMITIVES['ml-kem']
        ? Promise.resolve('noble' as const)
        : passesKnownAnswers('ml-kem', primitives).then((passed) => (passed ? 'webcrypto' : 'noble')));
  const chosen = async () => ((await implementation()) === 'noble' ? NOBLE_PRIMITIVES : primitives)['ml-kem'];
  return {
    mlKemImplementation: implementation,
    async mlKemEncapsulate(publicKey: Uint8Array, coins?: Uint8Array) {
      assertLength(publicKey, ML_KEM_BYTES.publicKey, 'publicKey');
      const encapsulation =
        isReducedMlKemKey(publicKey) &&
        (coins === undefined
          ? await (await chosen()).encapsulate(publicKey)
          : nobleEncapsulate(publicKey, coins));
      if (!encapsulation) throw new CryptoError('bad-key', { details: { input: 'publicKey' } });
      return encapsulation;
    },
    async mlKemSecret(seed: Uint8Array): Promise<MlKemSecret> {
      assertLength(seed, ML_KEM_BYTES.seed, 'seed');
      const secret = await (await chosen()).secret(seed);
      return {
        async decapsulate(ciphertext) {
          assertLength(ciphertext, ML_KEM_BYTES.ciphertext, 'ciphertext');
          return secret.decapsulate(ciphertext);
        },
        forget: () => secret.forget()
      };
    }
  };
}

function createBackend(
  primitives: Primitives,
  names: Readonly<Record<EagerPrimitive, Implementation>>,
  random: RandomBytes
): CryptoBackend {
  const { 'aes-gcm': aesGcm, sha2 } = primitives;
  return {
    primitives: names,
    random,
    ...x25519Methods(primitives, random),
    ...ed25519Methods(primitives),
    ...mlKemMethods(primitives),
    x25519PublicKeyFromEd25519: createAccountKeyCache(),
    async aesGcmPrepare(key) {
      assertLength(key, 32, 'key');
      return aesGcm.prepare(key);
    },
    async aesGcmEncrypt(key, nonce, plaintext, aad) {
      assertAesInput(key, nonce);
      return aesGcm.encrypt(key, nonce, plaintext, aad);
    },
    async aesGcmDecrypt(key, nonce, sealed, aad) {
      assertAesInput(key, nonce);
      const plaintext = await aesGcm.decrypt(key, nonce, sealed, aad);
      if (plaintext === null) throw new CryptoError('open-failed', { details: { input: 'sealed' } });
      return plaintext;
    },
    ...aesCbcMethods(primitives),
    hmacSha256: primitives.hmac,
    sha256: sha2.sha256,
    sha512: sha2.sha512,
    async hkdfSha256(ikm, salt, info, length) {
      if (!Number.isInteger(length) || length < 1 || length > MAX_HKDF_BYTES) {
        throw new UsageError('an HKDF length of 1..8160');
      }
      return primitives.hkdf(ikm, salt, info, length);
    }
  };
}

/** Everything in JavaScript. */
export function createNobleBackend(random: RandomBytes = systemRandom): CryptoBackend {
  return createBackend(NOBLE_PRIMITIVES, ALL_NOBLE, random);
}

/**
 * Tests each primitive of `subtle` once and uses those that answer right.
 * @param options.subtle the platform's when absent; null forces noble
 */
export async function createCryptoBackend(
  options: { subtle?: SubtleCrypto | null; random?: RandomBytes } = {}
): Promise<CryptoBackend> {
  const random = options.random ?? systemRandom;
  const subtle = options.subtle === undefined ? globalThis.crypto?.subtle : options.subtle;
  if (subtle == null) return createNobleBackend(random);
  const candidates = webcryptoPrimitives(subtle, NOBLE_PRIMITIVES);
  const passed = await Promise.all(PRIMITIVE_NAMES.map((name) => passesKnownAnswers(name, candidates)));
  const good = new Set(PRIMITIVE_NAMES.filter((_, index) => passed[index]));
  const pick = <Name extends EagerPrimitive>(name: Name): Primitives[Name] =>
    good.has(name) ? candidates[name] : NOBLE_PRIMITIVES[name];
  const label = (name: EagerPrimitive): Implementation => (good.has(name) ? 'webcrypto' : 'noble');
  return createBackend(
    {
      x25519: pick('x25519'),
      ed25519: pick('ed25519'),
      'aes-gcm': pick('aes-gcm'),
      'aes-cbc': pick('aes-cbc'),
      hkdf: pick('hkdf'),
      sha2: pick('sha2'),
      hmac: pick('hmac'),
      'ml-kem': candidates['ml-kem']
    },
    {
      x25519: label('x25519'),
      ed25519: label('ed25519'),
      'aes-gcm': label('aes-gcm'),
      'aes-cbc': label('aes-cbc'),
      hkdf: label('hkdf'),
      sha2: label('sha2'),
      hmac: label('hmac')
    },
    random
  );
}
