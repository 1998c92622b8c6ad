import type { Clock } from '../../src/lib/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time on by `ms` and lets every sleeper that is due run. */
  advance(ms: number): Promise<void>;
  /** Sets the device time alone, as a person changing the date does. */
  setDeviceTime(nowMs: number): void;
}

/** A clock that stands still until told otherwise. */
export function createFakeClock(startMs = 1_750_000_000_000): FakeClock {
  let elapsedMs = 0;
  let offsetMs = startMs;
  const sleepers = new Set<{ dueMs: number; wake: () => void }>();
  return {
    now: () => offsetMs + elapsedMs,
    monotonic: () => elapsedMs,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { dueMs: elapsedMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      });
    },
    async advance(ms) {
      const target = elapsedMs + ms;
      for (;;) {
        const due = [...sleepers].filter((s) => s.dueMs <= target).sort((a, b) => a.dueMs - b.dueMs)[0];
        if (!due) break;
        elapsedMs = Math.max(elapsedMs, due.dueMs);
        sleepers.delete(due);
        due.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      elapsedMs = target;
      await new Promise((resolve) => setImmediate(resolve));
    },
    setDeviceTime(nowMs) {
      offsetMs = nowMs - elapsedMs;
    }
  };
}
