// Reading and writing single fields of config data (config-sync.md §7, §8). A field of the wrong kind reads as absent
// and is written over only by an edit of that very field.
import { utf8ToBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { withValue, type ConfigDict, type ConfigPath, type ConfigValue } from './document.ts';

/** Longest name of an account, a contact or a group, bytes. */
export const MAX_NAME_BYTES = 100;
/** Longest address of a picture, bytes. */
export const MAX_PICTURE_URL_BYTES = 223;
const PICTURE_KEY_BYTES = 32;

/** −1 hidden, 0 normal, from 1 pinned: higher is further up. */
export const HIDDEN_PRIORITY = -1;

export interface Picture {
  readonly url: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** An integer that JavaScript holds exactly; null for anything else. */
export function intField(dict: ConfigDict, key: string): number | null {
  const value = dict.get(key);
  if (typeof value !== 'bigint') return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

/** A time or a duration: positive. */
export function positiveField(dict: ConfigDict, key: string): number | null {
  const value = intField(dict, key);
  return value !== null && value > 0 ? value : null;
}

export function bytesField(dict: ConfigDict, key: string, length?: number): Uint8Array | null {
  const value = dict.get(key);
  return value instanceof Uint8Array && (length === undefined || value.length === length) ? value : null;
}

/** Text; bytes that are no UTF-8 read as U+FFFD. */
export function textField(dict: ConfigDict, key: string): string | null {
  const bytes = bytesField(dict, key);
  return bytes && textOf(bytes);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** A name, of which no more than 100 bytes are read. */
export function nameField(dict: ConfigDict, key: string): string | null {
  const bytes = bytesField(dict, key);
  return bytes && textOf(truncatedUtf8(bytes, MAX_NAME_BYTES));
}

/** Both of the pair, or null (§7.7). */
export function pictureField(dict: ConfigDict, urlKey = 'p', keyKey = 'q'): Picture | null {
  const url = textField(dict, urlKey);
  const key = bytesField(dict, keyKey, PICTURE_KEY_BYTES);
  if (!url || !key || utf8ToBytes(url).length > MAX_PICTURE_URL_BYTES) return null;
  return { url, key };
}

/** The longest prefix of whole characters within `maxBytes` (§7.8). A view. */
export function truncatedUtf8(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** A name as it is written. */
export function nameValue(name: string): Uint8Array {
  return truncatedUtf8(utf8ToBytes(name), MAX_NAME_BYTES);
}

/** An integer as it is written: zero is absence (§7.6). */
export function intValue(value: number): bigint | null {
  return value === 0 ? null : BigInt(value);
}

export function flagValue(isSet: boolean): bigint | null {
  return isSet ? 1n : null;
}

/** Several fields of one dict; those that are undefined stay as they are. */
export function withFields(
  data: ConfigDict,
  path: ConfigPath,
  fields: Readonly<Record<string, ConfigValue | null | undefined>>
): ConfigDict {
  let result = data;
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) result = withValue(result, [...path, key], value);
  }
  return result;
}

/**
 * The fields of a picture, set and removed together.
 * @throws UsageError for an address over 223 bytes or a key that is not 32 bytes
 */
export function pictureFields(
  picture: Picture | null | undefined
): Record<string, Uint8Array | null | undefined> {
  if (picture === undefined) return {};
  if (picture === null) return { p: null, q: null };
  const url = utf8ToBytes(picture.url);
  if (url.length === 0 || url.length > MAX_PICTURE_URL_BYTES || picture.key.length !== PICTURE_KEY_BYTES) {
    throw new UsageError('a picture with an address of 1..223 bytes and a key of 32 bytes');
  }
  return { p: url, q: picture.key };
}

/** What the user wants to hear of: everything, nothing, or mentions. */
export type NotifyMode = 'default' | 'all' | 'disabled' | 'mentions';

const NOTIFY_MODES: readonly NotifyMode[] = ['default', 'all', 'disabled', 'mentions'];

export function notifyField(dict: ConfigDict): NotifyMode {
  return NOTIFY_MODES[intField(dict, '@') ?? 0] ?? 'default';
}

export function notifyValue(mode: NotifyMode | undefined): bigint | null | undefined {
  return mode === undefined ? undefined : intValue(NOTIFY_MODES.indexOf(mode));
}

/** Fields that contacts, groups and communities have in common. */
export interface ConversationFields {
  /** −1 hidden, 0 normal, from 1 pinned. */
  readonly priority: number;
  readonly notify: NotifyMode;
  /** Seconds since 1970; null when not muted. */
  readonly mutedUntilSeconds: number | null;
  /** Seconds since 1970; null where it is not known. */
  readonly joinedAtSeconds: number | null;
}

export function conversationFields(dict: ConfigDict): ConversationFields {
  return {
    priority: intField(dict, '+') ?? 0,
    notify: notifyField(dict),
    mutedUntilSeconds: positiveField(dict, '!'),
    joinedAtSeconds: positiveField(dict, 'j')
  };
}

export function conversationValues(changes: Partial<ConversationFields>) {
  const optional = (value: number | null | undefined) =>
    value === undefined ? undefined : intValue(value ?? 0);
  return {
    '+': optional(changes.priority),
    '@': notifyValue(changes.notify),
    '!': optional(changes.mutedUntilSeconds),
    j: optional(changes.joinedAtSeconds)
  };
}
