// A short run of the long chaos (tests/soak): one seed, so that a failure here can be looked at again.
import { beforeAll, describe, expect, test } from 'vitest';
import { runChaos, type ChaosOutcome } from '../soak/chaos.ts';

const SEED = 20_261;

describe('people who write while nodes, gateway and devices fail', () => {
  let outcome: ChaosOutcome;
  beforeAll(async () => {
    outcome = await runChaos({
      seed: SEED,
      devicesOf: [2, 1],
      writeMs: 9_000,
      settleMs: 40_000,
      faultEveryMs: [100, 500]
    });
  }, 90_000);

  test('find every message on every device exactly once and in order', () => {
    expect(outcome.problems).toEqual([]);
    expect(outcome.accepted).toBeGreaterThan(15);
    expect(Object.keys(outcome.faults).length).toBeGreaterThan(4);
  });

  test('and the same run fails by one message that is lost and one that is doubled', async () => {
    const spoilt = await runChaos({
      seed: SEED,
      devicesOf: [1, 1],
      writeMs: 1_500,
      settleMs: 20_000,
      spoil: true
    });
    const [lost, doubled, ...others] = spoilt.problems.filter((problem) => problem.includes('message'));
    expect(lost).toContain('lost on device 0a');
    expect(doubled).toContain('2 times on device 0a');
    expect(others).toEqual([]);
  }, 60_000);
});
