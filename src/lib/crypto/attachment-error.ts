// What can be wrong with an encrypted file (accounts-and-messages.md §5). None of it gets better by trying again.
import { AppError } from '../errors.ts';

export type AttachmentErrorCode =
  /** Key or digest of another length than the format has. */
  | 'attachment-bad-key'
  /** Fewer bytes than the smallest file, or the end is missing. */
  | 'attachment-truncated'
  /** More bytes than a file server takes. */
  | 'attachment-too-large'
  /** First byte of no known format. */
  | 'attachment-unknown-format'
  | 'attachment-wrong-mac'
  | 'attachment-no-digest'
  | 'attachment-wrong-digest'
  /** Authentic, and yet not built as the format says. */
  | 'attachment-damaged'
  /** Shorter than the pointer says. */
  | 'attachment-wrong-size';

export class AttachmentError extends AppError<AttachmentErrorCode> {
  override readonly name = 'AttachmentError';
}

/** An error that says what is wrong and which part of the file or pointer it is about. */
export function attachmentError(code: AttachmentErrorCode, input?: string, cause?: unknown): AttachmentError {
  return new AttachmentError(code, { cause, ...(input !== undefined && { details: { input } }) });
}

/** Largest encrypted file of any format, in bytes (§3.6). */
export const MAX_ENCRYPTED_FILE_BYTES = 10_000_000;

/** @throws AttachmentError `attachment-truncated`, `attachment-too-large` */
export function assertFileLength(file: Uint8Array, minimum: number): void {
  if (file.length < minimum) throw attachmentError('attachment-truncated', 'file');
  if (file.length > MAX_ENCRYPTED_FILE_BYTES) throw attachmentError('attachment-too-large', 'file');
}

/**
 * Decrypted bytes as the pointer measures them: what follows is padding.
 * @param size null: the pointer does not say
 * @throws AttachmentError `attachment-wrong-size` when there is less
 */
export function cutToSize(plaintext: Uint8Array, size: number | null): Uint8Array {
  if (size === null) return plaintext;
  // Not only larger: a size that is no length at all cuts nothing sensible.
  if (!(Number.isSafeInteger(size) && size >= 0 && size <= plaintext.length)) {
    throw attachmentError('attachment-wrong-size', 'size');
  }
  return plaintext.subarray(0, size);
}
