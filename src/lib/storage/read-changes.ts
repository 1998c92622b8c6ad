// Reading: the position up to which received messages are read, and what starts with it.
import { choreChanges } from './chores.ts';
import {
  conversationChange,
  countReceived,
  findFirstUnread,
  loadStoredConversation,
  type LoadedMessage
} from './conversation-changes.ts';
import { deadlinePart, loadWaiting } from './deadlines.ts';
import { messagePut } from './message-changes.ts';
import type { ConversationContent, MessageContent } from './rows.ts';
import { commitBuilt, mergeChanges, type ChangeSet, type ProfileStore } from './store.ts';

/** What follows for a message that waited to be read; null: nothing. Network time throughout. */
export type OnRead = (
  message: MessageContent,
  readAtMs: number
) => { readonly message: MessageContent; readonly shortenToMs: number | null } | null;

/**
 * Marks received messages up to `upToSort` as read; never moves backwards, nor past the newest message. Timers that wait
 * for that start in the same transaction.
 * @param reading.nowMs network time
 * @returns whether timers started
 * @throws StorageError `not-found`
 */
export function markConversationRead(
  store: ProfileStore,
  conversationId: string,
  upToSort: number,
  reading: { readonly nowMs: number; readonly onRead: OnRead }
): Promise<boolean> {
  return commitBuilt(store, async () => {
    const conversation = await loadStoredConversation(store, conversationId);
    const next = await readUpTo(store, conversationId, conversation.content, upToSort);
    if (!next) return { changes: null, result: false };
    const waiting = await loadWaiting(store, conversationId, next.readUpToSort);
    const started = await startTimers(store, waiting, reading);
    const parts = [await conversationChange(store, conversation, next), started];
    return { changes: mergeChanges('mark read', 'any', parts), result: waiting.length > 0 };
  });
}

/** The conversation read up to a position; null when that changes nothing. */
async function readUpTo(
  store: ProfileStore,
  conversationId: string,
  content: ConversationContent,
  upToSort: number
): Promise<ConversationContent | null> {
  const readUpToSort = Math.min(upToSort, content.lastMessage?.sort ?? 0);
  const read = { ...content, markedUnread: false };
  // Written so that a position that is no number changes nothing either.
  if (!(readUpToSort > content.readUpToSort)) return content.markedUnread ? read : null;
  if (readUpToSort === content.lastMessage?.sort)
    return { ...read, readUpToSort, unread: 0, firstUnreadSort: null };
  const count = await countReceived(store, conversationId, content.readUpToSort, readUpToSort);
  const firstUnreadSort = await findFirstUnread(store, conversationId, readUpToSort);
  return { ...read, readUpToSort, unread: Math.max(0, content.unread - count), firstUnreadSort };
}

/**
 * The part for a position that another device reached: what is not here yet counts as read once it comes. Whether the
 * conversation is marked as unread stays.
 */
export async function readAheadPart(
  store: ProfileStore,
  conversationId: string,
  content: ConversationContent,
  upToSort: number,
  reading: { readonly nowMs: number; readonly onRead: OnRead }
): Promise<{ content: ConversationContent; change: Partial<ChangeSet>; hasStarted: boolean }> {
  if (!(upToSort > content.readUpToSort)) return { content, change: {}, hasStarted: false };
  const read = (await readUpTo(store, conversationId, content, upToSort)) ?? content;
  const waiting = await loadWaiting(store, conversationId, upToSort);
  return {
    content: { ...read, markedUnread: content.markedUnread ?? false, readUpToSort: upToSort },
    change: await startTimers(store, waiting, reading),
    hasStarted: waiting.length > 0
  };
}

async function startTimers(
  store: ProfileStore,
  waiting: readonly LoadedMessage[],
  { nowMs, onRead }: { nowMs: number; onRead: OnRead }
): Promise<Partial<ChangeSet>> {
  const parts: Partial<ChangeSet>[] = [];
  const shortened: { kind: 'expire'; hashes: string[]; expiryMs: number }[] = [];
  for (const message of waiting) {
    const read = onRead(message.content, nowMs);
    if (!read) continue;
    const { messageHash, disappears } = read.message;
    parts.push(
      await messagePut(store, message, read.message),
      deadlinePart(message.row.id, disappears?.atMs ?? null)
    );
    if (read.shortenToMs === null || messageHash === null) continue;
    shortened.push({ kind: 'expire', hashes: [messageHash], expiryMs: read.shortenToMs });
  }
  parts.push(await choreChanges(store, shortened, nowMs));
  return mergeChanges('start timers', 'any', parts);
}
