import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampExpiry,
  evaluateCondition,
  MAX_RETRIEVE_BYTES,
  maxTtlMs,
  messageCost,
  planRetrievePage,
  refuseDeleteBefore,
  refuseExpire,
  refuseExpireAll,
  refuseSignatureTime,
  refuseStoreTime,
  refuseTtl,
  type JsonObject,
  type Refusal,
  type TimedMethod
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface TimeVector {
  what: string;
  now: number;
  method: string;
  namespace?: number;
  timestamp?: number | null;
  sig_timestamp?: number;
  ttl?: number;
  before?: number;
  expiry?: number;
  applied_expiry?: number;
  forwarded?: boolean;
  signature?: null;
  status: number;
  body?: string;
}

interface PageVector {
  what: string;
  message_sizes: number[] | { repeat: number; times: number };
  start_index: number;
  max_count: number | null;
  max_size: number | null;
  returned_count: number;
  more: boolean;
}

const network = loadVectors<{
  server_time_rules: TimeVector[];
  retrieve_paging: PageVector[];
  ifelse: { if: JsonObject; condition: boolean }[];
}>('network.json');

/** The order of checks a node follows, as far as times go. */
function refusalOf(vector: TimeVector): Refusal | null {
  const { now, method, namespace = 0, ttl = 0 } = vector;
  const timestamp = vector.timestamp ?? now;
  switch (method) {
    case 'store':
      return (
        refuseTtl(ttl, namespace) ??
        refuseStoreTime(now, timestamp, ttl) ??
        (namespace % 10 === 0 ? null : refuseSignatureTime('store', now, vector.sig_timestamp ?? timestamp))
      );
    case 'delete_before':
      return refuseDeleteBefore(now, vector.before as number);
    case 'expire_all':
      return refuseExpireAll(now, vector.expiry as number);
    case 'expire':
      return refuseExpire(now, [vector.expiry as number]);
    default:
      return refuseSignatureTime(method as TimedMethod, now, timestamp, vector.forwarded);
  }
}

describe('rules about times', () => {
  // Two cases are about a missing signature, which is for the node to see.
  const timed = network.server_time_rules.filter(({ signature }) => signature !== null);

  it('cover all cases of the test data but two', () => {
    expect(timed.length).toBe(network.server_time_rules.length - 2);
  });

  it.each(timed)('$method: $what', (vector) => {
    const refusal = refusalOf(vector);
    expect(refusal ?? { status: 200, body: undefined }).toEqual({ status: vector.status, body: vector.body });
    if (vector.applied_expiry !== undefined) {
      expect(clampExpiry(vector.now, vector.expiry as number)).toBe(vector.applied_expiry);
    }
  });

  it('give forwarded requests ten seconds more where the specification says so', () => {
    const now = 1_700_000_000_000;
    expect(refuseExpireAll(now, now - 70_000, true)).toBeNull();
    expect(refuseExpireAll(now, now - 70_001, true)?.status).toBe(406);
    expect(refuseSignatureTime('retrieve', now, now - 70_000, true)?.status).toBe(406);
  });

  it('ask of several expiries that each passes', () => {
    const now = 1_700_000_000_000;
    expect(refuseExpire(now, [now, now + 5])).toBeNull();
    expect(refuseExpire(now, [now, now - 60_001])?.status).toBe(401);
  });

  it('know the longest life of each namespace', () => {
    expect([0, -10, 2, -41].map(maxTtlMs)).toEqual([14, 14, 30, 30].map((days) => days * 86_400_000));
  });
});

describe('planRetrievePage', () => {
  it.each(network.retrieve_paging.map((vector, index) => ({ ...vector, index })))(
    'returns what the test data says, case $index',
    ({ message_sizes, start_index, max_count, max_size, returned_count, more }) => {
      const sizes = Array.isArray(message_sizes)
        ? message_sizes
        : new Array<number>(message_sizes.times).fill(message_sizes.repeat);
      const page = planRetrievePage(sizes.slice(start_index), { maxCount: max_count, maxSize: max_size });
      expect(page).toEqual({ count: returned_count, more });
    }
  );

  it('refuses a negative count', () => {
    expect(wireErrorOf(() => planRetrievePage([1], { maxCount: -1 }))).toMatchObject({ field: 'max_count' });
  });

  it('reads no more sizes than it needs', () => {
    let read = 0;
    function* sizes() {
      for (;;) {
        read++;
        yield 10;
      }
    }
    expect(planRetrievePage(sizes(), { maxCount: 3 })).toEqual({ count: 3, more: true });
    expect(read).toBe(4);
  });

  it('lets a reader that follows the cursor see every message once, within the limit', () => {
    const sizes = fc.array(fc.nat({ max: 76_800 }), { maxLength: 60 });
    const maxSize = fc.integer({ min: -60, max: 400_000 });
    fc.assert(
      fc.property(sizes, maxSize, (all, limit) => {
        let seen = 0;
        for (let turn = 0; turn <= all.length; turn++) {
          const page = planRetrievePage(all.slice(seen), { maxSize: limit });
          const cost = all.slice(seen, seen + page.count).reduce((sum, size) => sum + messageCost(size), 0);
          expect(page.count <= 1 || cost <= MAX_RETRIEVE_BYTES).toBe(true);
          seen += page.count;
          expect(page.more).toBe(seen < all.length);
          if (!page.more) break;
          expect(page.count).toBeGreaterThan(0);
        }
        expect(seen).toBe(all.length);
      })
    );
  });
});

describe('evaluateCondition', () => {
  const node = { hf: [19, 3], v: [2, 8, 0], height: 1_234_567 };

  it.each(network.ifelse)('$if is $condition', (vector) => {
    expect(evaluateCondition(vector.if, node)).toBe(vector.condition);
  });

  it('asks that all conditions hold', () => {
    expect(evaluateCondition({ hf_at_least: [19], v_before: [2, 8] }, node)).toBe(false);
    expect(evaluateCondition({ hf_at_least: [19], v_before: [2, 9], height_before: 2_000_000 }, node)).toBe(
      true
    );
  });

  it('refuses no condition, and conditions that are no numbers', () => {
    expect(wireErrorOf(() => evaluateCondition({}, node))).toMatchObject({ field: 'if' });
    expect(wireErrorOf(() => evaluateCondition({ nonsense: 1 }, node))).toMatchObject({ field: 'if' });
    for (const bad of ['19', [19, '3'], [], { a: 1 }, new Array<number>(17).fill(1)]) {
      expect(wireErrorOf(() => evaluateCondition({ hf_at_least: bad }, node))).toMatchObject({
        field: 'hf_at_least'
      });
    }
  });
});
