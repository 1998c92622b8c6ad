// How the app is used over all its tabs: the most watched tab decides. Tabs that say nothing for a while are gone.
import type { Clock } from '../clock.ts';

export interface TabActivity {
  readonly visible: boolean;
  /** Used within the last minutes. */
  readonly active: boolean;
  readonly online: boolean;
}

/** Tabs repeat what they said this often. */
export const ACTIVITY_REPEAT_MS = 30_000;
const FORGET_MS = 100_000;
const MAX_TABS = 64;

export interface ActivityBoard {
  report(tab: string, activity: TabActivity): void;
  /** `online`: as the tab heard last says, since all share the device. */
  combined(): TabActivity;
}

export function createActivityBoard(clock: Clock): ActivityBoard {
  const tabs = new Map<string, { activity: TabActivity; atMs: number }>();
  let online = true;
  return {
    report(tab, activity) {
      tabs.delete(tab);
      tabs.set(tab, { activity, atMs: clock.monotonic() });
      online = activity.online;
      const oldest = tabs.keys().next();
      if (tabs.size > MAX_TABS && !oldest.done) tabs.delete(oldest.value);
    },
    combined() {
      const sinceMs = clock.monotonic() - FORGET_MS;
      for (const [tab, { atMs }] of tabs) if (atMs < sinceMs) tabs.delete(tab);
      const all = [...tabs.values()].map(({ activity }) => activity);
      return {
        visible: all.some((activity) => activity.visible),
        active: all.some((activity) => activity.visible && activity.active),
        online
      };
    }
  };
}
