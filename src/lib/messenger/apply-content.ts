// The rules of receiving (accounts-and-messages.md §3.4 steps 9–14, §4.11), pure: opened contents and a snapshot of
// the rows they may touch in, row changes out. Blocking, requests, receipts, reactions, timers and files have their
// place in `decideData` and `decide` and are counted as `not-supported` until they are built.
import { isAccountId, type AccountId } from '../account-id.ts';
import {
  authorTimeKey,
  emptyConversation,
  type ConversationContent,
  type InboxChanges,
  type InboxSnapshot,
  type ReceivedMessage
} from '../storage/index.ts';
import { CallMessage_Type, contentKind, hasField, type Content, type DataMessage } from '../wire/index.ts';
import { receivedName } from './display-name.ts';
import { cutToCodePoints, MAX_ATTACHMENTS, MAX_RECEIVED_CODE_POINTS } from './limits.ts';
import type { OpenedItem } from './open-item.ts';

/** `DataMessage.flags` of a change of the disappearing timer. */
const FLAG_TIMER_UPDATE = 2;

type ContentItem = Extract<OpenedItem, { kind: 'content' }>;

type Decision =
  | { readonly kind: 'show'; readonly conversationAccountId: AccountId; readonly text: string }
  | { readonly kind: 'drop'; readonly reason: string };

const drop = (reason: string): Decision => ({ kind: 'drop', reason });

/** The conversation a content belongs to, whether it is shown or not; null when it names one we cannot have. */
export function conversationOf(item: ContentItem): AccountId | null {
  const data = item.content.dataMessage;
  const target = data && hasField(data, 'syncTarget') ? data.syncTarget : '';
  if (target === '') return item.senderId;
  return isAccountId(target) ? target : null;
}

/** What becomes of one opened content. */
export function decide(item: ContentItem, ownId: AccountId): Decision {
  const kind = contentKind(item.content);
  const isOwn = item.senderId === ownId;
  if (kind === 'none') return drop('nothing-in-it');
  if (isOwn && !isAllowedFromSelf(kind, item.content)) return drop('not-for-self');
  if (kind === 'data') return decideData(item, item.content.dataMessage as DataMessage, isOwn);
  return drop('not-supported');
}

/** Step 9: the kinds our other devices may send us. */
function isAllowedFromSelf(kind: ReturnType<typeof contentKind>, content: Content): boolean {
  if (kind === 'call') {
    const type = content.callMessage?.type;
    return type === CallMessage_Type.ANSWER || type === CallMessage_Type.END_CALL;
  }
  return kind === 'data' || kind === 'unsend' || kind === 'request-response';
}

/** Step 11. */
function decideData(item: ContentItem, data: DataMessage, isOwn: boolean): Decision {
  if (data.flags !== 0 && data.flags !== FLAG_TIMER_UPDATE) return drop('unknown-flags');
  if (data.attachments.length > MAX_ATTACHMENTS) return drop('too-many-attachments');
  if (hasField(data, 'syncTarget') && data.syncTarget !== '' && !isOwn) return drop('sync-from-other');
  const conversationAccountId = conversationOf(item);
  if (!conversationAccountId) return drop('sync-target-unknown');
  if (data.flags === FLAG_TIMER_UPDATE || data.reaction || data.groupUpdateMessage)
    return drop('not-supported');
  const text = cutToCodePoints(data.body, MAX_RECEIVED_CODE_POINTS);
  if (text !== '') return { kind: 'show', conversationAccountId, text };
  const isVisible =
    data.attachments.length > 0 || data.quote || data.preview.length > 0 || data.communityInvitation;
  return drop(isVisible ? 'not-supported' : 'nothing-in-it');
}

/**
 * Row changes of a batch, in the order the items came. All hashes count as seen, rejected ones too.
 * @param context.nowMs network time
 */
export function applyContents(
  items: readonly OpenedItem[],
  snapshot: InboxSnapshot,
  context: { ownId: AccountId; nowMs: number }
): Omit<InboxChanges, 'cursor'> {
  const messages: ReceivedMessage[] = [];
  const conversations = new Map<AccountId, ConversationContent>();
  const rejected: Record<string, number> = {};
  const known = new Set(snapshot.known);
  const count = (reason: string) => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };

  for (const item of items) {
    if (item.kind === 'rejected') {
      count(item.reason);
      continue;
    }
    const decision = decide(item, context.ownId);
    if (decision.kind === 'drop') {
      count(decision.reason);
      continue;
    }
    const key = authorTimeKey(item.senderId, item.timestampMs);
    // A copy of our own message coming back is no fault of anybody.
    if (known.has(key)) {
      if (item.senderId !== context.ownId) count('duplicate');
      continue;
    }
    known.add(key);
    const accountId = decision.conversationAccountId;
    if (item.timestampMs < (snapshot.deletedBeforeMs.get(accountId) ?? 0)) {
      count('deleted-before');
      continue;
    }
    const conversation =
      conversations.get(accountId) ??
      snapshot.conversations.get(accountId)?.content ??
      emptyConversation(
        accountId === context.ownId ? 'note-to-self' : 'contact',
        accountId,
        item.timestampMs
      );
    conversations.set(accountId, withProfile(conversation, item, context.ownId));
    messages.push(receivedMessage(item, decision, context));
  }
  const seen = items.map(({ hash, expiresAtMs }) => ({
    hash,
    expiresAtMs: seenUntil(expiresAtMs, context.nowMs)
  }));
  return { messages, conversations, seen, rejected };
}

/** A day beyond the 14 that service nodes keep a message: what a node says of its expiry is only a claim. */
const SEEN_AT_LEAST_MS = 15 * 24 * 60 * 60 * 1000;
const SEEN_AT_MOST_MS = 2 * SEEN_AT_LEAST_MS;

function seenUntil(expiresAtMs: number, nowMs: number): number {
  return nowMs + Math.min(Math.max(expiresAtMs - nowMs, SEEN_AT_LEAST_MS), SEEN_AT_MOST_MS);
}

function receivedMessage(
  item: ContentItem,
  decision: Extract<Decision, { kind: 'show' }>,
  context: { ownId: AccountId; nowMs: number }
): ReceivedMessage {
  const isOwn = item.senderId === context.ownId;
  return {
    conversationAccountId: decision.conversationAccountId,
    content: {
      direction: isOwn ? 'out' : 'in',
      authorId: item.senderId,
      text: decision.text,
      sentAtMs: item.timestampMs,
      receivedAtMs: context.nowMs,
      state: isOwn ? 'sent' : 'received',
      failureCode: null,
      messageHash: item.hash,
      expiresAtMs: item.expiresAtMs
    }
  };
}

/** The sender's name, where the message brings a newer one (§4.11). */
function withProfile(
  conversation: ConversationContent,
  item: ContentItem,
  ownId: AccountId
): ConversationContent {
  const profile = item.content.dataMessage?.profile;
  if (item.senderId === ownId || !profile) return conversation;
  const updatedSeconds = Number(profile.lastUpdateSeconds);
  const stored = conversation.nameUpdatedSeconds;
  if (!(updatedSeconds > stored || (updatedSeconds === 0 && stored === 0))) return conversation;
  const name = receivedName(profile.displayName);
  return { ...conversation, name: name ?? conversation.name, nameUpdatedSeconds: updatedSeconds };
}
