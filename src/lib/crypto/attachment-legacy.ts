// The legacy format of attachments (accounts-and-messages.md §5.3).
//
//   file   = iv(16) ‖ AES-256-CBC-PKCS7(aesKey, iv, data ‖ zeros) ‖ HMAC-SHA256(macKey, iv ‖ ciphertext)(32)
//   key    = aesKey(32) ‖ macKey(32)
//   digest = SHA-256(file)
import { concatBytes, equalBytes } from '../bytes/index.ts';
import {
  assertFileLength,
  attachmentError,
  cutToSize,
  MAX_ENCRYPTED_FILE_BYTES
} from './attachment-error.ts';
import type { CryptoBackend } from './backend.ts';
import type { Bytes } from './primitives.ts';

export const LEGACY_ATTACHMENT_KEY_BYTES = 64;

const AES_KEY_BYTES = 32;
const IV_BYTES = 16;
const BLOCK_BYTES = 16;
const MAC_BYTES = 32;
const DIGEST_BYTES = 32;
const MIN_PADDED_BYTES = 541;
const MAX_PADDED_BYTES = 10_000_000;

/** Most plain bytes whose file a server takes: whole blocks of what is left beside iv and MAC, less one for the padding. */
export const MAX_LEGACY_PLAIN_BYTES =
  Math.floor((MAX_ENCRYPTED_FILE_BYTES - IV_BYTES - MAC_BYTES) / BLOCK_BYTES) * BLOCK_BYTES - 1;

export interface EncryptedLegacyAttachment {
  readonly file: Bytes;
  /** 64 bytes. */
  readonly key: Bytes;
  /** 32 bytes. */
  readonly digest: Bytes;
}

/** Length to which `length` plain bytes are filled up: steps of five percent, never under 541. */
export function legacyPaddedLength(length: number): number {
  const step = length === 0 ? 0 : Math.floor(1.05 ** Math.ceil(Math.log(length) / Math.log(1.05)));
  const padded = Math.max(MIN_PADDED_BYTES, step);
  return Math.max(length, length <= MAX_PADDED_BYTES ? Math.min(padded, MAX_PADDED_BYTES) : padded);
}

/** Bytes of the file made of `length` plain bytes. */
export function legacyEncryptedLength(length: number, padded = true): number {
  const filled = padded ? paddedToFit(length) : length;
  return IV_BYTES + (Math.floor(filled / BLOCK_BYTES) + 1) * BLOCK_BYTES + MAC_BYTES;
}

/** The last step would push files over the limit that fit without it; readers cut to `size`, whatever the padding. */
function paddedToFit(length: number): number {
  return Math.max(length, Math.min(legacyPaddedLength(length), MAX_LEGACY_PLAIN_BYTES));
}

/**
 * @param options.padded false for images of link previews
 * @param options.key 64 bytes and `iv` 16 bytes: drawn when absent; only tests and repeated uploads give them
 * @throws AttachmentError `attachment-too-large` (more than `MAX_LEGACY_PLAIN_BYTES`), `attachment-bad-key`
 */
export async function encryptLegacyAttachment(
  crypto: CryptoBackend,
  data: Uint8Array,
  options: { readonly padded?: boolean; readonly key?: Uint8Array; readonly iv?: Uint8Array } = {}
): Promise<EncryptedLegacyAttachment> {
  if (data.length > MAX_LEGACY_PLAIN_BYTES) throw attachmentError('attachment-too-large', 'data');
  const key = Uint8Array.from(options.key ?? crypto.random(LEGACY_ATTACHMENT_KEY_BYTES));
  if (key.length !== LEGACY_ATTACHMENT_KEY_BYTES) throw attachmentError('attachment-bad-key', 'key');
  const iv = options.iv ?? crypto.random(IV_BYTES);
  const filled = new Uint8Array(options.padded === false ? data.length : paddedToFit(data.length));
  filled.set(data);
  const ciphertext = await crypto.aesCbcEncrypt(key.subarray(0, AES_KEY_BYTES), iv, filled);
  const sealed = concatBytes(iv, ciphertext);
  const file = concatBytes(sealed, await crypto.hmacSha256(key.subarray(AES_KEY_BYTES), sealed));
  return { file, key, digest: await crypto.sha256(file) };
}

/**
 * The plain bytes; a view where nothing had to be copied.
 * @param pointer.key 64 bytes; `digest` 32 bytes, empty when the pointer has none
 * @param pointer.size plain bytes as the pointer says; null when it does not say
 * @throws AttachmentError `attachment-bad-key`, `attachment-truncated`, `attachment-too-large`, `attachment-wrong-mac`,
 *   `attachment-no-digest`, `attachment-wrong-digest`, `attachment-damaged`, `attachment-wrong-size`
 */
export async function decryptLegacyAttachment(
  crypto: CryptoBackend,
  file: Uint8Array,
  pointer: { readonly key: Uint8Array; readonly digest: Uint8Array; readonly size: number | null }
): Promise<Uint8Array> {
  const { key, digest } = pointer;
  if (key.length !== LEGACY_ATTACHMENT_KEY_BYTES) throw attachmentError('attachment-bad-key', 'key');
  assertFileLength(file, IV_BYTES + MAC_BYTES);
  const sealed = file.subarray(0, file.length - MAC_BYTES);
  const mac = await crypto.hmacSha256(key.subarray(AES_KEY_BYTES), sealed);
  if (!equalBytes(mac, file.subarray(file.length - MAC_BYTES))) throw attachmentError('attachment-wrong-mac');
  if (digest.length === 0) throw attachmentError('attachment-no-digest');
  if (digest.length !== DIGEST_BYTES || !equalBytes(await crypto.sha256(file), digest)) {
    throw attachmentError('attachment-wrong-digest');
  }
  const [iv, ciphertext] = [sealed.subarray(0, IV_BYTES), sealed.subarray(IV_BYTES)];
  const padded = await crypto.aesCbcDecrypt(key.subarray(0, AES_KEY_BYTES), iv, ciphertext).catch((cause) => {
    throw attachmentError('attachment-damaged', 'ciphertext', cause);
  });
  return cutToSize(padded, pointer.size);
}
