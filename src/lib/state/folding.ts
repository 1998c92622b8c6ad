// Which messages are too long to stand in the timeline in full: pure.

/** More than this is folded: UTF-16 units, and lines as typed. */
const MAX_UNITS = 1_000;
const MAX_LINES = 20;

export function isLong(text: string): boolean {
  if (text.length > MAX_UNITS) return true;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines > MAX_LINES;
}
