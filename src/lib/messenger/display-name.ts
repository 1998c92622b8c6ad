// Names of people (accounts-and-messages.md §4.11): trimmed of what is invisible, not empty, at most 100 bytes of UTF-8.
import { utf8Length } from '../bytes/index.ts';
import { MessengerError } from './errors.ts';
import { MAX_NAME_BYTES } from './limits.ts';

const INVISIBLE_ENDS = /^[\s\u200B-\u200F\u2060\uFEFF]+|[\s\u200B-\u200F\u2060\uFEFF]+$/g;

/** `text` without white space and invisible characters at its ends. */
export function trimName(text: string): string {
  return text.toWellFormed().replace(INVISIBLE_ENDS, '');
}

/**
 * A name a person chose for themselves.
 * @throws MessengerError `name-empty`, `name-too-long`
 */
export function parseDisplayName(text: string): string {
  const name = trimName(text);
  if (name === '') throw new MessengerError('name-empty');
  const length = utf8Length(name);
  if (length > MAX_NAME_BYTES) {
    throw new MessengerError('name-too-long', { details: { limit: MAX_NAME_BYTES, length } });
  }
  return name;
}

/** A name that came with a message: cut at a character border where it is too long; null when nothing is left. */
export function receivedName(text: string): string | null {
  const name = trimName(text);
  if (utf8Length(name) <= MAX_NAME_BYTES) return name === '' ? null : name;
  let cut = '';
  let bytes = 0;
  for (const character of name) {
    bytes += utf8Length(character);
    if (bytes > MAX_NAME_BYTES) break;
    cut += character;
  }
  return trimName(cut) || null;
}
