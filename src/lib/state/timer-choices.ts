// Disappearing messages as a person chooses them (accounts-and-messages.md §4.10): pure.
import type { TimerMode, TimerSetting } from '../storage/views.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** The durations offered, seconds; the first is what a mode begins with. */
const OFFERED = {
  'after-read': { first: 12 * HOUR, all: [5 * MINUTE, HOUR, 12 * HOUR, DAY, 7 * DAY, 14 * DAY] },
  'after-send': { first: DAY, all: [12 * HOUR, DAY, 7 * DAY, 14 * DAY] }
} as const;

/** In Note to Self there is nobody who could read first. */
export function timerModes(noteToSelf: boolean): readonly TimerMode[] {
  return noteToSelf ? ['off', 'after-send'] : ['off', 'after-read', 'after-send'];
}

/** Durations of a mode, seconds, with one that is in force but not offered. */
export function timerDurations(mode: TimerMode, current: TimerSetting): readonly number[] {
  if (mode === 'off') return [];
  const all: readonly number[] = OFFERED[mode].all;
  if (current.mode !== mode || all.includes(current.seconds)) return all;
  return [...all, current.seconds].sort((a, b) => a - b);
}

export function firstDuration(mode: TimerMode): number {
  return mode === 'off' ? 0 : OFFERED[mode].first;
}

export type TimeUnit = 'second' | 'minute' | 'hour' | 'day' | 'week';

/** A duration in the largest unit that it is a whole number of: 604,800 is one week. */
export function wholeUnits(seconds: number): { readonly count: number; readonly unit: TimeUnit } {
  const units: readonly (readonly [TimeUnit, number])[] = [
    ['week', 7 * DAY],
    ['day', DAY],
    ['hour', HOUR],
    ['minute', MINUTE]
  ];
  for (const [unit, length] of units) {
    if (seconds >= length && seconds % length === 0) return { count: seconds / length, unit };
  }
  return { count: seconds, unit: 'second' };
}

/** They use another setting than we do, and theirs can be taken over. */
export function canFollow(
  own: TimerSetting,
  notice: { mode: TimerMode; seconds: number; byMe: boolean }
): boolean {
  return !notice.byMe && (own.mode !== notice.mode || own.seconds !== notice.seconds);
}
