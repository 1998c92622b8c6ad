// Read side: pure reads of a profile's database, used on the page under liveQuery and by the engine. Each reads all
// rows it needs first and opens them afterwards, since liveQuery loses track once a foreign promise was awaited.
import { Dexie } from 'dexie';
import { dueMessages, isDue, loadFirstDeadlines, withoutDueMessages } from './due.ts';
import { attachmentViews, conversationView, DEFAULT_SETTINGS, isRead, messageView } from './row-views.ts';
import { authorTag, conversationEnd, keyBound, OWN_AUTHOR_TAG, sortOfKey } from './message-key.ts';
import { openCached } from './opened-rows.ts';
import { COPY_LANE } from './rows.ts';
import type {
  ConversationContent,
  ConversationRow,
  DeadlineRow,
  MessageContent,
  MessageRow,
  MetaRow,
  ProfileContent,
  SendClockContent
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
 * @param deviceNow device time, milliseconds; what disappeared by it is not handed out
 */
export function openProfileReader(
  databaseName: string,
  environment?: IndexedDbEnvironment,
  deviceNow?: () => number
): ProfileDatabase {
  return new ProfileDatabase(databaseName, environment, deviceNow);
}

/** Network time as this device learnt it last: milliseconds since 1970. For screens that show what ends. */
export async function loadNetworkTime(db: ProfileDatabase, rowKey: CryptoKey): Promise<number> {
  return networkTime(db, rowKey, await db.meta.get('send-clock'));
}

async function networkTime(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  sendClock: MetaRow | undefined
): Promise<number> {
  const { offsetMs } = sendClock
    ? await openCached<SendClockContent>(db, rowKey, 'meta', sendClock)
    : { offsetMs: null };
  return db.deviceNow() - (offsetMs ?? 0);
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
  return listedOf(await loadAll(db, rowKey, limit));
}

/** Those of the list, pinned ones first. @param every latest first */
export function listedOf(every: readonly ConversationView[]): ConversationView[] {
  const views = every.filter(({ request, hidden }) => request !== 'incoming' && !hidden);
  return [...views.filter((view) => view.pinned), ...views.filter((view) => !view.pinned)];
}

/** Incoming message requests, latest first (accounts-and-messages.md §4.1). */
export async function loadRequests(db: ProfileDatabase, rowKey: CryptoKey): Promise<ConversationView[]> {
  return requestsOf(await loadAll(db, rowKey));
}

/** Incoming message requests, in the order given. */
export function requestsOf(every: readonly ConversationView[]): ConversationView[] {
  return every.filter(({ request, hidden, blocked }) => request === 'incoming' && !hidden && !blocked);
}

/** Blocked contacts, latest first. */
export async function loadBlocked(db: ProfileDatabase, rowKey: CryptoKey): Promise<ConversationView[]> {
  return (await loadAll(db, rowKey)).filter(({ blocked }) => blocked);
}

/** Every conversation there is, hidden ones and requests included, latest first. */
export function loadEveryConversation(db: ProfileDatabase, rowKey: CryptoKey): Promise<ConversationView[]> {
  return loadAll(db, rowKey);
}

async function loadAll(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  limit = Infinity
): Promise<ConversationView[]> {
  const latest = db.conversations.orderBy('order').reverse();
  const rows = (Number.isFinite(limit) ? latest.limit(limit) : latest).toArray();
  return openConversations(db, rowKey, await Promise.all([rows, ...endReads(db)]));
}

/** What tells which messages are past their time. Plain reads. */
function endReads(db: ProfileDatabase) {
  return [db.meta.get('send-clock'), loadFirstDeadlines(db)] as const;
}

async function openConversations(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  [rows, sendClock, deadlines]: readonly [
    readonly ConversationRow[],
    MetaRow | undefined,
    readonly DeadlineRow[]
  ]
): Promise<ConversationView[]> {
  const due = await dueMessages(db, deadlines, await networkTime(db, rowKey, sendClock));
  return Promise.all(
    rows.map(async (row) => {
      const content = await openCached<ConversationContent>(db, rowKey, 'conversations', row);
      const dueOfIt = due.get(row.id);
      if (dueOfIt) return conversationView(row.id, withoutDueMessages(content, dueOfIt));
      return db.openedRows.view(content, () => conversationView(row.id, content));
    })
  );
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
  const [rows, sendClock] = await Promise.all([
    db.messages.bulkGet([...messageIds]),
    db.meta.get('send-clock')
  ]);
  const nowMs = await networkTime(db, rowKey, sendClock);
  const quoted = new Map<string, QuotedMessageView>();
  for (const row of rows) {
    if (!row) continue;
    const content = await openCached<MessageContent>(db, rowKey, 'messages', row);
    if (isDue(content, nowMs)) continue;
    quoted.set(row.id, {
      messageId: row.id,
      sort: sortOfKey(row.id),
      text: content.text,
      deleted: content.deleted ?? false,
      attachments: attachmentViews(content)
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
  const [row, ...ends] = await Promise.all([db.conversations.get(conversationId), ...endReads(db)]);
  const [view] = await openConversations(db, rowKey, [row ? [row] : [], ...ends]);
  return view ?? null;
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
  const stretch: Stretch = {
    from: range.fromSort === undefined ? conversationId : keyBound(conversationId, range.fromSort),
    before:
      range.beforeSort === undefined
        ? conversationEnd(conversationId)
        : keyBound(conversationId, range.beforeSort),
    forward: range.fromSort !== undefined,
    limit
  };
  // Kept apart from opening: the conversation's row says up to where messages are read.
  const [rows, conversation, sendClock] = await Promise.all([
    readStretch(db, stretch),
    db.conversations.get(conversationId),
    db.meta.get('send-clock')
  ]);
  if (!conversation) return [];
  const content = await openCached<ConversationContent>(db, rowKey, 'conversations', conversation);
  const nowMs = await networkTime(db, rowKey, sendClock);
  const context = {
    readUpToSort: content.readUpToSort,
    peerId: content.accountId,
    peerTag: content.kind === 'note-to-self' ? OWN_AUTHOR_TAG : authorTag(conversation.accountHash)
  };
  const shown = (await openShown(db, rowKey, stretch, rows, nowMs)).map(({ row, content: message }) =>
    db.openedRows.view<MessageView>(
      message,
      () => messageView(row.id, message, context),
      ({ read }) => read === isRead(message, sortOfKey(row.id), context.readUpToSort)
    )
  );
  return stretch.forward ? shown : shown.reverse();
}

/** A run of message keys, read from one of its ends. */
interface Stretch {
  readonly from: string;
  readonly before: string;
  readonly forward: boolean;
  readonly limit: number;
}

function readStretch(db: ProfileDatabase, { from, before, forward, limit }: Stretch): Promise<MessageRow[]> {
  const within = db.messages.where(':id').between(from, before, true, false);
  return (forward ? within : within.reverse()).limit(limit).toArray();
}

/** The first messages of a stretch that are not past their time. @param first its first rows */
async function openShown(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  stretch: Stretch,
  first: readonly MessageRow[],
  nowMs: number
): Promise<{ row: MessageRow; content: MessageContent }[]> {
  const found: { row: MessageRow; content: MessageContent }[] = [];
  for (let rows = first; ;) {
    const opened = await Promise.all(
      rows.map(async (row) => ({
        row,
        content: await openCached<MessageContent>(db, rowKey, 'messages', row)
      }))
    );
    found.push(...opened.filter(({ content }) => !isDue(content, nowMs)));
    const last = rows.at(-1);
    if (found.length >= stretch.limit || rows.length < stretch.limit || !last) break;
    // Fewer would say that there are no more.
    const rest = stretch.forward ? { from: `${last.id}~` } : { before: last.id };
    rows = await readStretch(db, { ...stretch, ...rest });
  }
  return found.slice(0, stretch.limit);
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
    createdHere: content.createdHere,
    lacksHistory: !content.createdHere && content.importedAtMs === undefined,
    pictureMediaId: content.picture?.mediaId ?? null
  };
}

/** How many messages wait to be sent, without failed ones, copies for our other devices, and what is no message. */
export function loadOutboxCount(db: ProfileDatabase): Promise<number> {
  return db.outbox
    .where('[lane+sort]')
    .between([Dexie.minKey, Dexie.minKey], [COPY_LANE, Dexie.minKey])
    .filter(({ messageId }) => messageId !== '')
    .count();
}
