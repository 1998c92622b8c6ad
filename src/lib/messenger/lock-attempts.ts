// Slows down who guesses at the lock screen. Waiting is measured by time that only grows, in a tab that is open: setting the
// clock shortens nothing, and loading the page anew begins the wait anew. It stops who sits at the keyboard; a copy of the
// profile is guarded by the cost of each guess alone.
import type { Clock } from '../clock.ts';
import { clearAttempts, countAttempt, loadFailures, type ProfileListDatabase } from '../storage/index.ts';
import { MessengerError } from './errors.ts';
import type { Locks } from './ports.ts';

/** Mistakes that cost nothing. */
const FREE_FAILURES = 3;
const WAITS_MS = [5_000, 15_000, 30_000, 60_000, 120_000, 300_000] as const;

/** How long to wait after so many failures in a row, milliseconds. */
export function waitAfter(failures: number): number {
  if (failures < FREE_FAILURES) return 0;
  return WAITS_MS[Math.min(failures - FREE_FAILURES, WAITS_MS.length - 1)] as number;
}

export interface LockAttempts {
  /** Milliseconds until the next attempt is allowed. */
  waitMs(profileId: string): Promise<number>;
  /**
   * Makes an attempt; one at a time over all tabs.
   * @param work whether it was right
   * @throws MessengerError `unlock-refused`, `unlock-too-soon`, both with `details.waitMs`; what `work` throws
   */
  attempt<Result>(profileId: string, work: () => Promise<Result | null>): Promise<Result>;
}

export function createLockAttempts(deps: {
  list: ProfileListDatabase;
  locks: Locks;
  clock: Clock;
}): LockAttempts {
  const { list, locks, clock } = deps;
  /** Since when a number of failures is known to this tab. */
  const known = new Map<string, { failures: number; sinceMs: number }>();

  async function waitMs(profileId: string): Promise<number> {
    const failures = await loadFailures(list, profileId);
    let since = known.get(profileId);
    // Another tab's, or of before this page was loaded: the wait begins now.
    if (since?.failures !== failures) {
      since = { failures, sinceMs: clock.monotonic() };
      known.set(profileId, since);
    }
    return Math.max(0, Math.ceil(waitAfter(failures) - (clock.monotonic() - since.sinceMs)));
  }

  async function once<Result>(profileId: string, work: () => Promise<Result | null>): Promise<Result> {
    const before = await waitMs(profileId);
    if (before > 0) throw new MessengerError('unlock-too-soon', { details: { waitMs: before } });
    await countAttempt(list, profileId);
    const result = await work();
    if (result === null) {
      throw new MessengerError('unlock-refused', { details: { waitMs: await waitMs(profileId) } });
    }
    await clearAttempts(list, profileId);
    return result;
  }

  return {
    waitMs,
    async attempt<Result>(profileId: string, work: () => Promise<Result | null>) {
      let outcome: { result: Result } | { error: unknown } | null = null;
      await locks.request(`onionskin/attempt/${profileId}`, {}, async () => {
        outcome = await once(profileId, work).then(
          (result) => ({ result }),
          (error: unknown) => ({ error })
        );
      });
      const settled = outcome as unknown as { result: Result } | { error: unknown };
      if ('error' in settled) throw settled.error;
      return settled.result;
    }
  };
}
