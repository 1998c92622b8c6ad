// What a received message says of its own end (accounts-and-messages.md §4.10). Pure.
import type { AccountId } from '../account-id.ts';
import { timeOfSort, type MessageContent } from '../storage/index.ts';
import type { ContentItem } from './open-item.ts';
import { timerOfContent, timerOfRecord, timerOnReceiving } from './timers.ts';
import type { WorkingSet } from './working-set.ts';

/** The part of a stored message that says when it disappears. */
type Expiration = Pick<MessageContent, 'expiresAtMs' | 'disappears'>;

/**
 * When a message ends, and what is asked of our swarm for it.
 * @param accountId of the conversation it belongs to, which need not be there yet
 * @param options.isRecord call records and media-saved notices: their copy lies in the swarm for a time of its own
 * @returns null: it has ended already, and nothing of it is kept
 */
export function receivedExpiration(
  set: WorkingSet,
  item: ContentItem,
  accountId: AccountId,
  { isRecord = false }: { isRecord?: boolean } = {}
): Expiration | null {
  const { expiresAtMs, timestampMs: sentAtMs, hash } = item;
  const carried = timerOfContent(item.content, accountId === set.ownId);
  const { mode, seconds } = isRecord ? timerOfRecord(carried) : carried;
  if (mode === 'off') return { expiresAtMs };
  // Moved here by our other devices, a position may name a message this one does not have yet.
  const readUpToMs = timeOfSort(set.conversation(accountId)?.readUpToSort ?? 0);
  const isRead = item.senderId === set.ownId || sentAtMs <= readUpToMs;
  const received = timerOnReceiving(
    { mode, seconds },
    { isRead, sentAtMs, expiresAtMs: isRecord ? null : expiresAtMs, nowMs: set.nowMs }
  );
  if (received.kind === 'ended') return null;
  if (received.shortenToMs !== null && received.shortenToMs < expiresAtMs) {
    set.addChore({ kind: 'expire', hashes: [hash], expiryMs: received.shortenToMs });
  }
  return { expiresAtMs, disappears: received.timer };
}
