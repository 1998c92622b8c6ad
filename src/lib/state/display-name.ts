// What counts as a display name (accounts-and-messages.md §4.11), checked while a person types. The engine
// checks again; this only spares a round trip.
import { utf8Length } from '../bytes/index.ts';

/** Longest display name, bytes of UTF-8 (accounts-and-messages.md §4.11). */
export const MAX_DISPLAY_NAME_BYTES = 100;

export type DisplayNameProblem = 'name-empty' | 'name-too-long';

/** Blanks and the invisible characters that the protocol trims at both ends. */
const EDGE = '[\\s\\u200B-\\u200F\\u2060\\uFEFF]+';
const LEADING = new RegExp(`^${EDGE}`);
const TRAILING = new RegExp(`${EDGE}$`);

/** `text` without blanks and invisible characters at both ends. */
export function trimDisplayName(text: string): string {
  return text.replace(LEADING, '').replace(TRAILING, '');
}

/** What is wrong with a typed name, or null when it can be used. */
export function displayNameProblem(text: string): DisplayNameProblem | null {
  const name = trimDisplayName(text);
  if (name === '') return 'name-empty';
  return utf8Length(name) > MAX_DISPLAY_NAME_BYTES ? 'name-too-long' : null;
}
