// Several devices of an account notice at once that other keys are to stand in its slot (v2-forward-secrecy-and-pq.md §9.3): each waits
// a while of its own, and finds them published by another one in the meantime.
import type { Clock } from '../clock.ts';
import { randomBelow, type RandomBytes } from '../random.ts';

export interface PublishDelay {
  /** Whether the wait, which begins with the first question, is over. */
  isOver(): boolean;
  /** Nothing is to be published any more: the next question begins anew. */
  clear(): void;
}

const LONGEST_MS = 60_000;

export function createPublishDelay(clock: Clock, random: RandomBytes): PublishDelay {
  let dueMs: number | null = null;
  return {
    isOver() {
      dueMs ??= clock.monotonic() + randomBelow(random, LONGEST_MS + 1);
      return clock.monotonic() >= dueMs;
    },
    clear() {
      dueMs = null;
    }
  };
}
