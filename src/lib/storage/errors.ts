// Errors of the storage floor (style.md §2.5).
import { AppError, type ErrorDetails } from '../errors.ts';

export type StorageErrorCode =
  /** The browser's quota is used up. */
  | 'quota'
  /** Another tab holds an older version of the database open. */
  | 'blocked'
  /** The database was closed or its data removed. */
  | 'closed'
  /** No key that opens the root is at hand. */
  | 'locked'
  /** The key was in this browser and is not any more. */
  | 'key-missing'
  /** The profile is known, and what it held is gone. */
  | 'evicted'
  /** Database or slot file cannot be read. */
  | 'damaged'
  /** A newer version of the app wrote the database. */
  | 'newer-version'
  /** A row does not open: written with another key, or changed from outside. */
  | 'row-damaged'
  /** Another writer changed a row that was read before; read again and repeat. */
  | 'stale'
  /** Another tab has taken over as the engine; this one writes nothing any more. */
  | 'deposed'
  /** A passphrase and a wipe code must differ. */
  | 'code-taken'
  /** Every slot for keys is in use. */
  | 'slots-full'
  /** More bytes than one stored file may have: `details.limit`. */
  | 'media-too-large'
  /** Five conversations are pinned already: `details.limit`. */
  | 'too-many-pins'
  /** The row the command names is gone. */
  | 'not-found'
  /** The database failed for a reason of its own. */
  | 'storage-failed';

export class StorageError extends AppError<StorageErrorCode> {
  override readonly name = 'StorageError';
}

const RETRY_LATER: readonly StorageErrorCode[] = ['quota', 'blocked', 'stale', 'storage-failed'];

/** A storage error with the `retry` its code implies. */
export function storageError(code: StorageErrorCode, cause?: unknown, details?: ErrorDetails): StorageError {
  return new StorageError(code, { cause, details, retry: RETRY_LATER.includes(code) ? 'later' : 'never' });
}

const CODE_BY_NAME: Readonly<Record<string, StorageErrorCode>> = {
  QuotaExceededError: 'quota',
  ConstraintError: 'stale',
  BulkError: 'stale',
  DatabaseClosedError: 'closed',
  InvalidStateError: 'closed',
  NoSuchDatabaseError: 'closed',
  VersionError: 'newer-version'
};

/** What Dexie or IndexedDB threw, as a storage error. Typed errors pass unchanged. */
export function wrapStorageError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const named = error as { name?: unknown; inner?: { name?: unknown }; failures?: unknown };
  if (Array.isArray(named?.failures)) {
    const constraint = named.failures.every((failure) => (failure as Error)?.name === 'ConstraintError');
    if (!constraint)
      return wrapStorageError(named.failures.find((f) => (f as Error)?.name !== 'ConstraintError'));
  }
  const code =
    CODE_BY_NAME[String(named?.inner?.name)] ?? CODE_BY_NAME[String(named?.name)] ?? 'storage-failed';
  return storageError(code, error);
}
