// BLAKE2b, which WebCrypto lacks (RFC 7693, with the keyed and personalised forms of its parameter block).
import { blake2b as nobleBlake2b } from '@noble/hashes/blake2.js';
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
