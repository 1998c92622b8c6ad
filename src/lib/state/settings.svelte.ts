// The person's choices for the whole profile: live, and changed at once on screen.
import { getContext, setContext } from 'svelte';
import { loadSettings } from '../storage/queries.ts';
import type { SettingsView } from '../storage/views.ts';
import { createLive } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';
import type { Session } from './session.svelte.ts';

export interface SettingsState {
  /** Undefined until they were read. */
  readonly current: SettingsView | undefined;
  /** Shows the change before it is stored; takes it back when that fails, and rejects. */
  change(part: Partial<SettingsView>): Promise<void>;
  stop(): void;
}

const KEY = Symbol('settings');

export function createSettingsState(
  { db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>,
  call: Session['call']
): SettingsState {
  let ahead = $state.raw<Partial<SettingsView>>({});
  const live = createLive(
    () => loadSettings(db, rowKey),
    () => (ahead = {})
  );
  const current = $derived(live.current && { ...live.current, ...ahead });
  return {
    get current() {
      return current;
    },
    async change(part) {
      ahead = { ...ahead, ...part };
      try {
        await call('settings.change', part);
      } catch (error) {
        ahead = {};
        throw error;
      }
    },
    stop: () => live.stop()
  };
}

export function provideSettings(settings: SettingsState): SettingsState {
  return setContext(KEY, settings);
}

export function useSettings(): SettingsState {
  return getContext<SettingsState>(KEY);
}
