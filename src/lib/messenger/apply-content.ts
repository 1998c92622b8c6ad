// The rules of receiving (accounts-and-messages.md §3.4 steps 9–14): which content goes to which of the receive files. Pure:
// opened contents and a snapshot of the rows they may touch in, row changes out.
import { isAccountId, type AccountId } from '../account-id.ts';
import type { InboxChanges, InboxSnapshot, WantedRow } from '../storage/index.ts';
import {
  CallMessage_Type,
  contentKind,
  hasField,
  toTimestampMs,
  type Content,
  type ContentKind,
  type DataMessage
} from '../wire/index.ts';
import { MAX_ATTACHMENTS } from './limits.ts';
import type { ContentItem, OpenedItem } from './open-item.ts';
import { receiveGroupInvitation } from './receive-group-invitation.ts';
import { reactionTarget, receiveReaction } from './receive-reaction.ts';
import {
  MAX_RECEIPT_TIMES,
  receiveCall,
  receiveMediaSaved,
  receiveReceipt,
  receiveRequestResponse,
  receiveTyping
} from './receive-signals.ts';
import { receiveTimer } from './receive-timer.ts';
import { receiveUnsend, unsendTarget } from './receive-unsend.ts';
import { receiveVisible } from './receive-visible.ts';
import { createWorkingSet, type WorkingSet } from './working-set.ts';

/** `DataMessage.flags` of a change of the disappearing timer. */
const FLAG_TIMER_UPDATE = 2;

/** The conversation a content belongs to, whether it is shown or not; null when it names one we cannot have. */
export function conversationOf(item: ContentItem): AccountId | null {
  const data = item.content.dataMessage;
  const target = data && hasField(data, 'syncTarget') ? data.syncTarget : '';
  if (target === '') return item.senderId;
  return isAccountId(target) ? target : null;
}

/** The rows the rules look at for one content. */
export function wantedRows(item: ContentItem, ownId: AccountId): WantedRow[] {
  const conversationAccountId = conversationOf(item);
  if (conversationAccountId === null) return [];
  const { senderId: authorId, timestampMs, content } = item;
  const wanted: WantedRow[] = [{ kind: 'known', conversationAccountId, authorId, timestampMs }];
  const reaction = content.dataMessage?.reaction;
  if (reaction) {
    const target = reactionTarget(reaction, conversationAccountId);
    if (target) wanted.push({ kind: 'content', ...target });
  }
  if (content.unsendRequest) {
    const target = unsendTarget(content.unsendRequest);
    if (target?.authorId === ownId) wanted.push({ kind: 'own', timestampMs: target.timestampMs });
    else if (target) wanted.push({ kind: 'content', conversationAccountId: target.authorId, ...target });
  }
  for (const time of content.receiptMessage?.timestamp.slice(0, MAX_RECEIPT_TIMES) ?? []) {
    const sentAtMs = toTimestampMs(time);
    if (sentAtMs !== null) {
      wanted.push({ kind: 'content', conversationAccountId, authorId: ownId, timestampMs: sentAtMs });
    }
  }
  return wanted;
}

/**
 * Row changes of a batch, in the order the items came. All hashes count as seen, rejected ones too.
 * @param context.nowMs network time
 * @param context.handledBeforeMs as `ConfigSync.handledBeforeMs`; nothing was when absent
 */
export function applyContents(
  items: readonly OpenedItem[],
  snapshot: InboxSnapshot,
  context: { ownId: AccountId; nowMs: number; handledBeforeMs?: (accountId: AccountId) => number }
): Omit<InboxChanges, 'cursor'> {
  const set = createWorkingSet(snapshot, context);
  for (const item of items) {
    if (item.kind === 'rejected') set.refuse(item.reason);
    else applyContent(set, item);
  }
  const seen = items.map(({ hash, expiresAtMs }) => ({
    hash,
    expiresAtMs: seenUntil(expiresAtMs, context.nowMs)
  }));
  return { ...set.changes(), seen };
}

function applyContent(set: WorkingSet, item: ContentItem): void {
  const { content, senderId } = item;
  const kind = contentKind(content);
  if (kind === 'none') return set.refuse('nothing-in-it');
  if (senderId === set.ownId && !isAllowedFromSelf(kind, content)) return set.refuse('not-for-self');
  if (set.conversation(senderId)?.blocked) return set.refuse('blocked');
  switch (kind) {
    case 'data':
      return applyData(set, item, content.dataMessage as DataMessage);
    case 'receipt':
      return receiveReceipt(set, item, content.receiptMessage as NonNullable<Content['receiptMessage']>);
    case 'typing':
      return receiveTyping(set, item, content.typingMessage as NonNullable<Content['typingMessage']>);
    case 'unsend':
      return receiveUnsend(set, item, content.unsendRequest as NonNullable<Content['unsendRequest']>);
    case 'request-response':
      return receiveRequestResponse(
        set,
        item,
        content.messageRequestResponse as NonNullable<Content['messageRequestResponse']>
      );
    case 'data-extraction':
      return receiveMediaSaved(
        set,
        item,
        content.dataExtractionNotification as NonNullable<Content['dataExtractionNotification']>
      );
    case 'call':
      return receiveCall(set, item, content.callMessage as NonNullable<Content['callMessage']>);
  }
}

/** Step 9: the kinds our other devices may send us. */
function isAllowedFromSelf(kind: ContentKind, content: Content): boolean {
  if (kind === 'call') {
    const type = content.callMessage?.type;
    return type === CallMessage_Type.ANSWER || type === CallMessage_Type.END_CALL;
  }
  return kind === 'data' || kind === 'unsend' || kind === 'request-response';
}

/** Step 11. */
function applyData(set: WorkingSet, item: ContentItem, data: DataMessage): void {
  if (data.flags !== 0 && data.flags !== FLAG_TIMER_UPDATE) return set.refuse('unknown-flags');
  if (data.attachments.length > MAX_ATTACHMENTS) return set.refuse('too-many-attachments');
  const isSynced = hasField(data, 'syncTarget') && data.syncTarget !== '';
  if (isSynced && item.senderId !== set.ownId) return set.refuse('sync-from-other');
  const accountId = conversationOf(item);
  if (!accountId) return set.refuse('sync-target-unknown');
  if (data.flags === FLAG_TIMER_UPDATE) return receiveTimer(set, item, accountId);
  // With a body too it is a reaction only.
  if (data.reaction) return receiveReaction(set, item, data.reaction, accountId);
  if (data.groupUpdateMessage) return receiveGroupInvitation(set, item, data.groupUpdateMessage);
  receiveVisible(set, item, data, accountId);
}

/** A day beyond the 14 that service nodes keep a message: what a node says of its expiry is only a claim. */
const SEEN_AT_LEAST_MS = 15 * 24 * 60 * 60 * 1000;
const SEEN_AT_MOST_MS = 2 * SEEN_AT_LEAST_MS;

function seenUntil(expiresAtMs: number, nowMs: number): number {
  return nowMs + Math.min(Math.max(expiresAtMs - nowMs, SEEN_AT_LEAST_MS), SEEN_AT_MOST_MS);
}
