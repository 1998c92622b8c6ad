// Waiting that a ring ends: a ring while nobody waits ends the next wait at once, so that none is lost.
import type { Clock } from '../clock.ts';

export interface Bell {
  ring(): void;
  /**
   * Resolves at a ring, after `ms` (null: never by itself), or when the signal aborts.
   */
  wait(ms: number | null, signal: AbortSignal): Promise<void>;
}

export function createBell(clock: Clock): Bell {
  let isRung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async wait(ms, signal) {
      const timer = new AbortController();
      const stop = () => timer.abort();
      signal.addEventListener('abort', stop, { once: true });
      try {
        if (isRung || signal.aborted) return;
        const rung = new Promise<void>((resolve) => {
          wake = resolve;
          timer.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        if (ms === null) await rung;
        else await Promise.race([rung, clock.sleep(ms, timer.signal).catch(() => {})]);
      } finally {
        isRung = false;
        wake = null;
        signal.removeEventListener('abort', stop);
        timer.abort();
      }
    }
  };
}
