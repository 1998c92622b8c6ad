// What the person chose of forward-secret messages (v2-forward-secrecy-and-pq.md §13.3, §13.5, §16.1).
import { loadMeta } from './meta.ts';
import { DEFAULT_SETTINGS } from './row-views.ts';
import type { ProfileStore } from './store.ts';
import type { SettingsView } from './views.ts';

const loadSettings = async (store: ProfileStore): Promise<SettingsView> => ({
  ...DEFAULT_SETTINGS,
  ...(await loadMeta(store, 'settings'))?.content
});

/** As the person chose; on where the account was made. A device that is not linked reads none of them, so without a choice they are off. */
export async function loadForwardSecrecy(store: ProfileStore): Promise<boolean> {
  return (await loadSettings(store)).forwardSecrecy;
}

/** How long keys and silent devices stay. */
export interface KeyRules {
  readonly window: 'standard' | 'short';
  readonly dormantAfterSeconds: number;
}

const DAY_SECONDS = 86_400;
export const DORMANT_DAYS = { least: 14, most: 90 };

export async function loadKeyRules(store: ProfileStore): Promise<KeyRules> {
  const { keyWindow, dormantAfterDays } = await loadSettings(store);
  const days = Math.min(DORMANT_DAYS.most, Math.max(DORMANT_DAYS.least, dormantAfterDays));
  return { window: keyWindow, dormantAfterSeconds: days * DAY_SECONDS };
}
