// What is past its time must not be shown, also while its removal is still to come: a tab that wakes up reads rows before
// anybody swept them (accounts-and-messages.md §4.10). Read side of `deadlines.ts`.
import { conversationOfKey, isOwnKey, sortOfKey } from './message-key.ts';
import type { ConversationContent, DeadlineRow, MessageContent } from './rows.ts';
import type { ProfileDatabase } from './schema.ts';

/** Deadlines read on suspicion; more are due at once only after a long sleep. */
const FIRST_DEADLINES = 500;

/** The deadlines that come first. A plain read, for the beginning of a live query. */
export function loadFirstDeadlines(db: ProfileDatabase): PromiseLike<DeadlineRow[]> {
  return db.deadlines.orderBy('atMs').limit(FIRST_DEADLINES).toArray();
}

/**
 * Messages past their time, by conversation.
 * @param first from `loadFirstDeadlines`
 * @param nowMs network time
 */
export async function dueMessages(
  db: ProfileDatabase,
  first: readonly DeadlineRow[],
  nowMs: number
): Promise<ReadonlyMap<string, readonly string[]>> {
  const isAllDue = first.length === FIRST_DEADLINES && first.every(({ atMs }) => atMs <= nowMs);
  const due = isAllDue
    ? await db.deadlines.where('atMs').belowOrEqual(nowMs).primaryKeys()
    : first.filter(({ atMs }) => atMs <= nowMs).map(({ id }) => id);
  return Map.groupBy(due, conversationOfKey);
}

/** Whether a message is past its time. @param nowMs network time */
export function isDue({ disappears }: Pick<MessageContent, 'disappears'>, nowMs: number): boolean {
  return disappears !== undefined && disappears.atMs !== null && disappears.atMs <= nowMs;
}

/** What the list shows of a conversation without the messages that are past their time. */
export function withoutDueMessages(
  content: ConversationContent,
  due: readonly string[] | undefined
): ConversationContent {
  if (!due) return content;
  const unread = due.filter((id) => !isOwnKey(id) && sortOfKey(id) > content.readUpToSort).length;
  const { lastMessage } = content;
  return {
    ...content,
    unread: Math.max(0, content.unread - unread),
    messageCount: Math.max(0, content.messageCount - due.length),
    lastMessage: lastMessage && due.includes(lastMessage.messageId) ? null : lastMessage
  };
}
