import { systemClock, type Clock } from '../../src/lib/clock.ts';

/** A clock whose seconds pass `factor` times as fast, so that real time limits can be waited for. The date stays true. */
export function createQuickClock(factor: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal)
  };
}
