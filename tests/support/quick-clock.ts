import { systemClock, type Clock } from '../../src/lib/clock.ts';

const TICK_MS = 5;

/** What waits for a time of the clock. */
interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/**
 * A clock whose seconds pass `factor` times as fast, so that real time limits can be waited for. The date stays true. It
 * moves once in a turn of the event loop at most: a machine that is busy elsewhere makes nobody in this process late.
 */
export function createQuickClock(factor: number): Clock & { stop(): void } {
  let nowMs = 0;
  const sleepers = new Set<Sleeper>();
  const ticking = setInterval(() => {
    nowMs += TICK_MS * factor;
    for (const sleeper of [...sleepers].sort((a, b) => a.dueMs - b.dueMs)) {
      if (sleeper.dueMs <= nowMs) sleeper.wake();
    }
  }, TICK_MS);
  ticking.unref();
  return {
    now: () => systemClock.now(),
    monotonic: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const end = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
        };
        const onAbort = () => {
          end();
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          dueMs: nowMs + ms,
          wake() {
            end();
            resolve();
          }
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    stop: () => clearInterval(ticking)
  };
}
