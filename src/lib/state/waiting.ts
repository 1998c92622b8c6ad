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

/** What the person answered with "keep waiting", and when. */
export interface KeptWaiting {
  readonly messageIds: readonly string[];
  readonly atMs: number;
}

/** As long as keys are taken for fresh: whoever waited so long without new ones is in another position than before (§14.3). */
const ASKED_AGAIN_MS = 24 * 60 * 60 * 1000;

/**
 * Whether to ask what is to become of messages that wait for newer keys. "Keep waiting" holds for those it was said of, and for a day.
 * @param kept null: it was not said since the conversation was opened
 */
export function asksAgain(waiting: Waiting, kept: KeptWaiting | null, nowMs: number): boolean {
  if (waiting.reason !== 'stale') return false;
  if (kept === null || nowMs - kept.atMs >= ASKED_AGAIN_MS) return true;
  return waiting.messageIds.some((id) => !kept.messageIds.includes(id));
}
