// A short run of the long chaos (tests/soak): one seed, so that a failure here can be looked at again.
import { beforeAll, describe, expect, test } from 'vitest';
import { runChaos, type ChaosOutcome } from '../soak/chaos.ts';
import { checkShown, type Shown } from '../soak/ledger.ts';

const SEED = 20_261;

describe('people who write while nodes, gateway and devices fail', () => {
  let outcome: ChaosOutcome;
  beforeAll(async () => {
    outcome = await runChaos({
      seed: SEED,
      people: 2,
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

  const changed = (change: (texts: readonly string[]) => readonly string[]): string[] => {
    const [first, ...others] = outcome.shown as [Shown, ...Shown[]];
    return [{ ...first, texts: change(first.texts) }, ...others].flatMap(checkShown);
  };

  test('would learn of one lost message, and of one doubled', () => {
    const expected = (outcome.shown[0] as Shown).expected[0]?.text as string;
    expect(changed((texts) => texts.filter((text) => text !== expected))).toEqual([
      expect.stringContaining('lost')
    ]);
    expect(changed((texts) => [...texts, expected])).toEqual([expect.stringContaining('2 times')]);
  });
});
