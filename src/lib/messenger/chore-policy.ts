// When a request to our own swarm is tried, tried again, done or given up, and what an answer means. Pure.
import type { AppError } from '../errors.ts';
import type { ChoreContent, ChoreRow } from '../storage/index.ts';
import { MESSAGE_TTL_MS } from './limits.ts';
import { timerOnShortened } from './timers.ts';

const FIRST_PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 15 * 60_000;

/** Attempts to reach the members that did not sign, once others did. */
const MEMBER_ATTEMPTS = 5;

/** Attempts for a request that members refuse as such. */
const REFUSED_ATTEMPTS = 8;

/** After 14 days no node holds any of it. */
export function isChoreOver({ createdAtMs }: ChoreContent, nowMs: number): boolean {
  return nowMs - createdAtMs >= MESSAGE_TTL_MS;
}

/** Later than any pause is a time from before the clock was set right. */
export function isDue({ notBeforeMs }: Pick<ChoreRow, 'notBeforeMs'>, nowMs: number): boolean {
  return notBeforeMs <= nowMs || notBeforeMs - nowMs > 2 * MAX_PAUSE_MS;
}

/** Pause after a failed attempt, milliseconds. @param attempts made before it */
export function chorePause(attempts: number): number {
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20));
}

/** What follows from an answer: members that did not sign are tried some more times. */
export function stepAfterAnswer(
  { failed }: { readonly failed: readonly string[] },
  { attempts }: ChoreContent
): 'done' | 'again' {
  return failed.length === 0 || attempts + 1 >= MEMBER_ATTEMPTS ? 'done' : 'again';
}

/** What follows from an error: the network is waited for as long as there is anything to ask for. */
export function stepAfterError({ code }: AppError, { attempts }: ChoreContent): 'drop' | 'again' {
  return code === 'rejected' && attempts + 1 >= REFUSED_ATTEMPTS ? 'drop' : 'again';
}

/**
 * When messages end whose life was to be shortened, as their swarm answered.
 * @returns by hash: network time, null: it has ended. Hashes of which too few members have told are left out: a single one
 *   could end them all
 */
export function endsOfAnswer(
  hashes: readonly string[],
  answer: {
    readonly confirmed: readonly string[];
    readonly failed: readonly string[];
    readonly updated: readonly string[];
    readonly unchanged: Readonly<Record<string, number>>;
  },
  requestedMs: number
): Map<string, number | null> {
  const ends = new Map<string, number | null>();
  const isMost = answer.confirmed.length > answer.failed.length;
  const updated = new Set(answer.updated);
  for (const hash of hashes) {
    const unchangedMs = Object.hasOwn(answer.unchanged, hash) ? (answer.unchanged[hash] ?? null) : null;
    const end = timerOnShortened({ updated: updated.has(hash), unchangedMs }, requestedMs);
    if (end.kind === 'ends') ends.set(hash, end.atMs);
    else if (isMost) ends.set(hash, null);
  }
  return ends;
}
