// Message rows: state changes together with what the list shows of them, and deletion on this device.
import {
  conversationChange,
  findFirstUnread,
  loadStoredConversation,
  previewOf,
  withMessageState,
  type LoadedMessage
} from './conversation-changes.ts';
import { storageError } from './errors.ts';
import { conversationOfKey, sortOfKey } from './message-key.ts';
import type { ConversationContent, MessageContent } from './rows.ts';
import { commitBuilt, openRow, reading, sealRow, type ChangeSet, type ProfileStore } from './store.ts';

/** A message by its id; null when it is gone. */
export async function loadStoredMessage(
  store: ProfileStore,
  messageId: string
): Promise<LoadedMessage | null> {
  const row = await reading(() => store.db.messages.get(messageId));
  return row ? { row, content: await openRow<MessageContent>(store, 'messages', row) } : null;
}

/** The change that updates a message, and with it the conversation where that shows; empty when the message is gone. */
export async function messageUpdate(
  store: ProfileStore,
  messageId: string,
  patch: Partial<Pick<MessageContent, 'state' | 'failureCode' | 'messageHash' | 'expiresAtMs'>>
): Promise<Partial<ChangeSet>> {
  const message = await loadStoredMessage(store, messageId);
  if (!message) return {};
  const content: MessageContent = { ...message.content, ...patch };
  const row = await sealRow(store, 'messages', messageId, message.row, {}, content);
  const change: ChangeSet = {
    name: 'update message',
    by: 'any',
    expect: [{ table: 'messages', id: messageId, rev: message.row.rev }],
    put: [{ table: 'messages', row }]
  };
  if (content.state === message.content.state) return change;
  const conversation = await loadStoredConversation(store, conversationOfKey(messageId));
  const after = withMessageState(conversation.content, messageId, message.content.state, content.state);
  const listed = await conversationChange(store, conversation, after);
  return {
    expect: [...(change.expect ?? []), ...(listed.expect ?? [])],
    put: [...(change.put ?? []), ...(listed.put ?? [])]
  };
}

/**
 * Removes a message from this device, with its outbox entry. A replay of it is known as such afterwards.
 * @throws StorageError `not-found`
 */
export function deleteStoredMessage(store: ProfileStore, messageId: string): Promise<void> {
  return commitBuilt(store, async () => {
    const message = await loadStoredMessage(store, messageId);
    if (!message) throw storageError('not-found', undefined, { table: 'messages' });
    const { row } = message;
    const conversation = await loadStoredConversation(store, conversationOfKey(messageId));
    const entries = await reading(() => store.db.outbox.where('messageId').equals(messageId).toArray());
    const after = await withoutMessage(store, conversation.content, message);
    const listed = await conversationChange(store, conversation, after);
    const changes: ChangeSet = {
      name: 'delete message',
      by: 'any',
      expect: [
        { table: 'messages', id: messageId, rev: row.rev },
        ...entries.map((entry) => ({ table: 'outbox' as const, id: entry.id, rev: entry.rev })),
        ...(listed.expect ?? [])
      ],
      put: [{ table: 'graves', row: { id: messageId } }, ...(listed.put ?? [])],
      remove: [
        { table: 'messages', id: messageId },
        ...entries.map((entry) => ({ table: 'outbox' as const, id: entry.id }))
      ]
    };
    return { changes, result: undefined };
  });
}

/** What the list shows once a message is gone. */
async function withoutMessage(
  store: ProfileStore,
  conversation: ConversationContent,
  { row, content }: LoadedMessage
): Promise<ConversationContent> {
  const conversationId = conversationOfKey(row.id);
  const isUnread = content.direction === 'in' && sortOfKey(row.id) > conversation.readUpToSort;
  const isFirst = conversation.firstUnreadSort === sortOfKey(row.id);
  const remaining: ConversationContent = {
    ...conversation,
    unread: conversation.unread - (isUnread ? 1 : 0),
    firstUnreadSort: isFirst
      ? await findFirstUnread(store, conversationId, conversation.readUpToSort, row.id)
      : conversation.firstUnreadSort,
    messageCount: conversation.messageCount - 1,
    failed: conversation.failed - (content.state === 'failed' ? 1 : 0)
  };
  if (conversation.lastMessage?.messageId !== row.id) return remaining;
  const previousRow = await reading(() =>
    store.db.messages.where(':id').between(conversationId, row.id, true, false).last()
  );
  if (!previousRow) return { ...remaining, lastMessage: null };
  const { text, direction, state } = await openRow<MessageContent>(store, 'messages', previousRow);
  const { id } = previousRow;
  return {
    ...remaining,
    lastMessage: { messageId: id, sort: sortOfKey(id), preview: previewOf(text), direction, state }
  };
}
