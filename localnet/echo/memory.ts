// What Echo remembers over a restart: messages it has dealt with, and whom it has accepted.
import type { Database } from '../storage/database.ts';

export const ECHO_SCHEMA = `
CREATE TABLE IF NOT EXISTS echo_seen (hash TEXT PRIMARY KEY, expiry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS echo_sent (account TEXT, timestamp INTEGER, PRIMARY KEY (account, timestamp)) STRICT;
CREATE TABLE IF NOT EXISTS echo_contacts (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

export interface EchoMemory {
  hasSeen(hash: string): boolean;
  markSeen(hash: string, expiryMs: number): void;
  /** Whether a message with this author and sent time was answered; one message may be stored twice. */
  hasAnswered(accountId: string, timestampMs: number): boolean;
  markAnswered(accountId: string, timestampMs: number): void;
  isContact(accountId: string): boolean;
  addContact(accountId: string): void;
  /** Forgets what no swarm holds any more. */
  sweep(nowMs: number): void;
}

/** Longer than any message lives. */
const KEEP_ANSWERED_MS = 31 * 86_400_000;

export function createEchoMemory(database: Database): EchoMemory {
  const has = (sql: string, ...values: (string | number)[]) =>
    database.prepare(sql).get(...values) !== undefined;
  const run = (sql: string, ...values: (string | number)[]) =>
    void database.write(() => database.prepare(sql).run(...values));
  return {
    hasSeen: (hash) => has('SELECT 1 FROM echo_seen WHERE hash = ?1', hash),
    markSeen: (hash, expiryMs) => run('INSERT OR REPLACE INTO echo_seen VALUES (?1, ?2)', hash, expiryMs),
    hasAnswered: (account, time) =>
      has('SELECT 1 FROM echo_sent WHERE account = ?1 AND timestamp = ?2', account, time),
    markAnswered: (account, time) => run('INSERT OR IGNORE INTO echo_sent VALUES (?1, ?2)', account, time),
    isContact: (account) => has('SELECT 1 FROM echo_contacts WHERE account = ?1', account),
    addContact: (account) => run('INSERT OR IGNORE INTO echo_contacts VALUES (?1)', account),
    sweep(nowMs) {
      run('DELETE FROM echo_seen WHERE expiry <= ?1', nowMs);
      run('DELETE FROM echo_sent WHERE timestamp <= ?1', nowMs - KEEP_ANSWERED_MS);
    }
  };
}
