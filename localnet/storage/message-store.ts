// What one storage node holds: messages and revoked subaccounts (network.md §4.5, §5.5, §5.7, §7).
import type { Database } from './database.ts';
import { pageOf, type PageLimits } from './paging.ts';
import type { StoredMessage } from './stored-message.ts';

export interface NewMessage extends StoredMessage {
  /** Prefix byte and key, 33 bytes. */
  readonly account: Uint8Array;
  readonly namespace: number;
}

export type NamespaceChoice = number | 'all';
export interface HashInNamespace {
  readonly namespace: number;
  readonly hash: string;
}

/** Revocations kept for an account; the oldest make room (§5.5). */
const MAX_REVOCATIONS = 50;

export interface MessageStore {
  /** Keeps a message. One that is there stays, with the later of the two expiries. */
  insert(message: NewMessage): { already: boolean; expiryMs: number };
  /** Removes everything else in a namespace that holds one message. */
  keepOnly(account: Uint8Array, namespace: number, hash: string): void;
  page(
    account: Uint8Array,
    namespace: number,
    lastHash: string | null,
    limits: PageLimits
  ): { messages: StoredMessage[]; more: boolean };
  /** Hashes that were there, in byte order. */
  delete(account: Uint8Array, hashes: readonly string[]): string[];
  deleteAll(account: Uint8Array, namespace: NamespaceChoice): HashInNamespace[];
  deleteBefore(account: Uint8Array, namespace: NamespaceChoice, beforeMs: number): HashInNamespace[];
  expiryOf(account: Uint8Array, hash: string): number | null;
  setExpiry(account: Uint8Array, hash: string, expiryMs: number): void;
  /** Shortens everything that lives longer. */
  expireAll(account: Uint8Array, namespace: NamespaceChoice, expiryMs: number): HashInNamespace[];
  revoke(account: Uint8Array, tokens: readonly Uint8Array[], nowMs: number): void;
  /** How many of the tokens were revoked. */
  unrevoke(account: Uint8Array, tokens: readonly Uint8Array[]): number;
  isRevoked(account: Uint8Array, token: Uint8Array): boolean;
  revoked(account: Uint8Array): Uint8Array[];
  /** Everything of an account, oldest insertion first. */
  list(account: Uint8Array): (StoredMessage & { namespace: number })[];
  committed(): Promise<void>;
}

const inNamespace = '(namespace = ?3 OR ?4)';

/** Parameters 3 and 4 of `inNamespace`. */
function choice(namespace: NamespaceChoice): [number, number] {
  return namespace === 'all' ? [0, 1] : [namespace, 0];
}

function byHash(rows: readonly HashInNamespace[]): HashInNamespace[] {
  return rows.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
}

