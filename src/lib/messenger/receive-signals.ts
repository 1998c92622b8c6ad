// Contents that are no messages: acceptance, receipts, typing, saved media, calls (accounts-and-messages.md §4.1, §4.3,
// §4.4, §4.12, §6). None of them begins a conversation. Pure.
import { isApproved, isApprovedMe, type ConversationContent } from '../storage/index.ts';
import {
  CallMessage_Type,
  DataExtractionNotification_Type,
  ReceiptMessage_Type,
  toTimestampMs,
  TypingMessage_Action,
  type CallMessage,
  type DataExtractionNotification,
  type MessageRequestResponse,
  type ReceiptMessage,
  type TypingMessage
} from '../wire/index.ts';
import { timelineNotice } from './notices.ts';
import type { ContentItem } from './open-item.ts';
import { receivedExpiration } from './receive-expiration.ts';
import { withProfile } from './receive-profile.ts';
import { noteAcceptance } from './receive-visible.ts';
import type { WorkingSet } from './working-set.ts';

/** Times in one receipt that are looked at. */
export const MAX_RECEIPT_TIMES = 1_000;

/** The conversation with the sender, where both sides accepted each other. */
function openConversation(set: WorkingSet, { senderId }: ContentItem): ConversationContent | null {
  const conversation = set.conversation(senderId);
  if (senderId === set.ownId || !conversation) return null;
  return isApproved(conversation) && isApprovedMe(conversation) ? conversation : null;
}

export function receiveRequestResponse(
  set: WorkingSet,
  item: ContentItem,
  response: MessageRequestResponse
): void {
  // Our own, from another device, says nothing that the synced contacts do not.
  if (item.senderId === set.ownId || !response.isApproved) return;
  const conversation = set.conversation(item.senderId);
  if (!conversation) return set.refuse('acceptance-without-conversation');
  const named = withProfile(conversation, response.profile, response.profileKey);
  if (isApprovedMe(named)) return set.setConversation(named);
  if (isApproved(named)) noteAcceptance(set, named, item.timestampMs);
  set.setConversation({ ...named, approvedMe: true, hidden: false });
}

export function receiveReceipt(set: WorkingSet, item: ContentItem, receipt: ReceiptMessage): void {
  if (receipt.type !== ReceiptMessage_Type.READ || !openConversation(set, item)) {
    return set.refuse('receipt-not-wanted');
  }
  // Works both ways: who sends none sees none.
  if (!set.settings.readReceipts) return;
  for (const time of receipt.timestamp.slice(0, MAX_RECEIPT_TIMES)) {
    const timestampMs = toTimestampMs(time);
    if (timestampMs === null) continue;
    const address = { conversationAccountId: item.senderId, authorId: set.ownId, timestampMs };
    const message = set.message(address);
    if (!message || message.notice || message.deleted || message.readByThemAtMs !== undefined) continue;
    set.changeMessage(address, { ...message, readByThemAtMs: set.nowMs });
  }
}

/** How old a signal of typing may be, milliseconds: what a node keeps of it (§3.2). */
const TYPING_LIFE_MS = 20_000;

export function receiveTyping(set: WorkingSet, item: ContentItem, typing: TypingMessage): void {
  if (!openConversation(set, item) || toTimestampMs(typing.timestamp) !== item.timestampMs) {
    return set.refuse('typing-not-wanted');
  }
  if (!set.settings.typingIndicators || set.nowMs - item.timestampMs > TYPING_LIFE_MS) return;
  const isTyping = typing.action === TypingMessage_Action.STARTED;
  set.tell({ type: 'typing', accountId: item.senderId, isTyping });
}

export function receiveMediaSaved(
  set: WorkingSet,
  item: ContentItem,
  { type }: DataExtractionNotification
): void {
  if (type !== DataExtractionNotification_Type.MEDIA_SAVED) return set.refuse('not-supported');
  addLine(set, item, { type: 'media-saved', byMe: false });
}

/** Calls are off: the first message of each attempt leaves a line. */
export function receiveCall(set: WorkingSet, item: ContentItem, call: CallMessage): void {
  if (call.type !== CallMessage_Type.PRE_OFFER) return;
  addLine(set, item, { type: 'call-missed' });
}

function addLine(
  set: WorkingSet,
  item: ContentItem,
  notice: { type: 'call-missed' } | { type: 'media-saved'; byMe: boolean }
): void {
  const conversation = openConversation(set, item);
  if (!conversation) return set.refuse('signal-without-conversation');
  if (set.isKnown(item.senderId, item.timestampMs)) return set.refuse('duplicate');
  if (item.timestampMs < set.deletedBeforeMs(item.senderId)) return set.refuse('deleted-before');
  const expiration = receivedExpiration(set, item, item.senderId, { isRecord: true });
  if (!expiration) return;
  set.setConversation({ ...conversation, hidden: false });
  const { senderId, timestampMs, hash } = item;
  set.addMessage(
    senderId,
    timelineNotice({
      authorId: senderId,
      atMs: timestampMs,
      nowMs: set.nowMs,
      notice,
      direction: 'in',
      messageHash: hash,
      expiration
    })
  );
}
