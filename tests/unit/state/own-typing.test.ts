import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOwnTyping } from '../../../src/lib/state/own-typing.ts';

describe('what we tell while we type', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function typist() {
    const told: boolean[] = [];
    return { told, typing: createOwnTyping((isTyping) => told.push(isTyping)) };
  }

  it('is said at the first key, and not again with each one', () => {
    const { told, typing } = typist();
    for (let key = 0; key < 5; key += 1) typing.pressed(false);
    expect(told).toEqual([true]);
    typing.stop();
  });

  it('is said again every ten seconds while keys come', () => {
    const { told, typing } = typist();
    for (let second = 0; second < 25; second += 1) {
      typing.pressed(false);
      vi.advanceTimersByTime(1_000);
    }
    expect(told).toEqual([true, true, true]);
    typing.stop();
  });

  it('ends ten seconds after the last key, and begins anew', () => {
    const { told, typing } = typist();
    typing.pressed(false);
    vi.advanceTimersByTime(9_999);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([true, false]);
    typing.pressed(false);
    expect(told).toEqual([true, false, true]);
    typing.stop();
  });

  it('ends when the text is emptied and when one leaves, once', () => {
    const { told, typing } = typist();
    typing.pressed(false);
    typing.pressed(true);
    typing.pressed(true);
    typing.stop();
    expect(told).toEqual([true, false]);
  });

  it('says nothing more once the message went', () => {
    const { told, typing } = typist();
    typing.pressed(false);
    typing.sent();
    vi.advanceTimersByTime(60_000);
    typing.stop();
    expect(told).toEqual([true]);
  });
});
