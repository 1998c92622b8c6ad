// Rate limits in memory: one bucket per key, filled at an even pace. What is not known in advance (the size of an
// answer) is spent afterwards and may leave a debt, which later requests wait out.
import type { Clock } from '../src/lib/clock.ts';

export interface TokenBuckets {
  /** Milliseconds until `key` may go on; 0 when it may now. Takes nothing. */
  waitMs(key: string): number;
  /** Takes `amount` tokens, into debt if need be. */
  spend(key: string, amount: number): void;
  /** Buckets held in memory. */
  readonly size: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** About 8 MB when full. Beyond it the bucket that was idle longest is forgotten. */
const MAX_BUCKETS = 50_000;

/**
 * @param perSecond pace of refilling; Infinity never limits
 * @param burst capacity of a bucket
 */
export function createTokenBuckets(options: {
  perSecond: number;
  burst: number;
  clock: Clock;
  maxBuckets?: number;
}): TokenBuckets {
  const { perSecond, burst, clock, maxBuckets = MAX_BUCKETS } = options;
  // Least recently used first, since a bucket that is touched moves to the end.
  const buckets = new Map<string, Bucket>();

  function filled(bucket: Bucket): number {
    return Math.min(burst, bucket.tokens + ((clock.monotonic() - bucket.atMs) / 1000) * perSecond);
  }

  function makeRoom() {
    for (const [key, bucket] of buckets) {
      if (buckets.size < maxBuckets && filled(bucket) < burst) return;
      buckets.delete(key);
    }
  }

  return {
    get size() {
      return buckets.size;
    },
    waitMs(key) {
      if (perSecond === Infinity) return 0;
      const bucket = buckets.get(key);
      if (!bucket) return 0;
      const missing = 1 - filled(bucket);
      return missing <= 0 ? 0 : (missing / perSecond) * 1000;
    },
    spend(key, amount) {
      if (perSecond === Infinity) return;
      const bucket = buckets.get(key);
      const tokens = (bucket ? filled(bucket) : burst) - amount;
      buckets.delete(key);
      if (buckets.size >= maxBuckets) makeRoom();
      buckets.set(key, { tokens, atMs: clock.monotonic() });
    }
  };
}
