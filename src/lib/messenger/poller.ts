// When to ask the own swarm: quickly while somebody looks, seldom when nobody does, at once on a ring; jittered, and never
// two polls at a time (design.md §5).
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import { createBell } from './bell.ts';

/** How the app is being used, over all its tabs. */
export interface Activity {
  readonly visible: boolean;
  /** Used within the last minutes. */
  readonly active: boolean;
}

export interface Poller {
  /** Polls until `stop`. @param onEnd called when storage refuses to go on: `deposed` or `closed` */
  start(onEnd: (code: string) => void): void;
  stop(): Promise<void>;
  /** Polls as soon as the poll under way, if any, is over. */
  ring(): void;
  setActivity(activity: Activity): void;
}

const WATCHED_INTERVAL_MS = 3_000;
/** Visible, but nobody has touched it for a while. */
const IDLE_MAX_INTERVAL_MS = 15_000;
const HIDDEN_MAX_INTERVAL_MS = 60_000;
/** Each quiet poll makes the next wait this much longer. */
const GROWTH = 1.5;
const MAX_FAILURE_WAIT_MS = 60_000;

/** The wait before the next poll, without jitter. Pure. */
export function pollInterval(activity: Activity, quietPolls: number, failures: number): number {
  if (failures > 0)
    return Math.min(MAX_FAILURE_WAIT_MS, WATCHED_INTERVAL_MS * 2 ** Math.min(failures - 1, 10));
  if (activity.visible && activity.active) return WATCHED_INTERVAL_MS;
  const longest = activity.visible ? IDLE_MAX_INTERVAL_MS : HIDDEN_MAX_INTERVAL_MS;
  return Math.min(longest, WATCHED_INTERVAL_MS * GROWTH ** Math.min(quietPolls, 20));
}

export function createPoller(deps: {
  /** One poll. @returns whether to go on at once because the node holds more, and whether anything came */
  poll: (signal: AbortSignal) => Promise<{ more: boolean; received: number }>;
  isConnected: () => boolean;
  clock: Clock;
  random: RandomBytes;
  log: Log;
}): Poller {
  const { clock, log } = deps;
  const bell = createBell(clock);
  let activity: Activity = { visible: true, active: true };
  let quietPolls = 0;
  let running: { controller: AbortController; done: Promise<void> } | null = null;

  async function loop(signal: AbortSignal, onEnd: (code: string) => void): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let isMore = false;
      if (deps.isConnected()) {
        try {
          const result = await deps.poll(signal);
          failures = 0;
          isMore = result.more;
          quietPolls = result.received > 0 ? 0 : quietPolls + 1;
        } catch (error) {
          if (signal.aborted) return;
          const code = errorCode(error);
          if (code === 'deposed' || code === 'closed') return onEnd(code);
          failures += 1;
          log.debug('poll-failed', { code, failures });
          if (code === 'unexpected') log.error('poll-failed', { code });
        }
      }
      if (isMore) continue;
      const intervalMs = pollInterval(activity, quietPolls, failures);
      // Only downwards: a message is promised within the interval.
      const jitteredMs = intervalMs - Math.floor((intervalMs * randomBelow(deps.random, 200)) / 1000);
      await bell.wait(jitteredMs, signal);
    }
  }

  return {
    start(onEnd) {
      if (running) return;
      const controller = new AbortController();
      running = { controller, done: loop(controller.signal, onEnd) };
    },
    async stop() {
      const stopping = running;
      running = null;
      stopping?.controller.abort();
      await stopping?.done;
    },
    ring() {
      quietPolls = 0;
      bell.ring();
    },
    setActivity(next) {
      const isCloser = (next.visible && !activity.visible) || (next.active && !activity.active);
      activity = next;
      if (!isCloser) return;
      quietPolls = 0;
      bell.ring();
    }
  };
}
