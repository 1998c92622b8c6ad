// Lines of the timeline that no person wrote, as messages are stored.
import type { AccountId } from '../account-id.ts';
import type { MessageContent, TimelineNotice } from '../storage/index.ts';

/**
 * @param input.authorId whose message it counts as; with `atMs` its identity
 * @param input.atMs,input.nowMs network time
 */
export function timelineNotice(input: {
  authorId: AccountId;
  atMs: number;
  nowMs: number;
  notice: TimelineNotice;
  direction?: 'in' | 'out';
  messageHash?: string;
  /** When it ends; absent: not by itself. */
  expiration?: Pick<MessageContent, 'expiresAtMs' | 'disappears'>;
}): MessageContent {
  const direction = input.direction ?? 'out';
  return {
    direction,
    authorId: input.authorId,
    text: '',
    sentAtMs: input.atMs,
    receivedAtMs: input.nowMs,
    state: direction === 'out' ? 'sent' : 'received',
    failureCode: null,
    messageHash: input.messageHash ?? null,
    expiresAtMs: null,
    ...input.expiration,
    notice: input.notice
  };
}
