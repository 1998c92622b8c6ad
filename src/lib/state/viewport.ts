// Keeps the composer above an on-screen keyboard where the browser shrinks only the visual viewport (ux.md §3): the
// frame takes its height and place from two properties of the root element.

/** @returns a function that ends it and gives the frame its usual height back */
export function followVisualViewport(page: Window): () => void {
  const { visualViewport: viewport } = page;
  const { style } = page.document.documentElement;
  if (!viewport) return () => {};

  const follow = () => {
    // Pinched: the person looks at a part of the page, which stays as it is.
    const shrunk = viewport.scale === 1 && page.innerHeight - viewport.height > 1;
    if (!shrunk) return release();
    style.setProperty('--frame-height', `${viewport.height}px`);
    style.setProperty('--frame-top', `${viewport.offsetTop}px`);
  };
  const release = () => {
    style.removeProperty('--frame-height');
    style.removeProperty('--frame-top');
  };
  viewport.addEventListener('resize', follow);
  viewport.addEventListener('scroll', follow);
  return () => {
    viewport.removeEventListener('resize', follow);
    viewport.removeEventListener('scroll', follow);
    release();
  };
}
