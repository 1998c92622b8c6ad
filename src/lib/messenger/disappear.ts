// Takes messages away whose time is over (accounts-and-messages.md §4.10): once before anything is shown, and then at each
// deadline. Every tab may do it; what is gone already is nothing to do.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  loadNextDeadline,
  removeDueMessages,
  type LoadedMessage,
  type OnRead,
  type ProfileStore
} from '../storage/index.ts';
import { createBell } from './bell.ts';
import { timerOnReading } from './timers.ts';

export interface Sweeper {
  /** Removes everything that is due now. @throws StorageError */
  sweep(signal?: AbortSignal): Promise<void>;
  /** Sweeps at each deadline until `stop`. */
  start(): void;
  stop(): Promise<void>;
  /** A deadline was set, network time was learnt, or the device woke up. */
  ring(): void;
}

export interface SweeperDependencies {
  readonly store: ProfileStore;
  /** Network time, milliseconds. */
  readonly now: () => Promise<number> | number;
  readonly clock: Clock;
  readonly log: Log;
  /** Messages went; for those who keep more of them, such as files. */
  readonly onRemoved?: (messages: readonly LoadedMessage[]) => void;
}

/** Longest sleep: timers stand still while a device sleeps, and its clock may be set meanwhile. */
const MAX_SLEEP_MS = 30_000;

/** Device time that runs away from monotonic time by more was set, or the device slept. */
const JUMP_MS = 60_000;

/**
 * Time for the network to say what time it is, after a jump: what is removed does not come back. Readers hide it
 * meanwhile.
 */
const JUMP_GRACE_MS = 15_000;

/** Pause after the database refused. */
const PAUSE_MS = 5_000;

export function createSweeper(deps: SweeperDependencies): Sweeper {
  const { store, clock, log } = deps;
  const bell = createBell(clock);
  let running: { controller: AbortController; done: Promise<void> } | null = null;

  async function sweep(signal?: AbortSignal): Promise<void> {
    let isMore = true;
    while (isMore && !signal?.aborted) {
      const { removed, more } = await removeDueMessages(store, await deps.now());
      isMore = more;
      if (removed.length === 0) continue;
      log.debug('messages-disappeared', { count: removed.length });
      deps.onRemoved?.(removed);
    }
  }

  const drift = () => clock.now() - clock.monotonic();

  async function loop(signal: AbortSignal): Promise<void> {
    let driftMs = drift();
    while (!signal.aborted) {
      try {
        if (drift() - driftMs > JUMP_MS) await clock.sleep(JUMP_GRACE_MS, signal);
        driftMs = drift();
        await sweep(signal);
        const nextMs = await loadNextDeadline(store);
        const leftMs = nextMs === null ? MAX_SLEEP_MS : nextMs - (await deps.now());
        await bell.wait(Math.min(Math.max(leftMs, 0), MAX_SLEEP_MS), signal);
      } catch (error) {
        const code = errorCode(error);
        if (signal.aborted || code === 'closed') return;
        log.warn('sweep-failed', { code });
        await clock.sleep(PAUSE_MS, signal).catch(() => {});
      }
    }
  }

  return {
    sweep,
    start() {
      if (running) return;
      const controller = new AbortController();
      running = { controller, done: loop(controller.signal) };
    },
    async stop() {
      const stopping = running;
      running = null;
      stopping?.controller.abort();
      await stopping?.done;
    },
    ring: () => bell.ring()
  };
}

/** What follows for a message that waited to be read. */
export const startByReading: OnRead = (message, readAtMs) => {
  const { disappears, expiresAtMs } = message;
  const started = disappears ? timerOnReading(disappears, { expiresAtMs, readAtMs }) : null;
  if (!started) return null;
  return { message: { ...message, disappears: started.timer }, shortenToMs: started.shortenToMs };
};
