// Profile pictures: the legacy format (accounts-and-messages.md §5.3), and reading both.
//
//   file = nonce(12) ‖ AES-256-GCM(key, nonce, picture) ‖ tag(16)
import { concatBytes } from '../bytes/index.ts';
import { assertFileLength, attachmentError } from './attachment-error.ts';
import { decryptStream } from './attachment-stream.ts';
import type { CryptoBackend } from './backend.ts';
import type { Bytes } from './primitives.ts';

export const PROFILE_KEY_BYTES = 32;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param options.key 32 bytes, drawn when absent; given when the same picture is uploaded again
 * @param options.nonce 12 bytes; only tests give it
 * @throws AttachmentError `attachment-bad-key`
 */
export async function encryptProfilePicture(
  crypto: CryptoBackend,
  picture: Uint8Array,
  options: { readonly key?: Uint8Array; readonly nonce?: Uint8Array } = {}
): Promise<{ readonly file: Bytes; readonly key: Bytes }> {
  const key = Uint8Array.from(options.key ?? crypto.random(PROFILE_KEY_BYTES));
  if (key.length !== PROFILE_KEY_BYTES) throw attachmentError('attachment-bad-key', 'key');
  const nonce = options.nonce ?? crypto.random(NONCE_BYTES);
  return { file: concatBytes(nonce, await crypto.aesGcmEncrypt(key, nonce, picture)), key };
}

/**
 * The picture, in whichever of the two formats its address names.
 * @param options.key 32 bytes
 * @param options.stream the address has the fragment `d`
 * @throws AttachmentError `attachment-bad-key`, `attachment-truncated`, `attachment-too-large`, `attachment-wrong-mac`, and
 *   those of `decryptStream`
 */
export async function decryptProfilePicture(
  crypto: CryptoBackend,
  file: Uint8Array,
  options: { readonly key: Uint8Array; readonly stream: boolean }
): Promise<Uint8Array> {
  const { key, stream } = options;
  if (stream) return decryptStream(file, { key, size: null });
  if (key.length !== PROFILE_KEY_BYTES) throw attachmentError('attachment-bad-key', 'key');
  assertFileLength(file, NONCE_BYTES + TAG_BYTES + 1);
  const [nonce, sealed] = [file.subarray(0, NONCE_BYTES), file.subarray(NONCE_BYTES)];
  return crypto.aesGcmDecrypt(key, nonce, sealed).catch((cause: unknown) => {
    throw attachmentError('attachment-wrong-mac', 'file', cause);
  });
}
