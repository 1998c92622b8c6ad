// Saves the snapshot a moment after it changed; never two saves at once, and the last state always lands.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OnionSnapshot, OnionStore } from './snapshot.ts';

export interface Saver {
  /** Something changed. */
  touch(): void;
  /** Saves what is not saved yet. */
  flush(): Promise<void>;
  /** Runs until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export function createSaver(dependencies: {
  readonly store: OnionStore;
  readonly snapshot: () => OnionSnapshot;
  readonly delayMs: number;
  readonly clock: Clock;
  readonly log: Log;
}): Saver {
  const { store, snapshot, delayMs, clock, log } = dependencies;
  let isDirty = false;
  let saving: Promise<void> = Promise.resolve();
  let wake = () => {};

  async function save(): Promise<void> {
    if (!isDirty) return;
    isDirty = false;
    try {
      await store.save(snapshot());
    } catch (error) {
      // Without a store the client works, and only forgets.
      log.warn('onion-save-failed', { code: errorCode(error) });
    }
  }

  const flush = () => (saving = saving.then(save));

  return {
    touch() {
      isDirty = true;
      wake();
    },
    flush,
    async run(signal) {
      signal.addEventListener('abort', () => wake(), { once: true });
      while (!signal.aborted) {
        if (!isDirty) await new Promise<void>((resolve) => (wake = resolve));
        await clock.sleep(delayMs, signal);
        await flush();
      }
    }
  };
}
