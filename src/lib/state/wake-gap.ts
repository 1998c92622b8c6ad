// How long the browser lets pass between two wake-ups, as a rule. Pure.
import type { WakeUp } from '../storage/queries-wake-ups.ts';

/** Fewer say nothing. */
const MIN_GAPS = 2;

/** The middle one of the gaps between periodic wake-ups, milliseconds; null while there are too few. */
export function typicalGap(wakeUps: readonly Pick<WakeUp, 'atMs' | 'cause'>[]): number | null {
  const times = wakeUps
    .filter(({ cause }) => cause === 'periodicsync')
    .map(({ atMs }) => atMs)
    .sort((a, b) => a - b);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] as number));
  if (gaps.length < MIN_GAPS) return null;
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] as number;
}
