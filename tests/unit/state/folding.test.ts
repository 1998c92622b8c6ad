import { expect, it } from 'vitest';
import { isLong } from '../../../src/lib/state/folding.ts';

it('folds many words and many lines, nothing else', () => {
  expect(isLong('short')).toBe(false);
  expect(isLong('a'.repeat(1_000))).toBe(false);
  expect(isLong('a'.repeat(1_001))).toBe(true);
  expect(isLong('\n'.repeat(19))).toBe(false);
  expect(isLong('\n'.repeat(20))).toBe(true);
});
