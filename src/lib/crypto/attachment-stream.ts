// The stream format of attachments and profile pictures (accounts-and-messages.md §5.2).
//
//   file = 0x53 ‖ header(24) ‖ chunks of zeros(p − 1) ‖ 0x01 ‖ data, 32,768 bytes each, the last one shorter and FINAL
import {
  attachmentError,
  assertFileLength,
  cutToSize,
  MAX_ENCRYPTED_FILE_BYTES
} from './attachment-error.ts';
import { utf8ToBytes } from '../bytes/index.ts';
import { blake2b } from './hash.ts';
import type { Bytes } from './primitives.ts';
import {
  createSecretStream,
  STREAM_CHUNK_OVERHEAD_BYTES,
  STREAM_HEADER_BYTES,
  TAG_FINAL,
  TAG_MESSAGE
} from './secretstream.ts';

export const STREAM_KEY_BYTES = 32;

export type StreamPurpose = 'attachment' | 'profile-picture';

const FIRST_BYTE = 0x53;
const PREFIX_BYTES = 1 + STREAM_HEADER_BYTES;
const CHUNK_BYTES = 32_768;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + STREAM_CHUNK_OVERHEAD_BYTES;
const PADDING_END = 0x01;
const MIN_PADDED_BYTES = 131_072;
const PADDING_STEPS = 32;
const PERSONALISATIONS: Readonly<Record<StreamPurpose, string>> = {
  attachment: 'SessionAttachmnt',
  'profile-picture': 'Session_Prof_Pic'
};

export interface EncryptedStream {
  readonly file: Bytes;
  /** 32 bytes. */
  readonly key: Bytes;
}

/** Padding bytes put before `length` bytes of data, the end mark included: at least 1. */
export function streamPaddingLength(length: number): number {
  const chunks = Math.ceil(length / CHUNK_BYTES);
  const unpadded = length + PREFIX_BYTES + 1 + STREAM_CHUNK_OVERHEAD_BYTES * chunks;
  const step = 2 ** Math.floor(Math.log2(Math.max(unpadded, MIN_PADDED_BYTES))) / PADDING_STEPS;
  const padding = Math.ceil(unpadded / step) * step - unpadded + 1;
  // The padding needs chunks of its own, whose overhead comes out of it.
  let overhead = Math.floor(padding / SEALED_CHUNK_BYTES) * STREAM_CHUNK_OVERHEAD_BYTES;
  const free = chunks * CHUNK_BYTES - length;
  if (padding % SEALED_CHUNK_BYTES > free) overhead += STREAM_CHUNK_OVERHEAD_BYTES;
  return padding - overhead;
}

/** Bytes of the file made of `length` plain bytes. */
export function streamEncryptedLength(length: number): number {
  const padded = length + streamPaddingLength(length);
  return PREFIX_BYTES + padded + STREAM_CHUNK_OVERHEAD_BYTES * Math.ceil(padded / CHUNK_BYTES);
}

/**
 * Key and header made from sender and data, so that a server can drop duplicates. Slow for large data: never on the page.
 * @param senderSeed Ed25519 seed, 32 bytes
 */
export function deriveStreamSecrets(
  data: Uint8Array,
  senderSeed: Uint8Array,
  purpose: StreamPurpose
): { readonly header: Bytes; readonly key: Bytes } {
  const secrets = blake2b(data, {
    length: STREAM_HEADER_BYTES + STREAM_KEY_BYTES,
    key: senderSeed,
    personalisation: utf8ToBytes(PERSONALISATIONS[purpose])
  });
  return { header: secrets.slice(0, STREAM_HEADER_BYTES), key: secrets.slice(STREAM_HEADER_BYTES) };
}

/**
 * @param secrets `deriveStreamSecrets` of the same data; one pair never seals two different files
 * @throws AttachmentError `attachment-too-large`; CryptoError `bad-key-length`
 */
export function encryptStream(
  data: Uint8Array,
  secrets: { readonly header: Uint8Array; readonly key: Uint8Array }
): EncryptedStream {
  const length = streamEncryptedLength(data.length);
  if (length > MAX_ENCRYPTED_FILE_BYTES) throw attachmentError('attachment-too-large', 'data');
  const stream = createSecretStream(secrets.key, secrets.header);
  const padding = streamPaddingLength(data.length);
  const padded = new Uint8Array(padding + data.length);
  padded[padding - 1] = PADDING_END;
  padded.set(data, padding);
  const file = new Uint8Array(length);
  file[0] = FIRST_BYTE;
  file.set(secrets.header, 1);
  let offset = PREFIX_BYTES;
  for (let start = 0; start < padded.length; start += CHUNK_BYTES) {
    const piece = padded.subarray(start, start + CHUNK_BYTES);
    const isLast = start + CHUNK_BYTES >= padded.length;
    const chunk = stream.seal(piece, isLast ? TAG_FINAL : TAG_MESSAGE);
    file.set(chunk, offset);
    offset += chunk.length;
  }
  return { file, key: Uint8Array.from(secrets.key) };
}

/**
 * The plain bytes.
 * @param pointer.key 32 bytes
 * @param pointer.size plain bytes as the pointer says; null when there is none (profile pictures)
 * @throws AttachmentError `attachment-bad-key`, `attachment-truncated`, `attachment-too-large`,
 *   `attachment-unknown-format`, `attachment-wrong-mac`, `attachment-damaged`, `attachment-wrong-size`
 */
export function decryptStream(
  file: Uint8Array,
  pointer: { readonly key: Uint8Array; readonly size: number | null }
): Uint8Array {
  if (pointer.key.length !== STREAM_KEY_BYTES) throw attachmentError('attachment-bad-key', 'key');
  assertFileLength(file, PREFIX_BYTES + STREAM_CHUNK_OVERHEAD_BYTES + 1);
  if (file[0] !== FIRST_BYTE) throw attachmentError('attachment-unknown-format', 'file');
  const stream = createSecretStream(pointer.key, file.subarray(1, PREFIX_BYTES));
  const padded = new Uint8Array(file.length);
  let length = 0;
  let isOver = false;
  for (let start = PREFIX_BYTES; start < file.length; start += SEALED_CHUNK_BYTES) {
    if (isOver) throw attachmentError('attachment-damaged', 'tag');
    const chunk = file.subarray(start, start + SEALED_CHUNK_BYTES);
    const opened = stream.open(chunk);
    if (!opened) throw attachmentError('attachment-wrong-mac', 'chunk');
    if (opened.tag !== TAG_FINAL && opened.tag !== TAG_MESSAGE)
      throw attachmentError('attachment-damaged', 'tag');
    padded.set(opened.message, length);
    length += opened.message.length;
    isOver = opened.tag === TAG_FINAL;
  }
  if (!isOver) throw attachmentError('attachment-truncated', 'chunks');
  return cutToSize(withoutPadding(padded.subarray(0, length)), pointer.size);
}

function withoutPadding(padded: Uint8Array): Uint8Array {
  let start = 0;
  while (start < padded.length && padded[start] === 0) start++;
  if (padded[start] !== PADDING_END) throw attachmentError('attachment-damaged', 'padding');
  return padded.subarray(start + 1);
}
