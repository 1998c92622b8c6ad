// Message rows: changes of one, together with what the list shows of it, and removal from this device.
import {
  conversationChange,
  findFirstUnread,
  labelOf,
  loadStoredConversation,
  previewOf,
  withMessageReplaced,
  type LoadedMessage
} from './conversation-changes.ts';
import { storageError } from './errors.ts';
import { conversationOfKey, sortOfKey } from './message-key.ts';
import type { ConversationContent, MessageContent } from './rows.ts';
import {
  commitBuilt,
  mergeChanges,
  openRow,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore
} from './store.ts';

/** A message by its id; null when it is gone. */
export async function loadStoredMessage(
  store: ProfileStore,
  messageId: string
): Promise<LoadedMessage | null> {
  const row = await reading(() => store.db.messages.get(messageId));
  return row ? { row, content: await openRow<MessageContent>(store, 'messages', row) } : null;
}

/** What is in a message; null when it is gone. */
export async function loadMessage(store: ProfileStore, messageId: string): Promise<MessageContent | null> {
  return (await loadStoredMessage(store, messageId))?.content ?? null;
}

/** The messages of some ids that are still here. */
export async function loadStoredMessages(
  store: ProfileStore,
  messageIds: readonly string[]
): Promise<LoadedMessage[]> {
  const rows = await reading(() => store.db.messages.bulkGet([...messageIds]));
  return Promise.all(
    rows
      .filter((row) => row !== undefined)
      .map(async (row) => ({ row, content: await openRow<MessageContent>(store, 'messages', row) }))
  );
}

/** The change that replaces a message's content, without the conversation it is listed in. */
export async function messagePut(
  store: ProfileStore,
  { row }: LoadedMessage,
  content: MessageContent
): Promise<Partial<ChangeSet>> {
  const next = await sealRow(store, 'messages', row.id, row, {}, content);
  return {
    expect: [{ table: 'messages', id: row.id, rev: row.rev }],
    put: [{ table: 'messages', row: next }]
  };
}

/** Whether the list shows something else of a message now. */
function isListedAnew(before: MessageContent, after: MessageContent): boolean {
  return before.state !== after.state || before.text !== after.text || labelOf(before) !== labelOf(after);
}

/**
 * The change that updates a message, and with it the conversation where that shows; empty when the message is gone.
 * @param update null when nothing is to change
 */
export async function messageUpdate(
  store: ProfileStore,
  messageId: string,
  update: (content: MessageContent) => MessageContent | null
): Promise<Partial<ChangeSet>> {
  const message = await loadStoredMessage(store, messageId);
  const content = message && update(message.content);
  if (!message || !content) return {};
  const change = await messagePut(store, message, content);
  if (!isListedAnew(message.content, content)) return change;
  const conversation = await loadStoredConversation(store, conversationOfKey(messageId));
  const after = withMessageReplaced(conversation.content, messageId, message.content, content);
  return mergeChanges('update message', 'any', [
    change,
    await conversationChange(store, conversation, after)
  ]);
}

/** Changes one message by a pure function, in a transaction of its own; nothing happens when it is gone. */
export function updateStoredMessage(
  store: ProfileStore,
  messageId: string,
  name: string,
  update: (content: MessageContent) => MessageContent | null
): Promise<void> {
  return commitBuilt(store, async () => {
    const change = await messageUpdate(store, messageId, update);
    if (!change.put) return { changes: null, result: undefined };
    return { changes: mergeChanges(name, 'any', [change]), result: undefined };
  });
}

/**
 * Removes messages from this device, with their outbox entries. Replays of them are known as such afterwards; those that
 * are gone already are passed over.
 * @throws StorageError `not-found` when none of them is there
 */
export function deleteStoredMessages(store: ProfileStore, messageIds: readonly string[]): Promise<void> {
  return commitBuilt(store, async () => {
    const messages = await loadStoredMessages(store, messageIds);
    if (messages.length === 0) throw storageError('not-found', undefined, { table: 'messages' });
    return { changes: await removalOf(store, messages), result: undefined };
  });
}

