import type { Clock } from '../src/lib/clock.ts';

/** A reason of our own: making a DOMException for every request that ends in time is not free. */
const ENDED_IN_TIME = new Error('ended in time');

/** What `withinLimit` gives when the time is over. */
export const TIMED_OUT = 'timed out';

/** The result of `work`, or `TIMED_OUT` after `limitMs`. The work itself goes on unheard. */
export async function withinLimit<T extends object>(
  clock: Clock,
  limitMs: number,
  work: Promise<T>
): Promise<T | typeof TIMED_OUT> {
  const timer = new AbortController();
  const limit = clock.sleep(limitMs, timer.signal).then(
    () => TIMED_OUT,
    () => TIMED_OUT
  ) as Promise<typeof TIMED_OUT>;
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer.abort(ENDED_IN_TIME);
  }
}

/** Never resolves: what a silent peer answers. */
export function silence(): Promise<never> {
  return new Promise(() => {});
}
