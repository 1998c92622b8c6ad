import { describe, expect, test } from 'vitest';
import { createLockWatch, type LockRules } from '../../../src/lib/messenger/lock-watch.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const MINUTE_MS = 60_000;

function watching(rules: Partial<LockRules> | null, isSeenElsewhere = false) {
  const clock = createFakeClock();
  const world = { isSeenElsewhere, due: 0 };
  const watch = createLockWatch({
    clock,
    rules: async () => rules && { lockAfterMinutes: 0, lockWhenHidden: false, ...rules },
    isSeenElsewhere: async () => world.isSeenElsewhere,
    onDue: () => (world.due += 1)
  });
  return { clock, watch, world };
}

describe('a watch for a profile nobody uses', () => {
  test('is due after the minutes chosen, once', async () => {
    const { clock, world } = watching({ lockAfterMinutes: 5 });
    await clock.advance(5 * MINUTE_MS - 1);
    expect(world.due).toBe(0);
    await clock.advance(5_001);
    expect(world.due).toBe(1);
    await clock.advance(60 * MINUTE_MS);
    expect(world.due).toBe(1);
  });

  test('begins anew with every use', async () => {
    const { clock, watch, world } = watching({ lockAfterMinutes: 5 });
    for (let count = 0; count < 4; count++) {
      await clock.advance(4 * MINUTE_MS);
      watch.used();
      await clock.advance(0);
    }
    expect(world.due).toBe(0);
    await clock.advance(6 * MINUTE_MS);
    expect(world.due).toBe(1);
  });

  test('is due for who comes back too late, whatever they press first', async () => {
    const { clock, watch, world } = watching({ lockAfterMinutes: 5 });
    // The device slept: no look was taken meanwhile.
    clock.setDeviceTime(clock.now() + 6 * MINUTE_MS);
    watch.used();
    await clock.advance(0);
    expect(world.due).toBe(1);
  });

  test('takes no time from a clock that is set back', async () => {
    const { clock, world } = watching({ lockAfterMinutes: 5 });
    clock.setDeviceTime(clock.now() - 24 * 60 * MINUTE_MS);
    await clock.advance(5 * MINUTE_MS + 5_000);
    expect(world.due).toBe(1);
  });

  test('is never due without a lock, or where no time was chosen', async () => {
    for (const rules of [null, {}]) {
      const { clock, watch, world } = watching(rules);
      watch.setVisible(false);
      await clock.advance(10 * 60 * MINUTE_MS);
      expect(world.due).toBe(0);
    }
  });

  test('ends when it is stopped', async () => {
    const { clock, watch, world } = watching({ lockAfterMinutes: 1 });
    watch.stop();
    await clock.advance(10 * MINUTE_MS);
    expect(world.due).toBe(0);
  });
});

describe('a watch for a profile on no screen', () => {
  test('is due a moment after the last tab went', async () => {
    const { clock, watch, world } = watching({ lockWhenHidden: true });
    await clock.advance(10 * MINUTE_MS);
    expect(world.due).toBe(0);
    watch.setVisible(false);
    await clock.advance(1_000);
    expect(world.due).toBe(0);
    await clock.advance(600);
    expect(world.due).toBe(1);
  });

  test('is not due while another tab shows it, and is once that one is gone', async () => {
    const { clock, watch, world } = watching({ lockWhenHidden: true }, true);
    watch.setVisible(false);
    await clock.advance(10 * MINUTE_MS);
    expect(world.due).toBe(0);
    world.isSeenElsewhere = false;
    await clock.advance(5_000);
    expect(world.due).toBe(1);
  });

  test('is not due for who comes back at once', async () => {
    const { clock, watch, world } = watching({ lockWhenHidden: true });
    watch.setVisible(false);
    await clock.advance(1_000);
    watch.setVisible(true);
    await clock.advance(MINUTE_MS);
    expect(world.due).toBe(0);
  });
});
