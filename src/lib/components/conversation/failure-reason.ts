// Why a message could not be sent, in words.
import type { MessageView } from '../../storage/views.ts';
import { conversation as text } from '../../text/en/conversation.ts';

/** Null unless it failed. */
export function failureReason(message: Pick<MessageView, 'state' | 'failureCode'>): string | null {
  if (message.state !== 'failed') return null;
  const reasons: Readonly<Record<string, string>> = text.failures;
  return reasons[message.failureCode ?? 'other'] ?? text.failures.other;
}
