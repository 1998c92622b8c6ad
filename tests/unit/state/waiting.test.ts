import { describe, expect, test } from 'vitest';
import { asksAgain, waitingIn } from '../../../src/lib/state/waiting.ts';

const waits = (id: string, waiting: 'required' | 'unreachable' | 'stale' | null) => ({ id, waiting });

describe('what waits for keys in a conversation', () => {
  test('is nothing where no message does', () => {
    expect(waitingIn([])).toBeNull();
    expect(waitingIn([waits('a', null), waits('b', null)])).toBeNull();
  });

  test('is every message that waits for the same, oldest first', () => {
    expect(waitingIn([waits('a', null), waits('b', 'required'), waits('c', 'required')])).toEqual({
      reason: 'required',
      messageIds: ['b', 'c']
    });
  });

  test('is first what a person can decide about, then what they asked for, then what passes by itself', () => {
    const all = [waits('a', 'unreachable'), waits('b', 'required'), waits('c', 'stale')];
    expect(waitingIn(all)).toEqual({ reason: 'stale', messageIds: ['c'] });
    expect(waitingIn(all.slice(0, 2))).toEqual({ reason: 'required', messageIds: ['b'] });
    expect(waitingIn(all.slice(0, 1))).toEqual({ reason: 'unreachable', messageIds: ['a'] });
  });
});

describe('the question what is to become of them', () => {
  const NOW = 1_000_000_000;
  const DAY = 24 * 60 * 60 * 1000;
  const stale = { reason: 'stale', messageIds: ['a', 'b'] } as const;
  const kept = { messageIds: ['a', 'b'], atMs: NOW };

  test('is asked until it is answered, and only of those that wait for newer keys', () => {
    expect(asksAgain(stale, null, NOW)).toBe(true);
    expect(asksAgain({ ...stale, reason: 'required' }, null, NOW)).toBe(false);
    expect(asksAgain({ ...stale, reason: 'unreachable' }, null, NOW)).toBe(false);
  });

  test('rests for a day after "keep waiting", and is asked again then', () => {
    expect(asksAgain(stale, kept, NOW + DAY - 1)).toBe(false);
    expect(asksAgain(stale, kept, NOW + DAY)).toBe(true);
  });

  test('is asked at once of a message that came to wait later, and not when there are fewer', () => {
    expect(asksAgain({ ...stale, messageIds: ['a', 'b', 'c'] }, kept, NOW + 1)).toBe(true);
    expect(asksAgain({ ...stale, messageIds: ['b'] }, kept, NOW + 1)).toBe(false);
  });
});
