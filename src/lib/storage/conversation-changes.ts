// Conversation rows: how they begin, how a message changes what the list shows, read position, draft, deletion.
import { Dexie } from 'dexie';
import type { AccountId } from '../account-id.ts';
import { storageError, wrapStorageError } from './errors.ts';
import { conversationEnd, isOwnKey, keyBound, sortOfKey } from './message-key.ts';
import { removeFilesOf } from './media-changes.ts';
import type { MediaRow } from './media-rows.ts';
import type {
  ConversationContent,
  ConversationRow,
  MessageContent,
  MessageRow,
  OutboxContent
} from './rows.ts';
import { ownFiles } from './row-views.ts';
import { removeConversationFromSearch, SEARCH_TABLES } from './search-changes.ts';
import {
  commitBuilt,
  indexHash,
  openRow,
  randomId,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore,
  type Sweep
} from './store.ts';
import type { LastMessageLabel, MessageState, Protection } from './views.ts';

/** A stored row together with its opened content. */
export interface Loaded<Row, Content> {
  readonly row: Row;
  readonly content: Content;
}

export type LoadedConversation = Loaded<ConversationRow, ConversationContent>;
export type LoadedMessage = Loaded<MessageRow, MessageContent>;

/** Longest preview in the conversation list, code points. */
const PREVIEW_CODE_POINTS = 200;

/** A conversation without messages. */
export function emptyConversation(
  kind: ConversationContent['kind'],
  accountId: AccountId,
  nowMs: number
): ConversationContent {
  return {
    kind,
    accountId,
    name: null,
    nameUpdatedSeconds: 0,
    lastMessage: null,
    lastAtMs: nowMs,
    readUpToSort: 0,
    unread: 0,
    firstUnreadSort: null,
    messageCount: 0,
    failed: 0,
    pinned: false,
    muted: false,
    draft: null,
    approved: kind === 'note-to-self',
    approvedMe: kind === 'note-to-self'
  };
}

/** The conversation after a message was added to it; pure. */
export function withMessage(
  conversation: ConversationContent,
  message: {
    messageId: string;
    sort: number;
    text: string;
    sentAtMs: number;
    receivedAtMs: number;
    direction: 'in' | 'out';
    state: MessageState;
    protection?: Protection;
  } & Parameters<typeof labelOf>[0]
): ConversationContent {
  const { messageId, sort, direction, state } = message;
  const isLast = conversation.lastMessage === null || sort > conversation.lastMessage.sort;
  const isUnread = direction === 'in' && sort > conversation.readUpToSort;
  return {
    ...conversation,
    ...(isLast && !message.notice && protectedBy(message)),
    lastMessage: isLast
      ? { messageId, sort, preview: previewOf(message.text), direction, state, label: labelOf(message) }
      : conversation.lastMessage,
    // A sender's clock may be wrong, or a sender may wish to stay on top of the list.
    lastAtMs: Math.max(conversation.lastAtMs, Math.min(message.sentAtMs, message.receivedAtMs)),
    unread: conversation.unread + (isUnread ? 1 : 0),
    firstUnreadSort: isUnread
      ? Math.min(sort, conversation.firstUnreadSort ?? Number.MAX_SAFE_INTEGER)
      : conversation.firstUnreadSort,
    messageCount: conversation.messageCount + 1
  };
}

/** What a message that is under way says of its direction; nothing before it is sent. */
function protectedBy({
  direction,
  state,
  protection = 'classic'
}: Pick<MessageContent, 'direction' | 'state' | 'protection'>): Partial<ConversationContent> {
  if (direction === 'in') return { protectedIn: protection };
  return state === 'sent' ? { protectedOut: protection } : {};
}

/** What the list says of a message besides its text. */
export function labelOf(
  message: Pick<MessageContent, 'deleted' | 'notice' | 'attachments' | 'invitation'>
): LastMessageLabel | null {
  if (message.deleted) return 'deleted';
  if (message.notice) return message.notice.type;
  return ownFiles(message.attachments ?? [])[0]?.kind ?? (message.invitation ? 'invitation' : null);
}

