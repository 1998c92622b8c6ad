// An attachment in either format (accounts-and-messages.md §5.1): which one a file has, its address says.
import { decryptLegacyAttachment } from './attachment-legacy.ts';
import { decryptStream } from './attachment-stream.ts';
import type { CryptoBackend } from './backend.ts';

/** What a message says about a file. */
export interface AttachmentSecrets {
  /** 64 bytes legacy, 32 bytes stream. */
  readonly key: Uint8Array;
  /** 32 bytes legacy, empty stream. */
  readonly digest: Uint8Array;
  /** Plain bytes; null when the pointer does not say. */
  readonly size: number | null;
  /** The address has the fragment `d`. */
  readonly stream: boolean;
}

/**
 * The plain bytes of a file.
 * @throws AttachmentError of `decryptLegacyAttachment` or `decryptStream`
 */
export async function decryptAttachment(
  crypto: CryptoBackend,
  file: Uint8Array,
  secrets: AttachmentSecrets
): Promise<Uint8Array> {
  return secrets.stream ? decryptStream(file, secrets) : decryptLegacyAttachment(crypto, file, secrets);
}
