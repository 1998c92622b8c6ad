// What this browser does for the app while no tab is open (ux.md §4.8): whether it may wake it, and when it last did.
import { loadWakeUps, openProfileList, type WakeUp } from '../storage/queries-wake-ups.ts';
import { POLL_TAG } from '../release.ts';
import { createLive, type Live } from './live.svelte.ts';

/** `refused`: this browser can, but does not let this site; most ask that it is installed first. */
export type SlowRule = 'unsupported' | 'refused' | 'off' | 'on';

export interface SlowMode {
  /** Undefined until the browser answered. */
  readonly rule: SlowRule | undefined;
  /** The latest, newest first; undefined until they were read. */
  readonly wakeUps: readonly WakeUp[] | undefined;
  set(on: boolean): Promise<void>;
  stop(): void;
}

/** Periodic background work, which the library of types does not know. */
interface PeriodicSync {
  register(tag: string, options: { minInterval: number }): Promise<void>;
  unregister(tag: string): Promise<void>;
  getTags(): Promise<string[]>;
}

export const SHOWN_WAKE_UPS = 20;
/** What is asked for; browsers give less. */
const MIN_INTERVAL_MS = 15 * 60_000;

export function createSlowMode(page: Pick<Window, 'navigator'>): SlowMode {
  let rule = $state<SlowRule | undefined>(undefined);
  let wakeUps = $state.raw<Live<WakeUp[]> | null>(null);
  let isStopped = false;

  async function periodicSync(): Promise<PeriodicSync | null> {
    const registration = await page.navigator.serviceWorker?.getRegistration();
    const { periodicSync: found } = (registration ?? {}) as { periodicSync?: PeriodicSync };
    return found ?? null;
  }

  async function read(): Promise<void> {
    const sync = await periodicSync().catch(() => null);
    if (!sync) {
      rule = 'unsupported';
      return;
    }
    const name = 'periodic-background-sync' as PermissionName;
    const permission = await page.navigator.permissions.query({ name }).catch(() => null);
    if (permission?.state === 'denied') rule = 'refused';
    else rule = (await sync.getTags()).includes(POLL_TAG) ? 'on' : 'off';
  }

  void read();
  openProfileList().then(
    (list) => {
      if (isStopped) list.close();
      else wakeUps = createLive(() => loadWakeUps(list, SHOWN_WAKE_UPS));
    },
    () => {}
  );

  return {
    get rule() {
      return rule;
    },
    get wakeUps() {
      return wakeUps?.current;
    },
    async set(on) {
      const sync = await periodicSync();
      if (on) await sync?.register(POLL_TAG, { minInterval: MIN_INTERVAL_MS }).catch(() => {});
      else await sync?.unregister(POLL_TAG);
      await read();
      if (on && rule === 'off') rule = 'refused';
    },
    stop() {
      isStopped = true;
      wakeUps?.stop();
    }
  };
}
