// Blurs what the page shows while nobody looks at it, if the person wants that: in previews of tabs and lists of windows. The
// looks follow `data-veiled` (src/styles/base.css).

/**
 * @param isWanted asked whenever the page is left
 * @returns a function that ends it
 */
export function veilWhenLeft(page: Window, isWanted: () => boolean): () => void {
  const { document } = page;
  const root = document.documentElement;
  const look = () => {
    const isLeft = document.visibilityState === 'hidden' || !document.hasFocus();
    if (isLeft && isWanted()) root.dataset['veiled'] = '';
    else delete root.dataset['veiled'];
  };
  const events = ['focus', 'blur', 'pagehide', 'pageshow'] as const;
  for (const event of events) page.addEventListener(event, look);
  document.addEventListener('visibilitychange', look);
  return () => {
    for (const event of events) page.removeEventListener(event, look);
    document.removeEventListener('visibilitychange', look);
    delete root.dataset['veiled'];
  };
}
