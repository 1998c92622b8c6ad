// F6 goes from one part of the screen to the next (ux.md §7).

const FOCUSABLE = 'a[href], button:not([tabindex="-1"]), input, textarea, [tabindex="0"]';

/** Moves focus to the region after (or before) the one that holds it, in the order of the document, going round. */
export function focusNextRegion(document: Document, step: 1 | -1): void {
  // The main part is a region only while nothing inside it is one.
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => region.offsetParent !== null && !region.querySelector('[data-region]')
  );
  if (regions.length === 0) return;
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const start = here === -1 && step === -1 ? 0 : here;
  const next = regions[(start + step + regions.length) % regions.length];
  if (!next) return;
  const current = next.querySelector<HTMLElement>('[aria-current="page"], textarea, article[tabindex="0"]');
  (current ?? next.querySelector<HTMLElement>(FOCUSABLE) ?? next).focus();
}
