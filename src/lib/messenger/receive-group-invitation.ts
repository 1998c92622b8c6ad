// Invitations and promotions to groups, which come as one-to-one messages (groups-and-communities.md): groups are not
// built, so a readable line is all that becomes of them. Pure.
import { isApproved } from '../storage/index.ts';
import type { GroupUpdateMessage } from '../wire/index.ts';
import { receivedName } from './display-name.ts';
import { timelineNotice } from './notices.ts';
import type { ContentItem } from './open-item.ts';
import { receivedExpiration } from './receive-expiration.ts';
import type { WorkingSet } from './working-set.ts';

export function receiveGroupInvitation(set: WorkingSet, item: ContentItem, update: GroupUpdateMessage): void {
  const named = update.inviteMessage ?? update.promoteMessage;
  const conversation = set.conversation(item.senderId);
  if (!named || item.senderId === set.ownId) return set.refuse('not-supported');
  // A stranger could fill the list of requests with groups that nobody can open.
  if (!conversation || !isApproved(conversation)) return set.refuse('group-invitation-of-stranger');
  if (set.isKnown(item.senderId, item.timestampMs)) return set.refuse('duplicate');
  if (item.timestampMs < set.deletedBeforeMs(item.senderId)) return set.refuse('deleted-before');
  const expiration = receivedExpiration(set, item, item.senderId);
  if (!expiration) return;
  set.setConversation({ ...conversation, hidden: false });
  set.addMessage(
    item.senderId,
    timelineNotice({
      authorId: item.senderId,
      atMs: item.timestampMs,
      nowMs: set.nowMs,
      notice: { type: 'group-invitation', groupName: receivedName(named.name) ?? '' },
      direction: 'in',
      messageHash: item.hash,
      expiration
    })
  );
}
