// Messages no key of this device opens, as screens follow them.
import { getContext, setContext } from 'svelte';
import type { HeldView } from '../storage/held-views.ts';
import { loadHeldView } from '../storage/queries-devices.ts';
import { createLive } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';

export interface HeldState {
  /** Null: there are none, or they were not read yet. */
  readonly current: HeldView | null;
  stop(): void;
}

const KEY = Symbol('held');

export function createHeldState({ db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>): HeldState {
  const live = createLive(() => loadHeldView(db, rowKey));
  return {
    get current() {
      return live.current ?? null;
    },
    stop: () => live.stop()
  };
}

export function provideHeld(held: HeldState): HeldState {
  return setContext(KEY, held);
}

export function useHeld(): HeldState {
  return getContext<HeldState>(KEY);
}
