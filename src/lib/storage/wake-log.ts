// When the browser woke the service worker, why, and what came of it (design.md §7). Says nothing about anybody.
import type { ProfileListDatabase, WakeUp } from './profile-list.ts';

/** More than is shown, so that a typical gap can be told. */
const KEPT = 100;

/** Writes one down; the oldest beyond a hundred are forgotten. */
export async function recordWakeUp(list: ProfileListDatabase, wakeUp: WakeUp): Promise<void> {
  await list.transaction('rw', list.wakeUps, async () => {
    await list.wakeUps.add({ ...wakeUp } as WakeUp & { id: number });
    const last = (await list.wakeUps.toCollection().lastKey()) as number;
    await list.wakeUps
      .where(':id')
      .belowOrEqual(last - KEPT)
      .delete();
  });
}