/** The conversation after the content of one of its messages changed; pure. */
export function withMessageReplaced(
  conversation: ConversationContent,
  messageId: string,
  before: MessageContent,
  after: MessageContent
): ConversationContent {
  const last = conversation.lastMessage;
  const listed =
    last?.messageId === messageId
      ? { ...last, preview: previewOf(after.text), state: after.state, label: labelOf(after) }
      : last;
  const failed = Number(after.state === 'failed') - Number(before.state === 'failed');
  const isSentNow = after.state === 'sent' && before.state !== 'sent' && !after.notice;
  return {
    ...conversation,
    ...(isSentNow && protectedBy(after)),
    lastMessage: listed,
    failed: conversation.failed + failed
  };
}

/** What the list shows of a text. */
export function previewOf(text: string): string {
  if (text.length <= PREVIEW_CODE_POINTS) return text;
  // Two units are the most a code point takes: cutting first keeps the cost of long bodies down.
  return Array.from(text.slice(0, 2 * PREVIEW_CODE_POINTS))
    .slice(0, PREVIEW_CODE_POINTS)
    .join('');
}

/** @throws StorageError `not-found` */
export async function loadStoredConversation(store: ProfileStore, id: string): Promise<LoadedConversation> {
  const row = await reading(() => store.db.conversations.get(id));
  if (!row) throw storageError('not-found', undefined, { table: 'conversations' });
  return { row, content: await openRow<ConversationContent>(store, 'conversations', row) };
}

/** The conversation with an account, or null. */
export async function findConversation(
  store: ProfileStore,
  accountId: AccountId
): Promise<LoadedConversation | null> {
  const accountHash = await indexHash.account(store, accountId);
  const row = await reading(() => store.db.conversations.where('accountHash').equals(accountHash).first());
  return row ? { row, content: await openRow<ConversationContent>(store, 'conversations', row) } : null;
}

/** The change that replaces a conversation's content. */
export async function conversationChange(
  store: ProfileStore,
  { row }: { row: ConversationRow },
  content: ConversationContent
): Promise<Partial<ChangeSet>> {
  const indexed = { accountHash: row.accountHash, order: content.lastAtMs };
  return {
    expect: [{ table: 'conversations', id: row.id, rev: row.rev }],
    put: [
      { table: 'conversations', row: await sealRow(store, 'conversations', row.id, row, indexed, content) }
    ]
  };
}

/** The change that adds a conversation, and its new local id. @param id absent: a fresh one */
export async function newConversationChange(
  store: ProfileStore,
  content: ConversationContent,
  id: string = randomId(store.random)
): Promise<{ id: string; change: Partial<ChangeSet> }> {
  const indexed = { accountHash: await indexHash.account(store, content.accountId), order: content.lastAtMs };
  const row = await sealRow(store, 'conversations', id, null, indexed, content);
  return { id, change: { add: [{ table: 'conversations', row }] } };
}

/** Finds the conversation with an account, or begins it; one that was taken out of the list comes back. */
export function ensureConversation(
  store: ProfileStore,
  input: { accountId: AccountId; kind: ConversationContent['kind']; nowMs: number }
): Promise<{ conversationId: string }> {
  return commitBuilt(store, async () => {
    const found = await findConversation(store, input.accountId);
    if (found) {
      const shown = found.content.hidden
        ? await conversationChange(store, found, { ...found.content, hidden: false })
        : null;
      const changes: ChangeSet | null = shown && { name: 'show conversation', by: 'any', ...shown };
      return { changes, result: { conversationId: found.row.id } };
    }
    const { id, change } = await newConversationChange(
      store,
      emptyConversation(input.kind, input.accountId, input.nowMs)
    );
    return { changes: { name: 'begin conversation', by: 'any', ...change }, result: { conversationId: id } };
  });
}

/** Changes a conversation's content by a pure function. @throws StorageError `not-found` */
export function updateConversation(
  store: ProfileStore,
  conversationId: string,
  name: string,
  update: (content: ConversationContent) => Promise<ConversationContent | null>
): Promise<void> {
  return commitBuilt(store, async () => {
    const loaded = await loadStoredConversation(store, conversationId);
    const next = await update(loaded.content);
    if (!next) return { changes: null, result: undefined };
    return {
      changes: { name, by: 'any', ...(await conversationChange(store, loaded, next)) },
      result: undefined
    };
  });
}

/** Keeps what was typed and not sent; an empty text removes it. @throws StorageError `not-found` */
export function saveConversationDraft(
  store: ProfileStore,
  conversationId: string,
  text: string
): Promise<void> {
  const draft = text === '' ? null : text;
  return updateConversation(store, conversationId, 'save draft', async (content) =>
    content.draft === draft ? null : { ...content, draft }
  );
}

