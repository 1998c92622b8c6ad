// Files of the file server (accounts-and-messages.md §5.4): named by their content, kept until they expire.
import { blake2b } from '../../src/lib/crypto/index.ts';
import type { Database } from '../storage/database.ts';

export const FILE_SCHEMA = `
CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY,
  uploaded INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS files_by_expiry ON files (expires);
`;

export interface FileInfo {
  readonly id: string;
  readonly uploadedMs: number;
  readonly expiresMs: number;
  readonly size: number;
}

export interface FileStore {
  /** Keeps a file; the same bytes again only renew it. */
  put(data: Uint8Array, expiresMs: number, nowMs: number): FileInfo;
  /** Keeps a file under an old decimal number, as older servers named them. */
  putNumbered(id: string, data: Uint8Array, expiresMs: number, nowMs: number): FileInfo;
  /** Null when unknown or expired. */
  info(id: string, nowMs: number): FileInfo | null;
  data(id: string): Uint8Array | null;
  extend(id: string, expiresMs: number): void;
  sweep(nowMs: number): void;
  committed(): Promise<void>;
}

/** 33 bytes are 44 characters of base64 without padding. */
const ID_BYTES = 33;

/** The id of a file: 44 characters of `[A-Za-z0-9_-]`. */
export function fileIdOf(data: Uint8Array): string {
  return Buffer.from(blake2b(data, { length: ID_BYTES })).toString('base64url');
}

export function createFileStore(database: Database): FileStore {
  const info = (id: string, nowMs: number): FileInfo | null => {
    const row = database
      .prepare(
        `SELECT id, uploaded AS uploadedMs, expires AS expiresMs, length(data) AS size FROM files
         WHERE id = ?1 AND expires > ?2`
      )
      .get(id, nowMs);
    return row ? (row as unknown as FileInfo) : null;
  };
  const extend = (id: string, expiresMs: number) =>
    void database.write(() =>
      database.prepare('UPDATE files SET expires = max(expires, ?2) WHERE id = ?1').run(id, expiresMs)
    );
  const keep = (id: string, data: Uint8Array, expiresMs: number, nowMs: number): FileInfo => {
    const known = info(id, nowMs);
    if (known) extend(id, expiresMs);
    else {
      database.write(() =>
        database
          .prepare('INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4)')
          .run(id, nowMs, expiresMs, data)
      );
    }
    return info(id, nowMs) as FileInfo;
  };
  return {
    put: (data, expiresMs, nowMs) => keep(fileIdOf(data), data, expiresMs, nowMs),
    putNumbered: keep,
    info,
    data: (id) =>
      (database.prepare('SELECT data FROM files WHERE id = ?1').get(id)?.['data'] as
        Uint8Array | undefined) ?? null,
    extend,
    sweep: (nowMs) =>
      void database.write(() => database.prepare('DELETE FROM files WHERE expires <= ?1').run(nowMs)),
    committed: () => database.committed()
  };
}
