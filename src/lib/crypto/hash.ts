// The hashes WebCrypto lacks: BLAKE2b (RFC 7693, with the keyed and personalised forms of its parameter block) and SHA-3 (FIPS 202).
import { blake2b as nobleBlake2b } from '@noble/hashes/blake2.js';
import { sha3_256 as nobleSha3, shake256 as nobleShake } from '@noble/hashes/sha3.js';
import type { Bytes } from './primitives.ts';

export interface Blake2bOptions {
  /** Output bytes, 1..64. */
  readonly length: number;
  /** 0..64 bytes. */
  readonly key?: Uint8Array;
  /** 16 bytes. */
  readonly personalisation?: Uint8Array;
}

/** BLAKE2b of `message`, `length` bytes. */
export function blake2b(message: Uint8Array, options: Blake2bOptions): Bytes {
  const { length, key, personalisation } = options;
  return nobleBlake2b(message, {
    dkLen: length,
    ...(key !== undefined && { key }),
    ...(personalisation !== undefined && { personalization: personalisation })
  });
}

/** SHA3-256, 32 bytes. */
export function sha3(message: Uint8Array): Bytes {
  return nobleSha3(message) as Bytes;
}

/** SHAKE256 of `message`, `length` bytes. */
export function shake256(message: Uint8Array, length: number): Bytes {
  return nobleShake(message, { dkLen: length }) as Bytes;
}
