// So many pieces of work at a time; the others wait in the order in which they came.

export interface Slots {
  /** Runs `work` when it is its turn; rejects with the signal's reason while it waits. */
  run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

/** @param count 1 or more */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(signal?.reason as Error);
      };
      const start = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.push(start);
    });
  }

  return {
    async run(work, signal) {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else await turn(signal);
      try {
        return await work();
      } finally {
        // Handed on without becoming free, so that nobody who comes now gets in between.
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    }
  };
}
