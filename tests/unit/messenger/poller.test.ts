import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createPoller, pollInterval } from '../../../src/lib/messenger/poller.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';

type Poll = (signal: AbortSignal) => Promise<{ more: boolean; received: number }>;
const NOTHING = { more: false, received: 0 };

function setUp(poll: Poll, isConnected = () => true) {
  const clock = createFakeClock();
  const times: number[] = [];
  const poller = createPoller({
    poll: (signal) => {
      times.push(clock.monotonic());
      return poll(signal);
    },
    isConnected,
    clock,
    random: seededRandom(1),
    log: silentLog
  });
  const ended: string[] = [];
  poller.start((code) => ended.push(code));
  const run = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) await clock.advance(100);
  };
  return { poller, times, ended, run };
}

describe('the poller', () => {
  test('asks every three seconds or a little more often while somebody looks', async () => {
    const { poller, times, run } = setUp(async () => NOTHING);
    await run(30_000);
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    expect(times.length).toBeGreaterThanOrEqual(10);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(3_100);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_300);
    expect(new Set(gaps).size).toBeGreaterThan(1);
    await poller.stop();
  });

  test('slows down to a minute when hidden, and asks at once when shown again', async () => {
    const { poller, times, run } = setUp(async () => NOTHING);
    poller.setActivity({ visible: false, active: false });
    await run(300_000);
    const before = times.length;
    const lastGap = (times.at(-1) as number) - (times.at(-2) as number);
    expect(lastGap).toBeGreaterThan(45_000);
    expect(lastGap).toBeLessThanOrEqual(60_100);
    poller.setActivity({ visible: true, active: true });
    await run(100);
    expect(times.length).toBe(before + 1);
    await poller.stop();
  });

  test('never has two polls under way, and repeats when rung during one', async () => {
    let underWay = 0;
    let most = 0;
    const finish: (() => void)[] = [];
    const { poller, times, run } = setUp(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => finish.push(resolve));
      underWay -= 1;
      return NOTHING;
    });
    await run(100);
    poller.ring();
    poller.ring();
    await run(10_000);
    expect(times).toHaveLength(1);
    finish.shift()?.();
    await run(100);
    expect(times).toHaveLength(2);
    expect(most).toBe(1);
    const stopped = poller.stop();
    finish.shift()?.();
    await stopped;
  });

  test('goes on at once while there is more', async () => {
    let left = 5;
    const { poller, times, run } = setUp(async () => ({ more: --left > 0, received: 1 }));
    await run(100);
    expect(times).toHaveLength(5);
    await poller.stop();
  });

  test('waits longer after each failure, and recovers', async () => {
    let isBroken = true;
    const { poller, times, run } = setUp(async () => {
      if (isBroken) throw new AppError('no-path', { retry: 'later' });
      return NOTHING;
    });
    await run(120_000);
    expect(times.length).toBeLessThan(10);
    isBroken = false;
    poller.ring();
    await run(10_000);
    const recent = times.slice(-3);
    expect((recent[2] as number) - (recent[1] as number)).toBeLessThanOrEqual(3_100);
    await poller.stop();
  });

  test('does not ask without a connection', async () => {
    const { poller, times, run } = setUp(
      async () => NOTHING,
      () => false
    );
    await run(30_000);
    expect(times).toEqual([]);
    await poller.stop();
  });

  test.each(['deposed', 'closed'])('ends when storage says %s', async (code) => {
    const { ended, times, run } = setUp(async () => {
      throw new AppError(code);
    });
    await run(30_000);
    expect(ended).toEqual([code]);
    expect(times).toHaveLength(1);
  });
});

test('the interval stays within its bounds for any count', () => {
  for (const quiet of [0, 1, 5, 1e9]) {
    expect(pollInterval({ visible: true, active: true }, quiet, 0)).toBe(3_000);
    expect(pollInterval({ visible: true, active: false }, quiet, 0)).toBeLessThanOrEqual(15_000);
    expect(pollInterval({ visible: false, active: false }, quiet, 0)).toBeLessThanOrEqual(60_000);
    expect(pollInterval({ visible: true, active: true }, 0, quiet + 1)).toBeLessThanOrEqual(60_000);
  }
});
