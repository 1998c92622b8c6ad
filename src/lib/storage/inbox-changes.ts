// What receiving reads and writes: seen hashes, a snapshot of the conversations a batch touches, and one transaction
// with everything the batch brought, its cursor last.
import type { AccountId } from '../account-id.ts';
import { InvariantError } from '../errors.ts';
import { withMessage, type LoadedConversation } from './conversation-changes.ts';
import { authorTag, conversationOfKey, messageKey, OWN_AUTHOR_TAG, sortOfKey } from './message-key.ts';
import { loadMeta, metaChange } from './meta.ts';
import type { ConversationContent, CursorContent, MessageContent } from './rows.ts';
import { tableOf } from './schema.ts';
import { pruneSeen, seenChange, type SeenEntry, type SeenLookup } from './seen.ts';
import {
  commitBuilt,
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

/** Author and sent time: a key for `InboxSnapshot.known`. */
export function authorTimeKey(authorId: AccountId, timestampMs: number): string {
  return `${authorId}/${timestampMs}`;
}

/** What the rules of receiving need to know about the rows a batch may touch. */
export interface InboxSnapshot {
  readonly conversations: ReadonlyMap<AccountId, LoadedConversation>;
  /** Messages stored or deleted before, as `authorTimeKey`. */
  readonly known: ReadonlySet<string>;
  /** By conversation: messages sent before this time belong to what the person deleted. */
  readonly deletedBeforeMs: ReadonlyMap<AccountId, number>;
  /** By account: keyed hash, as rows hold it. */
  readonly hashByAccount: ReadonlyMap<AccountId, string>;
}

/** A message a batch may bring. */
export interface WantedMessage {
  readonly conversationAccountId: AccountId;
  readonly authorId: AccountId;
  readonly timestampMs: number;
}

export async function loadInboxSnapshot(
  store: ProfileStore,
  ownId: AccountId,
  wanted: readonly WantedMessage[]
): Promise<InboxSnapshot> {
  const accountIds = [...new Set(wanted.flatMap((item) => [item.conversationAccountId, item.authorId]))];
  const hashes = await Promise.all(accountIds.map((accountId) => indexHash.account(store, accountId)));
  const hashByAccount = new Map(accountIds.map((accountId, index) => [accountId, hashes[index] as string]));
  const [conversationRows, accountGraves] = await reading(() =>
    Promise.all([
      store.db.conversations.where('accountHash').anyOf(hashes).toArray(),
      store.db.graves.bulkGet(hashes)
    ])
  );
  const conversations = new Map<AccountId, LoadedConversation>();
  for (const row of conversationRows) {
    const content = await openRow<ConversationContent>(store, 'conversations', row);
    conversations.set(content.accountId, { row, content });
  }
  const deletedBeforeMs = new Map<AccountId, number>();
  accountIds.forEach((accountId, index) => {
    const beforeMs = accountGraves[index]?.beforeMs;
    if (beforeMs !== undefined) deletedBeforeMs.set(accountId, beforeMs);
  });
  const snapshot = { conversations, deletedBeforeMs, hashByAccount };
  return { ...snapshot, known: await findKnown(store, ownId, wanted, snapshot) };
}

async function findKnown(
  store: ProfileStore,
  ownId: AccountId,
  wanted: readonly WantedMessage[],
  snapshot: Omit<InboxSnapshot, 'known'>
): Promise<Set<string>> {
  const known = new Set<string>();
  const possible = wanted.flatMap((message) => {
    const conversation = snapshot.conversations.get(message.conversationAccountId);
    if (!conversation) return [];
    const tag = tagOf(snapshot, ownId, message.authorId);
    return [{ message, key: messageKey(conversation.row.id, message.timestampMs, tag) }];
  });
  const keys = possible.map(({ key }) => key);
  const present = new Set([
    ...(await presentKeys(store, 'messages', keys)),
    ...(await presentKeys(store, 'graves', keys))
  ]);
  for (const { message, key } of possible) {
    if (present.has(key)) known.add(authorTimeKey(message.authorId, message.timestampMs));
  }
  return known;
}

/** Keys of one conversation are looked up by their range when there are at least so many … */
const KEYS_FOR_RANGE = 3;
/** … and the range holds at most so many times as many. */
const RANGE_FACTOR = 4;

/** Which of the keys a table holds. A backlog mostly falls where nothing is yet: a range tells faster than each key. */
async function presentKeys(
  store: ProfileStore,
  table: 'messages' | 'graves',
  keys: readonly string[]
): Promise<readonly string[]> {
  const rows = tableOf(store.db, table);
  const single: string[] = [];
  const found = await Promise.all(
    [...Map.groupBy(keys, conversationOfKey).values()].map(async (group) => {
      const sorted = group.sort();
      const limit = group.length * RANGE_FACTOR;
      const range =
        group.length < KEYS_FOR_RANGE
          ? null
          : await reading(() =>
              rows.where(':id').between(sorted[0], sorted.at(-1), true, true).limit(limit).primaryKeys()
            );
      if (range !== null && range.length < limit) return range;
      single.push(...group);
      return [];
    })
  );
  if (single.length === 0) return found.flat();
  const singleRows = await reading(() => rows.bulkGet(single));
  return [...found.flat(), ...single.filter((_, index) => singleRows[index] !== undefined)];
}

function tagOf(
  { hashByAccount }: Pick<InboxSnapshot, 'hashByAccount'>,
  ownId: AccountId,
  authorId: AccountId
): string {
  if (authorId === ownId) return OWN_AUTHOR_TAG;
  const hash = hashByAccount.get(authorId);
  if (hash === undefined) throw new InvariantError('an author that was asked for');
  return authorTag(hash);
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
  readonly seen: readonly SeenEntry[];
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
 * Writes a batch in one transaction; decides anew when another tab changed the rows it was decided on.
 * @param decide the rules of receiving; pure
 */
export function saveInbox(
  store: ProfileStore,
  batch: {
    ownId: AccountId;
    wanted: readonly WantedMessage[];
    seen: SeenLookup;
    /** Network time. */
    nowMs: number;
  },
  decide: (snapshot: InboxSnapshot) => InboxChanges
): Promise<InboxResult> {
  return commitBuilt(store, async () => {
    const snapshot = await loadInboxSnapshot(store, batch.ownId, batch.wanted);
    return buildInbox(store, { ...batch, snapshot, changes: decide(snapshot) });
  });
}

async function buildInbox(
  store: ProfileStore,
  input: {
    ownId: AccountId;
    snapshot: InboxSnapshot;
    changes: InboxChanges;
    seen: SeenLookup;
    nowMs: number;
  }
): Promise<{ changes: ChangeSet; result: InboxResult; committed: () => void }> {
  const { ownId, snapshot, changes } = input;
  const added: { messageId: string; conversationId: string; incoming: boolean }[] = [];
  const add: TableRow[] = [];
  const parts: Partial<ChangeSet>[] = [];
  const byConversation = Map.groupBy(changes.messages, (message) => message.conversationAccountId);
  for (const [accountId, begun] of changes.conversations) {
    const stored = snapshot.conversations.get(accountId);
    const conversationId = stored?.row.id ?? randomId(store.random);
    const rows = await Promise.all(
      (byConversation.get(accountId) ?? []).map(async ({ content: message }) => {
        const id = messageKey(conversationId, message.sentAtMs, tagOf(snapshot, ownId, message.authorId));
        return { message, row: await sealRow(store, 'messages', id, null, {}, message) };
      })
    );
    let content = begun;
    for (const { row, message } of rows) {
      content = withMessage(content, { ...message, messageId: row.id, sort: sortOfKey(row.id) });
      add.push({ table: 'messages', row });
      added.push({ messageId: row.id, conversationId, incoming: message.direction === 'in' });
    }
    parts.push(await conversationPart(store, snapshot, conversationId, content));
  }
  const counters = await countersPart(store, changes.rejected);
  const seen = await seenChange(store, changes.seen, input.seen);
  parts.push({ add }, seen.change, counters.change);
  // Last, so that it stands in the same transaction as all it vouches for.
  parts.push(await cursorPart(store, changes.cursor, input.nowMs));
  return {
    changes: mergeChanges('inbox', 'engine', parts),
    result: { added, newReasons: counters.newReasons },
    committed: seen.remember
  };
}

async function conversationPart(
  store: ProfileStore,
  { conversations, hashByAccount }: InboxSnapshot,
  conversationId: string,
  content: ConversationContent
): Promise<Partial<ChangeSet>> {
  const stored = conversations.get(content.accountId);
  const accountHash = stored?.row.accountHash ?? hashByAccount.get(content.accountId);
  if (accountHash === undefined) throw new InvariantError('a conversation that was asked for');
  const indexed = { accountHash, order: content.lastAtMs };
  const row = await sealRow(store, 'conversations', conversationId, stored?.row, indexed, content);
  if (!stored) return { add: [{ table: 'conversations', row }] };
  return {
    expect: [{ table: 'conversations', id: conversationId, rev: stored.row.rev }],
    put: [{ table: 'conversations', row }]
  };
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
  await pruneSeen(store, nowMs);
  await reading(() => store.db.cursors.orderBy('updatedAtMs').reverse().offset(MAX_CURSORS).delete());
}
