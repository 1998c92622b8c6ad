import { expect, test } from 'vitest';
import { isUnpublished } from '../../../src/lib/state/devices-trouble.ts';

const DAY = 24 * 60 * 60 * 1000;

test('keys that could not be published are told of after more than a day', () => {
  expect(isUnpublished({ unpublishedSinceMs: 1_000 }, 1_000 + DAY)).toBe(false);
  expect(isUnpublished({ unpublishedSinceMs: 1_000 }, 1_001 + DAY)).toBe(true);
});

test('where nothing is due, or nothing is known, there is nothing to tell', () => {
  expect(isUnpublished({ unpublishedSinceMs: null }, 9 * DAY)).toBe(false);
  expect(isUnpublished({}, 9 * DAY)).toBe(false);
  expect(isUnpublished(null, 9 * DAY)).toBe(false);
  expect(isUnpublished(undefined, 9 * DAY)).toBe(false);
});
