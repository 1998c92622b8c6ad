// Work that nobody waits for, but that ends with its owner.

export interface Background {
  readonly signal: AbortSignal;
  /** Starts work; errors other than the abort go to `onError`. Nothing starts after `stop`. */
  run(work: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts everything and resolves when all of it has ended. */
  stop(reason: Error): Promise<void>;
}

export function createBackground(onError: (error: unknown) => void): Background {
  const controller = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    signal: controller.signal,
    run(work) {
      if (controller.signal.aborted) return;
      const task: Promise<void> = work(controller.signal)
        .catch((error: unknown) => {
          if (!controller.signal.aborted) onError(error);
        })
        .finally(() => running.delete(task));
      running.add(task);
    },
    async stop(reason) {
      controller.abort(reason);
      await Promise.allSettled(running);
    }
  };
}
