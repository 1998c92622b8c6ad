// Encryption of config messages (config-sync.md §3). Deterministic: the same plaintext gives the same bytes.
//
//   key   = BLAKE2b-256(base key ‖ u64be(plaintext length) ‖ domain)
//   nonce = BLAKE2b-192(plaintext, key "libsessionutil-config-encrypted-" ‖ domain)
//   out   = XChaCha20-Poly1305 ciphertext ‖ tag(16) ‖ nonce(24)
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes, utf8ToBytes, wipe } from '../bytes/index.ts';
import { assertLength, CryptoError } from './errors.ts';
import { blake2b } from './hash.ts';
import type { Bytes } from './primitives.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const NONCE_KEY = 'libsessionutil-config-encrypted-';

/** What encryption adds to the padded plaintext. */
export const CONFIG_OVERHEAD_BYTES = TAG_BYTES + NONCE_BYTES;

function cipherKey(baseKey: Uint8Array, domain: string, plaintextLength: number): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(plaintextLength));
  return blake2b(concatBytes(baseKey, length, utf8ToBytes(domain)), { length: KEY_BYTES });
}

/**
 * Ciphertext, 40 bytes longer than `padded`.
 * @param baseKey 32 bytes: the account's Ed25519 seed, or a group's encryption key
 * @param domain ASCII name of the kind of config
 * @throws CryptoError `bad-key-length`
 */
export function encryptConfig(baseKey: Uint8Array, domain: string, padded: Uint8Array): Bytes {
  assertLength(baseKey, KEY_BYTES, 'baseKey');
  const key = cipherKey(baseKey, domain, padded.length);
  const nonce = blake2b(padded, { length: NONCE_BYTES, key: utf8ToBytes(NONCE_KEY + domain) });
  const sealed = xchacha20poly1305(key, nonce).encrypt(padded);
  wipe(key);
  return concatBytes(sealed, nonce);
}

/**
 * The padded plaintext.
 * @throws CryptoError `bad-key-length`, `too-short` (under 40 bytes), `open-failed`
 */
export function decryptConfig(baseKey: Uint8Array, domain: string, sealed: Uint8Array): Uint8Array {
  assertLength(baseKey, KEY_BYTES, 'baseKey');
  const plaintextLength = sealed.length - CONFIG_OVERHEAD_BYTES;
  if (plaintextLength < 0) throw new CryptoError('too-short', { details: { input: 'config' } });
  const key = cipherKey(baseKey, domain, plaintextLength);
  const nonce = sealed.subarray(sealed.length - NONCE_BYTES);
  try {
    return xchacha20poly1305(key, nonce).decrypt(sealed.subarray(0, sealed.length - NONCE_BYTES));
  } catch (cause) {
    throw new CryptoError('open-failed', { cause, details: { input: 'config' } });
  } finally {
    wipe(key);
  }
}
