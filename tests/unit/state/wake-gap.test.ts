import { describe, expect, test } from 'vitest';
import { typicalGap } from '../../../src/lib/state/wake-gap.ts';

const HOUR_MS = 3_600_000;
const checksAt = (...hours: number[]) =>
  hours.map((hour) => ({ atMs: hour * HOUR_MS, cause: 'periodicsync' as const }));

describe('the typical gap between wake-ups', () => {
  test('is the middle one, whatever their order', () => {
    expect(typicalGap(checksAt(40, 0, 12, 13))).toBe(12 * HOUR_MS);
  });

  test('counts those to look for messages alone', () => {
    const sends = [1, 2, 3].map((hour) => ({ atMs: hour * HOUR_MS, cause: 'sync' as const }));
    expect(typicalGap([...sends, ...checksAt(0, 10, 20)])).toBe(10 * HOUR_MS);
  });

  test('is not told from too few', () => {
    expect(typicalGap([])).toBeNull();
    expect(typicalGap(checksAt(0, 12))).toBeNull();
  });
});
