// While a profile is locked its tab shows a plain paper square, and the app's icon no count (look.md, "Lock").

const PLAIN_ICON = '/icons/plain.svg';

/** @returns a function that brings the app's own icon back */
export function showPlainIcon(page: Window): () => void {
  const links = [...page.document.querySelectorAll<HTMLLinkElement>('link[rel="icon"]')];
  const before = links.map(({ href }) => href);
  for (const link of links) link.href = PLAIN_ICON;
  // Where it is not installed there is no badge.
  if ('clearAppBadge' in page.navigator) page.navigator.clearAppBadge().catch(() => {});
  return () => links.forEach((link, index) => (link.href = before[index] as string));
}
