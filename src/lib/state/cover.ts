// A panel over what it was opened from, where there is one pane (ux.md §3): it has the focus, and gives it back.
import { tick } from 'svelte';

/**
 * Moves the focus to the heading of a panel, and keeps it out of what lies under it.
 * @param giveBack puts the focus where it was; `main` gets it where that is gone
 * @param setCovered says whether something is covered now
 * @returns uncovers, and gives the focus back unless somebody has it
 */
export function coverWith(
  panel: HTMLElement,
  giveBack: () => unknown,
  setCovered: (isCovered: boolean) => void
): () => void {
  const page = panel.ownerDocument;
  const isNowhere = () => page.activeElement === null || page.activeElement === page.body;
  setCovered(true);
  panel.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
  return () => {
    setCovered(false);
    void tick().then(async () => {
      if (isNowhere()) await giveBack();
      if (isNowhere()) page.querySelector('main')?.focus({ preventScroll: true });
    });
  };
}
