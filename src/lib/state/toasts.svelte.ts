// Short notes at the bottom of the page, one at a time, each with at most one thing to do (look.md, "Toast").
import { getContext, setContext } from 'svelte';
import { errorCode } from '../errors.ts';
import { shell } from '../text/en/shell.ts';

/** Undo is offered for six seconds (ux.md §10). */
const SHOWN_MS = 6_000;

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: { readonly label: string; run(): void } | null;
}

export interface Toasts {
  readonly current: Toast | null;
  /** Height of what a note must not cover at the foot of the page, pixels; 0 where there is nothing. */
  above: number;
  show(text: string, action?: Toast['action']): void;
  /** Says that something did not work. */
  fail(error: unknown): void;
  /** Keeps the note while it is pointed at or focused. */
  hold(): void;
  release(): void;
  dismiss(): void;
}

const KEY = Symbol('toasts');

export function createToasts(): Toasts {
  let current = $state.raw<Toast | null>(null);
  let above = $state(0);
  let nextId = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const dismiss = () => {
    clearTimeout(timer);
    current = null;
  };
  const release = () => {
    clearTimeout(timer);
    if (current) timer = setTimeout(dismiss, SHOWN_MS);
  };
  function show(text: string, action: Toast['action'] = null): void {
    current = { id: nextId++, text, action };
    release();
  }
  return {
    get current() {
      return current;
    },
    get above() {
      return above;
    },
    set above(height) {
      above = height;
    },
    show,
    fail: (error) => show(shell.actionFailed({ code: errorCode(error) })),
    hold: () => clearTimeout(timer),
    release,
    dismiss
  };
}

export function provideToasts(toasts: Toasts): Toasts {
  return setContext(KEY, toasts);
}

export function useToasts(): Toasts {
  return getContext<Toasts>(KEY);
}
