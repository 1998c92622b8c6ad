// Where a menu goes: beside what opened it, inside the window.

/** Space kept to the edges of the window and to the opener, pixels. */
const GAP = 8;

/** @param anchor the box of the opener, or a point (a box without size) */
export function placeMenu(
  menu: HTMLElement,
  anchor: { x: number; y: number; width?: number; height?: number }
): void {
  const { width = 0, height = 0 } = anchor;
  const { offsetWidth, offsetHeight } = menu;
  const page = document.documentElement;
  const rightToLeft = getComputedStyle(menu).direction === 'rtl';
  // Grows away from the nearer edge of the window.
  const alignEnd = anchor.x + width / 2 > page.clientWidth / 2 || (rightToLeft && width === 0);
  const x = alignEnd ? anchor.x + width - offsetWidth : anchor.x;
  const below = anchor.y + height + (height ? GAP / 2 : 0);
  const above = anchor.y - offsetHeight - (height ? GAP / 2 : 0);
  const y = below + offsetHeight + GAP > page.clientHeight && above > GAP ? above : below;
  menu.style.left = `${clamp(x, GAP, page.clientWidth - offsetWidth - GAP)}px`;
  menu.style.top = `${clamp(y, GAP, Math.max(GAP, page.clientHeight - offsetHeight - GAP))}px`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
