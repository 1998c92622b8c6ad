// Which messages one `retrieve` returns (network.md §5.7). Pure, used by the embedded network.
import { malformed } from './errors.ts';

/** Largest reply, in bytes as `messageCost` counts them. */
export const MAX_RETRIEVE_BYTES = 7_800_000;
/** `max_size` when the request gives neither size nor count: a fifth of the largest reply. */
const DEFAULT_MAX_SIZE = -5;

export interface RetrievePage {
  /** How many of the messages from the start are returned. */
  readonly count: number;
  /** Whether some are left. */
  readonly more: boolean;
}

/** What a message of `bytes` raw data takes of the limit: its base64, its hash, and what is around them. */
export function messageCost(bytes: number): number {
  return 100 + 43 + Math.floor((4 * bytes) / 3);
}

/**
 * Plans one page.
 * @param sizes raw sizes of the messages after the cursor, in the order of this node; read no further than needed
 * @param request `maxCount` 0 or null means not given; `maxSize` bytes, −n an n-th of the largest reply, 0 or null
 *   not given
 * @throws WireError `malformed`, field `max_count`, when that is negative
 */
export function planRetrievePage(
  sizes: Iterable<number>,
  request: { readonly maxCount?: number | null; readonly maxSize?: number | null }
): RetrievePage {
  const maxCount = request.maxCount ?? 0;
  if (maxCount < 0) throw malformed('retrieve', 'max_count');
  const limit = byteLimit(request.maxSize ?? 0, maxCount > 0);
  let count = 0;
  let cost = 0;
  for (const size of sizes) {
    cost += messageCost(size);
    // One message is always returned, else a reader could never get past a large one.
    if (count > 0 && (cost > limit || (maxCount > 0 && count >= maxCount))) return { count, more: true };
    count++;
  }
  return { count, more: false };
}

function byteLimit(maxSize: number, hasCount: boolean): number {
  const size = maxSize === 0 && !hasCount ? DEFAULT_MAX_SIZE : maxSize;
  if (size === 0) return MAX_RETRIEVE_BYTES;
  return Math.min(size < 0 ? Math.floor(MAX_RETRIEVE_BYTES / -size) : size, MAX_RETRIEVE_BYTES);
}
