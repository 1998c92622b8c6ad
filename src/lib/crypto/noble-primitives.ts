// Every primitive in JavaScript: the fallback where WebCrypto has none, and the oracle in tests.
import { cbc, gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concatBytes, equalBytes, wipe } from '../bytes/index.ts';
import type {
  AesCbcPrimitive,
  AesGcmPrimitive,
  Bytes,
  Ed25519Primitive,
  HkdfPrimitive,
  HmacPrimitive,
  MlKemPrimitive,
  Primitives,
  Sha2Primitive,
  X25519Primitive
} from './primitives.ts';

const { Point } = ed25519;
const { Fn } = Point;

function littleEndianNumber(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let value = 0n;
  for (let offset = bytes.length - 8; offset >= 0; offset -= 8) {
    value = (value << 64n) | view.getBigUint64(offset, true);
  }
  return value;
}

function nobleSharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Bytes | null {
  try {
    return x25519.getSharedSecret(secretKey, publicKey);
  } catch {
    // Lengths are checked before, so the all-zero result is the one thing left to refuse.
    return null;
  }
}

const nobleX25519: X25519Primitive = {
  publicKey: async (secretKey) => x25519.getPublicKey(secretKey),
  sharedSecret: async (secretKey, publicKey) => nobleSharedSecret(secretKey, publicKey),
  async agree(publicKey, random) {
    const secretKey = random(32);
    const sharedSecret = nobleSharedSecret(secretKey, publicKey);
    const agreement = sharedSecret && { ephemeralPublicKey: x25519.getPublicKey(secretKey), sharedSecret };
    wipe(secretKey);
    return agreement;
  }
};

/**
 * S·B − k·A encoded, compared with R as bytes. The library's own `verify` multiplies by the cofactor, which browsers,
 * Node and the storage servers do not: with its rule two devices could disagree about one message.
 */
function verifyCofactorless(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  try {
    const a = Point.fromBytes(publicKey, false);
    const s = littleEndianNumber(signature.subarray(32));
    const k = Fn.create(littleEndianNumber(sha512(concatBytes(r, publicKey, message))));
    const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
    return equalBytes(expected.toBytes(), r);
  } catch {
    return false;
  }
}

const nobleEd25519: Ed25519Primitive = {
  publicKey: async (seed) => ed25519.getPublicKey(seed),
  sign: async (seed, message) => ed25519.sign(message, seed),
  verify: async (publicKey, message, signature) => verifyCofactorless(publicKey, message, signature)
};

const nobleAesGcm: AesGcmPrimitive = {
  prepare: async () => {},
  encrypt: async (key, nonce, plaintext, aad) => gcm(key, nonce, aad).encrypt(plaintext) as Bytes,
  async decrypt(key, nonce, sealed, aad) {
    try {
      return gcm(key, nonce, aad).decrypt(sealed) as Bytes;
    } catch {
      return null;
    }
  }
};

const nobleAesCbc: AesCbcPrimitive = {
  encrypt: async (key, iv, plaintext) => cbc(key, iv).encrypt(plaintext) as Bytes,
  async decrypt(key, iv, ciphertext) {
    try {
      return cbc(key, iv).decrypt(ciphertext) as Bytes;
    } catch {
      return null;
    }
  }
};

const nobleSha2: Sha2Primitive = {
  sha256: async (message) => sha256(message),
  sha512: async (message) => sha512(message)
};

const nobleHmac: HmacPrimitive = async (key, message) => hmac(sha256, key, message);

const nobleHkdf: HkdfPrimitive = async (ikm, salt, info, length) => hkdf(sha256, ikm, salt, info, length);

/** Public key (1184 bytes) of a seed of 64 bytes. */
export function mlKemPublicKey(seed: Uint8Array): Bytes {
  return ml_kem768.keygen(seed).publicKey as Bytes;
}

/** @param coins 32 bytes that decide the result; only tests give them */
export function nobleEncapsulate(publicKey: Uint8Array, coins?: Uint8Array) {
  try {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, coins);
    return { ciphertext: cipherText as Bytes, sharedSecret: sharedSecret as Bytes };
  } catch {
    // Lengths are checked before, so the coefficients are the one thing left to refuse.
    return null;
  }
}

const nobleMlKem: MlKemPrimitive = {
  encapsulate: async (publicKey) => nobleEncapsulate(publicKey),
  async secret(seed) {
    const { secretKey } = ml_kem768.keygen(seed);
    return {
      decapsulate: async (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey) as Bytes,
      forget: () => wipe(secretKey)
    };
  }
};

export const NOBLE_PRIMITIVES: Primitives = {
  x25519: nobleX25519,
  ed25519: nobleEd25519,
  'aes-gcm': nobleAesGcm,
  'aes-cbc': nobleAesCbc,
  hkdf: nobleHkdf,
  sha2: nobleSha2,
  hmac: nobleHmac,
  'ml-kem': nobleMlKem
};
