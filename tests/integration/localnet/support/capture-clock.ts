import { systemClock, type Clock } from '../../../../src/lib/clock.ts';

export interface CaptureClock extends Clock {
  /** Sets the time; long sleeps that are due end. */
  setTime(nowMs: number): Promise<void>;
}

/** Sleeps shorter than this are time limits, which run in real time. */
const REAL_BELOW_MS = 1_000;

/** A clock that stands at the time of a captured answer. */
export function createCaptureClock(startMs: number): CaptureClock {
  let nowMs = startMs;
  let latestMs = startMs;
  const sleepers = new Set<{ dueMs: number; wake: () => void }>();
  return {
    now: () => nowMs,
    monotonic: () => latestMs,
    sleep(ms, signal) {
      if (ms < REAL_BELOW_MS) return systemClock.sleep(ms, signal);
      return new Promise((resolve, reject) => {
        const sleeper = { dueMs: latestMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      });
    },
    async setTime(next) {
      nowMs = next;
      latestMs = Math.max(latestMs, next);
      for (const sleeper of [...sleepers]) {
        if (sleeper.dueMs > latestMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}
