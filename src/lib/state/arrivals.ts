// What is worth saying aloud about the open chat: new messages, at most every five seconds, and failures at once
// (ux.md §7). History that is paged in says nothing.
import type { MessageView } from '../storage/views.ts';

export type Arrival = { readonly kind: 'new'; readonly count: number } | { readonly kind: 'failed' };

/** Shortest time between two sentences about new messages, milliseconds. */
const QUIET_MS = 5_000;

export interface Arrivals {
  /** Compares with what was followed before. */
  follow(messages: readonly MessageView[], say: (arrival: Arrival) => void): void;
  stop(): void;
}

export function createArrivals(): Arrivals {
  let newestSort: number | null = null;
  let failed = new Set<string>();
  let waiting = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function speak(say: (arrival: Arrival) => void): void {
    timer = undefined;
    if (waiting === 0) return;
    say({ kind: 'new', count: waiting });
    waiting = 0;
    timer = setTimeout(() => speak(say), QUIET_MS);
  }

  return {
    follow(messages, say) {
      const failedNow = new Set(messages.filter((view) => view.state === 'failed').map((view) => view.id));
      const last = messages[messages.length - 1]?.sort ?? -Infinity;
      if (newestSort !== null) {
        const before = newestSort;
        waiting += messages.filter((view) => view.direction === 'in' && view.sort > before).length;
        if (waiting > 0 && timer === undefined) speak(say);
        if ([...failedNow].some((id) => !failed.has(id))) say({ kind: 'failed' });
      }
      failed = failedNow;
      newestSort = Math.max(newestSort ?? -Infinity, last);
    },
    stop: () => clearTimeout(timer)
  };
}
