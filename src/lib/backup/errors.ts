// Errors of the backup floor (style.md §2.5): which of the ways a file can be unusable it is.
import { AppError, type ErrorDetails } from '../errors.ts';

export type BackupErrorCode =
  /** It does not begin as a backup does. */
  | 'backup-foreign'
  /** Whole, but of a version this code does not know: `details.version`. */
  | 'backup-from-newer'
  /** Its end is missing. */
  | 'backup-truncated'
  /** Bytes in it changed, moved, or were added. */
  | 'backup-damaged'
  /** Whole as far as can be told, and this passphrase does not open it. */
  | 'backup-passphrase-wrong'
  /** Its header asks for more memory or work than any backup of ours: `details.field`. */
  | 'backup-too-costly';

export class BackupError extends AppError<BackupErrorCode> {
  override readonly name = 'BackupError';
}

export function backupError(code: BackupErrorCode, details?: ErrorDetails, cause?: unknown): BackupError {
  return new BackupError(code, { cause, ...(details && { details }) });
}

/** What a record may not be: found behind the seal, so somebody with the passphrase wrote it so. */
export function damaged(field: string): BackupError {
  return backupError('backup-damaged', { field });
}
