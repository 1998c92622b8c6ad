// Argon2id (RFC 9106), which makes guessing dear.
import { argon2idAsync } from '@noble/hashes/argon2.js';
import type { Bytes } from './primitives.ts';

export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/**
 * `length` bytes of `secret`, one lane. Gives way to others every few milliseconds.
 * @param salt at least 8 bytes
 * @param onProgress hears from 0 to 1 how much is done
 */
export async function argon2id(
  secret: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  length: number,
  onProgress?: (done: number) => void
): Promise<Bytes> {
  const options = { m: cost.memoryKiB, t: cost.passes, p: 1, dkLen: length };
  return (await argon2idAsync(secret, salt, { ...options, ...(onProgress && { onProgress }) })) as Bytes;
}
