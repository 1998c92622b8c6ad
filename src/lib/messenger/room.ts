// Knows when this browser has no room left: told by any write of this tab that fails for it, until one succeeds again. What
// could not be stored is not lost meanwhile: a poll does not move its cursor, an entry stays in the outbox.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { hasRoom, type ProfileStore } from '../storage/index.ts';
import { createBell } from './bell.ts';

export interface RoomWatch {
  readonly isFull: boolean;
  /** Something was taken away: there may be room again. */
  ring(): void;
  stop(): void;
}

/** How often a full browser is asked again. */
const ASK_AGAIN_MS = 15_000;

/** @param onChange told when it is full, and when it is not any more */
export function createRoomWatch(deps: {
  readonly store: ProfileStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (isFull: boolean) => void;
}): RoomWatch {
  const { store, clock, log, onChange } = deps;
  const bell = createBell(clock);
  const stopped = new AbortController();
  let isFull = false;

  async function untilRoom(): Promise<void> {
    while (!stopped.signal.aborted) {
      await bell.wait(ASK_AGAIN_MS, stopped.signal);
      if (stopped.signal.aborted) return;
      try {
        if (await hasRoom(store)) return;
      } catch (error) {
        const code = errorCode(error);
        log.warn('room-not-asked', { code });
        if (code === 'closed') return;
      }
    }
  }

  store.room.onQuota = () => {
    if (isFull || stopped.signal.aborted) return;
    isFull = true;
    log.warn('no-room');
    onChange(true);
    void untilRoom().then(() => {
      isFull = false;
      if (!stopped.signal.aborted) onChange(false);
    });
  };

  return {
    get isFull() {
      return isFull;
    },
    ring: () => bell.ring(),
    stop() {
      stopped.abort();
      store.room.onQuota = null;
    }
  };
}
