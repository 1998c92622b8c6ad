// The place of this device in the group as text, to be sealed and kept; and back.
import { base64ToBytes, bytesToBase64 } from '../bytes/index.ts';
import type { HfsSelf } from '../hfs/index.ts';

/** What JSON lacks: bytes, maps and large integers. */
type Marked =
  | { readonly $bytes: string }
  | { readonly $map: readonly (readonly [string, unknown])[] }
  | { readonly $int: string };

export function encodeSelf(self: HfsSelf): string {
  return JSON.stringify(self, (_, value: unknown): unknown => {
    if (value instanceof Uint8Array) return { $bytes: bytesToBase64(value) } satisfies Marked;
    if (value instanceof Map) return { $map: [...(value as Map<string, unknown>)] } satisfies Marked;
    return typeof value === 'bigint' ? ({ $int: `${value}` } satisfies Marked) : value;
  });
}

/** What `encodeSelf` made, and nothing else: it was sealed. */
export function decodeSelf(text: string): HfsSelf {
  return JSON.parse(text, (_, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const { $bytes, $map, $int } = value as Partial<Record<'$bytes' | '$map' | '$int', unknown>>;
    if (typeof $bytes === 'string') return base64ToBytes($bytes);
    if (Array.isArray($map)) return new Map($map as [string, unknown][]);
    return typeof $int === 'string' ? BigInt($int) : value;
  }) as HfsSelf;
}
