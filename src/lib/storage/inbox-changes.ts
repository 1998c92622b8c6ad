// What receiving reads and writes: seen hashes, a snapshot of the conversations a batch touches, and one transaction
// with everything the batch brought, its cursor last.
import type { AccountId } from '../account-id.ts';
import { findConversation, withMessage, type LoadedConversation } from './conversation-changes.ts';
import { loadMeta, metaChange } from './meta.ts';
import { messageIndexes } from './message-changes.ts';
import type { ConversationContent, CursorContent, MessageContent, SeenRow } from './rows.ts';
import { authorSlot, sortOf } from './sort.ts';
import {
  commit,
  indexHash,
  mergeChanges,
  openRow,
  randomId,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore,
  type TableRow
} from './store.ts';

/** Which of these message hashes were handled before. */
export async function findSeen(store: ProfileStore, hashes: readonly string[]): Promise<Set<string>> {
  const ids = await Promise.all(hashes.map((hash) => indexHash.message(store, hash)));
  const rows = await reading(() => store.db.seen.bulkGet(ids));
  return new Set(hashes.filter((_, index) => rows[index] !== undefined));
}

/** Where each author-and-time stands: a key for `InboxSnapshot.known`. */
export function authorTimeKey(authorId: AccountId, timestampMs: number): string {
  return `${authorId}/${timestampMs}`;
}

/** What the rules of receiving need to know about the rows a batch may touch. */
export interface InboxSnapshot {
  readonly conversations: ReadonlyMap<AccountId, LoadedConversation>;
  /** Messages stored or deleted before, as `authorTimeKey`. */
  readonly known: ReadonlySet<string>;
}

export async function loadInboxSnapshot(
  store: ProfileStore,
  wanted: {
    accountIds: readonly AccountId[];
    messages: readonly { authorId: AccountId; timestampMs: number }[];
  }
): Promise<InboxSnapshot> {
  const conversations = new Map<AccountId, LoadedConversation>();
  for (const accountId of new Set(wanted.accountIds)) {
    const found = await findConversation(store, accountId);
    if (found) conversations.set(accountId, found);
  }
  const hashes = await Promise.all(
    wanted.messages.map(({ authorId, timestampMs }) => indexHash.authorTime(store, authorId, timestampMs))
  );
  const [graves, stored] = await reading(() =>
    Promise.all([
      store.db.graves.bulkGet(hashes),
      store.db.messages.where('authorTimeHash').anyOf(hashes).keys()
    ])
  );
  const storedHashes = new Set(stored as string[]);
  const known = wanted.messages.filter(
    (_, index) => graves[index] !== undefined || storedHashes.has(hashes[index] as string)
  );
  return {
    conversations,
    known: new Set(known.map(({ authorId, timestampMs }) => authorTimeKey(authorId, timestampMs)))
  };
}

/** A message to be added, as the rules of receiving decided. */
export interface ReceivedMessage {
  readonly conversationAccountId: AccountId;
  readonly content: MessageContent;
}

