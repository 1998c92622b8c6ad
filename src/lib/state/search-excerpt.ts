// What a found message shows of itself: the neighbourhood of the first match, with every match in it lit. Pure.

export interface ExcerptPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Kept before the first match and in all, UTF-16 units. */
const BEFORE = 24;
const LENGTH = 160;

/**
 * @param ranges of the matches in the text, UTF-16 units, in any order; empty when the text itself holds none
 * @returns parts in order, blanks folded; an ellipsis where text was left out at the start
 */
export function excerpt(
  text: string,
  ranges: readonly { readonly start: number; readonly end: number }[]
): ExcerptPart[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  const first = sorted[0]?.start ?? 0;
  const from = first <= BEFORE ? 0 : wordStart(text, first - BEFORE);
  const to = Math.min(text.length, from + LENGTH);
  const parts: ExcerptPart[] = from > 0 ? [{ text: '…', isMatch: false }] : [];
  let at = from;
  for (const { start, end } of sorted) {
    if (start < at || start >= to) continue;
    if (start > at) parts.push({ text: text.slice(at, start), isMatch: false });
    at = Math.min(end, to);
    parts.push({ text: text.slice(start, at), isMatch: true });
  }
  if (at < to) parts.push({ text: text.slice(at, to), isMatch: false });
  return parts.map((part) => ({ ...part, text: part.text.replace(/\s+/g, ' ') }));
}

/** The beginning of the word at a place, or just after it when the word is long; never inside a surrogate pair. */
function wordStart(text: string, place: number): number {
  const blank = text.slice(place, place + BEFORE).search(/\s/);
  const at = blank === -1 ? place : place + blank + 1;
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at;
}
