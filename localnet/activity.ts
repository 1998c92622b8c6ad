// Counts work in progress, so that a test can wait for quiet in place of sleeping.

export interface Activity {
  /** Counts `work` as in progress until it ends. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is in progress, and nothing new began in the turn after. */
  settle(): Promise<void>;
}

export function createActivity(): Activity {
  let inProgress = 0;
  let began = 0;
  const waiting = new Set<() => void>();
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const idle = () =>
    inProgress === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.add(resolve));
  return {
    async run(work) {
      inProgress++;
      began++;
      try {
        return await work();
      } finally {
        if (--inProgress === 0) {
          for (const resolve of waiting) resolve();
          waiting.clear();
        }
      }
    },
    async settle() {
      for (;;) {
        await idle();
        const seen = began;
        // An answer on its way to a client can cause the next request; two turns let it arrive.
        await turn();
        await turn();
        if (inProgress === 0 && began === seen) return;
      }
    }
  };
}
