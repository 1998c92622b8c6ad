// What receiving reads and writes: seen hashes, a snapshot of the conversations a batch touches, and one transaction
// with everything the batch brought, its cursor last.
import type { AccountId } from '../account-id.ts';
import { InvariantError } from '../errors.ts';
import { choreChanges, type NewChore } from './chores.ts';
import { deadlinesOf } from './deadlines.ts';
import {
  withMessage,
  withMessageReplaced,
  type LoadedConversation,
  type LoadedMessage
} from './conversation-changes.ts';
import { loadStoredMessages, messagePut, removeMessages } from './message-changes.ts';
import {
  authorTag,
  conversationOfKey,
  MAX_TIMESTAMP_MS,
  messageKey,
  OWN_AUTHOR_TAG,
  sortOfKey,
  timeOfSort
} from './message-key.ts';
import { loadMeta, metaChange } from './meta.ts';
import type { ConversationContent, CursorContent, MessageContent } from './rows.ts';
import { DEFAULT_SETTINGS } from './row-views.ts';
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
  type ProfileStore
} from './store.ts';
import type { SettingsView } from './views.ts';

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
  /** Stored messages that were asked for with their content, as `conversation account/authorTimeKey`. */
  readonly messages: ReadonlyMap<string, LoadedMessage>;
  /** By sent time: the conversation of what we ourselves sent then, where that was asked for. */
  readonly ownSentAt: ReadonlyMap<number, AccountId>;
  readonly settings: SettingsView;
}

/** A message by conversation, author and sent time. */
export interface WantedMessage {
  readonly conversationAccountId: AccountId;
  readonly authorId: AccountId;
  readonly timestampMs: number;
}

/** A row a batch may touch: `known` for whether it is there, `content` for what is in it, `own` in whatever conversation. */
export type WantedRow =
  | ({ readonly kind: 'known' | 'content' } & WantedMessage)
  | { readonly kind: 'own'; readonly timestampMs: number };

export async function loadInboxSnapshot(
  store: ProfileStore,
  ownId: AccountId,
  wanted: readonly WantedRow[]
): Promise<InboxSnapshot> {
  const named = wanted.filter((row) => row.kind !== 'own');
  const accountIds = [...new Set(named.flatMap((row) => [row.conversationAccountId, row.authorId]))];
  const hashes = await Promise.all(accountIds.map((accountId) => indexHash.account(store, accountId)));
  const hashByAccount = new Map(accountIds.map((accountId, index) => [accountId, hashes[index] as string]));
  const own = await findOwn(
    store,
    wanted.flatMap((row) => (row.kind === 'own' ? [row.timestampMs] : []))
  );
  const [namedRows, ownRows, accountGraves] = await reading(() =>
    Promise.all([
      store.db.conversations.where('accountHash').anyOf(hashes).toArray(),
      store.db.conversations.bulkGet([...new Set(own.map((id) => conversationOfKey(id)))]),
      store.db.graves.bulkGet(hashes)
    ])
  );
  const conversations = new Map<AccountId, LoadedConversation>();
  const accountOf = new Map<string, AccountId>();
  for (const row of [...namedRows, ...ownRows]) {
    if (!row || accountOf.has(row.id)) continue;
    const content = await openRow<ConversationContent>(store, 'conversations', row);
    conversations.set(content.accountId, { row, content });
    hashByAccount.set(content.accountId, row.accountHash);
    accountOf.set(row.id, content.accountId);
  }
  const deletedBeforeMs = new Map<AccountId, number>();
  accountIds.forEach((accountId, index) => {
    const beforeMs = accountGraves[index]?.beforeMs;
    if (beforeMs !== undefined) deletedBeforeMs.set(accountId, beforeMs);
  });
  const partial = { conversations, hashByAccount };
  const contents = named.filter((row) => row.kind === 'content');
  const known = named.filter((row) => row.kind === 'known');
  const targets = [...contents.flatMap((row) => keyIn(partial, ownId, row) ?? []), ...own];
  return {
    ...partial,
    deletedBeforeMs,
    known: await findKnown(store, ownId, known, partial),
    messages: await loadTargets(store, targets, accountOf),
    ownSentAt: new Map(
      own.map((id) => [timeOfSort(sortOfKey(id)), accountOf.get(conversationOfKey(id)) as AccountId])
    ),
    settings: { ...DEFAULT_SETTINGS, ...(await loadMeta(store, 'settings'))?.content }
  };
}

