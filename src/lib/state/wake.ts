// Tells when a page comes back: shown again, thawed, or its device woke up. Until then nothing ran, and what is on screen
// may be past its time.

/** A page, as far as it matters here. */
export interface WakingPage {
  readonly document: Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'>;
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
  setInterval(callback: () => void, ms: number): number;
  clearInterval(id: number): void;
}

const LOOK_EVERY_MS = 5_000;
/** Later than a busy page ever is. */
const SLEPT_MS = 15_000;

/**
 * @param page absent outside of a browser: nothing ever wakes
 * @param deviceNow milliseconds
 * @returns a function that ends it
 */
export function onWake(
  callback: () => void,
  page: WakingPage | undefined = globalThis.window,
  deviceNow: () => number = Date.now
): () => void {
  if (page === undefined) return () => {};
  const { document } = page;
  let lookedAtMs = deviceNow();
  const onShown = () => {
    if (document.visibilityState === 'visible') callback();
  };
  // Of a page that was just loaded there is nothing to look at again.
  const onPageShow = (event: Event) => {
    if ('persisted' in event && event.persisted === true) callback();
  };
  // A lid that closes over a visible page is told by nothing but the time.
  const timer = page.setInterval(() => {
    const agoMs = deviceNow() - lookedAtMs;
    lookedAtMs += agoMs;
    if (agoMs > SLEPT_MS) callback();
  }, LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', onShown);
  document.addEventListener('resume', callback);
  page.addEventListener('pageshow', onPageShow);
  return () => {
    page.clearInterval(timer);
    document.removeEventListener('visibilitychange', onShown);
    document.removeEventListener('resume', callback);
    page.removeEventListener('pageshow', onPageShow);
  };
}
