import { describe, expect, it } from 'vitest';
import { createTokenBuckets } from '../../../gateway/token-buckets.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

describe('token buckets', () => {
  it('let a burst pass, then the pace', async () => {
    const clock = createFakeClock();
    const buckets = createTokenBuckets({ perSecond: 20, burst: 60, clock });
    for (let request = 0; request < 60; request++) {
      expect(buckets.waitMs('a')).toBe(0);
      buckets.spend('a', 1);
    }
    expect(buckets.waitMs('a')).toBe(50);
    await clock.advance(49);
    expect(buckets.waitMs('a')).toBeCloseTo(1);
    await clock.advance(1);
    expect(buckets.waitMs('a')).toBeCloseTo(0);
  });

  it('keep one client apart from another', () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 1, clock: createFakeClock() });
    buckets.spend('a', 1);
    expect(buckets.waitMs('a')).toBe(1000);
    expect(buckets.waitMs('b')).toBe(0);
  });

  it('make a client wait out what an answer cost it', async () => {
    const clock = createFakeClock();
    const buckets = createTokenBuckets({ perSecond: 10, burst: 100, clock });
    buckets.spend('a', 300);
    expect(buckets.waitMs('a')).toBe(20_100);
    await clock.advance(20_100);
    expect(buckets.waitMs('a')).toBe(0);
  });

  it('do not fill beyond the burst', async () => {
    const clock = createFakeClock();
    const buckets = createTokenBuckets({ perSecond: 10, burst: 2, clock });
    buckets.spend('a', 1);
    await clock.advance(3_600_000);
    buckets.spend('a', 2);
    expect(buckets.waitMs('a')).toBe(100);
  });

  it('hold a bounded number of clients and forget the one idle longest', async () => {
    const clock = createFakeClock();
    const buckets = createTokenBuckets({ perSecond: 0.001, burst: 1, clock, maxBuckets: 3 });
    for (const key of ['a', 'b', 'c']) buckets.spend(key, 1);
    buckets.spend('a', 1);
    buckets.spend('d', 1);
    expect(buckets.size).toBe(3);
    expect(buckets.waitMs('b')).toBe(0);
    expect(buckets.waitMs('a')).toBeGreaterThan(0);
    for (let client = 0; client < 10_000; client++) buckets.spend(`other ${client}`, 1);
    expect(buckets.size).toBe(3);
  });

  it('limit nothing when the pace is infinite', () => {
    const buckets = createTokenBuckets({ perSecond: Infinity, burst: Infinity, clock: createFakeClock() });
    for (let request = 0; request < 1_000; request++) buckets.spend('a', 1e9);
    expect(buckets.waitMs('a')).toBe(0);
    expect(buckets.size).toBe(0);
  });
});
