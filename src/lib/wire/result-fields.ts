// Fields that several answers of storage nodes share (network.md §1.6, §4.5).
import { base64ToBytes, BytesError } from '../bytes/index.ts';
import { malformed } from './errors.ts';
import { countOf, fieldOf, requireCount, requireObject, type JsonObject, type JsonValue } from './json.ts';

export interface Answered {
  /** The node's clock, milliseconds; absent in some answers. */
  readonly nodeTimeMs?: number;
  /** Hard fork and revision. */
  readonly hardFork?: readonly [number, number];
}

/** `t` and `hf` of an answer, where it has them (§1.6). */
export function answered(object: JsonObject): Answered {
  const nodeTimeMs = countOf(object, 't');
  const hardFork = integersOf(fieldOf(object, 'hf'), 2);
  return {
    ...(nodeTimeMs !== null && { nodeTimeMs }),
    ...(hardFork && { hardFork: hardFork as unknown as readonly [number, number] })
  };
}

/** A list of exactly `count` safe integers, or null. */
export function integersOf(value: JsonValue | undefined, count: number): number[] | null {
  if (!Array.isArray(value) || value.length !== count) return null;
  return value.every((item) => Number.isSafeInteger(item)) ? (value as number[]) : null;
}

/** A message hash, 43 characters of base64, or null. */
export function hashOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && /^[A-Za-z0-9+/]{43}$/.test(value) ? value : null;
}

/** As `hashOf`. @throws WireError `malformed` */
export function requireHash(value: JsonValue | undefined, structure: string): string {
  const hash = hashOf(value);
  if (hash === null) throw malformed(structure, 'hash');
  return hash;
}

/** At most `limit` bytes of base64 text, or null. */
export function bytesOf(value: JsonValue | undefined, limit: number): Uint8Array | null {
  if (typeof value !== 'string' || value.length > Math.ceil(limit / 3) * 4) return null;
  try {
    const bytes = base64ToBytes(value);
    return bytes.length <= limit ? bytes : null;
  } catch (error) {
    if (error instanceof BytesError) return null;
    throw error;
  }
}

/** Milliseconds by message hash. @throws WireError `malformed` unless all are */
export function timesByHash(value: JsonValue | undefined, structure: string): Record<string, number> {
  const object = requireObject(value, structure);
  const result: Record<string, number> = {};
  for (const hash of Object.keys(object)) {
    result[requireHash(hash, structure)] = requireCount(object, hash, structure);
  }
  return result;
}
