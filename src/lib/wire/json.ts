// JSON of others: parsed with a bound on size and depth, and read with typed accessors.
import { BytesError, bytesToUtf8 } from '../bytes/index.ts';
import { malformed, requireAtMost, tooLarge } from './errors.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

/** Deeper than any structure of the protocol: a batch inside an ifelse inside a reply has about ten. */
export const MAX_JSON_DEPTH = 32;

/** Refuses nesting before parsing, so that no later walk over the value can run out of stack. */
function requireShallow(text: string, structure: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x22) {
      // Bodies are mostly one long base64 text: jump to its end.
      do {
        index = text.indexOf('"', index + 1);
        if (index < 0) return;
      } while (isEscaped(text, index));
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) throw tooLarge(structure, MAX_JSON_DEPTH, 'depth');
    } else if (unit === 0x7d || unit === 0x5d) {
      depth--;
    }
  }
}

function isEscaped(text: string, index: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(index - 1 - slashes) === 0x5c) slashes++;
  return slashes % 2 === 1;
}

/**
 * Value of JSON text or UTF-8 bytes.
 * @param limit largest length, in bytes (for text: UTF-16 units)
 * @throws WireError `malformed`, `too-large` (length, or depth over 32)
 */
export function parseJson(input: Uint8Array | string, limit: number, structure: string): JsonValue {
  requireAtMost(input, limit, structure);
  try {
    const text = typeof input === 'string' ? input : bytesToUtf8(input);
    requireShallow(text, structure);
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof BytesError)
      throw malformed(structure, 'json', { cause });
    throw cause;
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own value of `key`; `undefined` when absent, and for `null`, which the protocol treats as absent. */
export function fieldOf(object: JsonObject, key: string): Exclude<JsonValue, null> | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return value ?? undefined;
}

/** @throws WireError `malformed` unless `value` is an object */
export function requireObject(value: JsonValue | undefined, structure: string, field?: string): JsonObject {
  if (!isJsonObject(value)) throw malformed(structure, field ?? 'object');
  return value;
}

/** @throws WireError `malformed` unless the field is a string */
export function requireString(object: JsonObject, key: string, structure: string): string {
  const value = fieldOf(object, key);
  if (typeof value !== 'string') throw malformed(structure, key);
  return value;
}

/**
 * A list of at most `limit` items.
 * @throws WireError `malformed` when absent or no list, `too-large`
 */
export function requireList(
  object: JsonObject,
  key: string,
  limit: number,
  structure: string
): readonly JsonValue[] {
  const value = fieldOf(object, key);
  if (!Array.isArray(value)) throw malformed(structure, key);
  if (value.length > limit) throw tooLarge(structure, limit, key);
  return value;
}

/** The field as a safe integer of 0 or more, or null when it is anything else. */
export function countOf(object: JsonObject, key: string): number | null {
  const value = fieldOf(object, key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** @throws WireError `malformed` unless the field is a safe integer of 0 or more */
export function requireCount(object: JsonObject, key: string, structure: string): number {
  const value = countOf(object, key);
  if (value === null) throw malformed(structure, key);
  return value;
}