/** Most keys read at once when the first unread message is looked for. */
const KEYS_PER_STEP = 200;

/** Position of the first received message after a position; null when there is none. */
export async function findFirstUnread(
  store: ProfileStore,
  conversationId: string,
  readUpToSort: number,
  exceptIds: ReadonlySet<string> = new Set()
): Promise<number | null> {
  let lower = keyBound(conversationId, readUpToSort + 1);
  for (;;) {
    const keys = await reading(() =>
      store.db.messages
        .where(':id')
        .between(lower, conversationEnd(conversationId), true, false)
        .limit(KEYS_PER_STEP)
        .primaryKeys()
    );
    const found = keys.find((key) => !isOwnKey(key) && !exceptIds.has(key));
    if (found !== undefined) return sortOfKey(found);
    if (keys.length < KEYS_PER_STEP) return null;
    lower = `${keys.at(-1)}~`;
  }
}

/** Received messages after `fromSort`, up to and including `toSort`. */
export async function countReceived(
  store: ProfileStore,
  conversationId: string,
  fromSort: number,
  toSort: number
): Promise<number> {
  const keys = await reading(() =>
    store.db.messages
      .where(':id')
      .between(keyBound(conversationId, fromSort + 1), keyBound(conversationId, toSort + 1), true, false)
      .primaryKeys()
  );
  return keys.filter((key) => !isOwnKey(key)).length;
}

/** Hashes of what is younger are still known as seen, however long its node keeps it. */
const SEEN_FOR_MS = 15 * 24 * 60 * 60 * 1000;

/**
 * Removes a conversation with its messages, files and what of it still waits to be sent. That the other side takes forward-secret
 * messages stays known, as does when it was deleted: nobody is to fall back to classic ones unnoticed. Replays of its messages stay out: those
 * of the last 15 days by their hashes, older ones by their time. Nothing is left to do when it is gone already.
 * @param nowMs network time
 */
export async function deleteStoredConversation(
  store: ProfileStore,
  conversationId: string,
  nowMs: number
): Promise<void> {
  const { tables, run, files } = await conversationSweep(store, conversationId, nowMs);
  store.onCommit?.('delete conversation', 'before');
  try {
    await store.db.transaction('rw', [...tables], run);
    await removeFilesOf(store, files());
  } catch (error) {
    throw wrapStorageError(error);
  }
  store.onCommit?.('delete conversation', 'after');
}

export type ConversationSweep = Sweep & { readonly files: () => readonly MediaRow[] };

/** Receipts, reactions and the like for a conversation; a request to delete is still owed when it is gone. */
async function waitingSignals(store: ProfileStore, conversationId: string): Promise<string[]> {
  const rows = await reading(() =>
    store.db.outbox
      .where('[lane+sort]')
      .between([conversationId, Dexie.minKey], [conversationId, Dexie.maxKey])
      .filter(({ messageId }) => messageId === '')
      .toArray()
  );
  const contents = await Promise.all(rows.map((row) => openRow<OutboxContent>(store, 'outbox', row)));
  return rows.flatMap(({ id }, index) => (contents[index]?.outgoing?.kind === 'unsend' ? [] : [id]));
}

/**
 * As `deleteStoredConversation`, as part of a change set.
 * @returns `files`: what the caller removes once the change took effect (`removeFilesOf`)
 */
export async function conversationSweep(
  store: ProfileStore,
  conversationId: string,
  nowMs: number
): Promise<ConversationSweep> {
  const { db } = store;
  const signals = await waitingSignals(store, conversationId);
  let files: readonly MediaRow[] = [];
  const end = conversationEnd(conversationId);
  return {
    tables: ['conversations', 'messages', 'outbox', 'graves', 'deadlines', 'media', ...SEARCH_TABLES],
    files: () => files,
    async run() {
      const conversation = await db.conversations.get(conversationId);
      if (!conversation) return;
      await db.graves.put({ id: conversation.accountHash, beforeMs: nowMs - SEEN_FOR_MS });
      await db.messages.where(':id').between(conversationId, end, true, false).delete();
      await db.outbox.where('messageId').between(conversationId, end, true, false).delete();
      await db.outbox.bulkDelete(signals);
      await db.deadlines.where(':id').between(conversationId, end, true, false).delete();
      await removeConversationFromSearch(db, conversationId);
      const owned = db.media.where('owner').startsWith(conversationId);
      files = await owned.toArray();
      await owned.delete();
      await db.conversations.delete(conversationId);
    }
  };
}
