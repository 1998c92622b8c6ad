// What one outbox entry is made of: its row, and the line of the timeline that stands for it.
import type { AccountId } from '../account-id.ts';
import { withMessage } from './conversation-changes.ts';
import { messageKey, OWN_AUTHOR_TAG, sortOfKey } from './message-key.ts';
import { NO_TIMER } from './row-views.ts';
import type {
  ConversationContent,
  MessageContent,
  OutboxContent,
  OutgoingContent,
  TableName
} from './rows.ts';
import { randomId, sealRow, type ChangeSet, type ProfileStore } from './store.ts';
import type { TimerSetting } from './views.ts';

/** What a person's message is made of. */
export type NewMessage = Pick<MessageContent, 'text' | 'quote' | 'attachments'>;

/** What to queue: a message of the person, or something the timeline does not show as one. */
export interface Enqueue {
  readonly conversationId: string;
  readonly ownId: AccountId;
  /** Network time. */
  readonly nowMs: number;
  readonly outgoing: OutgoingContent;
  /** With `outgoing` of kind `message`: the message; with others a line of the timeline, if any. */
  readonly message?: NewMessage & Pick<MessageContent, 'notice'>;
  /** To our other devices alone. */
  readonly onlyToSelf?: boolean;
  /** Changes the conversation in the same transaction. */
  readonly update?: (content: ConversationContent) => ConversationContent;
}
/** The rows of one entry: the message where there is one, and the entry itself. */
export async function placeEntry(
  store: ProfileStore,
  conversationId: string,
  conversation: ConversationContent,
  input: Pick<Enqueue, 'ownId' | 'outgoing' | 'message' | 'onlyToSelf'> & { readonly timestampMs: number }
): Promise<{ change: Partial<ChangeSet>; content: ConversationContent }> {
  const { ownId, outgoing, timestampMs } = input;
  const messageId = messageKey(conversationId, timestampMs, OWN_AUTHOR_TAG);
  const sort = sortOfKey(messageId);
  const isPersons = outgoing.kind === 'message';
  const toSelf = conversation.kind === 'note-to-self' || input.onlyToSelf === true;
  const entry: OutboxContent = {
    kind: toSelf ? 'copy' : 'message',
    conversationId,
    recipientId: conversation.accountId,
    timestampMs,
    outgoing,
    timer: timerOfEntry(outgoing, conversation),
    dataBase64: null,
    copyDataBase64: null,
    attempts: 0,
    firstAttemptAtMs: null,
    notBeforeMs: 0
  };
  const outboxRow = await sealRow(
    store,
    'outbox',
    randomId(store.random),
    null,
    { lane: conversationId, sort, messageId: isPersons ? messageId : '' },
    entry
  );
  const add: { table: TableName; row: { id: string } }[] = [{ table: 'outbox', row: outboxRow }];
  if (!input.message) return { change: { add }, content: conversation };
  const { mode, seconds } = entry.timer ?? NO_TIMER;
  const message: MessageContent = {
    direction: 'out',
    authorId: ownId,
    sentAtMs: timestampMs,
    receivedAtMs: timestampMs,
    state: isPersons ? 'queued' : 'sent',
    failureCode: null,
    messageHash: null,
    expiresAtMs: null,
    ...(mode === 'off' ? {} : { disappears: { mode, seconds, atMs: null } }),
    ...input.message
  };
  add.push({ table: 'messages', row: await sealRow(store, 'messages', messageId, null, {}, message) });
  return { change: { add }, content: withMessage(conversation, { ...message, messageId, sort }) };
}

/** The timer something carries; a change of timer carries the new one (accounts-and-messages.md §4.10). */
function timerOfEntry(
  outgoing: OutgoingContent,
  { kind, timer = NO_TIMER }: ConversationContent
): TimerSetting {
  switch (outgoing.kind) {
    case 'message':
    case 'reaction':
      // Nobody reads what we write to ourselves.
      return kind === 'note-to-self' && timer.mode === 'after-read'
        ? { ...timer, mode: 'after-send' }
        : timer;
    case 'timer':
      return outgoing.timer;
    case 'media-saved':
      // Service nodes keep it for a time of its own, so only its being read can start the timer.
      return timer.mode === 'off' ? NO_TIMER : { mode: 'after-read', seconds: timer.seconds };
    default:
      return NO_TIMER;
  }
}