/** Ids of what we ourselves sent at these times, in whatever conversation. */
async function findOwn(store: ProfileStore, timesMs: readonly number[]): Promise<string[]> {
  if (timesMs.length === 0) return [];
  const conversationIds = await reading(() => store.db.conversations.toCollection().primaryKeys());
  const keys = timesMs.flatMap((timeMs) =>
    conversationIds.map((id) => messageKey(id, timeMs, OWN_AUTHOR_TAG))
  );
  return reading(() => store.db.messages.where(':id').anyOf(keys).primaryKeys());
}

async function loadTargets(
  store: ProfileStore,
  ids: readonly string[],
  accountOf: ReadonlyMap<string, AccountId>
): Promise<Map<string, LoadedMessage>> {
  if (ids.length === 0) return new Map();
  const loaded = await loadStoredMessages(store, [...new Set(ids)]);
  return new Map(
    loaded.map((message) => {
      const { authorId, sentAtMs } = message.content;
      const accountId = accountOf.get(conversationOfKey(message.row.id)) as AccountId;
      return [`${accountId}/${authorTimeKey(authorId, sentAtMs)}`, message];
    })
  );
}

/** Id the message has if it is stored; null when its conversation is not. */
function keyIn(
  snapshot: Pick<InboxSnapshot, 'conversations' | 'hashByAccount'>,
  ownId: AccountId,
  { conversationAccountId, authorId, timestampMs }: WantedMessage
): string | null {
  const conversation = snapshot.conversations.get(conversationAccountId);
  if (!conversation || timestampMs >= MAX_TIMESTAMP_MS) return null;
  return messageKey(conversation.row.id, timestampMs, tagOf(snapshot, ownId, authorId));
}

