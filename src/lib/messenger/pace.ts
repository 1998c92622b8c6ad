// How often something may be done that others can cause: at once the first times, then more and more seldom.
import type { Clock } from '../clock.ts';

export interface Pace {
  isDue(): boolean;
  /** It was done now. */
  note(): void;
  /** The person asked for it: at once again. */
  reset(): void;
}

export interface PaceRule {
  /** Times without any wait. */
  readonly free: number;
  /** The first wait, milliseconds; each further one is twice as long. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** After this long without it everything begins anew, milliseconds. */
  readonly quietMs: number;
}

export function createPace(clock: Clock, rule: PaceRule): Pace {
  let times = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  const waitMs = () =>
    times < rule.free ? 0 : Math.min(rule.longestMs, rule.firstMs * 2 ** Math.min(times - rule.free, 30));
  return {
    isDue: () => clock.monotonic() - lastMs >= waitMs(),
    note() {
      const nowMs = clock.monotonic();
      if (nowMs - lastMs >= Math.max(rule.quietMs, waitMs())) times = 0;
      times += 1;
      lastMs = nowMs;
    },
    reset() {
      times = 0;
      lastMs = Number.NEGATIVE_INFINITY;
    }
  };
}
