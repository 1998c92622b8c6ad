import { beforeEach, describe, expect, test } from 'vitest';
import { hasEnded, watchEnds } from '../../../src/lib/state/ends.ts';
import { onWake, type WakingPage } from '../../../src/lib/state/wake.ts';
import { openProfileReader, updateMeta, type ProfileStore } from '../../../src/lib/storage/index.ts';
import { eventually } from '../../support/engine-device.ts';
import {
  createStorageDevice,
  createTestProfile,
  START_MS,
  type StorageDevice
} from '../../support/storage-device.ts';

const ending = (atMs: number | null) => ({
  disappears: { mode: 'after-send' as const, seconds: 12, atMs }
});

describe('messages on screen', () => {
  let device: StorageDevice;
  let store: ProfileStore;
  let told: number[];
  let wake: () => void;
  let nowMs: number;

  beforeEach(async () => {
    device = await createStorageDevice();
    store = await createTestProfile(device);
    told = [];
    wake = () => {};
    nowMs = START_MS;
  });

  function watch(deviceNow = () => nowMs) {
    const db = openProfileReader(store.db.name, device.indexedDb, deviceNow);
    return watchEnds(
      { db, rowKey: store.keys.rows },
      (atMs) => told.push(atMs),
      (callback) => {
        wake = callback;
        return () => {
          wake = () => {};
        };
      }
    );
  }

  test('end when their time comes, not before, and never without one', () => {
    expect(hasEnded(ending(START_MS), START_MS)).toBe(true);
    expect(hasEnded(ending(START_MS + 1), START_MS)).toBe(false);
    expect(hasEnded(ending(null), START_MS)).toBe(false);
    expect(hasEnded({ disappears: null }, START_MS)).toBe(false);
  });

  test('are told of by a timer', async () => {
    const watching = watch(Date.now);
    const endsMs = Date.now() + 40;
    watching.follow([ending(null), ending(endsMs), { disappears: null }]);
    expect(told).toEqual([]);
    await eventually('told', () => told.length > 0);
    expect(told[0]).toBeGreaterThanOrEqual(endsMs);
    watching.stop();
  });

  test('are told of in the same moment in which the page wakes up', async () => {
    const watching = watch();
    watching.follow([ending(START_MS)]);
    await eventually('network time is known', () => told.length === 1);
    watching.follow([ending(START_MS + 60_000)]);
    wake();
    expect(told).toEqual([START_MS]);
    nowMs = START_MS + 90_000;
    wake();
    expect(told).toEqual([START_MS, START_MS + 90_000]);
    watching.stop();
    wake();
    expect(told).toHaveLength(2);
  });

  test('stay where only the device clock says that they ended', async () => {
    await updateMeta(store, 'send-clock', 'any', () => ({ lastTimestampMs: 0, offsetMs: 3_600_000 }));
    nowMs = START_MS + 3_600_000;
    const watching = watch();
    watching.follow([ending(START_MS + 60_000)]);
    watching.follow([ending(START_MS)]);
    await eventually('told', () => told.length > 0);
    // The first one, though it would have ended by the device clock, was not told of.
    expect(told[0]).toBe(START_MS);
    watching.stop();
  });

  test('are told of by network time once it is known', async () => {
    // The device turns out to be two minutes slow.
    await updateMeta(store, 'send-clock', 'any', () => ({ lastTimestampMs: 0, offsetMs: -120_000 }));
    const watching = watch();
    watching.follow([ending(START_MS + 60_000)]);
    expect(told).toEqual([]);
    await eventually('told', () => told.length > 0);
    expect(told[0]).toBe(START_MS + 120_000);
    watching.stop();
  });
});

describe('a page', () => {
  function fakePage() {
    const events = new EventTarget();
    const documentEvents = new EventTarget();
    let tick = () => {};
    const page = {
      document: Object.assign(documentEvents, { visibilityState: 'visible' as DocumentVisibilityState }),
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events),
      setInterval(callback: () => void) {
        tick = callback;
        return 1;
      },
      clearInterval() {
        tick = () => {};
      }
    };
    return { page: page as unknown as WakingPage & typeof page, events, tick: () => tick() };
  }

  test('wakes up when it is shown again, thawed or gone back to, and not when it is hidden', () => {
    const { page, events } = fakePage();
    let woken = 0;
    const stop = onWake(() => (woken += 1), page);
    page.document.visibilityState = 'hidden';
    page.document.dispatchEvent(new Event('visibilitychange'));
    expect(woken).toBe(0);
    page.document.visibilityState = 'visible';
    page.document.dispatchEvent(new Event('visibilitychange'));
    page.document.dispatchEvent(new Event('resume'));
    const goneBackTo = () => Object.assign(new Event('pageshow'), { persisted: true });
    events.dispatchEvent(goneBackTo());
    expect(woken).toBe(3);
    events.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    expect(woken).toBe(3);
    stop();
    events.dispatchEvent(goneBackTo());
    expect(woken).toBe(3);
  });

  test('wakes up when far more time has passed than it noticed', () => {
    const { page, tick } = fakePage();
    let [woken, nowMs] = [0, START_MS];
    const stop = onWake(
      () => (woken += 1),
      page,
      () => nowMs
    );
    nowMs += 5_100;
    tick();
    expect(woken).toBe(0);
    nowMs += 3_600_000;
    tick();
    expect(woken).toBe(1);
    nowMs += 5_000;
    tick();
    expect(woken).toBe(1);
    stop();
  });

  test('outside of a browser never wakes up', () => {
    expect(() => onWake(() => {}, undefined)()).not.toThrow();
  });
});
