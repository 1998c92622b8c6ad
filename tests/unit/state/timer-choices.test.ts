import { describe, expect, it } from 'vitest';
import {
  canFollow,
  firstDuration,
  timerDurations,
  timerModes,
  wholeUnits
} from '../../../src/lib/state/timer-choices.ts';

const OFF = { mode: 'off', seconds: 0 } as const;

describe('the choice of a timer', () => {
  it('offers the official durations', () => {
    expect(timerDurations('after-read', OFF)).toEqual([300, 3_600, 43_200, 86_400, 604_800, 1_209_600]);
    expect(timerDurations('after-send', OFF)).toEqual([43_200, 86_400, 604_800, 1_209_600]);
    expect(timerDurations('off', OFF)).toEqual([]);
  });

  it('begins each mode with its usual duration', () => {
    expect(firstDuration('after-read')).toBe(43_200);
    expect(firstDuration('after-send')).toBe(86_400);
    expect(firstDuration('off')).toBe(0);
  });

  it('also offers the one in force, where that came from elsewhere', () => {
    expect(timerDurations('after-read', { mode: 'after-read', seconds: 12 })[0]).toBe(12);
    expect(timerDurations('after-send', { mode: 'after-read', seconds: 12 })).not.toContain(12);
  });

  it('has nobody who reads in Note to Self', () => {
    expect(timerModes(true)).toEqual(['off', 'after-send']);
    expect(timerModes(false)).toEqual(['off', 'after-read', 'after-send']);
  });

  it('says durations in the largest whole unit', () => {
    expect(wholeUnits(12)).toEqual({ count: 12, unit: 'second' });
    expect(wholeUnits(300)).toEqual({ count: 5, unit: 'minute' });
    expect(wholeUnits(5_400)).toEqual({ count: 90, unit: 'minute' });
    expect(wholeUnits(43_200)).toEqual({ count: 12, unit: 'hour' });
    expect(wholeUnits(86_400)).toEqual({ count: 1, unit: 'day' });
    expect(wholeUnits(1_209_600)).toEqual({ count: 2, unit: 'week' });
  });

  it('lets us follow the setting of the other side alone, while ours differs', () => {
    const theirs = { mode: 'after-read', seconds: 12, byMe: false } as const;
    expect(canFollow(OFF, theirs)).toBe(true);
    expect(canFollow({ mode: 'after-read', seconds: 12 }, theirs)).toBe(false);
    expect(canFollow({ mode: 'after-send', seconds: 12 }, theirs)).toBe(true);
    expect(canFollow(OFF, { ...theirs, byMe: true })).toBe(false);
  });
});
