// Work that can wait until the page has nothing better to do.

/** Waits no longer than this, milliseconds. */
const AT_LATEST_MS = 1_000;

/** @returns a function that calls it off */
export function whenIdle(work: () => void): () => void {
  // WebKit has no idle callbacks; a pause of some frames comes near.
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(work, 100);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(work, { timeout: AT_LATEST_MS });
  return () => cancelIdleCallback(handle);
}
