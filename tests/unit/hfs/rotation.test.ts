// v2-forward-secrecy-and-pq.md §13 and §14.3, with P5 of §23 and the rotation of Appendix A.
import { describe, expect, it } from 'vitest';
import { HFS_SECONDS } from '../../../src/lib/hfs/profiles.ts';
import {
  accountRotationDueSeconds,
  isAccountSeedExpired,
  isDeviceSeedExpired,
  isDormant,
  mayRotateDeviceKey,
  sendingWithAge
} from '../../../src/lib/hfs/rotation.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { counting, filled } from './people.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

describe('the rotation of the account key', () => {
  it.each([
    [1, 11.6769],
    [2, 12.1247],
    [3, 12.4209]
  ])('is due as Appendix A says for %i devices', (deviceCount, hours) => {
    const due = accountRotationDueSeconds({
      createdSeconds: 0,
      activeSeed: counting(0),
      deviceId: filled(0x44),
      deviceCount
    });
    expect(due / HOUR).toBeCloseTo(hours, 4);
  });

  it.each([1, 2, 3, 5, 8])('P5: is spread evenly over the window with %i devices', (deviceCount) => {
    const random = seededRandom(deviceCount);
    const devices = Array.from({ length: deviceCount }, () => random(32));
    const rounds = 2000;
    const bins = new Array<number>(10).fill(0);
    for (let round = 0; round < rounds; round++) {
      const activeSeed = random(32);
      const earliest = Math.min(
        ...devices.map((deviceId) =>
          accountRotationDueSeconds({ createdSeconds: 0, activeSeed, deviceId, deviceCount })
        )
      );
      const place = (earliest - 11 * HOUR) / (2 * HOUR);
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThanOrEqual(1);
      const bin = Math.min(9, Math.floor(place * 10));
      bins[bin] = (bins[bin] as number) + 1;
    }
    // Six standard deviations of a bin of an even spread.
    const spread = 6 * Math.sqrt(rounds * 0.1 * 0.9);
    for (const count of bins) expect(Math.abs(count - rounds / 10)).toBeLessThan(spread);
  });
});

describe('the end of keys', () => {
  it('keeps an account seed for sixteen days in the standard window', () => {
    const at = (nowSeconds: number) =>
      isAccountSeedExpired({ rotatedSeconds: 1000, nowSeconds, window: 'standard', polledSeconds: [1e12] });
    expect(at(1000 + 16 * DAY - 1)).toBe(false);
    expect(at(1000 + 16 * DAY)).toBe(true);
  });

  it('lets it go after three days in the short one, once every device has read that far', () => {
    const at = (nowSeconds: number, polledSeconds: number[]) =>
      isAccountSeedExpired({ rotatedSeconds: 0, nowSeconds, window: 'short', polledSeconds });
    expect(at(3 * DAY - 1, [9 * DAY])).toBe(false);
    expect(at(4 * DAY, [4 * DAY, 3 * DAY - 1])).toBe(false);
    expect(at(4 * DAY, [4 * DAY, 3 * DAY])).toBe(true);
    expect(at(16 * DAY, [0])).toBe(true);
  });

  it('keeps a device seed for three days', () => {
    expect(isDeviceSeedExpired(0, 3 * DAY - 1)).toBe(false);
    expect(isDeviceSeedExpired(0, 3 * DAY)).toBe(true);
  });

  it('rotates the device key with a push after a day, and at once after a week of age or absence', () => {
    const at = (age: number, away: number) =>
      mayRotateDeviceKey({ createdSeconds: 0, nowSeconds: age, lastOpenedSeconds: age - away });
    expect(at(DAY - 1, 0)).toBe('keep');
    expect(at(DAY, 0)).toBe('with-push');
    expect(at(7 * DAY, 0)).toBe('now');
    expect(at(DAY, 7 * DAY)).toBe('now');
  });

  it('calls a device dormant when neither mark is younger than a month', () => {
    const now = 100 * DAY;
    const at = (activeSeconds: number, polledSeconds: number) =>
      isDormant({ activeSeconds, polledSeconds }, now);
    expect(at(69 * DAY, 69 * DAY)).toBe(true);
    expect(at(71 * DAY, 69 * DAY)).toBe(false);
    expect(at(69 * DAY, 71 * DAY)).toBe(false);
    expect(isDormant({ activeSeconds: 80 * DAY, polledSeconds: 0 }, now, 14 * DAY)).toBe(true);
  });
});

describe('an ageing key', () => {
  it('is used, used and looked for, stretched, and given up', () => {
    expect(sendingWithAge(0, true)).toEqual({ refetch: 'no', ttlSeconds: 14 * DAY });
    expect(sendingWithAge(DAY, true)).toEqual({ refetch: 'background', ttlSeconds: 14 * DAY });
    expect(sendingWithAge(2 * DAY, true)).toEqual({ refetch: 'first', ttlSeconds: 14 * DAY });
    expect(sendingWithAge(9 * DAY, true)).toEqual({ refetch: 'first', ttlSeconds: 7 * DAY });
    expect(sendingWithAge(9 * DAY + 1, true)).toBe(null);
    expect(sendingWithAge(2 * DAY, false)).toBe(null);
    expect(sendingWithAge(2 * DAY - 1, false)).not.toBe(null);
  });

  it('never lets a message outlive the key it needs', () => {
    for (let age = 0; age <= HFS_SECONDS.keyStretch; age += HOUR) {
      const sending = sendingWithAge(age, true);
      expect((sending?.ttlSeconds ?? 0) + age).toBeLessThanOrEqual(HFS_SECONDS.accountRetention);
    }
  });
});
