// Work on the whole database rather than on one node's view: expiry sweeps, and messages that move when swarms change
// (network.md §4.6, §7.1).
import type { Database } from './database.ts';

/** Removes what has expired, on every node whose clock says so. @returns number of rows */
export function sweepExpired(database: Database, node: number, nowMs: number): number {
  const expired = 'SELECT 1 FROM messages WHERE expiry <= ?1 LIMIT 1';
  // The index on expiry alone answers "nothing to do", which is the usual answer.
  if (!database.prepare(expired).get(nowMs)) return 0;
  const { changes } = database.write(() =>
    database.prepare('DELETE FROM messages WHERE node = ?1 AND expiry <= ?2').run(node, nowMs)
  );
  return Number(changes);
}

/** Accounts a node holds anything for, 33 bytes each. */
export function accountsOn(database: Database, node: number): Uint8Array[] {
  return database
    .prepare('SELECT DISTINCT account FROM messages WHERE node = ?1')
    .all(node)
    .map((row) => row['account'] as Uint8Array);
}

/** Gives `to` everything `from` holds of an account, in the order of `from`; what `to` has already stays. */
export function pushAccount(database: Database, from: number, to: number, account: Uint8Array): void {
  database.write(() => {
    database
      .prepare(
        `INSERT OR IGNORE INTO messages (node, account, namespace, hash, timestamp, expiry, data)
         SELECT ?2, account, namespace, hash, timestamp, expiry, data FROM messages
         WHERE node = ?1 AND account = ?3 ORDER BY sequence`
      )
      .run(from, to, account);
    database
      .prepare(
        `INSERT OR IGNORE INTO revocations SELECT ?2, account, token, revoked_at FROM revocations
         WHERE node = ?1 AND account = ?3`
      )
      .run(from, to, account);
  });
}

/** Rows of all nodes together, or of one. */
export function countMessages(database: Database, node?: number): number {
  const row = database
    .prepare('SELECT count(*) AS count FROM messages WHERE ?1 IS NULL OR node = ?1')
    .get(node ?? null) as { count: number };
  return row.count;
}
