import type { Clock } from '../../src/lib/clock.ts';

export interface LeapClock extends Clock {
  /** Passes so much time in no time; whoever slept until then wakes up. */
  leap(ms: number): void;
  /** The same while the device sleeps: monotonic time, and with it every sleeper, stands still. */
  leapAsleep(ms: number): void;
}

/** Real time, `factor` times as fast, with leaps. */
export function createLeapClock(factor: number): LeapClock {
  const startMs = Date.now();
  const startMonotonicMs = performance.now();
  let leaptMs = 0;
  let sleptMs = 0;
  const sleepers = new Set<() => void>();
  const monotonic = () => (performance.now() - startMonotonicMs) * factor + leaptMs;
  return {
    now: () => Math.floor(startMs + monotonic() + sleptMs),
    monotonic,
    leap(ms) {
      leaptMs += ms;
      for (const look of [...sleepers]) look();
    },
    leapAsleep(ms) {
      sleptMs += ms;
    },
    sleep(ms, signal) {
      const dueMs = monotonic() + ms;
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        let timer: ReturnType<typeof setTimeout>;
        const end = () => {
          clearTimeout(timer);
          sleepers.delete(look);
          signal?.removeEventListener('abort', onAbort);
        };
        const look = () => {
          clearTimeout(timer);
          const leftMs = dueMs - monotonic();
          if (leftMs > 0) {
            timer = setTimeout(look, Math.ceil(leftMs / factor));
            return;
          }
          end();
          resolve();
        };
        const onAbort = () => {
          end();
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.add(look);
        look();
      });
    }
  };
}
