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

/** As `whenIdle`, once what was just changed is on screen; in a page that draws nothing after a moment. */
export function whenDrawn(work: () => void): () => void {
  let callOff = () => {};
  const begin = () => {
    stop();
    // Frames are told before they are painted, and idle times come after.
    callOff = whenIdle(work);
  };
  const frame = requestAnimationFrame(begin);
  const timer = setTimeout(begin, AT_LATEST_MS);
  const stop = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  return () => {
    stop();
    callOff();
  };
}
