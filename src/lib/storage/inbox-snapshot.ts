// What receiving needs to know before it decides: the conversations a batch touches, and which messages are there already.
import type { Table } from 'dexie';
import type { AccountId } from '../account-id.ts';
import { InvariantError } from '../errors.ts';
import type { LoadedConversation, LoadedMessage } from './conversation-changes.ts';
import { loadStoredMessages } from './message-changes.ts';
import {
  authorTag,
  conversationOfKey,
  MAX_TIMESTAMP_MS,
  messageKey,
  OWN_AUTHOR_TAG,
  sortOfKey,
  timeOfSort
} from './message-key.ts';
import { loadMeta } from './meta.ts';
import type { ConversationContent } from './rows.ts';
import { DEFAULT_SETTINGS } from './row-views.ts';
import { tableOf } from './schema.ts';
import { indexHash, openRow, reading, type ProfileStore } from './store.ts';
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
export function keyIn(
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
export async function presentKeys(
  store: ProfileStore,
  table: 'messages' | 'graves',
  keys: readonly string[]
): Promise<readonly string[]> {
  if (keys.length === 0) return [];
  const rows = tableOf(store.db, table);
  // To begin a transaction costs more than to look.
  return reading(() => store.db.transaction('r', [table], () => findPresent(rows, keys)));
}

async function findPresent(
  rows: Pick<Table<{ readonly id: string }, string>, 'where' | 'bulkGet'>,
  keys: readonly string[]
): Promise<readonly string[]> {
  const single: string[] = [];
  const found = await Promise.all(
    [...Map.groupBy(keys, conversationOfKey).values()].map(async (group) => {
      const sorted = group.sort();
      const limit = group.length * RANGE_FACTOR;
      const range =
        group.length < KEYS_FOR_RANGE
          ? null
          : await rows.where(':id').between(sorted[0], sorted.at(-1), true, true).limit(limit).primaryKeys();
      if (range !== null && range.length < limit) return range;
      single.push(...group);
      return [];
    })
  );
  if (single.length === 0) return found.flat();
  const singleRows = await rows.bulkGet(single);
  return [...found.flat(), ...single.filter((_, index) => singleRows[index] !== undefined)];
}

/** The end of a message's key. @throws InvariantError for an author that was not asked for */
export function tagOf(
  { hashByAccount }: Pick<InboxSnapshot, 'hashByAccount'>,
  ownId: AccountId,
  authorId: AccountId
): string {
  if (authorId === ownId) return OWN_AUTHOR_TAG;
  const hash = hashByAccount.get(authorId);
  if (hash === undefined) throw new InvariantError('an author that was asked for');
  return authorTag(hash);
}
