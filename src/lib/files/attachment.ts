// A file of a message, from plain bytes to what its pointer says and back (accounts-and-messages.md §5.1, §5.5).
import {
  decryptAttachment,
  deriveStreamSecrets,
  encryptLegacyAttachment,
  encryptStream,
  MAX_LEGACY_PLAIN_BYTES,
  type CryptoBackend
} from '../crypto/index.ts';
import type { FileClient, TransferOptions } from './client.ts';

/** The format files are sent in; both are read. Official clients send this one. */
export const SENT_FORMAT: 'legacy' | 'stream' = 'legacy';

/** Most plain bytes of a file that can be sent: what the limit of 10,000,000 encrypted bytes leaves. */
export const MAX_SENT_BYTES = MAX_LEGACY_PLAIN_BYTES;

export interface AttachmentDependencies {
  readonly files: FileClient;
  readonly crypto: CryptoBackend;
}

/** What of a pointer names, opens and measures the file. */
export interface AttachmentLink {
  readonly url: string;
  /** 64 bytes legacy, 32 bytes stream. */
  readonly key: Uint8Array;
  /** 32 bytes legacy, empty stream. */
  readonly digest: Uint8Array;
  /** Plain bytes. */
  readonly size: number;
}

export interface UploadedAttachment extends AttachmentLink {
  /** For field 1 of the pointer. */
  readonly id: bigint;
  /** End of its life at the server, milliseconds since 1970; null when the server does not say. */
  readonly expiresAtMs: number | null;
}

export interface UploadOptions extends TransferOptions {
  /** False for images of link previews. */
  readonly padded?: boolean;
  readonly format?: 'legacy' | 'stream';
  /** For the stream format: the sender's Ed25519 seed, 32 bytes. */
  readonly senderSeed?: Uint8Array;
}

/**
 * Encrypts and uploads. A key is drawn for each file, so that nobody can tell that two are the same.
 * @throws AttachmentError `attachment-too-large` (more than `MAX_SENT_BYTES`); FilesError and OnionError as
 *   `FileClient.upload`; the signal's reason
 */
export async function uploadAttachment(
  { files, crypto }: AttachmentDependencies,
  data: Uint8Array,
  options: UploadOptions = {}
): Promise<UploadedAttachment> {
  const { format = SENT_FORMAT, signal, onProgress } = options;
  const stream = format === 'stream';
  const sealed = stream ? sealStream(crypto, data, options) : await sealLegacy(crypto, data, options);
  signal?.throwIfAborted();
  const transfer = { stream, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const { url, pointerId, expiresAtMs } = await files.upload(sealed.file, transfer);
  const { key, digest } = sealed;
  return { id: pointerId, url, key, digest, size: data.length, expiresAtMs };
}

/**
 * Downloads and decrypts.
 * @throws AttachmentError when the file is not what the pointer says; FilesError (`file-expired`, …) and OnionError as
 *   `FileClient.download`; the signal's reason
 */
export async function downloadAttachment(
  { files, crypto }: AttachmentDependencies,
  link: AttachmentLink,
  options: TransferOptions = {}
): Promise<Uint8Array> {
  const { file, stream } = await files.download(link.url, options);
  options.signal?.throwIfAborted();
  const { key, digest, size } = link;
  return decryptAttachment(crypto, file, { key, digest, size, stream });
}

function sealLegacy(crypto: CryptoBackend, data: Uint8Array, { padded = true }: UploadOptions) {
  return encryptLegacyAttachment(crypto, data, { padded });
}

function sealStream(crypto: CryptoBackend, data: Uint8Array, { senderSeed }: UploadOptions) {
  const secrets = senderSeed
    ? deriveStreamSecrets(data, senderSeed, 'attachment')
    : { header: crypto.random(24), key: crypto.random(32) };
  return { ...encryptStream(data, secrets), digest: new Uint8Array(0) };
}
