// Key agreement and encryption of one onion layer (network.md §3.2).
//
//   aes-gcm     key = HMAC-SHA256(key "LOKI", message S)             IV(12) ‖ ct ‖ tag(16)
//   xchacha20   key = BLAKE2b-256(S ‖ client X25519 ‖ server X25519)    nonce(24) ‖ ct ‖ tag(16)
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes, utf8ToBytes, wipe } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { agreeWith } from './agreement.ts';
import type { CryptoBackend } from './backend.ts';
import { CryptoError } from './errors.ts';
import { blake2b } from './hash.ts';
import type { Bytes } from './primitives.ts';

export type HopCipher = 'aes-gcm' | 'xchacha20';

export interface HopKey {
  readonly cipher: HopCipher;
  /** 32 bytes; the same for the request and for its answer. */
  readonly key: Uint8Array;
}

const NONCE_BYTES: Readonly<Record<HopCipher, number>> = { 'aes-gcm': 12, xchacha20: 24 };
const TAG_BYTES = 16;
const AES_SALT = utf8ToBytes('LOKI');

/**
 * The key of a layer, from either side.
 * @param input.ownSecretKey X25519 secret of the side named by `role`, 32 bytes
 * @param input.clientPublicKey the client's ephemeral key; `serverPublicKey` the hop's or server's, 32 bytes each
 * @throws CryptoError `bad-key-length`, `low-order-point`
 */
export async function deriveHopKey(
  crypto: CryptoBackend,
  input: {
    ownSecretKey: Uint8Array;
    clientPublicKey: Uint8Array;
    serverPublicKey: Uint8Array;
    role: 'client' | 'server';
    cipher: HopCipher;
  }
): Promise<HopKey> {
  const { cipher, clientPublicKey, serverPublicKey } = input;
  const otherPublicKey = input.role === 'client' ? serverPublicKey : clientPublicKey;
  const sharedSecret = await crypto.x25519SharedSecret(input.ownSecretKey, otherPublicKey);
  const key = await layerKey(crypto, cipher, { sharedSecret, clientPublicKey, serverPublicKey });
  wipe(sharedSecret);
  return { cipher, key };
}

async function layerKey(
  crypto: CryptoBackend,
  cipher: HopCipher,
  parts: { sharedSecret: Uint8Array; clientPublicKey: Uint8Array; serverPublicKey: Uint8Array }
): Promise<Bytes> {
  if (cipher === 'aes-gcm') return crypto.hmacSha256(AES_SALT, parts.sharedSecret);
  return blake2b(concatBytes(parts.sharedSecret, parts.clientPublicKey, parts.serverPublicKey), {
    length: 32
  });
}

/**
 * A fresh key for one hop or destination, with the ephemeral public key (32 bytes) that goes into the layer's control.
 * @param input.ephemeralSecretKey 32 bytes; only tests give it
 * @throws CryptoError `bad-key-length`, `low-order-point`
 */
export async function createHopKey(
  crypto: CryptoBackend,
  input: { hopX25519PublicKey: Uint8Array; cipher: HopCipher; ephemeralSecretKey?: Uint8Array }
): Promise<{ key: HopKey; ephemeralPublicKey: Bytes }> {
  const { cipher, hopX25519PublicKey } = input;
  const { ephemeralPublicKey, sharedSecret } = await agreeWith(
    crypto,
    hopX25519PublicKey,
    input.ephemeralSecretKey
  );
  const key = await layerKey(crypto, cipher, {
    sharedSecret,
    clientPublicKey: ephemeralPublicKey,
    serverPublicKey: hopX25519PublicKey
  });
  wipe(sharedSecret);
  // Keys of all layers at once, where their encryption is one after the other.
  if (cipher === 'aes-gcm') await crypto.aesGcmPrepare(key);
  return { key: { cipher, key }, ephemeralPublicKey };
}

/**
 * nonce ‖ ciphertext ‖ tag.
 * @param nonce 12 bytes (aes-gcm) or 24 (xchacha20); random when absent
 */
export async function encryptLayer(
  crypto: CryptoBackend,
  hopKey: HopKey,
  plaintext: Uint8Array,
  nonce: Uint8Array = crypto.random(NONCE_BYTES[hopKey.cipher])
): Promise<Bytes> {
  if (nonce.length !== NONCE_BYTES[hopKey.cipher]) throw new UsageError(`a nonce for ${hopKey.cipher}`);
  const sealed =
    hopKey.cipher === 'aes-gcm'
      ? await crypto.aesGcmEncrypt(hopKey.key, nonce, plaintext)
      : xchacha20poly1305(hopKey.key, nonce).encrypt(plaintext);
  return concatBytes(nonce, sealed);
}

/**
 * The plaintext of a layer or of an answer.
 * @throws CryptoError `open-failed`, also for fewer bytes than nonce and tag
 */
export async function decryptLayer(
  crypto: CryptoBackend,
  hopKey: HopKey,
  layer: Uint8Array
): Promise<Uint8Array> {
  const nonceBytes = NONCE_BYTES[hopKey.cipher];
  if (layer.length < nonceBytes + TAG_BYTES)
    throw new CryptoError('open-failed', { details: { input: 'layer' } });
  const nonce = layer.subarray(0, nonceBytes);
  const sealed = layer.subarray(nonceBytes);
  if (hopKey.cipher === 'aes-gcm') return crypto.aesGcmDecrypt(hopKey.key, nonce, sealed);
  try {
    return xchacha20poly1305(hopKey.key, nonce).decrypt(sealed);
  } catch (cause) {
    throw new CryptoError('open-failed', { cause, details: { input: 'layer' } });
  }
}
