// What lies beside the open conversation, and whether the search is bound to it.
import { getContext, setContext } from 'svelte';

export interface Panels {
  readonly detailsOpen: boolean;
  toggleDetails(): void;
  closeDetails(): void;
  /** Searches within the open conversation. */
  searchHere(): void;
}

/** Where there is one pane the panel takes it, with an entry of its own in the history, so that Back closes it. */
export interface PanelEntry {
  readonly isOpen: boolean;
  push(): void;
  back(): void;
}

const KEY = Symbol('panels');

/** @param deps.onePane the entry where there is one pane, else null */
export function createPanels(deps: { searchHere: () => void; onePane: () => PanelEntry | null }): Panels {
  let beside = $state(false);
  const isOpen = () => deps.onePane()?.isOpen ?? beside;

  function close(): void {
    const entry = deps.onePane();
    if (entry?.isOpen) entry.back();
    beside = false;
  }

  return {
    get detailsOpen() {
      return isOpen();
    },
    toggleDetails() {
      if (isOpen()) return close();
      const entry = deps.onePane();
      if (entry) entry.push();
      else beside = true;
    },
    closeDetails: close,
    searchHere: deps.searchHere
  };
}

export function providePanels(panels: Panels): Panels {
  return setContext(KEY, panels);
}

export function usePanels(): Panels {
  return getContext<Panels>(KEY);
}
