// XChaCha20 with and without Poly1305 (draft-irtf-cfrg-xchacha), for formats that name it. Keys 32 bytes, nonces 24.
import { xchacha20, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { assertLength, CryptoError } from './errors.ts';
import type { Bytes } from './primitives.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 24;

function assertInput(key: Uint8Array, nonce: Uint8Array): void {
  assertLength(key, KEY_BYTES, 'key');
  assertLength(nonce, NONCE_BYTES, 'nonce');
}

/**
 * Ciphertext ‖ 16-byte tag.
 * @param nonce never twice with one key
 * @throws CryptoError `bad-key-length`
 */
export function encryptXChaCha(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Bytes {
  assertInput(key, nonce);
  return xchacha20poly1305(key, nonce).encrypt(plaintext) as Bytes;
}

/** @throws CryptoError `bad-key-length`, `open-failed` */
export function decryptXChaCha(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Bytes {
  assertInput(key, nonce);
  try {
    return xchacha20poly1305(key, nonce).decrypt(sealed) as Bytes;
  } catch (cause) {
    throw new CryptoError('open-failed', { cause, details: { input: 'sealed' } });
  }
}

/** `bytes` with the key stream laid over them; twice gives them back. Nothing is authenticated. @throws CryptoError `bad-key-length` */
export function maskXChaCha(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Bytes {
  assertInput(key, nonce);
  return xchacha20(key, nonce, bytes) as Bytes;
}
