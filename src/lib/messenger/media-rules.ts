// Applies the rules of the chats about how long files stay: when a tab begins to lead, some times a day, and when a rule is
// made. By the leading tab alone.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { applyMediaRules, type ProfileStore } from '../storage/index.ts';
import { createBell } from './bell.ts';

export interface MediaRules {
  start(): void;
  stop(): Promise<void>;
  ring(): void;
}

/** Rules count in days. */
const LOOK_AGAIN_MS = 6 * 60 * 60_000;
/** After a failure. */
const RETRY_MS = 10 * 60_000;
/** Before the first look, so that what one waits for comes first. */
const FIRST_MS = 20_000;

export function createMediaRules(deps: {
  readonly store: ProfileStore;
  /** Network time, milliseconds. */
  readonly now: () => number;
  readonly clock: Clock;
  readonly log: Log;
}): MediaRules {
  const { store, now, clock, log } = deps;
  const bell = createBell(clock);
  let running: { controller: AbortController; done: Promise<void> } | null = null;

  async function loop(signal: AbortSignal): Promise<void> {
    for (let waitMs = FIRST_MS; ;) {
      await bell.wait(waitMs, signal);
      if (signal.aborted) return;
      try {
        const time = { nowMs: now(), offsetMs: clock.now() - now() };
        const { files, bytes } = await applyMediaRules(store, time, signal);
        if (files > 0) log.info('media-cleared', { files, bytes });
        waitMs = LOOK_AGAIN_MS;
      } catch (error) {
        const code = errorCode(error);
        if (signal.aborted || code === 'deposed' || code === 'closed') return;
        log.warn('media-rules-failed', { code });
        waitMs = RETRY_MS;
      }
    }
  }

  return {
    start() {
      if (running) return;
      const controller = new AbortController();
      running = { controller, done: loop(controller.signal) };
    },
    async stop() {
      running?.controller.abort();
      await running?.done;
      running = null;
    },
    ring: () => bell.ring()
  };
}
