import { describe, expect, test } from 'vitest';
import { waitingIn } from '../../../src/lib/state/waiting.ts';

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