/** What a batch of items comes to. */
export interface InboxChanges {
  readonly messages: readonly ReceivedMessage[];
  /** Conversations that change besides by their messages, or begin: content before this batch's messages. */
  readonly conversations: ReadonlyMap<AccountId, ConversationContent>;
  /** Hashes handled now, good and bad. */
  readonly seen: readonly { readonly hash: string; readonly expiresAtMs: number }[];
  /** Refused items by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly cursor: CursorContent | null;
}

/** What was written, for the steps after the commit. */
export interface InboxResult {
  /** Reasons of refusal that never occurred in this profile before. */
  readonly newReasons: readonly string[];
  readonly added: readonly {
    readonly messageId: string;
    readonly conversationId: string;
    readonly incoming: boolean;
  }[];
}

/**
 * Writes a batch in one transaction.
 * @throws StorageError `stale` when the snapshot is out of date: load it again and decide again
 */
export async function saveInbox(
  store: ProfileStore,
  snapshot: InboxSnapshot,
  changes: InboxChanges,
  nowMs: number
): Promise<InboxResult> {
  const added: { messageId: string; conversationId: string; incoming: boolean }[] = [];
  const add: TableRow[] = [];
  const parts: Partial<ChangeSet>[] = [];
  const byConversation = Map.groupBy(changes.messages, (message) => message.conversationAccountId);
  for (const [accountId, begun] of changes.conversations) {
    const stored = snapshot.conversations.get(accountId);
    const conversationId = stored?.row.id ?? randomId(store.random);
    const rows = await Promise.all(
      (byConversation.get(accountId) ?? []).map((message) =>
        receivedRow(store, conversationId, message.content)
      )
    );
    let content = begun;
    for (const { row, message } of rows) {
      content = withMessage(content, { ...message, messageId: row.id, sort: row.sort });
      add.push({ table: 'messages', row });
      added.push({ messageId: row.id, conversationId, incoming: message.direction === 'in' });
    }
    parts.push(await conversationPart(store, stored, conversationId, content));
  }
  const counters = await countersPart(store, changes.rejected);
  parts.push({ add }, await seenPart(store, changes), counters.change);
  // Last, so that it stands in the same transaction as all it vouches for.
  parts.push(await cursorPart(store, changes.cursor, nowMs));
  await commit(store, mergeChanges('inbox', 'engine', parts));
  return { added, newReasons: counters.newReasons };
}

async function receivedRow(store: ProfileStore, conversationId: string, message: MessageContent) {
  const authorTimeHash = await indexHash.authorTime(store, message.authorId, message.sentAtMs);
  const slot = message.direction === 'out' ? 0 : authorSlot(await indexHash.account(store, message.authorId));
  const sort = sortOf(message.sentAtMs, slot);
  const indexes = await messageIndexes(store, { conversationId, sort, authorTimeHash }, message);
  return { message, row: await sealRow(store, 'messages', randomId(store.random), null, indexes, message) };
}

async function conversationPart(
  store: ProfileStore,
  stored: LoadedConversation | undefined,
  conversationId: string,
  content: ConversationContent
): Promise<Partial<ChangeSet>> {
  const accountHash = stored?.row.accountHash ?? (await indexHash.account(store, content.accountId));
  const indexed = { accountHash, order: content.lastAtMs };
  const row = await sealRow(store, 'conversations', conversationId, stored?.row, indexed, content);
  if (!stored) return { add: [{ table: 'conversations', row }] };
  return {
    expect: [{ table: 'conversations', id: conversationId, rev: stored.row.rev }],
    put: [{ table: 'conversations', row }]
  };
}

async function seenPart(store: ProfileStore, { seen }: InboxChanges): Promise<Partial<ChangeSet>> {
  const rows = await Promise.all(
    seen.map(async ({ hash, expiresAtMs }): Promise<SeenRow> => ({
      id: await indexHash.message(store, hash),
      expiresAtMs
    }))
  );
  return { put: rows.map((row) => ({ table: 'seen', row })) };
}

async function countersPart(
  store: ProfileStore,
  rejected: Readonly<Record<string, number>>
): Promise<{ change: Partial<ChangeSet>; newReasons: string[] }> {
  const reasons = Object.keys(rejected);
  if (reasons.length === 0) return { change: {}, newReasons: [] };
  const loaded = await loadMeta(store, 'counters');
  const sums: Record<string, number> = { ...loaded?.content.rejected };
  const newReasons = reasons.filter((reason) => !sums[reason]);
  for (const [reason, count] of Object.entries(rejected)) sums[reason] = (sums[reason] ?? 0) + count;
  return { change: await metaChange(store, 'counters', loaded, { rejected: sums }), newReasons };
}

async function cursorPart(
  store: ProfileStore,
  cursor: CursorContent | null,
  nowMs: number
): Promise<Partial<ChangeSet>> {
  if (!cursor) return {};
  const id = await indexHash.cursor(store, cursor.nodeEd25519Hex, cursor.namespace);
  const previous = await reading(() => store.db.cursors.get(id));
  const row = await sealRow(store, 'cursors', id, previous, { updatedAtMs: nowMs }, cursor);
  return { put: [{ table: 'cursors', row }] };
}

/** Last hash per node and namespace, as `node/namespace`. */
export async function loadCursors(store: ProfileStore): Promise<Map<string, string>> {
  const rows = await reading(() => store.db.cursors.toArray());
  const contents = await Promise.all(rows.map((row) => openRow<CursorContent>(store, 'cursors', row)));
  return new Map(contents.map((cursor) => [`${cursor.nodeEd25519Hex}/${cursor.namespace}`, cursor.lastHash]));
}

/** Most cursors kept; a swarm has about ten members and changes now and then. */
const MAX_CURSORS = 200;

/** Forgets hashes no node holds any more, and cursors of nodes long not asked. */
export async function pruneInbox(store: ProfileStore, nowMs: number): Promise<void> {
  await reading(() => store.db.seen.where('expiresAtMs').below(nowMs).delete());
  await reading(() => store.db.cursors.orderBy('updatedAtMs').reverse().offset(MAX_CURSORS).delete());
}
