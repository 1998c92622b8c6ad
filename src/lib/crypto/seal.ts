// Signed and sealed one-to-one messages (accounts-and-messages.md §3.1 steps 3 and 4, §3.4 steps 5 and 6).
//
//   sealed = E(32) ‖ tag(16) ‖ XSalsa20( padded ‖ sender Ed25519(32) ‖ signature(64) )
//   signature over padded ‖ sender Ed25519 ‖ recipient X25519
import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { accountIdOf, type AccountId } from '../account-id.ts';
import { concatBytes, wipe } from '../bytes/index.ts';
import type { CryptoBackend } from './backend.ts';
import { assertLength, CryptoError } from './errors.ts';
import { blake2b } from './hash.ts';
import { agreeWith } from './agreement.ts';
import type { Identity } from './identity.ts';
import type { Bytes } from './primitives.ts';

const KEY_BYTES = 32;
const TAG_BYTES = 16;
const SIGNATURE_BYTES = 64;

/** What sealing adds to the padded content. */
export const SEAL_OVERHEAD_BYTES = KEY_BYTES + TAG_BYTES + KEY_BYTES + SIGNATURE_BYTES;

const SALSA_CONSTANT = words(new TextEncoder().encode('expand 32-byte k'));

/** Little-endian 32-bit words. */
function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

/**
 * The cipher of one sealed box (libsodium `crypto_box_seal`): key HSalsa20(shared), nonce BLAKE2b-192(E ‖ R).
 * Wipes `sharedSecret`.
 */
function boxCipher(sharedSecret: Uint8Array, ephemeralPublicKey: Uint8Array, recipientPublicKey: Uint8Array) {
  const keyWords = new Uint32Array(8);
  hsalsa(SALSA_CONSTANT, words(sharedSecret), new Uint32Array(4), keyWords);
  wipe(sharedSecret);
  const key = new Uint8Array(KEY_BYTES);
  const view = new DataView(key.buffer);
  keyWords.forEach((word, index) => view.setUint32(index * 4, word, true));
  const nonce = blake2b(concatBytes(ephemeralPublicKey, recipientPublicKey), { length: 24 });
  return xsalsa20poly1305(key, nonce);
}

/**
 * Signs padded content and seals it to one recipient; 144 bytes longer than `padded`.
 * @param input.ephemeralSecretKey 32 bytes; only tests give it
 * @throws CryptoError `bad-key-length`; `low-order-point` when the recipient key is unusable
 */
export async function sealMessage(
  crypto: CryptoBackend,
  input: {
    padded: Uint8Array;
    sender: Identity;
    recipientX25519PublicKey: Uint8Array;
    ephemeralSecretKey?: Uint8Array;
  }
): Promise<Bytes> {
  const { padded, sender, recipientX25519PublicKey } = input;
  assertLength(recipientX25519PublicKey, KEY_BYTES, 'recipientX25519PublicKey');
  const signed = concatBytes(padded, sender.ed25519PublicKey, recipientX25519PublicKey);
  const [signature, { ephemeralPublicKey, sharedSecret }] = await Promise.all([
    crypto.ed25519Sign(sender.ed25519Seed, signed),
    agreeWith(crypto, recipientX25519PublicKey, input.ephemeralSecretKey)
  ]);
  const box = boxCipher(sharedSecret, ephemeralPublicKey, recipientX25519PublicKey);
  return concatBytes(
    ephemeralPublicKey,
    box.encrypt(concatBytes(padded, sender.ed25519PublicKey, signature))
  );
}

export interface OpenedMessage {
  /** Content with its padding. */
  readonly padded: Uint8Array;
  /** 32 bytes; has signed the message. */
  readonly senderEd25519PublicKey: Uint8Array;
  /** The only sender identity there is. */
  readonly senderAccountId: AccountId;
}

function openBox(sharedSecret: Uint8Array, sealed: Uint8Array, recipient: Identity): Uint8Array {
  const box = boxCipher(sharedSecret, sealed.subarray(0, KEY_BYTES), recipient.x25519PublicKey);
  try {
    return box.decrypt(sealed.subarray(KEY_BYTES));
  } catch (cause) {
    throw new CryptoError('open-failed', { cause, details: { input: 'sealed' } });
  }
}

async function boxSecret(
  crypto: CryptoBackend,
  sealed: Uint8Array,
  recipient: Identity
): Promise<Uint8Array> {
  try {
    return await crypto.x25519SharedSecret(recipient.x25519SecretKey, sealed.subarray(0, KEY_BYTES));
  } catch (cause) {
    throw new CryptoError('open-failed', { cause, details: { input: 'sealed' } });
  }
}

/**
 * Opens a sealed message and verifies its signature.
 * @throws CryptoError `too-short` (under 144 bytes), `open-failed` (not for us, or altered), `signature-invalid`,
 *   `bad-key` (the sender's key has no Account ID)
 */
export async function openMessage(
  crypto: CryptoBackend,
  sealed: Uint8Array,
  recipient: Identity
): Promise<OpenedMessage> {
  if (sealed.length < SEAL_OVERHEAD_BYTES)
    throw new CryptoError('too-short', { details: { input: 'sealed' } });
  const opened = openBox(await boxSecret(crypto, sealed, recipient), sealed, recipient);
  const signatureStart = opened.length - SIGNATURE_BYTES;
  const keyStart = signatureStart - KEY_BYTES;
  const senderEd25519PublicKey = opened.slice(keyStart, signatureStart);
  const signature = opened.slice(signatureStart);
  // The signed bytes are the opened ones with the recipient's key where the signature starts.
  opened.set(recipient.x25519PublicKey, signatureStart);
  const signed = opened.subarray(0, signatureStart + KEY_BYTES);
  if (!(await crypto.ed25519Verify(senderEd25519PublicKey, signed, signature))) {
    throw new CryptoError('signature-invalid', { details: { input: 'sealed' } });
  }
  return {
    padded: opened.subarray(0, keyStart),
    senderEd25519PublicKey,
    senderAccountId: accountIdOf(crypto.x25519PublicKeyFromEd25519(senderEd25519PublicKey))
  };
}

/**
 * 64 bytes that look like a Pro signature and that nobody can verify: random bytes signed by a key used once (§3.1 step 6).
 */
export async function decoyProSignature(crypto: CryptoBackend): Promise<Bytes> {
  return crypto.ed25519Sign(crypto.random(32), crypto.random(32));
}
