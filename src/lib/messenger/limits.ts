// Limits of messages and names (accounts-and-messages.md §3.2, §3.6).

/** Longest body an account without Pro sends, code points. */
export const MAX_SENT_CODE_POINTS = 2_000;

/** Bodies received are cut here, code points (§3.4 step 13). */
export const MAX_RECEIVED_CODE_POINTS = 10_000;

export const MAX_ATTACHMENTS = 32;

/** Longest description of a picture, code points. */
export const MAX_CAPTION = 500;

export const MAX_NAME_BYTES = 100;

/** How long service nodes keep a visible message, and the longest they keep any: 14 days. */
export const MESSAGE_TTL_MS = 14 * 24 * 60 * 60 * 1000;

/** `text` cut after so many code points; never inside one. */
export function cutToCodePoints(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let codePoints = 0;
  let end = 0;
  for (const character of text) {
    if (codePoints === limit) return text.slice(0, end);
    codePoints += 1;
    end += character.length;
  }
  return text;
}

/** Number of code points. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
