// What follows from a failed attempt to store a message. Pure.
import type { AppError } from '../errors.ts';
import type { OutboxContent } from '../storage/index.ts';

export type NextStep =
  | {
      readonly kind: 'wait';
      readonly waitMs: number;
      readonly next: Pick<OutboxContent, 'attempts' | 'firstAttemptAtMs'>;
    }
  | { readonly kind: 'fail' };

/** A swarm that keeps refusing is given up on after this long; the person may retry. */
const GIVE_UP_AFTER_MS = 10 * 60_000;

/** Fewest attempts before giving up, since a sleeping device makes none. */
const MIN_ATTEMPTS = 8;

const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60_000;
/** Another path is at hand at once; the pause only keeps a fault of ours from spinning. */
const OTHER_PATH_WAIT_MS = 300;
const QUICK_ATTEMPTS = 3;

/** Failures of the way to the swarm. A message waits for the network as long as it takes. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'offline',
  'no-path',
  'onion-stopped',
  'gateway-unreachable',
  'gateway-refused',
  'gateway-busy',
  'wrong-network',
  'list-not-verified',
  'guard-unreachable',
  'guard-not-ready',
  'hop-failed',
  'hop-not-ready',
  'path-timeout',
  'path-failed',
  'response-unreadable',
  'clock-wrong',
  'clock-skew',
  'no-swarm'
]);

/**
 * @param error what the attempt failed with
 * @param nowMs device time, as `content.firstAttemptAtMs`
 */
export function nextStep(
  error: AppError,
  content: Pick<OutboxContent, 'kind' | 'attempts' | 'firstAttemptAtMs'>,
  nowMs: number
): NextStep {
  const isNetwork = NETWORK_CODES.has(error.code);
  if (!isNetwork && error.retry === 'never') return { kind: 'fail' };
  const attempts = content.attempts + 1;
  // A device clock set back must not keep a message for ever.
  const firstAttemptAtMs = Math.min(content.firstAttemptAtMs ?? nowMs, nowMs);
  const isOverdue = attempts >= MIN_ATTEMPTS && nowMs - firstAttemptAtMs >= GIVE_UP_AFTER_MS;
  if (!isNetwork && isOverdue) return { kind: 'fail' };
  const isQuick = error.retry === 'other-path' && attempts <= QUICK_ATTEMPTS;
  const backoffMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10));
  return {
    kind: 'wait',
    waitMs: isQuick ? OTHER_PATH_WAIT_MS : backoffMs,
    next: { attempts, firstAttemptAtMs: isNetwork ? content.firstAttemptAtMs : firstAttemptAtMs }
  };
}
