// The messages that are being chosen for one thing to do with all of them.
import { SvelteSet } from 'svelte/reactivity';

export interface MessageSelection {
  /** Null while nothing is being chosen. */
  readonly ids: ReadonlySet<string> | null;
  begin(messageId: string): void;
  toggle(messageId: string): void;
  end(): void;
}

export function createMessageSelection(): MessageSelection {
  const chosen = new SvelteSet<string>();
  let active = $state(false);
  const end = () => {
    active = false;
    chosen.clear();
  };
  return {
    get ids() {
      return active ? chosen : null;
    },
    begin(messageId) {
      active = true;
      chosen.add(messageId);
    },
    toggle(messageId) {
      if (!chosen.delete(messageId)) chosen.add(messageId);
    },
    end
  };
}
