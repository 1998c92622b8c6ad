// A finger held on a message opens the same menu as a right click (ux.md §3).

/** How long, milliseconds; and how far it may wander, pixels. */
const HOLD_MS = 500;
const SLACK = 10;

/** An attachment for an element. @param open is given where the finger is */
export function longPress(
  open: (point: { x: number; y: number }) => void
): (element: HTMLElement) => () => void {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let start: { x: number; y: number } | null = null;
    const ends = ['pointerup', 'pointercancel', 'pointerleave'] as const;
    const cancel = () => {
      clearTimeout(timer);
      start = null;
      element.removeEventListener('pointermove', onMove);
      for (const end of ends) element.removeEventListener(end, cancel);
    };
    const onMove = (event: PointerEvent) => {
      if (start && Math.hypot(event.clientX - start.x, event.clientY - start.y) > SLACK) cancel();
    };
    // The others are listened for while a finger is down: a timeline is full of messages that nobody holds.
    const onDown = (event: PointerEvent) => {
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      start = { x: event.clientX, y: event.clientY };
      timer = setTimeout(() => {
        if (start) open(start);
        cancel();
      }, HOLD_MS);
      element.addEventListener('pointermove', onMove);
      for (const end of ends) element.addEventListener(end, cancel);
    };
    element.addEventListener('pointerdown', onDown);
    return () => {
      cancel();
      element.removeEventListener('pointerdown', onDown);
    };
  };
}
