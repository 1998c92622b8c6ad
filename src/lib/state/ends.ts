// Messages on screen that come to their end: told at that moment and when the page wakes up, from memory, since a row that
// is swept meanwhile shows only once it was read again.
import { loadNetworkTime, type MessageView, type ProfileDatabase } from '../storage/queries.ts';
import { onWake } from './wake.ts';

export interface EndsWatch {
  /** These are on screen now. */
  follow(messages: readonly Pick<MessageView, 'disappears'>[]): void;
  stop(): void;
}

/** Longest single timer: they stand still while the device sleeps. */
const MAX_TIMER_MS = 60_000;

/** Whether a message is past its time. @param nowMs network time */
export function hasEnded({ disappears }: Pick<MessageView, 'disappears'>, nowMs: number): boolean {
  return disappears !== null && disappears.atMs !== null && disappears.atMs <= nowMs;
}

/** @param onEnd told network time when one of those followed has ended; those left are to be followed then */
export function watchEnds(
  { db, rowKey }: { readonly db: ProfileDatabase; readonly rowKey: CryptoKey },
  onEnd: (nowMs: number) => void,
  wake: typeof onWake = onWake
): EndsWatch {
  let followed: readonly Pick<MessageView, 'disappears'>[] = [];
  /** Null before it was read: what the device clock says alone must take nothing off the screen. */
  let offsetMs: number | null = null;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    clearTimeout(timer);
    if (offsetMs === null) return;
    const nowMs = db.deviceNow() - offsetMs;
    if (followed.some((message) => hasEnded(message, nowMs))) {
      onEnd(nowMs);
      return;
    }
    const endsMs = followed.flatMap(({ disappears }) => disappears?.atMs ?? []);
    if (endsMs.length === 0) return;
    timer = setTimeout(look, Math.min(Math.min(...endsMs) - nowMs, MAX_TIMER_MS));
  }

  /** Whoever follows rows is called again when network time is learnt anew, since what they may show depends on it. */
  async function learnTime(): Promise<void> {
    const nowMs = await loadNetworkTime(db, rowKey);
    offsetMs = db.deviceNow() - nowMs;
    if (!stopped) look();
  }

  const stopWaking = wake(look);
  return {
    follow(messages) {
      followed = messages;
      look();
      // A database that is closed shows nothing any more.
      learnTime().catch(() => {});
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      stopWaking();
    }
  };
}
