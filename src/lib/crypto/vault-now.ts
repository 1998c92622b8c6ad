// Seals without waiting. A page that is being left has no later, and WebCrypto answers later; so a key is made and sealed by the
// vault beforehand, and what has to be kept at the last moment goes under it at once.
import { concatBytes, wipe } from '../bytes/index.ts';
import type { RandomBytes } from '../random.ts';
import { CryptoError } from './errors.ts';
import type { Bytes } from './primitives.ts';
import { openBytes, sealBytes } from './vault.ts';
import { decryptXChaCha, encryptXChaCha } from './xchacha.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
/** The key under AES-GCM: nonce, key, tag. */
const SEALED_KEY_BYTES = 12 + KEY_BYTES + 16;

/** @returns sealed key(60) ‖ nonce(24) ‖ ciphertext ‖ tag(16), each time under another nonce */
export type PromptSeal = (plaintext: Uint8Array) => Bytes;

/**
 * To be made before it is needed.
 * @param key AES-GCM, of the vault
 * @param aadText where the value belongs; opening elsewhere fails
 */
export async function createPromptSeal(
  key: CryptoKey,
  aadText: string,
  random: RandomBytes
): Promise<PromptSeal> {
  const prompt = random(KEY_BYTES);
  const sealedKey = await sealBytes(key, prompt, aadText, random);
  return (plaintext) => {
    const nonce = random(NONCE_BYTES);
    return concatBytes(sealedKey, nonce, encryptXChaCha(prompt, nonce, plaintext));
  };
}

/** What a `PromptSeal` of that key and place sealed. @throws CryptoError `open-failed` */
export async function openPromptSealed(key: CryptoKey, sealed: Uint8Array, aadText: string): Promise<Bytes> {
  const from = SEALED_KEY_BYTES + NONCE_BYTES;
  const prompt = await openBytes(key, sealed.subarray(0, SEALED_KEY_BYTES), aadText);
  if (prompt.length !== KEY_BYTES || sealed.length < from)
    throw new CryptoError('open-failed', { details: { input: 'sealed' } });
  try {
    return decryptXChaCha(prompt, sealed.subarray(SEALED_KEY_BYTES, from), sealed.subarray(from));
  } finally {
    wipe(prompt);
  }
}
