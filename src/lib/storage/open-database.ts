// Opening a database as browsers let us: another tab may hold an older version, the one on the disk may be newer than this
// app, and it may be beyond reading. Each is told apart, since each asks something else of the person.
import type { Dexie } from 'dexie';
import { errorCode } from '../errors.ts';
import { storageError, wrapStorageError } from './errors.ts';

/** A tab that was told lets go at once; one that does not is asleep. */
const BLOCKED_AFTER_MS = 5_000;

/** Dexie's version 5 is 50 on the disk. */
const VERSION_STEP = 10;

/**
 * @param pause for tests
 * @throws StorageError `blocked` (another tab holds an older version), `newer-version` (of the database than this app knows),
 *   `damaged` (cannot be read), `quota`, `storage-failed`
 */
export async function openDatabase(
  db: Dexie,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
): Promise<void> {
  const knownVersion = Math.round(db.verno * VERSION_STEP);
  const blocked = new Promise<'blocked'>((resolve) => {
    db.on('blocked', () => void pause(BLOCKED_AFTER_MS).then(() => resolve('blocked')));
  });
  const opening = db.open();
  try {
    if ((await Promise.race([opening, blocked])) === 'blocked') throw storageError('blocked');
    // Dexie opens a newer one as if it were its own.
    if (db.backendDB().version > knownVersion) throw storageError('newer-version');
  } catch (error) {
    opening.catch(() => {});
    db.close();
    throw openingError(error);
  }
}

function openingError(error: unknown) {
  const wrapped = wrapStorageError(error);
  if (errorCode(wrapped) !== 'storage-failed') return wrapped;
  const { name, inner } = error as { name?: unknown; inner?: { name?: unknown } };
  const isUnreadable = [name, inner?.name].some((each) => each === 'UnknownError' || each === 'DataError');
  return isUnreadable ? storageError('damaged', error) : wrapped;
}
