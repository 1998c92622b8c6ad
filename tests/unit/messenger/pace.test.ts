import { expect, test } from 'vitest';
import { createPace } from '../../../src/lib/messenger/pace.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const RULE = { free: 2, firstMs: 1_000, longestMs: 4_000, quietMs: 10_000 };

/** Does it whenever it may, looking every 100 ms. @returns the moments */
async function doneWhenDue(untilMs: number): Promise<number[]> {
  const clock = createFakeClock();
  const pace = createPace(clock, RULE);
  const moments: number[] = [];
  while (clock.monotonic() < untilMs) {
    if (pace.isDue()) {
      pace.note();
      moments.push(clock.monotonic());
    }
    await clock.advance(100);
  }
  return moments;
}

test('something is done at once the first times, then after waits that double up to the longest', async () => {
  expect(await doneWhenDue(16_000)).toEqual([0, 100, 1_100, 3_100, 7_100, 11_100, 15_100]);
});

test('after a quiet time, and when the person asks, it is done at once again', async () => {
  const clock = createFakeClock();
  const pace = createPace(clock, RULE);
  for (let times = 0; times < 4; times++) pace.note();
  expect(pace.isDue()).toBe(false);
  pace.reset();
  expect(pace.isDue()).toBe(true);
  for (let times = 0; times < 4; times++) pace.note();
  await clock.advance(10_000);
  pace.note();
  expect(pace.isDue()).toBe(true);
});
