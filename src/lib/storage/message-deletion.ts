// Deleting beyond this device (accounts-and-messages.md §4.9): what is asked of others stands in the same transaction as
// what happens here.
import type { AccountId } from '../account-id.ts';
import { choreChange } from './chores.ts';
import { loadStoredConversation, type LoadedMessage } from './conversation-changes.ts';
import { loadStoredMessages, messageUpdate, removalOf } from './message-changes.ts';
import { conversationOfKey } from './message-key.ts';
import { enqueueSignal } from './outbox-enqueue.ts';
import type { MessageContent, OutboxContent } from './rows.ts';
import { mergeChanges, openRow, reading, type ChangeSet, type ProfileStore } from './store.ts';

interface Deletion {
  readonly messageIds: readonly string[];
  readonly ownId: AccountId;
  /** Network time. */
  readonly nowMs: number;
}

/**
 * Deletes messages here, in our own swarm and on our other devices.
 * @throws StorageError `not-found` (a conversation)
 */
export async function deleteOnMyDevices(store: ProfileStore, deletion: Deletion): Promise<void> {
  for (const { row, content } of await loadStoredMessages(store, deletion.messageIds)) {
    await requestDeletion(store, { row, content }, { ...deletion, onlyToSelf: true }, async (message) =>
      removalOf(store, [message])
    );
  }
}

/**
 * Deletes our own messages for both sides; a placeholder stays. What never left is simply removed, and so is all in Note to
 * Self; messages of others are passed over.
 * @throws StorageError `not-found` (a conversation)
 */
export async function deleteForEveryone(store: ProfileStore, deletion: Deletion): Promise<void> {
  for (const { row, content } of await loadStoredMessages(store, deletion.messageIds)) {
    if (content.authorId !== deletion.ownId || content.notice || content.deleted) continue;
    const conversation = await loadStoredConversation(store, conversationOfKey(row.id));
    const isNote = conversation.content.kind === 'note-to-self';
    await requestDeletion(store, { row, content }, { ...deletion, onlyToSelf: isNote }, async (message) =>
      isNote || (await neverLeft(store, message))
        ? removalOf(store, [message])
        : placeholderChange(store, message)
    );
  }
}

async function requestDeletion(
  store: ProfileStore,
  { row, content }: LoadedMessage,
  deletion: Omit<Deletion, 'messageIds'> & { readonly onlyToSelf: boolean },
  removal: (message: LoadedMessage) => Promise<Partial<ChangeSet>>
): Promise<void> {
  const { ownId, nowMs, onlyToSelf } = deletion;
  const outgoing = {
    kind: 'unsend',
    authorId: content.authorId,
    targetTimestampMs: content.sentAtMs
  } as const;
  const signal = { conversationId: conversationOfKey(row.id), ownId, nowMs, outgoing, onlyToSelf };
  await enqueueSignal(store, signal, async () => {
    const [message] = await loadStoredMessages(store, [row.id]);
    if (!message) return null;
    const { messageHash } = message.content;
    const chore =
      messageHash === null ? {} : await choreChange(store, { kind: 'delete', hashes: [messageHash] }, nowMs);
    return mergeChanges('delete', 'any', [await removal(message), chore]);
  });
}

/** Whether no attempt was made to send it, so that nobody can have it. */
async function neverLeft(store: ProfileStore, { row }: LoadedMessage): Promise<boolean> {
  const entry = await reading(() => store.db.outbox.where('messageId').equals(row.id).first());
  if (!entry) return false;
  return (await openRow<OutboxContent>(store, 'outbox', entry)).dataBase64 === null;
}

async function placeholderChange(store: ProfileStore, { row }: LoadedMessage): Promise<Partial<ChangeSet>> {
  const entries = await reading(() => store.db.outbox.where('messageId').equals(row.id).toArray());
  const stop: Partial<ChangeSet> = {
    expect: entries.map((entry) => ({ table: 'outbox' as const, id: entry.id, rev: entry.rev })),
    remove: entries.map((entry) => ({ table: 'outbox' as const, id: entry.id }))
  };
  return mergeChanges('placeholder', 'any', [stop, await messageUpdate(store, row.id, deletedPlaceholder)]);
}

/** What is left of a message that was deleted for everyone: who and when. */
export function deletedPlaceholder(message: MessageContent): MessageContent {
  const { direction, authorId, sentAtMs, receivedAtMs, messageHash, expiresAtMs, disappears } = message;
  return {
    direction,
    authorId,
    text: '',
    sentAtMs,
    receivedAtMs,
    state: direction === 'in' ? 'received' : 'sent',
    failureCode: null,
    messageHash,
    expiresAtMs,
    deleted: true,
    ...(disappears ? { disappears } : {})
  };
}
