// Which messages of a conversation wait for keys, and what is to be said of them (v2-forward-secrecy-and-pq.md §14.2). Pure.
import type { MessageView, WaitReason } from '../storage/views.ts';

export interface Waiting {
  readonly reason: WaitReason;
  /** Those that wait for it, oldest first. */
  readonly messageIds: readonly string[];
}

/** Worst first: what the person can decide about is said before what passes by itself. */
const ORDER: readonly WaitReason[] = ['stale', 'required', 'unreachable'];

/** Null: nothing waits for keys. */
export function waitingIn(messages: readonly Pick<MessageView, 'id' | 'waiting'>[]): Waiting | null {
  for (const reason of ORDER) {
    const messageIds = messages.filter(({ waiting }) => waiting === reason).map(({ id }) => id);
    if (messageIds.length > 0) return { reason, messageIds };
  }
  return null;
}
