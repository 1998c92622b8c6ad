import { describe, expect, it } from 'vitest';
import { watchAnswer } from '../../../src/lib/onion/late-answer.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const config = { pathPatienceMs: 3_000, probePatienceMs: 1_500 };

/** Watches a request whose path is tested with `result`, after `testMs`; notes when it is called late. */
function watch(result: boolean | null, testMs: number, patienceMs?: number) {
  const clock = createFakeClock();
  const over = new AbortController();
  const seen = { lateAt: null as number | null, tested: [] as (boolean | null)[], tests: 0 };
  const done = watchAnswer(
    {
      clock,
      config,
      test: async () => {
        seen.tests++;
        await clock.sleep(testMs);
        return result;
      },
      onLate: () => (seen.lateAt = clock.monotonic()),
      ...(patienceMs === undefined ? {} : { patienceMs })
    },
    (isPathAlive) => seen.tested.push(isPathAlive),
    over.signal
  );
  return { clock, over, seen, done };
}

describe('an answer that is waited for', () => {
  it('costs no test when it comes in time', async () => {
    const { clock, over, seen, done } = watch(true, 100);
    await clock.advance(2_999);
    over.abort();
    await done;
    await clock.advance(60_000);
    expect(seen).toEqual({ lateAt: null, tested: [], tests: 0 });
  });

  it.each([
    ['fails its test', false, 200, 3_200],
    ['does not answer its test', true, 9_000, 4_500],
    ['cannot be tested', null, 200, 3_200]
  ] as const)('is late as soon as its path %s', async (_, result, testMs, lateAt) => {
    const { clock, seen } = watch(result, testMs, 6_000);
    await clock.advance(30_000);
    expect(seen.lateAt).toBe(lateAt);
  });

  it('has the patience of its destination when its path works', async () => {
    const { clock, seen } = watch(true, 200, 6_000);
    await clock.advance(5_999);
    expect(seen).toMatchObject({ lateAt: null, tested: [true] });
    await clock.advance(1);
    expect(seen.lateAt).toBe(6_000);
  });

  it('is not late when it comes after the test', async () => {
    const { clock, over, seen, done } = watch(true, 200, 6_000);
    await clock.advance(5_000);
    over.abort();
    await done;
    await clock.advance(60_000);
    expect(seen.lateAt).toBeNull();
  });
});
