// Loading that is done one at a time: what is wanted again by itself is left out meanwhile, what is asked for once waits.

export interface OneAtATime {
  readonly isBusy: boolean;
  /** Does nothing while something is under way. Rejects as `work` does. */
  orSkip(work: () => Promise<void>): Promise<void>;
  /** After what is under way, however that ends. Rejects as `work` does. */
  orWait(work: () => Promise<void>): Promise<void>;
  /** Nothing more is begun. */
  stop(): void;
}

export function createOneAtATime(): OneAtATime {
  let isBusy = false;
  let isStopped = false;
  let underWay: Promise<unknown> = Promise.resolve();

  async function orSkip(work: () => Promise<void>): Promise<void> {
    if (isBusy || isStopped) return;
    isBusy = true;
    const run = work().finally(() => (isBusy = false));
    underWay = run.catch(() => {});
    await run;
  }

  return {
    get isBusy() {
      return isBusy;
    },
    orSkip,
    async orWait(work) {
      while (isBusy) await underWay;
      await orSkip(work);
    },
    stop: () => (isStopped = true)
  };
}
