// A button that records for as long as it is held (ux.md §4.4). A short press stays a click.

/** Shorter is a press, milliseconds. */
const HOLD_MS = 350;

/**
 * An attachment for an element.
 * @param deeds.begin it has been held for a moment
 * @param deeds.end it was let go after that
 */
export function holdToRecord(deeds: {
  readonly begin: () => void;
  readonly end: () => void;
}): (element: HTMLElement) => () => void {
  return (element) => {
    const page = element.ownerDocument;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isHeld = false;

    const letGo = () => {
      clearTimeout(timer);
      for (const end of ENDS) page.removeEventListener(end, letGo, true);
      if (!isHeld) return;
      // What a held finger leaves is no click.
      setTimeout(() => (isHeld = false));
      deeds.end();
    };
    const onDown = (event: PointerEvent) => {
      if (!event.isPrimary || event.button !== 0) return;
      // What is under the finger goes: that it is let go is heard wherever that is.
      for (const end of ENDS) page.addEventListener(end, letGo, true);
      timer = setTimeout(() => {
        isHeld = true;
        deeds.begin();
      }, HOLD_MS);
    };
    const onClick = (event: Event) => {
      if (isHeld) event.stopImmediatePropagation();
    };
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('click', onClick, true);
    return () => {
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('click', onClick, true);
    };
  };
}

const ENDS = ['pointerup', 'pointercancel'] as const;
