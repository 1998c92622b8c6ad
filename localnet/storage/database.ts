// One SQLite file for all nodes of a network. Writes that arrive within two milliseconds share a transaction:
// a thousand small commits a second would cost more than the writes.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { LocalnetError } from '../errors.ts';

export interface Database {
  /** A prepared statement, kept for the life of the database. */
  prepare(sql: string): StatementSync;
  /** Runs `work` inside the open write batch. */
  write<T>(work: () => T): T;
  /** Resolves when everything written so far is committed. */
  committed(): Promise<void>;
  close(): void;
}

/** Writes of this time share a transaction; an answer waits as long. */
const COMMIT_AFTER_MS = 2;
/** Largest file: 3.5 GB, as a real node's (network.md §5.5), in pages of 4,096 bytes. */
const MAX_PAGES = Math.floor((3.5 * 1024 ** 3) / 4096);

/** Connection settings; a temporary database lives in a file that SQLite removes, so memory stays bounded too. */
function configure(sql: DatabaseSync, isPersistent: boolean): void {
  sql.exec(
    isPersistent
      ? 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000'
      : 'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF'
  );
  sql.exec(`PRAGMA max_page_count = ${MAX_PAGES}; PRAGMA cache_size = -8192`);
}

function openError(cause: unknown, path: string): LocalnetError {
  const text = cause instanceof Error ? cause.message : '';
  const details = { path };
  if (/locked|busy/i.test(text)) return new LocalnetError('data-directory-in-use', { cause, details });
  if (/malformed|not a database|no such column/i.test(text)) {
    return new LocalnetError('data-directory-damaged', { cause, details });
  }
  return new LocalnetError('data-directory-unwritable', { cause, details });
}

/**
 * Opens or makes a database.
 * @param path file; null for a temporary one
 * @param schema statements that may run again on an existing file
 * @throws LocalnetError `data-directory-in-use`, `data-directory-damaged`, `data-directory-unwritable`
 */
export function openDatabase(path: string | null, schema: string): Database {
  let sql: DatabaseSync | undefined;
  try {
    sql = new DatabaseSync(path ?? '');
    configure(sql, path !== null);
    sql.exec(schema);
  } catch (cause) {
    sql?.close();
    throw openError(cause, path ?? '');
  }
  return batchingDatabase(sql);
}

function batchingDatabase(sql: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>();
  let batch: { done: Promise<void>; commit: () => void } | null = null;
  const open = () => {
    sql.exec('BEGIN IMMEDIATE');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever waits learns of a failed commit; a batch nobody waits for must not end the process.
    promise.catch(() => {});
    const commit = () => {
      if (batch?.done !== promise) return;
      batch = null;
      try {
        sql.exec('COMMIT');
        resolve();
      } catch (error) {
        sql.exec('ROLLBACK');
        reject(error);
      }
    };
    setTimeout(commit, COMMIT_AFTER_MS);
    return { done: promise, commit };
  };
  return {
    prepare(text) {
      let statement = statements.get(text);
      if (!statement) statements.set(text, (statement = sql.prepare(text)));
      return statement;
    },
    write(work) {
      batch ??= open();
      return work();
    },
    committed: () => batch?.done ?? Promise.resolve(),
    close() {
      batch?.commit();
      statements.clear();
      sql.close();
    }
  };
}
