// Which kept messages have most likely come again (v2-forward-secrecy-and-pq.md §15.3).
import { expect, test } from 'vitest';
import { matchCameAgain } from '../../../src/lib/messenger/held-again.ts';

const MINUTE = 60_000;
const kept = (hash: string, storedAtMs: number, more: object = {}) => ({
  ...{ hash, storedAtMs, heldAtMs: storedAtMs + 1, expiresAtMs: 0, dataBase64: '' },
  ...more
});
const came = (timestampMs: number, storedAtMs: number) => ({ timestampMs, storedAtMs });

test('each one that came late stands for the first one stored after it was written', () => {
  const held = [kept('second', 20 * MINUTE), kept('first', 10 * MINUTE), kept('third', 30 * MINUTE)];
  const late = [came(20 * MINUTE, 90 * MINUTE), came(10 * MINUTE, 90 * MINUTE)];
  expect(matchCameAgain(held, late)).toEqual(['first', 'second']);
  expect(matchCameAgain(held, [late[1] ?? came(0, 0)])).toEqual(['first']);
});

test('what arrives in its own time stands for nothing', () => {
  expect(matchCameAgain([kept('a', 10 * MINUTE)], [came(10 * MINUTE, 14 * MINUTE)])).toEqual([]);
});

test('nothing is matched with what was stored long before it was written, or after it came again', () => {
  const late = [came(60 * MINUTE, 90 * MINUTE)];
  expect(matchCameAgain([kept('before', 50 * MINUTE), kept('after', 91 * MINUTE)], late)).toEqual([]);
  expect(matchCameAgain([kept('within the slack', 56 * MINUTE)], late)).toEqual(['within the slack']);
});

test('what has come again already is passed over, and the time it was kept counts where a node said none', () => {
  const late = [came(10 * MINUTE, 90 * MINUTE)];
  expect(matchCameAgain([kept('a', 10 * MINUTE, { cameAgain: true })], late)).toEqual([]);
  const silent = { ...kept('b', 0), heldAtMs: 11 * MINUTE, storedAtMs: undefined };
  const { storedAtMs: _, ...withoutTime } = silent;
  expect(matchCameAgain([withoutTime], late)).toEqual(['b']);
});
