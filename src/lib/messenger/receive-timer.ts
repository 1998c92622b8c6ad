// Changes of the disappearing timer (accounts-and-messages.md §4.10): theirs is a line with an offer to follow, ours from
// another device is taken over. Pure.
import type { AccountId } from '../account-id.ts';
import { isApproved, type ConversationContent, type TimerSetting } from '../storage/index.ts';
import { timelineNotice } from './notices.ts';
import type { ContentItem } from './open-item.ts';
import { receivedExpiration } from './receive-expiration.ts';
import { timerOfContent } from './timers.ts';
import type { WorkingSet } from './working-set.ts';

export function receiveTimer(set: WorkingSet, item: ContentItem, accountId: AccountId): void {
  const isOwn = item.senderId === set.ownId;
  if (set.isKnown(item.senderId, item.timestampMs)) {
    if (!isOwn) set.refuse('duplicate');
    return;
  }
  if (item.timestampMs < set.deletedBeforeMs(accountId)) return set.refuse('deleted-before');
  const before = set.conversation(accountId);
  const isAway = !before || before.hidden === true;
  if (isAway && item.timestampMs <= set.handledBeforeMs(accountId)) return set.refuse('handled-elsewhere');
  if (!isOwn && !(before && isApproved(before)) && set.settings.reachableBy !== 'anyone') {
    return set.refuse('not-reachable');
  }
  const conversation = set.begin(accountId, item.timestampMs);
  const timer = timerOfContent(item.content, accountId === set.ownId);
  const expiration = receivedExpiration(set, item, accountId);
  set.setConversation({ ...withTimer(conversation, item.timestampMs, timer, isOwn), hidden: false });
  if (!expiration) return;
  set.addMessage(
    accountId,
    timelineNotice({
      authorId: item.senderId,
      atMs: item.timestampMs,
      nowMs: set.nowMs,
      notice: { type: 'timer', byMe: isOwn, ...timer },
      direction: isOwn ? 'out' : 'in',
      messageHash: item.hash,
      expiration
    })
  );
}

/** The conversation after a change of timer; one that was overtaken by a later change is only a line. */
function withTimer(
  conversation: ConversationContent,
  timerAtMs: number,
  timer: TimerSetting,
  isOwn: boolean
): ConversationContent {
  const accepted = isOwn ? { ...conversation, approved: true } : { ...conversation, approvedMe: true };
  const lastAtMs = (isOwn ? conversation.timerAtMs : conversation.theirTimerAtMs) ?? 0;
  if (timerAtMs < lastAtMs) return accepted;
  return isOwn
    ? { ...accepted, timer, timerAtMs }
    : { ...accepted, theirTimer: timer, theirTimerAtMs: timerAtMs };
}
