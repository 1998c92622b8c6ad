// What a received message says of its own end (accounts-and-messages.md §4.10). Pure.
import type { ConversationContent, MessageContent } from '../storage/index.ts';
import { Content_ExpirationType, type Content } from '../wire/index.ts';
import type { ContentItem } from './open-item.ts';
import type { WorkingSet } from './working-set.ts';

/** Longest timer taken over, seconds: beyond it a row outlives every device. */
const MAX_TIMER_SECONDS = 10 * 365 * 24 * 60 * 60;

/** The timer a content carries; in Note to Self every timer runs from sending. Null when it is off. */
export function timerOf(
  content: Content,
  kind: ConversationContent['kind']
): { mode: 'after-read' | 'after-send'; seconds: number } | null {
  const { expirationType, expirationTimer: seconds } = content;
  if (!(seconds > 0 && seconds <= MAX_TIMER_SECONDS)) return null;
  if (expirationType === Content_ExpirationType.DELETE_AFTER_SEND) return { mode: 'after-send', seconds };
  if (expirationType !== Content_ExpirationType.DELETE_AFTER_READ) return null;
  return { mode: kind === 'note-to-self' ? 'after-send' : 'after-read', seconds };
}

/** The part of a stored message that says when it disappears. */
export function receivedExpiration(
  _set: WorkingSet,
  item: ContentItem,
  conversation: ConversationContent
): Pick<MessageContent, 'disappears'> {
  const timer = timerOf(item.content, conversation.kind);
  return timer ? { disappears: { ...timer, atMs: null } } : {};
}
