// Requests to delete a message (accounts-and-messages.md §4.9). Pure.
import { isAccountId, type AccountId } from '../account-id.ts';
import { deletedPlaceholder } from '../storage/index.ts';
import { toTimestampMs, type UnsendRequest } from '../wire/index.ts';
import type { ContentItem } from './open-item.ts';
import type { MessageAddress, WorkingSet } from './working-set.ts';

/** Author and sent time a request names; null when it names none. */
export function unsendTarget(request: UnsendRequest): { authorId: AccountId; timestampMs: number } | null {
  const timestampMs = toTimestampMs(request.timestamp);
  if (timestampMs === null || !isAccountId(request.author)) return null;
  return { authorId: request.author, timestampMs };
}

export function receiveUnsend(set: WorkingSet, item: ContentItem, request: UnsendRequest): void {
  const target = unsendTarget(request);
  const isOwn = item.senderId === set.ownId;
  if (!target || !(isOwn || item.senderId === target.authorId)) return set.refuse('unsend-not-allowed');
  const conversationAccountId =
    target.authorId === set.ownId ? set.conversationOfOwn(target.timestampMs) : target.authorId;
  if (conversationAccountId === null || !set.conversation(conversationAccountId)) {
    return set.refuse('unsend-without-target');
  }
  const address: MessageAddress = { conversationAccountId, ...target };
  const message = set.message(address);
  if (!message) {
    // The original may still be on its way, from another member of the swarm.
    set.bury(address);
    return;
  }
  if (message.messageHash !== null) set.addChore({ kind: 'delete', hashes: [message.messageHash] });
  if (conversationAccountId === set.ownId) set.removeMessage(address);
  else if (!message.deleted) set.changeMessage(address, deletedPlaceholder(message));
}
