// Tells the engine that somebody uses the page, which keeps an unused profile from being locked under their hands.
import type { Session } from './session.svelte.ts';

const EVENTS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchmove'] as const;
/** Said this often at most, milliseconds. */
const PAUSE_MS = 5_000;

/** @returns a function that ends it */
export function reportUse(page: Window, call: Session['call']): () => void {
  let saidMs = -Infinity;
  const report = () => {
    const nowMs = page.performance.now();
    if (nowMs - saidMs < PAUSE_MS) return;
    saidMs = nowMs;
    // A worker that is gone locks nothing any more.
    call('lock.used', {}).catch(() => {});
  };
  const options = { passive: true, capture: true };
  for (const event of EVENTS) page.addEventListener(event, report, options);
  return () => {
    for (const event of EVENTS) page.removeEventListener(event, report, options);
  };
}
