// Which tab is the engine of a profile: whoever holds the Web Lock (design.md §5). A holder that has gone silent for 15
// seconds is taken over from; the epoch in the database keeps it from writing when it wakes.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Locks } from './ports.ts';

export const HEARTBEAT_MS = 5_000;
const SILENCE_MS = 15_000;
const WATCH_MS = 1_000;
/** A watch that comes this late was asleep with the device, as was the holder: silence then says nothing. */
const OVERSLEPT_MS = 4_000;
const RETRY_MS = 1_000;

export interface Election {
  start(): void;
  /** Gives the lock back, if held, once `lead` has ended. */
  stop(): Promise<void>;
  /** The holder was heard. */
  heard(): void;
}

export function createElection(deps: {
  lockName: string;
  locks: Locks;
  clock: Clock;
  log: Log;
  /** Runs as the engine; returns when the signal aborts, or earlier when it cannot go on. */
  lead: (signal: AbortSignal) => Promise<void>;
}): Election {
  const { clock, locks, log } = deps;
  let lastHeardMs = 0;
  let running: { controller: AbortController; done: Promise<void> } | null = null;

  /** Resolves when the holder has been silent too long. */
  async function watch(signal: AbortSignal): Promise<void> {
    let tickMs = clock.monotonic();
    lastHeardMs = tickMs;
    for (;;) {
      await clock.sleep(WATCH_MS, signal);
      const nowMs = clock.monotonic();
      if (nowMs - tickMs > OVERSLEPT_MS) lastHeardMs = nowMs;
      tickMs = nowMs;
      if (nowMs - lastHeardMs >= SILENCE_MS) return;
    }
  }

  /** Waits for the lock and leads. @returns whether the holder seems dead */
  async function campaign(steal: boolean, stop: AbortSignal): Promise<boolean> {
    const waiting = new AbortController();
    const leading = new AbortController();
    const end = () => {
      waiting.abort();
      leading.abort();
    };
    stop.addEventListener('abort', end, { once: true });
    let isSilent = false;
    let led: Promise<void> = Promise.resolve();
    const watched = steal
      ? Promise.resolve()
      : watch(waiting.signal).then(
          () => {
            isSilent = true;
            waiting.abort();
          },
          () => {}
        );
    try {
      await locks.request(deps.lockName, steal ? { steal } : { signal: waiting.signal }, () => {
        const isTooLate = waiting.signal.aborted;
        waiting.abort();
        if (!isTooLate || steal) led = deps.lead(leading.signal);
        return led;
      });
    } catch (error) {
      // Aborted while waiting, or the lock was taken from us.
      if (errorCode(error) !== 'aborted') log.warn('lock-failed', { code: errorCode(error) });
    } finally {
      end();
      stop.removeEventListener('abort', end);
      await watched;
      await led.catch((error: unknown) => log.warn('lead-failed', { code: errorCode(error) }));
    }
    return isSilent;
  }

  async function run(stop: AbortSignal): Promise<void> {
    let steal = false;
    while (!stop.aborted) {
      const startedMs = clock.monotonic();
      steal = await campaign(steal, stop);
      // A lead that ends at once must not spin.
      if (!stop.aborted && !steal && clock.monotonic() - startedMs < RETRY_MS) {
        await clock.sleep(RETRY_MS, stop).catch(() => {});
      }
    }
  }

  return {
    start() {
      if (running) return;
      const controller = new AbortController();
      running = { controller, done: run(controller.signal) };
    },
    async stop() {
      const stopping = running;
      running = null;
      stopping?.controller.abort();
      await stopping?.done;
    },
    heard() {
      lastHeardMs = clock.monotonic();
    }
  };
}
