// Read side: pure reads of a profile's database, used on the page under liveQuery and by the engine. Each reads all
// rows it needs first and opens them afterwards, since liveQuery loses track once a foreign promise was awaited.
import { Dexie } from 'dexie';
import { attachmentView, conversationView, DEFAULT_SETTINGS, messageView } from './row-views.ts';
import { authorTag, conversationEnd, keyBound, OWN_AUTHOR_TAG, sortOfKey } from './message-key.ts';
import { COPY_LANE, openContent } from './rows.ts';
import type {
  ConversationContent,
  ConversationRow,
  MessageContent,
  ProfileContent,
  SealedRow,
  TableName
} from './rows.ts';
import { ProfileDatabase, type IndexedDbEnvironment } from './schema.ts';
import type { ConversationView, MessageView, ProfileView, QuotedMessageView, SettingsView } from './views.ts';

export type { ProfileDatabase } from './schema.ts';
export type * from './views.ts';
export { MUTED_FOR_GOOD_MS } from './views.ts';

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
 * Every conversation of the list, pinned ones first, then latest first: without incoming requests and hidden ones.
 * @param limit looks at so many of the latest; for a first look before all are read
 */
export async function loadConversations(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  limit = Infinity
): Promise<ConversationView[]> {
  const views = (await loadAll(db, rowKey, limit)).filter(
    ({ request, hidden }) => request !== 'incoming' && !hidden
  );
  return [...views.filter((view) => view.pinned), ...views.filter((view) => !view.pinned)];
}

/** Incoming message requests, latest first (accounts-and-messages.md §4.1). */
export async function loadRequests(db: ProfileDatabase, rowKey: CryptoKey): Promise<ConversationView[]> {
  const views = await loadAll(db, rowKey);
  return views.filter(({ request, hidden, blocked }) => request === 'incoming' && !hidden && !blocked);
}

/** Blocked contacts, latest first. */
export async function loadBlocked(db: ProfileDatabase, rowKey: CryptoKey): Promise<ConversationView[]> {
  return (await loadAll(db, rowKey)).filter(({ blocked }) => blocked);
}

async function loadAll(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  limit = Infinity
): Promise<ConversationView[]> {
  const latest = db.conversations.orderBy('order').reverse();
  const rows = await (Number.isFinite(limit) ? latest.limit(limit) : latest).toArray();
  return Promise.all(rows.map((row) => openConversation(db, rowKey, row)));
}

/** The person's choices; the defaults while nothing was chosen. */
export async function loadSettings(db: ProfileDatabase, rowKey: CryptoKey): Promise<SettingsView> {
  const row = await db.meta.get('settings');
  if (!row) return DEFAULT_SETTINGS;
  return { ...DEFAULT_SETTINGS, ...(await openCached<Partial<SettingsView>>(db, rowKey, 'meta', row)) };
}

/** What quotes show, by id of the message they name; those this device does not have are left out. */
export async function loadQuoted(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  messageIds: readonly string[]
): Promise<ReadonlyMap<string, QuotedMessageView>> {
  const rows = await db.messages.bulkGet([...messageIds]);
  const quoted = new Map<string, QuotedMessageView>();
  for (const row of rows) {
    if (!row) continue;
    const content = await openCached<MessageContent>(db, rowKey, 'messages', row);
    quoted.set(row.id, {
      messageId: row.id,
      sort: sortOfKey(row.id),
      text: content.text,
      deleted: content.deleted ?? false,
      attachments: (content.attachments ?? []).map(attachmentView)
    });
  }
  return quoted;
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
  const content = await openCached<ConversationContent>(db, rowKey, 'conversations', conversation);
  const context = {
    readUpToSort: content.readUpToSort,
    peerId: content.accountId,
    peerTag: content.kind === 'note-to-self' ? OWN_AUTHOR_TAG : authorTag(conversation.accountHash)
  };
  const ordered = forward ? rows : rows.reverse();
  return Promise.all(
    ordered.map(async (row) =>
      messageView(row.id, await openCached<MessageContent>(db, rowKey, 'messages', row), context)
    )
  );
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
  return conversationView(row.id, await openCached<ConversationContent>(db, rowKey, 'conversations', row));
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
