// Time as a dependency: services are given a clock, so that tests decide when time passes.

export interface Clock {
  /** Device time, milliseconds since 1970. May be wrong: network time is this minus an offset (network.md §1.6). */
  now(): number;
  /** Milliseconds that only ever grow, unaffected by changes of the device time. */
  monotonic(): number;
  /**
   * Resolves after `ms`; rejects with the signal's reason when aborted.
   * @param ms milliseconds, 0 or more
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
};