/** The view of one node on the network's database. @param node its position in the state file */
export function createMessageStore(database: Database, node: number): MessageStore {
  const run = (sql: string, ...values: (number | string | Uint8Array)[]) =>
    database.write(() => database.prepare(sql).run(node, ...values));
  const returning = (sql: string, ...values: (number | string | Uint8Array)[]) =>
    database.write(() => database.prepare(sql).all(node, ...values)) as unknown as HashInNamespace[];
  const expiryOf = (account: Uint8Array | null, hash: string): number | null => {
    const row = database
      .prepare('SELECT expiry, account FROM messages WHERE node = ?1 AND hash = ?2')
      .get(node, hash) as { expiry: number; account: Uint8Array } | undefined;
    if (!row || (account && Buffer.compare(row.account, account) !== 0)) return null;
    return row.expiry;
  };
  return {
    insert(message) {
      const { account, namespace, hash, timestampMs, expiryMs, data } = message;
      const { changes } = run(
        `INSERT INTO messages (node, account, namespace, hash, timestamp, expiry, data)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (hash, node) DO NOTHING`,
        account,
        namespace,
        hash,
        timestampMs,
        expiryMs,
        data
      );
      if (Number(changes) > 0) return { already: false, expiryMs };
      run('UPDATE messages SET expiry = max(expiry, ?3) WHERE node = ?1 AND hash = ?2', hash, expiryMs);
      return { already: true, expiryMs: expiryOf(null, hash) ?? expiryMs };
    },
    keepOnly: (account, namespace, hash) =>
      void run(
        'DELETE FROM messages WHERE node = ?1 AND account = ?2 AND namespace = ?3 AND hash <> ?4',
        account,
        namespace,
        hash
      ),
    page: (account, namespace, lastHash, limits) =>
      pageOf(database, { node, account, namespace, lastHash }, limits),
    delete(account, hashes) {
      const rows = hashes.flatMap((hash) =>
        returning(
          'DELETE FROM messages WHERE node = ?1 AND account = ?2 AND hash = ?3 RETURNING hash, namespace',
          account,
          hash
        )
      );
      return byHash(rows).map((row) => row.hash);
    },
    deleteAll: (account, namespace) =>
      byHash(
        returning(
          `DELETE FROM messages WHERE node = ?1 AND account = ?2 AND ${inNamespace} RETURNING hash, namespace`,
          account,
          ...choice(namespace)
        )
      ),
    deleteBefore: (account, namespace, beforeMs) =>
      byHash(
        returning(
          `DELETE FROM messages WHERE node = ?1 AND account = ?2 AND ${inNamespace} AND timestamp <= ?5
           RETURNING hash, namespace`,
          account,
          ...choice(namespace),
          beforeMs
        )
      ),
    expiryOf,
    setExpiry: (account, hash, expiryMs) =>
      void run(
        'UPDATE messages SET expiry = ?4 WHERE node = ?1 AND account = ?2 AND hash = ?3',
        account,
        hash,
        expiryMs
      ),
    expireAll: (account, namespace, expiryMs) =>
      byHash(
        returning(
          `UPDATE messages SET expiry = ?5 WHERE node = ?1 AND account = ?2 AND ${inNamespace} AND expiry > ?5
           RETURNING hash, namespace`,
          account,
          ...choice(namespace),
          expiryMs
        )
      ),
    ...revocationStore(database, node),
    list: (account) =>
      database
        .prepare(
          `SELECT namespace, hash, timestamp AS timestampMs, expiry AS expiryMs, data FROM messages
           WHERE node = ?1 AND account = ?2 ORDER BY sequence`
        )
        .all(node, account) as unknown as (StoredMessage & { namespace: number })[],
    committed: () => database.committed()
  };
}

function revocationStore(
  database: Database,
  node: number
): Pick<MessageStore, 'revoke' | 'unrevoke' | 'isRevoked' | 'revoked'> {
  return {
    revoke(account, tokens, nowMs) {
      database.write(() => {
        const insert = database.prepare('INSERT OR REPLACE INTO revocations VALUES (?1, ?2, ?3, ?4)');
        for (const token of tokens) insert.run(node, account, token, nowMs);
        database
          .prepare(
            `DELETE FROM revocations WHERE node = ?1 AND account = ?2 AND token NOT IN (
               SELECT token FROM revocations WHERE node = ?1 AND account = ?2
               ORDER BY revoked_at DESC LIMIT ${MAX_REVOCATIONS})`
          )
          .run(node, account);
      });
    },
    unrevoke: (account, tokens) =>
      database.write(() => {
        const remove = database.prepare(
          'DELETE FROM revocations WHERE node = ?1 AND account = ?2 AND token = ?3'
        );
        return tokens.reduce((count, token) => count + Number(remove.run(node, account, token).changes), 0);
      }),
    isRevoked: (account, token) =>
      database
        .prepare('SELECT 1 FROM revocations WHERE node = ?1 AND account = ?2 AND token = ?3')
        .get(node, account, token) !== undefined,
    revoked: (account) =>
      database
        .prepare('SELECT token FROM revocations WHERE node = ?1 AND account = ?2 ORDER BY revoked_at')
        .all(node, account)
        .map((row) => row['token'] as Uint8Array)
  };
}
