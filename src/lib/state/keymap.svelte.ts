// The chosen keys as state: read once, kept in localStorage (nothing in it is private), followed in other tabs.
import { getContext, setContext } from 'svelte';
import {
  DEFAULT_KEYMAP,
  KEYMAP_KEY,
  keymapDifference,
  parseKeymap,
  printCombo,
  type Keymap,
  type ShortcutId
} from './shortcuts.ts';

export interface KeymapState {
  readonly current: Keymap;
  /** A shortcut as people read it; empty when it is turned off. */
  printed(id: ShortcutId): string;
  /** @param combo null turns it off */
  set(id: ShortcutId, combo: string | null): void;
  /** Every shortcut as it came. */
  reset(): void;
  stop(): void;
}

const KEY = Symbol('keymap');

/** The key that Ctrl stands for on this machine, as printed. */
export function commandKey(navigator: Pick<Navigator, 'platform'>): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? 'Cmd' : 'Ctrl';
}

export function createKeymapState(page: Window): KeymapState {
  const command = commandKey(page.navigator);
  let current = $state.raw(parseKeymap(stored(page)));
  const onStorage = (event: StorageEvent) => {
    if (event.key === KEYMAP_KEY) current = parseKeymap(event.newValue);
  };
  page.addEventListener('storage', onStorage);

  function keep(next: Keymap): void {
    current = next;
    try {
      page.localStorage.setItem(KEYMAP_KEY, JSON.stringify(keymapDifference(next)));
    } catch {
      // Storage is switched off: the choice holds until the page goes.
    }
  }

  return {
    get current() {
      return current;
    },
    printed(id) {
      const combo = current[id];
      return combo === null ? '' : printCombo(combo, command);
    },
    set: (id, combo) => keep({ ...current, [id]: combo }),
    reset: () => keep(DEFAULT_KEYMAP),
    stop: () => page.removeEventListener('storage', onStorage)
  };
}

function stored(page: Window): string | null {
  try {
    return page.localStorage.getItem(KEYMAP_KEY);
  } catch {
    return null;
  }
}

export function provideKeymap(state: KeymapState): KeymapState {
  return setContext(KEY, state);
}

export function useKeymap(): KeymapState {
  return getContext<KeymapState>(KEY);
}
