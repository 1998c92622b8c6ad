// How much room there is (ux.md §3): three layouts, and whether fingers are used.
import { getContext, setContext } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';

export type LayoutSize = 'narrow' | 'medium' | 'wide';

export interface LayoutState {
  readonly size: LayoutSize;
  /** Sizes of touch apply: one pane, or a coarse pointer. */
  readonly touch: boolean;
  /** Fingers are used, however wide the window: a field in focus brings up keys over what one reads. */
  readonly fingers: boolean;
  /** Width of the list on wide screens, pixels. */
  listWidth: number;
}

export const LIST_WIDTH = { min: 260, max: 480, usual: 320 } as const;
const WIDTH_KEY = 'onionskin.list-width';
const KEY = Symbol('layout');

export function createLayoutState(storage: () => Storage): LayoutState {
  const wide = new MediaQuery('(min-width: 1024px)');
  const narrow = new MediaQuery('(max-width: 639.98px)');
  const coarse = new MediaQuery('(pointer: coarse)');
  let listWidth = $state(storedWidth(storage));
  return {
    get size() {
      return wide.current ? 'wide' : narrow.current ? 'narrow' : 'medium';
    },
    get touch() {
      return narrow.current || coarse.current;
    },
    get fingers() {
      return coarse.current;
    },
    get listWidth() {
      return listWidth;
    },
    set listWidth(value) {
      listWidth = clampWidth(value);
      try {
        storage().setItem(WIDTH_KEY, String(listWidth));
      } catch {
        // Storage is switched off: the width holds until the page goes.
      }
    }
  };
}

function storedWidth(storage: () => Storage): number {
  try {
    const stored = Number(storage().getItem(WIDTH_KEY));
    return stored > 0 ? clampWidth(stored) : LIST_WIDTH.usual;
  } catch {
    return LIST_WIDTH.usual;
  }
}

function clampWidth(value: number): number {
  return Math.round(Math.min(LIST_WIDTH.max, Math.max(LIST_WIDTH.min, value)));
}

export function provideLayout(layout: LayoutState): LayoutState {
  return setContext(KEY, layout);
}

export function useLayout(): LayoutState {
  return getContext<LayoutState>(KEY);
}
