// What we tell while we type (accounts-and-messages.md §4.4). The engine decides by the settings whether it is sent.

/** While it lasts it is said again, and without a key for so long it has ended, milliseconds. */
const REPEAT_MS = 10_000;

export interface OwnTyping {
  /** A key changed the text; an empty text is not typing. */
  pressed(isEmpty: boolean): void;
  /** The message went, which says enough. */
  sent(): void;
  /** One leaves the conversation. */
  stop(): void;
}

/** @param tell at most once in ten seconds while typing lasts, and once when it ends */
export function createOwnTyping(
  tell: (isTyping: boolean) => void,
  nowMs: () => number = Date.now
): OwnTyping {
  let toldAtMs: number | null = null;
  let pause: ReturnType<typeof setTimeout> | undefined;

  function end(): void {
    clearTimeout(pause);
    if (toldAtMs !== null) tell(false);
    toldAtMs = null;
  }

  return {
    pressed(isEmpty) {
      if (isEmpty) return end();
      clearTimeout(pause);
      pause = setTimeout(end, REPEAT_MS);
      if (toldAtMs !== null && nowMs() - toldAtMs < REPEAT_MS) return;
      toldAtMs = nowMs();
      tell(true);
    },
    sent() {
      clearTimeout(pause);
      toldAtMs = null;
    },
    stop: end
  };
}
