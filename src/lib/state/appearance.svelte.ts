// The chosen looks as state: read once, applied to the root element, kept in localStorage, followed in other tabs.
import { getContext, setContext } from 'svelte';
import {
  APPEARANCE_KEY,
  parseAppearance,
  resolveTheme,
  type Appearance,
  type PaintedTheme
} from './appearance.ts';
import { whenIdle } from './when-idle.ts';

export interface AppearanceState {
  readonly current: Appearance;
  /** The theme that is painted now, for the choice and the system. */
  readonly painted: PaintedTheme;
  /** Applies at once, and keeps the choice. */
  change(part: Partial<Appearance>): void;
  /** Ends following the system and the other tabs. */
  stop(): void;
}

const KEY = Symbol('appearance');

/** @param page the window whose document is dressed and whose storage is used */
export function createAppearanceState(page: Window): AppearanceState {
  let current = $state.raw(parseAppearance(stored(page)));
  const dark = page.matchMedia('(prefers-color-scheme: dark)');
  const contrast = page.matchMedia('(prefers-contrast: more)');

  const resolved = () => resolveTheme(current.theme, { dark: dark.matches, moreContrast: contrast.matches });
  let painted = $state.raw(resolved());
  let callOff = () => {};
  const apply = () => {
    painted = resolved();
    dress(page.document, current, painted);
    // Asking for a colour has the page laid out there and then.
    callOff();
    callOff = whenIdle(() => dressBars(page.document));
  };
  const onStorage = (event: StorageEvent) => {
    if (event.key !== APPEARANCE_KEY) return;
    current = parseAppearance(event.newValue);
    apply();
  };
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  page.addEventListener('storage', onStorage);
  apply();

  return {
    get current() {
      return current;
    },
    get painted() {
      return painted;
    },
    change(part) {
      current = { ...current, ...part };
      apply();
      try {
        page.localStorage.setItem(APPEARANCE_KEY, JSON.stringify(current));
      } catch {
        // Storage is switched off: the choice holds until the page goes.
      }
    },
    stop() {
      callOff();
      dark.removeEventListener('change', apply);
      contrast.removeEventListener('change', apply);
      page.removeEventListener('storage', onStorage);
    }
  };
}

function stored(page: Window): string | null {
  try {
    return page.localStorage.getItem(APPEARANCE_KEY);
  } catch {
    return null;
  }
}

function dress(document: Document, choice: Appearance, painted: PaintedTheme): void {
  const root = document.documentElement;
  // The script before the first paint was here: whatever is set anew has all of the page styled anew.
  const wanted = { theme: painted, accent: choice.accent, density: choice.density };
  for (const [name, value] of Object.entries(wanted)) {
    if (root.dataset[name] !== value) root.dataset[name] = value;
  }
  const scale = String(choice.textSize / 100);
  if ((root.style.getPropertyValue('--text-scale') || '1') !== scale) {
    root.style.setProperty('--text-scale', scale);
  }
}

/** The browser's own bars take the colour of the desk. */
function dressBars(document: Document): void {
  const root = document.documentElement;
  const desk = getComputedStyle(root).getPropertyValue('--desk').trim();
  if (desk) document.querySelector('meta[name="theme-color"]')?.setAttribute('content', desk);
}

export function provideAppearance(state: AppearanceState): AppearanceState {
  return setContext(KEY, state);
}

export function useAppearance(): AppearanceState {
  return getContext<AppearanceState>(KEY);
}