/** As `deleteStoredMessages`, for one. @throws StorageError `not-found` */
export function deleteStoredMessage(store: ProfileStore, messageId: string): Promise<void> {
  return deleteStoredMessages(store, [messageId]);
}

/** The change set that removes messages of any conversations, and keeps replays out. */
export async function removalOf(store: ProfileStore, messages: readonly LoadedMessage[]): Promise<ChangeSet> {
  const parts: Partial<ChangeSet>[] = [];
  for (const [conversationId, group] of Map.groupBy(messages, ({ row }) => conversationOfKey(row.id))) {
    const conversation = await loadStoredConversation(store, conversationId);
    const { change, content } = await removeMessages(store, conversation.content, group);
    parts.push(change, await conversationChange(store, conversation, content));
  }
  return mergeChanges('delete messages', 'any', parts);
}

/**
 * The change that removes messages of one conversation, and what the list shows without them.
 * @param conversation as it will be besides
 */
export async function removeMessages(
  store: ProfileStore,
  conversation: ConversationContent,
  messages: readonly LoadedMessage[]
): Promise<{ change: Partial<ChangeSet>; content: ConversationContent }> {
  const ids = messages.map(({ row }) => row.id);
  const entries = await reading(() => store.db.outbox.where('messageId').anyOf(ids).toArray());
  const content = await withoutMessages(store, conversation, messages);
  return {
    content,
    change: {
      expect: [
        ...messages.map(({ row }) => ({ table: 'messages' as const, id: row.id, rev: row.rev })),
        ...entries.map((entry) => ({ table: 'outbox' as const, id: entry.id, rev: entry.rev }))
      ],
      put: ids.map((id) => ({ table: 'graves' as const, row: { id } })),
      remove: [
        ...ids.map((id) => ({ table: 'messages' as const, id })),
        ...ids.map((id) => ({ table: 'deadlines' as const, id })),
        ...entries.map((entry) => ({ table: 'outbox' as const, id: entry.id }))
      ]
    }
  };
}

/** What the list shows once messages are gone. */
async function withoutMessages(
  store: ProfileStore,
  conversation: ConversationContent,
  messages: readonly LoadedMessage[]
): Promise<ConversationContent> {
  const first = messages[0];
  if (!first) return conversation;
  const conversationId = conversationOfKey(first.row.id);
  const ids = new Set(messages.map(({ row }) => row.id));
  const { readUpToSort, firstUnreadSort, lastMessage } = conversation;
  const unread = messages.filter(
    ({ row, content }) => content.direction === 'in' && sortOfKey(row.id) > readUpToSort
  );
  const failed = messages.filter(({ content }) => content.state === 'failed');
  const isFirst = messages.some(({ row }) => sortOfKey(row.id) === firstUnreadSort);
  const remaining: ConversationContent = {
    ...conversation,
    unread: Math.max(0, conversation.unread - unread.length),
    firstUnreadSort: isFirst
      ? await findFirstUnread(store, conversationId, readUpToSort, ids)
      : firstUnreadSort,
    messageCount: conversation.messageCount - messages.length,
    failed: Math.max(0, conversation.failed - failed.length)
  };
  if (!lastMessage || !ids.has(lastMessage.messageId)) return remaining;
  const previous = await reading(() =>
    store.db.messages
      .where(':id')
      .between(conversationId, lastMessage.messageId, true, false)
      .reverse()
      .filter(({ id }) => !ids.has(id))
      .first()
  );
  if (!previous) return { ...remaining, lastMessage: null };
  const content = await openRow<MessageContent>(store, 'messages', previous);
  const { id } = previous;
  return {
    ...remaining,
    lastMessage: {
      messageId: id,
      sort: sortOfKey(id),
      preview: previewOf(content.text),
      direction: content.direction,
      state: content.state,
      label: labelOf(content)
    }
  };
}
