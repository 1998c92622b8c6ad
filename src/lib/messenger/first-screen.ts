// The network waits for the page's first screen: building paths and drawing a list both take all that a small machine has, and
// the list is what somebody looks at.
import type { Clock } from '../clock.ts';

export interface FirstScreen {
  /** Resolves once it stands, or when it was waited for long enough: a page in the background draws nothing. */
  wait(): Promise<void>;
  /** It stands, or nobody waits for one. */
  stands(): void;
}

/** @param atMostMs how long the network waits for it, milliseconds; 0: not at all */
export function createFirstScreen(clock: Clock, atMostMs: number): FirstScreen {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (atMostMs === 0) resolve();
  return {
    async wait() {
      const over = new AbortController();
      await Promise.race([promise, clock.sleep(atMostMs, over.signal).catch(() => {})]);
      over.abort();
    },
    stands: resolve
  };
}
