// Read side: pure reads of a profile's database, used on the page under liveQuery and by the engine. Each reads all
// rows it needs first and opens them afterwards, since liveQuery loses track once a foreign promise was awaited.
import { Dexie } from 'dexie';
import { conversationEnd, conversationOfKey, keyBound, sortOfKey } from './message-key.ts';
import { COPY_LANE, openContent } from './rows.ts';
import type {
  ConversationContent,
  ConversationRow,
  MessageContent,
  MessageRow,
  ProfileContent,
  SealedRow,
  TableName
} from './rows.ts';
import { ProfileDatabase, type IndexedDbEnvironment } from './schema.ts';
import type { ConversationView, MessageView, ProfileView } from './views.ts';

export type { ProfileDatabase } from './schema.ts';
export type { ConversationView, MessageState, MessageView, ProfileView } from './views.ts';

/** Most messages one query hands out. */
export const MAX_MESSAGES_PER_QUERY = 500;

/**
 * The database of a profile for reading; opens at the first query. The name comes from `EngineStatus`.
 * Close it when done.
 */
export function openProfileReader(databaseName: string, environment?: IndexedDbEnvironment): ProfileDatabase {
  return new ProfileDatabase(databaseName, environment);
}

/**
 * Every conversation, pinned ones first, then latest first.
 * @param limit at most so many, of the latest; for a first look before all are read
 */
export async function loadConversations(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  limit = Infinity
): Promise<ConversationView[]> {
  const latest = db.conversations.orderBy('order').reverse();
  const rows = await (Number.isFinite(limit) ? latest.limit(limit) : latest).toArray();
  const views = await Promise.all(rows.map((row) => openConversation(db, rowKey, row)));
  return [...views.filter((view) => view.pinned), ...views.filter((view) => !view.pinned)];
}

/** One conversation by its local id; null when there is none. */
export async function loadConversation(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  conversationId: string
): Promise<ConversationView | null> {
  const row = await db.conversations.get(conversationId);
  return row ? openConversation(db, rowKey, row) : null;
}

/**
 * Messages of a conversation, oldest first: the last `limit` before `beforeSort` (exclusive), or, with `fromSort`, those from
 * there on (inclusive).
 * @param range.limit at most `MAX_MESSAGES_PER_QUERY`
 */
export async function loadMessages(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  conversationId: string,
  range: { beforeSort?: number; fromSort?: number; limit: number }
): Promise<MessageView[]> {
  const limit = Math.min(range.limit, MAX_MESSAGES_PER_QUERY);
  const within = db.messages
    .where(':id')
    .between(
      range.fromSort === undefined ? conversationId : keyBound(conversationId, range.fromSort),
      range.beforeSort === undefined
        ? conversationEnd(conversationId)
        : keyBound(conversationId, range.beforeSort),
      true,
      false
    );
  const forward = range.fromSort !== undefined;
  // Kept apart from opening: the conversation's row says up to where messages are read.
  const [rows, conversation] = await Promise.all([
    (forward ? within : within.reverse()).limit(limit).toArray(),
    db.conversations.get(conversationId)
  ]);
  if (!conversation) return [];
  const { readUpToSort } = await openCached<ConversationContent>(db, rowKey, 'conversations', conversation);
  const ordered = forward ? rows : rows.reverse();
  return Promise.all(ordered.map((row) => openMessage(db, rowKey, row, readUpToSort)));
}

/** Own profile; null while the database is empty. */
export async function loadProfile(db: ProfileDatabase, rowKey: CryptoKey): Promise<ProfileView | null> {
  const row = await db.meta.get('profile');
  if (!row) return null;
  const content = await openCached<ProfileContent>(db, rowKey, 'meta', row);
  return {
    profileId: content.profileId,
    accountId: content.accountId,
    displayName: content.displayName,
    networkId: content.networkId,
    createdHere: content.createdHere
  };
}

/** How many messages wait to be sent, without failed ones and without copies for our other devices. */
export function loadOutboxCount(db: ProfileDatabase): Promise<number> {
  return db.outbox
    .where('[lane+sort]')
    .between([Dexie.minKey, Dexie.minKey], [COPY_LANE, Dexie.minKey])
    .count();
}

async function openConversation(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  row: ConversationRow
): Promise<ConversationView> {
  const content = await openCached<ConversationContent>(db, rowKey, 'conversations', row);
  const last = content.lastMessage;
  return {
    id: row.id,
    kind: content.kind,
    accountId: content.accountId,
    name: content.name,
    lastMessage: last && { preview: last.preview, direction: last.direction, state: last.state },
    lastAtMs: content.lastAtMs,
    unread: content.unread,
    firstUnreadSort: content.firstUnreadSort,
    messageCount: content.messageCount,
    failed: content.failed,
    pinned: content.pinned,
    muted: content.muted,
    draft: content.draft
  };
}

async function openMessage(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  row: MessageRow,
  readUpToSort: number
): Promise<MessageView> {
  const content = await openCached<MessageContent>(db, rowKey, 'messages', row);
  const sort = sortOfKey(row.id);
  return {
    id: row.id,
    conversationId: conversationOfKey(row.id),
    direction: content.direction,
    text: content.text,
    sentAtMs: content.sentAtMs,
    sort,
    state: content.state,
    failureCode: content.failureCode,
    read: content.direction === 'out' || sort <= readUpToSort,
    expiresAtMs: content.expiresAtMs
  };
}

/** Opens a row, or takes what this context opened before for the same revision. */
async function openCached<Content>(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  table: TableName,
  row: SealedRow
): Promise<Content> {
  const key = `${table}/${row.id}`;
  const known = db.openedRows.get(key, row.rev);
  if (known !== undefined) return known as Content;
  const content = await openContent<Content>(rowKey, table, row);
  db.openedRows.set(key, row.rev, content);
  return content;
}
