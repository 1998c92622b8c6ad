// Tables of the storage nodes (network.md §7.1). `node` is the position of the node in the network's state file.

/**
 * What a node holds. `sequence` is the order of insertion, which paging follows (§5.7). `node` is never the first
 * column of an index: the rows of one message on all members then stand together, and a store touches fewer pages.
 */
export const MESSAGE_SCHEMA = `
CREATE TABLE IF NOT EXISTS messages (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  node INTEGER NOT NULL,
  account BLOB NOT NULL,
  namespace INTEGER NOT NULL,
  hash TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  expiry INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (hash, node)
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_account ON messages (account, node, namespace, sequence);
CREATE INDEX IF NOT EXISTS messages_by_expiry ON messages (expiry);
CREATE TABLE IF NOT EXISTS revocations (
  node INTEGER NOT NULL,
  account BLOB NOT NULL,
  token BLOB NOT NULL,
  revoked_at INTEGER NOT NULL,
  PRIMARY KEY (node, account, token)
) STRICT, WITHOUT ROWID;
`;
