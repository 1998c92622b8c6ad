import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createArrivals, type Arrival } from '../../../src/lib/state/arrivals.ts';
import { countText, sendsOnEnter } from '../../../src/lib/state/composing.ts';
import type { KeyPress } from '../../../src/lib/state/shortcuts.ts';
import type { MessageView } from '../../../src/lib/storage/views.ts';
import { sampleMessage } from '../../support/views.ts';

function press(part: Partial<KeyPress> & { key: string }): KeyPress {
  return {
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    isComposing: false,
    defaultPrevented: false,
    ...part
  };
}

describe('the count below the composer', () => {
  it('stays away until 1,800 code points', () => {
    expect(countText('a'.repeat(1_799)).shown).toBe(false);
    expect(countText('a'.repeat(1_800))).toEqual({ count: 1_800, shown: true, over: 0 });
  });

  it('counts code points, not units of UTF-16', () => {
    expect(countText('😀'.repeat(1_000)).shown).toBe(false);
    expect(countText('😀'.repeat(2_000))).toEqual({ count: 2_000, shown: true, over: 0 });
    expect(countText('😀'.repeat(2_001)).over).toBe(1);
  });
});

describe('Enter in the composer', () => {
  it('sends, and breaks the line with Shift; the setting swaps the two', () => {
    expect(sendsOnEnter(press({ key: 'Enter' }), true)).toBe(true);
    expect(sendsOnEnter(press({ key: 'Enter', shiftKey: true }), true)).toBe(false);
    expect(sendsOnEnter(press({ key: 'Enter' }), false)).toBe(false);
    expect(sendsOnEnter(press({ key: 'Enter', shiftKey: true }), false)).toBe(true);
    expect(sendsOnEnter(press({ key: 'Enter', ctrlKey: true }), false)).toBe(true);
  });

  it('belongs to the input method while one composes', () => {
    expect(sendsOnEnter(press({ key: 'Enter', isComposing: true }), true)).toBe(false);
  });
});

describe('what is said aloud about the open chat', () => {
  const view = (sort: number, part: Partial<MessageView> = {}) => sampleMessage({ sort, ...part });
  let said: Arrival[];
  const say = (arrival: Arrival) => said.push(arrival);

  beforeEach(() => {
    vi.useFakeTimers();
    said = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is silent about what was there, and about older messages paged in', () => {
    const arrivals = createArrivals();
    arrivals.follow([view(5)], say);
    arrivals.follow([view(3), view(4), view(5)], say);
    expect(said).toEqual([]);
    arrivals.follow([view(5), view(6)], say);
    expect(said).toEqual([{ kind: 'new', count: 1 }]);
    arrivals.stop();
  });

  it('gathers what comes within five seconds into one sentence', () => {
    const arrivals = createArrivals();
    arrivals.follow([view(1)], say);
    arrivals.follow([view(1), view(2)], say);
    arrivals.follow([view(1), view(2), view(3)], say);
    arrivals.follow([view(1), view(2), view(3), view(4)], say);
    expect(said).toEqual([{ kind: 'new', count: 1 }]);
    vi.advanceTimersByTime(5_000);
    expect(said).toEqual([
      { kind: 'new', count: 1 },
      { kind: 'new', count: 2 }
    ]);
    arrivals.stop();
  });

  it('says nothing about own messages, but at once that one failed', () => {
    const arrivals = createArrivals();
    arrivals.follow([view(1)], say);
    arrivals.follow([view(1), view(2, { direction: 'out', state: 'sending' })], say);
    expect(said).toEqual([]);
    arrivals.follow([view(1), view(2, { direction: 'out', state: 'failed' })], say);
    arrivals.follow([view(1), view(2, { direction: 'out', state: 'failed' })], say);
    expect(said).toEqual([{ kind: 'failed' }]);
    arrivals.stop();
  });
});
