import { beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import { createSweeper, type Sweeper } from '../../../src/lib/messenger/disappear.ts';
import { deadlinePart, type ProfileStore } from '../../../src/lib/storage/index.ts';
import { commit } from '../../../src/lib/storage/store.ts';
import { eventually } from '../../support/engine-device.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createStorageDevice, createTestProfile, START_MS } from '../../support/storage-device.ts';

let store: ProfileStore;
let clock: FakeClock;
let offsetMs: number;
let looks: number;
let sweeper: Sweeper;

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  clock = createFakeClock(START_MS);
  offsetMs = 0;
  looks = 0;
  const now = () => {
    looks += 1;
    return clock.now() - offsetMs;
  };
  sweeper = createSweeper({ store, clock, now, log: silentLog });
});

const set = (id: string, afterMs: number) =>
  commit(store, { name: 'test', by: 'any', ...deadlinePart(id, START_MS + afterMs) });
const left = async () => (await store.db.deadlines.toCollection().primaryKeys()).sort();
const leaves = (ids: string[]) =>
  eventually(`${ids.join()} left`, async () => (await left()).join() === ids.join());

describe('the sweeper', () => {
  test('sweeps all that is due in one go, however much it is', async () => {
    for (let index = 0; index < 230; index++) await set(`due-${index}`, -index);
    await set('later', 1);
    await sweeper.sweep();
    expect(await left()).toEqual(['later']);
  });

  test('wakes at the next deadline', async () => {
    await set('a', 10_000);
    await set('b', 20_000);
    sweeper.start();
    // One look to sweep, one to know how long to sleep.
    await eventually('asleep', () => looks === 2);
    await clock.advance(9_999);
    expect([looks, await left()]).toEqual([2, ['a', 'b']]);
    await clock.advance(1);
    await leaves(['b']);
    await sweeper.stop();
  });

  test('learns of a deadline set meanwhile when it is rung', async () => {
    sweeper.start();
    await set('a', 0);
    sweeper.ring();
    await leaves([]);
    await sweeper.stop();
  });

  test('looks again after half a minute though nobody rings', async () => {
    sweeper.start();
    await clock.advance(0);
    await set('a', 0);
    await eventually('swept', async () => {
      await clock.advance(30_000);
      return (await left()).length === 0;
    });
    await sweeper.stop();
  });

  test('notices a device clock that was set on', async () => {
    await set('a', 3_600_000);
    sweeper.start();
    await clock.advance(0);
    clock.setDeviceTime(START_MS + 7_200_000);
    await eventually('swept', async () => {
      await clock.advance(30_000);
      return (await left()).length === 0;
    });
    expect(clock.monotonic()).toBeLessThan(3_600_000);
    await sweeper.stop();
  });

  test('goes by network time', async () => {
    await set('a', 0);
    offsetMs = 1;
    await sweeper.sweep();
    expect(await left()).toEqual(['a']);
    offsetMs = 0;
    await sweeper.sweep();
    expect(await left()).toEqual([]);
  });

  test('ends with its database', async () => {
    sweeper.start();
    store.db.close();
    sweeper.ring();
    await sweeper.stop();
  });
});
