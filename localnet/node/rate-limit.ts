// Direct RPC is limited per client address (network.md §6): a bucket of 600 tokens, 300 a second.
import type { Clock } from '../../src/lib/clock.ts';

export interface RateLimitOptions {
  readonly capacity: number;
  readonly perSecond: number;
}

export const RATE_LIMIT: RateLimitOptions = { capacity: 600, perSecond: 300 };

/** Clients remembered at once; the longest unheard of makes room. */
const MAX_CLIENTS = 10_000;

/** @returns a function that takes one token for a client and says whether there was one */
export function createRateLimit(clock: Clock, { capacity, perSecond }: RateLimitOptions) {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return (client: string): boolean => {
    const nowMs = clock.monotonic();
    const known = buckets.get(client);
    const earned = known ? ((nowMs - known.atMs) / 1000) * perSecond : 0;
    const tokens = known ? Math.min(capacity, known.tokens + earned) : capacity;
    buckets.delete(client);
    if (buckets.size >= MAX_CLIENTS) buckets.delete(buckets.keys().next().value as string);
    buckets.set(client, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs });
    return tokens >= 1;
  };
}
