// What is known of each contact's keys for forward-secret messages, one sealed row a contact. What the text says is not this
// floor's to know.
import type { AccountId } from '../account-id.ts';
import {
  commitBuilt,
  indexHash,
  openRow,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore
} from './store.ts';

interface PeerContent {
  readonly text: string;
}

/** Null: nothing is known. */
export async function loadPeer(store: ProfileStore, accountId: AccountId): Promise<string | null> {
  const id = await indexHash.account(store, accountId);
  const row = await reading(() => store.db.peers.get(id));
  return row ? (await openRow<PeerContent>(store, 'peers', row)).text : null;
}

/** Those of the accounts of which something is known. */
export async function findPeers(
  store: ProfileStore,
  accountIds: readonly AccountId[]
): Promise<ReadonlySet<AccountId>> {
  const ids = await Promise.all(accountIds.map((accountId) => indexHash.account(store, accountId)));
  const rows = await reading(() => store.db.peers.bulkGet(ids));
  return new Set(accountIds.filter((_, index) => rows[index] !== undefined));
}

/**
 * Replaces what is known by what `update` makes of it, which may be called again when another tab got in between.
 * @param update null: nothing is to change
 */
export function updatePeer(
  store: ProfileStore,
  accountId: AccountId,
  by: ChangeSet['by'],
  update: (current: string | null) => string | null
): Promise<void> {
  return commitBuilt(store, async () => {
    const id = await indexHash.account(store, accountId);
    const before = await reading(() => store.db.peers.get(id));
    const text = update(before ? (await openRow<PeerContent>(store, 'peers', before)).text : null);
    if (text === null) return { changes: null, result: undefined };
    const content: PeerContent = { text };
    const row = await sealRow(store, 'peers', id, before, {}, content);
    const expect = [{ table: 'peers' as const, id, rev: before?.rev ?? null }];
    return {
      changes: { name: 'peer', by, expect, put: [{ table: 'peers', row }] },
      result: undefined
    };
  });
}
