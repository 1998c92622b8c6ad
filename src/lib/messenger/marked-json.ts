// What this client keeps for itself as text, to be sealed: JSON with what JSON lacks.
import { base64ToBytes, bytesToBase64 } from '../bytes/index.ts';

/** Bytes, maps and large integers. */
type Marked =
  | { readonly $bytes: string }
  | { readonly $map: readonly (readonly [string, unknown])[] }
  | { readonly $int: string };

export function encodeMarked(kept: unknown): string {
  return JSON.stringify(kept, (_, value: unknown): unknown => {
    if (value instanceof Uint8Array) return { $bytes: bytesToBase64(value) } satisfies Marked;
    if (value instanceof Map) return { $map: [...(value as Map<string, unknown>)] } satisfies Marked;
    return typeof value === 'bigint' ? ({ $int: `${value}` } satisfies Marked) : value;
  });
}

/** What `encodeMarked` made, and nothing else: it was sealed. */
export function decodeMarked(text: string): unknown {
  return JSON.parse(text, (_, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const { $bytes, $map, $int } = value as Partial<Record<'$bytes' | '$map' | '$int', unknown>>;
    if (typeof $bytes === 'string') return base64ToBytes($bytes);
    if (Array.isArray($map)) return new Map($map as [string, unknown][]);
    return typeof $int === 'string' ? BigInt($int) : value;
  });
}
