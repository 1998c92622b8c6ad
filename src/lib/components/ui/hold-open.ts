// A menu that a held finger opened: lifting the finger belongs to the press that opened it. Left to the browser it would close the
// menu, as a press beside it does, or choose what came up under the finger; which of them depends on how fast it is lifted.

/**
 * @param menu an open popover
 * @param pointerId of the finger that is down
 */
export function holdOpen(menu: HTMLElement, pointerId: number): void {
  const page = menu.ownerDocument;
  try {
    // So that it is lifted over the menu, wherever it is.
    menu.setPointerCapture(pointerId);
  } catch {
    // It was lifted already.
    return;
  }
  const swallow = (event: MouseEvent) => {
    // A key that presses an item has no finger.
    if (!(event instanceof PointerEvent) || event.pointerId !== pointerId) return;
    event.preventDefault();
    event.stopPropagation();
  };
  page.addEventListener('click', swallow, { capture: true });
  const end = () => page.removeEventListener('click', swallow, { capture: true });
  page.addEventListener('pointerdown', end, { capture: true, once: true });
}
