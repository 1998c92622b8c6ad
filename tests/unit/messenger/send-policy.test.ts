import { describe, expect, test } from 'vitest';
import { AppError, type Retry } from '../../../src/lib/errors.ts';
import { nextStep, type NextStep } from '../../../src/lib/messenger/send-policy.ts';

const MINUTE_MS = 60_000;
const START_MS = 1_750_000_000_000;

/** Fails every attempt with one error until the policy gives up or a day has passed. */
function failAlways(code: string, retry: Retry) {
  let nowMs = START_MS;
  let entry: { kind: 'message'; attempts: number; firstAttemptAtMs: number | null } = {
    kind: 'message',
    attempts: 0,
    firstAttemptAtMs: null
  };
  const waits: number[] = [];
  for (;;) {
    const step: NextStep = nextStep(new AppError(code, { retry }), entry, nowMs);
    if (step.kind === 'fail') return { waits, failedAfterMs: nowMs - START_MS };
    if (nowMs - START_MS > 24 * 60 * MINUTE_MS) return { waits, failedAfterMs: null };
    waits.push(step.waitMs);
    entry = { ...entry, ...step.next };
    nowMs += step.waitMs;
  }
}

describe('after a failed attempt', () => {
  test('a permanent refusal fails at once', () => {
    expect(failAlways('rejected', 'never')).toEqual({ waits: [], failedAfterMs: 0 });
  });

  test('a swarm that keeps refusing is given up on after about ten minutes, with growing waits', () => {
    const { waits, failedAfterMs } = failAlways('rate-limited', 'later');
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(MINUTE_MS);
    expect(failedAfterMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    expect(failedAfterMs).toBeLessThanOrEqual(12 * MINUTE_MS);
  });

  test.each(['no-path', 'gateway-unreachable', 'offline', 'onion-stopped', 'clock-skew'])(
    '%s is waited out as long as it takes',
    (code) => {
      expect(failAlways(code, 'never').failedAfterMs).toBeNull();
    }
  );

  test('another path is tried quickly, but not for ever', () => {
    const { waits } = failAlways('destination-unreachable', 'other-path');
    expect(waits.slice(0, 3)).toEqual([300, 300, 300]);
    expect(waits[3]).toBeGreaterThan(1_000);
  });

  test('a device clock that is set back does not keep a message for ever', () => {
    const entry = { kind: 'message' as const, attempts: 20, firstAttemptAtMs: START_MS + 1e12 };
    const step = nextStep(new AppError('swarm-failed', { retry: 'later' }), entry, START_MS);
    expect(step).toMatchObject({ kind: 'wait', next: { firstAttemptAtMs: START_MS } });
  });
});
