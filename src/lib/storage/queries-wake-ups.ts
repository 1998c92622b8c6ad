// The log of wake-ups, as the page reads it.
import type { ProfileListDatabase, WakeUp } from './profile-list.ts';

export { openProfileList, type WakeUp } from './profile-list.ts';

/** The latest wake-ups, newest first. */
export async function loadWakeUps(list: ProfileListDatabase, limit: number): Promise<WakeUp[]> {
  return list.wakeUps.toCollection().reverse().limit(limit).toArray();
}
