// What fingers do to a row of the list: held, it opens its menu; drawn aside, it does one thing (ux.md §4.3). Both have
// a way without gestures.

/** How long, milliseconds; and how far it may wander, pixels. */
const HOLD_MS = 500;
const SLACK = 10;
/** Drawn at least this far aside it counts, pixels; and no further than that does it follow. */
export const SWIPE_AT = 72;
const FURTHEST = 104;

export type SwipeSide = 'left' | 'right';

export interface RowGestures {
  hold(point: { x: number; y: number }): void;
  swipe(side: SwipeSide): void;
  /** Where the row is drawn to, pixels; 0 at rest. */
  draw(offset: number): void;
}

/** An attachment for the link of a row: no gesture follows it. */
export function rowGestures(on: RowGestures): (element: HTMLElement) => () => void {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let start: { x: number; y: number } | null = null;
    let offset = 0;
    /** The press that is about to end did something else than to follow the link. */
    let spent = false;

    const rest = () => {
      clearTimeout(timer);
      start = null;
      offset = 0;
      on.draw(0);
    };
    const onDown = (event: PointerEvent) => {
      spent = false;
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      start = { x: event.clientX, y: event.clientY };
      timer = setTimeout(() => {
        if (!start || offset !== 0) return;
        spent = true;
        on.hold(start);
      }, HOLD_MS);
    };
    const onMove = (event: PointerEvent) => {
      if (!start || spent) return;
      const x = event.clientX - start.x;
      const y = event.clientY - start.y;
      if (Math.hypot(x, y) <= SLACK && offset === 0) return;
      clearTimeout(timer);
      if (offset === 0 && Math.abs(y) > Math.abs(x)) return rest();
      if (offset === 0) element.setPointerCapture(event.pointerId);
      offset = Math.max(-FURTHEST, Math.min(FURTHEST, x));
      on.draw(offset);
    };
    const onUp = () => {
      const drawn = offset;
      if (drawn !== 0) spent = true;
      rest();
      if (Math.abs(drawn) >= SWIPE_AT) on.swipe(drawn < 0 ? 'left' : 'right');
    };
    /** To the menu that it opened: the row hears no more of it. */
    const onLost = () => {
      if (spent) rest();
    };
    const onClick = (event: MouseEvent) => {
      if (!spent) return;
      spent = false;
      event.preventDefault();
      event.stopPropagation();
    };
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', rest);
    element.addEventListener('lostpointercapture', onLost);
    element.addEventListener('click', onClick, { capture: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', rest);
      element.removeEventListener('lostpointercapture', onLost);
      element.removeEventListener('click', onClick, { capture: true });
    };
  };
}
