// What one batch of received items comes to while it is decided, item after item: each sees what those before it did.
// Pure; starts from a snapshot of the rows, ends as row changes for storage.
import type { AccountId } from '../account-id.ts';
import {
  authorTimeKey,
  emptyConversation,
  type ConversationContent,
  type InboxChanges,
  type InboxEvent,
  type InboxSnapshot,
  type LoadedMessage,
  type MessageContent,
  type NewChore,
  type ReceivedMessage,
  type SettingsView
} from '../storage/index.ts';

/** A message by its conversation, author and sent time. */
export interface MessageAddress {
  readonly conversationAccountId: AccountId;
  readonly authorId: AccountId;
  readonly timestampMs: number;
}

export interface WorkingSet {
  readonly ownId: AccountId;
  /** Network time. */
  readonly nowMs: number;
  readonly settings: SettingsView;
  /** The conversation as it is by now; null when there is none. */
  conversation(accountId: AccountId): ConversationContent | null;
  /** The same, begun when there is none. */
  begin(accountId: AccountId, atMs: number): ConversationContent;
  setConversation(content: ConversationContent): void;
  /** Messages sent before this time were deleted with their conversation. */
  deletedBeforeMs(accountId: AccountId): number;
  /** Messages sent before this time were dealt with by another device where the conversation is hidden or gone. */
  handledBeforeMs(accountId: AccountId): number;
  /** Whether a message by this author and time is stored, was deleted, or came in this batch. */
  isKnown(authorId: AccountId, timestampMs: number): boolean;
  /** The message as it is by now; null when it is not there. */
  message(address: MessageAddress): MessageContent | null;
  /** Which conversation holds what we ourselves sent at this time; null when none does. */
  conversationOfOwn(timestampMs: number): AccountId | null;
  addMessage(conversationAccountId: AccountId, content: MessageContent): void;
  /** Replaces a message that `message` gave. */
  changeMessage(address: MessageAddress, content: MessageContent): void;
  /** Takes a message away, and keeps a replay of it out. */
  removeMessage(address: MessageAddress): void;
  /** Keeps a message out that has not come yet. */
  bury(address: MessageAddress): void;
  addChore(chore: NewChore): void;
  tell(event: InboxEvent): void;
  /** Counts an item as refused. */
  refuse(reason: string): void;
  changes(): Omit<InboxChanges, 'cursor' | 'seen'>;
}

export function createWorkingSet(
  snapshot: InboxSnapshot,
  context: { ownId: AccountId; nowMs: number; handledBeforeMs?: (accountId: AccountId) => number }
): WorkingSet {
  const conversations = new Map<AccountId, ConversationContent>();
  const known = new Set(snapshot.known);
  const added = new Map<string, ReceivedMessage>();
  const updates = new Map<string, { before: LoadedMessage; content: MessageContent | null }>();
  const graves: MessageAddress[] = [];
  const chores: NewChore[] = [];
  const events: InboxEvent[] = [];
  const rejected: Record<string, number> = {};

  const keyOf = ({ authorId, timestampMs }: MessageAddress) => authorTimeKey(authorId, timestampMs);
  /** With its conversation, since an address that names another conversation means another message. */
  const placeOf = (address: MessageAddress) => `${address.conversationAccountId}/${keyOf(address)}`;

  const conversation = (accountId: AccountId) =>
    conversations.get(accountId) ?? snapshot.conversations.get(accountId)?.content ?? null;

  function change(address: MessageAddress, content: MessageContent | null): void {
    const place = placeOf(address);
    const fresh = added.get(place);
    if (fresh) {
      if (content) added.set(place, { ...fresh, content });
      else {
        added.delete(place);
        graves.push(address);
      }
      return;
    }
    const before = snapshot.messages.get(place);
    if (before) updates.set(place, { before, content });
  }

  return {
    ownId: context.ownId,
    nowMs: context.nowMs,
    settings: snapshot.settings,
    conversation,
    begin(accountId, atMs) {
      const found = conversation(accountId);
      if (found) return found;
      const begun = emptyConversation(
        accountId === context.ownId ? 'note-to-self' : 'contact',
        accountId,
        atMs
      );
      conversations.set(accountId, begun);
      return begun;
    },
    setConversation: (content) => void conversations.set(content.accountId, content),
    deletedBeforeMs: (accountId) => snapshot.deletedBeforeMs.get(accountId) ?? 0,
    handledBeforeMs: context.handledBeforeMs ?? (() => 0),
    isKnown: (authorId, timestampMs) => known.has(authorTimeKey(authorId, timestampMs)),
    message(address) {
      const place = placeOf(address);
      const fresh = added.get(place);
      if (fresh) return fresh.content;
      const update = updates.get(place);
      return update ? update.content : (snapshot.messages.get(place)?.content ?? null);
    },
    conversationOfOwn(timestampMs) {
      const stored = snapshot.ownSentAt.get(timestampMs);
      if (stored) return stored;
      const key = authorTimeKey(context.ownId, timestampMs);
      const fresh = [...added].find(([place]) => place.endsWith(`/${key}`));
      return fresh?.[1].conversationAccountId ?? null;
    },
    addMessage(conversationAccountId, content) {
      const address = { conversationAccountId, authorId: content.authorId, timestampMs: content.sentAtMs };
      known.add(keyOf(address));
      added.set(placeOf(address), { conversationAccountId, content });
    },
    changeMessage: change,
    removeMessage: (address) => change(address, null),
    bury(address) {
      known.add(keyOf(address));
      graves.push(address);
    },
    addChore: (chore) => void chores.push(chore),
    tell: (event) => void events.push(event),
    refuse(reason) {
      rejected[reason] = (rejected[reason] ?? 0) + 1;
    },
    changes: () => ({
      messages: [...added.values()],
      conversations,
      updates: [...updates.values()],
      graves,
      chores,
      events,
      rejected
    })
  };
}
