import { describe, expect, it } from 'vitest';
import { createNetworkClock } from '../../../src/lib/onion/network-clock.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

/** Samples of nodes whose clocks are ahead of the device by these milliseconds. */
function samples(now: number, aheads: number[], uncertaintyMs = 50) {
  return aheads.map((ahead) => ({ nodeTimeMs: now + ahead, deviceTimeMs: now, uncertaintyMs }));
}

describe('the network clock', () => {
  it('is the device clock until something is known', () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    expect(network.nowMs()).toBe(clock.now());
    expect(network.offsetMs()).toBeNull();
    expect(network.isDoubtful()).toBe(true);
  });

  it('follows the median of three nodes, so one liar changes nothing', () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    expect(network.measured(samples(clock.now(), [5_000, 5_100, 86_400_000]))).toBe(true);
    expect(network.nowMs()).toBe(clock.now() + 5_100);
    expect(network.offsetMs()).toBe(-5_100);
    expect(network.isDoubtful()).toBe(false);
  });

  it('takes the middle of two and refuses one', () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    expect(network.measured(samples(clock.now(), [4_000]))).toBe(false);
    expect(network.measured(samples(clock.now(), [4_000, 6_000]))).toBe(true);
    expect(network.offsetMs()).toBe(-5_000);
  });

  it('leaves a device clock alone that slow answers cannot tell from theirs', () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    expect(network.measured(samples(clock.now(), [900, -700, 86_400_000], 1_000))).toBe(true);
    expect(network.offsetMs()).toBe(0);
    expect(network.measured(samples(clock.now(), [900, 1_100, 1_200], 1_000))).toBe(true);
    expect(network.offsetMs()).toBe(-1_100);
  });

  it('leaves out times no node can mean', () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    const absurd = [0, 1_500_000_000_000, 9e15, Number.NaN].map((nodeTimeMs) => ({
      nodeTimeMs,
      deviceTimeMs: clock.now(),
      uncertaintyMs: 50
    }));
    expect(network.measured([...absurd, ...samples(clock.now(), [1_000])])).toBe(false);
    network.observe(0);
    expect(network.offsetMs()).toBeNull();
  });

  it('guesses from single answers before it was measured, and not after', () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    network.observe(clock.now() - 30_000);
    expect(network.nowMs()).toBe(clock.now() - 30_000);
    network.measured(samples(clock.now(), [0, 0, 0]));
    for (let count = 0; count < 10; count++) network.observe(clock.now() + 600_000);
    expect(network.nowMs()).toBe(clock.now());
  });

  it('doubts itself when three answers in a row contradict it', () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    network.measured(samples(clock.now(), [0, 0, 0]));
    network.observe(clock.now() + 20_000);
    network.observe(clock.now() + 20_000);
    expect(network.isDoubtful()).toBe(false);
    network.observe(clock.now() + 20_000);
    expect(network.isDoubtful()).toBe(true);
  });

  it('doubts itself when the date was changed', async () => {
    const clock = createFakeClock();
    const network = createNetworkClock(clock);
    network.measured(samples(clock.now(), [0, 0, 0]));
    await clock.advance(3_600_000);
    expect(network.isDoubtful()).toBe(false);
    clock.setDeviceTime(clock.now() + 86_400_000);
    expect(network.isDoubtful()).toBe(true);
  });
});
