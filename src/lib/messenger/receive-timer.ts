// Changes of the disappearing timer (accounts-and-messages.md §4.10): theirs is a line with an offer to follow, ours from
// another device is taken over. Pure.
import type { AccountId } from '../account-id.ts';
import { isApproved, NO_TIMER } from '../storage/index.ts';
import { timelineNotice } from './notices.ts';
import type { ContentItem } from './open-item.ts';
import { timerOf } from './receive-expiration.ts';
import type { WorkingSet } from './working-set.ts';

export function receiveTimer(set: WorkingSet, item: ContentItem, accountId: AccountId): void {
  const isOwn = item.senderId === set.ownId;
  if (set.isKnown(item.senderId, item.timestampMs)) {
    if (!isOwn) set.refuse('duplicate');
    return;
  }
  if (item.timestampMs < set.deletedBeforeMs(accountId)) return set.refuse('deleted-before');
  const before = set.conversation(accountId);
  if (!isOwn && !(before && isApproved(before)) && set.settings.reachableBy !== 'anyone') {
    return set.refuse('not-reachable');
  }
  const conversation = set.begin(accountId, item.timestampMs);
  const timer = timerOf(item.content, conversation.kind) ?? NO_TIMER;
  const stands = { ...conversation, hidden: false };
  set.setConversation(
    isOwn ? { ...stands, timer, approved: true } : { ...stands, theirTimer: timer, approvedMe: true }
  );
  set.addMessage(
    accountId,
    timelineNotice({
      authorId: item.senderId,
      atMs: item.timestampMs,
      nowMs: set.nowMs,
      notice: { type: 'timer', byMe: isOwn, ...timer },
      direction: isOwn ? 'out' : 'in',
      messageHash: item.hash
    })
  );
}
