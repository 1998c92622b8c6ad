// How often somebody tried to open a locked profile in vain; outlives the page, so that loading it anew forgets nothing.
import { wrapStorageError } from './errors.ts';
import type { ProfileListDatabase } from './profile-list.ts';

/** Entries that were not right since the last one that was. */
export async function loadFailures(list: ProfileListDatabase, profileId: string): Promise<number> {
  return (await list.attempts.get(profileId))?.failures ?? 0;
}

/** Counts an attempt as failed before it is made, so that ending the tab meanwhile saves nobody from it. */
export async function countAttempt(list: ProfileListDatabase, profileId: string): Promise<void> {
  try {
    await list.transaction('rw', [list.attempts], async () => {
      const failures = ((await list.attempts.get(profileId))?.failures ?? 0) + 1;
      await list.attempts.put({ id: profileId, failures });
    });
  } catch (error) {
    throw wrapStorageError(error);
  }
}

/** An attempt was right: nothing is held against anybody any more. */
export async function clearAttempts(list: ProfileListDatabase, profileId: string): Promise<void> {
  await list.attempts.delete(profileId);
}
