// The shape of each primitive, which both implementations fill (noble-primitives.ts, webcrypto-primitives.ts).
// Callers never see these: they use the façade of backend.ts, which has checked lengths before it calls.

import type { RandomBytes } from '../random.ts';

/** Bytes that own an ordinary buffer, as WebCrypto demands. */
export type Bytes = Uint8Array<ArrayBuffer>;

export interface X25519Primitive {
  publicKey(secretKey: Uint8Array): Promise<Bytes>;
  /** The shared secret, or null when it is all zero (RFC 7748 §6.1). */
  sharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Promise<Bytes | null>;
  /** A shared secret with a key pair made for this one use; null as above. */
  agree(publicKey: Uint8Array, random: RandomBytes): Promise<Agreement | null>;
}

export interface Agreement {
  /** 32 bytes, for the other side. */
  readonly ephemeralPublicKey: Bytes;
  /** 32 bytes. */
  readonly sharedSecret: Bytes;
}

export interface Ed25519Primitive {
  publicKey(seed: Uint8Array): Promise<Bytes>;
  sign(seed: Uint8Array, message: Uint8Array): Promise<Bytes>;
  /** The cofactorless equation of RFC 8032 §5.1.7 on input that passed ed25519-rules.ts. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

export interface AesGcmPrimitive {
  /** Makes a key ready ahead of its use; it is kept with its array and for as long. */
  prepare(key: Uint8Array): Promise<void>;
  encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Promise<Bytes>;
  /** null when authentication fails. */
  decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad?: Uint8Array): Promise<Bytes | null>;
}

/** With PKCS #7 padding. Unauthenticated: callers check a MAC first. */
export interface AesCbcPrimitive {
  encrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Promise<Bytes>;
  /** null when the length or the padding is wrong. */
  decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Promise<Bytes | null>;
}

export interface Sha2Primitive {
  sha256(message: Uint8Array): Promise<Bytes>;
  sha512(message: Uint8Array): Promise<Bytes>;
}

export type HmacPrimitive = (key: Uint8Array, message: Uint8Array) => Promise<Bytes>;

export type HkdfPrimitive = (
  ikm: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number
) => Promise<Bytes>;

/** ML-KEM-768 (FIPS 203): public key 1184 bytes, ciphertext 1088, shared secret 32; a secret key is its seed of 64 bytes. */
export interface MlKemPrimitive {
  /** null when the public key has a coefficient out of range (FIPS 203 §7.2). */
  encapsulate(publicKey: Uint8Array): Promise<Encapsulation | null>;
  /** The secret key of a seed, ready to be used many times. */
  secret(seed: Uint8Array): Promise<MlKemSecret>;
}

export interface Encapsulation {
  /** 1088 bytes. */
  readonly ciphertext: Bytes;
  /** 32 bytes. */
  readonly sharedSecret: Bytes;
}

export interface MlKemSecret {
  /** 32 bytes. An altered ciphertext gives another secret, never an error (implicit rejection). */
  decapsulate(ciphertext: Uint8Array): Promise<Bytes>;
  /** Overwrites what was expanded from the seed; not to be used afterwards. */
  forget(): void;
}

export interface Primitives {
  readonly x25519: X25519Primitive;
  readonly ed25519: Ed25519Primitive;
  readonly 'aes-gcm': AesGcmPrimitive;
  readonly 'aes-cbc': AesCbcPrimitive;
  readonly hkdf: HkdfPrimitive;
  readonly sha2: Sha2Primitive;
  readonly hmac: HmacPrimitive;
  readonly 'ml-kem': MlKemPrimitive;
}

export type PrimitiveName = keyof Primitives;