async function findKnown(
  store: ProfileStore,
  ownId: AccountId,
  wanted: readonly WantedMessage[],
  snapshot: Pick<InboxSnapshot, 'conversations' | 'hashByAccount'>
): Promise<Set<string>> {
  const known = new Set<string>();
  const possible = wanted.flatMap((message) => {
    const key = keyIn(snapshot, ownId, message);
    return key === null ? [] : [{ message, key }];
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
  /** Messages stored before that change, or go (`content` null). */
  readonly updates: readonly { readonly before: LoadedMessage; readonly content: MessageContent | null }[];
  /** Messages that are not here and must not come. */
  readonly graves: readonly WantedMessage[];
  readonly chores: readonly NewChore[];
  readonly events: readonly InboxEvent[];
  /** Refused items by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly cursor: CursorContent | null;
}

/** What others are told once the batch is stored. */
export type InboxEvent = {
  readonly type: 'typing';
  readonly accountId: AccountId;
  readonly isTyping: boolean;
};

/** What was written, for the steps after the commit. */
export interface InboxResult {
  readonly events: readonly InboxEvent[];
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
    wanted: readonly WantedRow[];
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
  const parts: Partial<ChangeSet>[] = [];
  const additions = Map.groupBy(changes.messages, (message) => message.conversationAccountId);
  const accountOf = new Map([...snapshot.conversations].map(([accountId, { row }]) => [row.id, accountId]));
  const updates = Map.groupBy(changes.updates, ({ before }) =>
    accountOf.get(conversationOfKey(before.row.id))
  );
  const touched = new Set([...changes.conversations.keys(), ...additions.keys(), ...updates.keys()]);
  for (const accountId of touched) {
    const stored = accountId === undefined ? undefined : snapshot.conversations.get(accountId);
    const begun = accountId === undefined ? undefined : changes.conversations.get(accountId);
    const before = begun ?? stored?.content;
    if (accountId === undefined || !before) continue;
    const conversationId = stored?.row.id ?? randomId(store.random);
    const fresh = await addMessages(store, input, conversationId, additions.get(accountId) ?? []);
    let content = before;
    for (const { id, message } of fresh.messages) {
      content = withMessage(content, { ...message, messageId: id, sort: sortOfKey(id) });
      // A line of the timeline is nothing to be notified of.
      const incoming = message.direction === 'in' && !isQuietNotice(message);
      added.push({ messageId: id, conversationId, incoming });
    }
    const changed = await updateMessages(store, content, updates.get(accountId) ?? []);
    parts.push(fresh.change, changed.change);
    parts.push(await conversationPart(store, snapshot, conversationId, changed.content));
  }
  const graves = changes.graves.flatMap((address) => keyIn(snapshot, ownId, address) ?? []);
  parts.push({ put: graves.map((id) => ({ table: 'graves' as const, row: { id } })) });
  parts.push(await choreChanges(store, changes.chores, input.nowMs));
  const counters = await countersPart(store, changes.rejected);
  const seen = await seenChange(store, changes.seen, input.seen);
  parts.push(seen.change, counters.change);
  // Last, so that it stands in the same transaction as all it vouches for.
  parts.push(await cursorPart(store, changes.cursor, input.nowMs));
  return {
    changes: mergeChanges('inbox', 'engine', parts),
    result: { added, newReasons: counters.newReasons, events: changes.events },
    committed: seen.remember
  };
}

/** Lines nobody needs to be told of. */
function isQuietNotice({ notice }: MessageContent): boolean {
  return notice !== undefined && notice.type !== 'call-missed' && notice.type !== 'group-invitation';
}

async function addMessages(
  store: ProfileStore,
  { ownId, snapshot }: { ownId: AccountId; snapshot: InboxSnapshot },
  conversationId: string,
  messages: readonly ReceivedMessage[]
): Promise<{
  messages: readonly { readonly id: string; readonly message: MessageContent }[];
  change: Partial<ChangeSet>;
}> {
  const placed = messages.map(({ content: message }) => ({
    id: messageKey(conversationId, message.sentAtMs, tagOf(snapshot, ownId, message.authorId)),
    message
  }));
  // A line we write ourselves has a time we did not choose: where something stands already it is left out.
  const lines = placed.filter(({ message }) => message.notice && message.authorId === ownId);
  const taken = new Set(
    await presentKeys(
      store,
      'messages',
      lines.map(({ id }) => id)
    )
  );
  const fresh = placed.filter(({ id }) => !taken.has(id));
  const rows = await Promise.all(
    fresh.map(({ id, message }) => sealRow(store, 'messages', id, null, {}, message))
  );
  return {
    messages: fresh,
    change: { add: rows.map((row) => ({ table: 'messages' as const, row })), put: deadlinesOf(fresh) }
  };
}

async function updateMessages(
  store: ProfileStore,
  conversation: ConversationContent,
  updates: InboxChanges['updates']
): Promise<{ change: Partial<ChangeSet>; content: ConversationContent }> {
  let content = conversation;
  const parts: Partial<ChangeSet>[] = [];
  for (const { before, content: after } of updates) {
    if (!after) continue;
    content = withMessageReplaced(content, before.row.id, before.content, after);
    parts.push(await messagePut(store, before, after));
  }
  const gone = updates.filter((update) => update.content === null).map(({ before }) => before);
  if (gone.length > 0) {
    const removed = await removeMessages(store, content, gone);
    content = removed.content;
    parts.push(removed.change);
  }
  return { content, change: mergeChanges('update messages', 'engine', parts) };
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

/** The part that moves a cursor. */
export async function cursorPart(
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
