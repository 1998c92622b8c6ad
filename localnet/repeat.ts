import type { Clock } from '../src/lib/clock.ts';

/** Runs `work` every `everyMs`; a fake clock decides when that is. @returns a function that ends it */
export function repeat(clock: Clock, everyMs: number, work: () => void): () => Promise<void> {
  const stopping = new AbortController();
  const loop = async () => {
    for (;;) {
      try {
        await clock.sleep(everyMs, stopping.signal);
      } catch {
        return;
      }
      work();
    }
  };
  const running = loop();
  return async () => {
    stopping.abort();
    await running;
  };
}
