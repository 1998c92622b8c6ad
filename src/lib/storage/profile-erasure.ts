// Takes a profile off this device so that nothing of it can be read again: first the wrapped root is overwritten, without
// which the rest is noise (design.md §6), then the rest goes. Each step may be repeated, so a crash is finished later.
import { Dexie } from 'dexie';
import { createSlotFile } from '../crypto/slots.ts';
import { wrapStorageError } from './errors.ts';
import { databaseNameOf, type StorageEnvironment } from './profiles.ts';
import { beginErasure, beginHollowing, endErasure, listErasures } from './profile-list.ts';

/**
 * Takes a profile off the list and destroys its keys. From here on it cannot be opened by anybody; `finishErasure` removes what is
 * left of it.
 * @throws StorageError `blocked` (another tab writes the slot file), `storage-failed`
 */
export async function shredProfile(environment: StorageEnvironment, profileId: string): Promise<void> {
  try {
    await beginErasure(environment.list, profileId);
    await environment.slotFiles.destroy(profileId, createSlotFile(environment.random));
  } catch (error) {
    throw wrapStorageError(error);
  }
}

/**
 * Destroys the keys of a locked profile and leaves a lock in their place that nothing opens. `finishErasures` removes what it held.
 * @param hollow a slot file that looks as the profile's does
 * @throws StorageError as `shredProfile`
 */
export async function hollowProfile(
  environment: StorageEnvironment,
  profileId: string,
  hollow: Uint8Array
): Promise<void> {
  try {
    await environment.slotFiles.write(profileId, 0, hollow);
    await beginHollowing(environment.list, profileId);
  } catch (error) {
    throw wrapStorageError(error);
  }
}

/**
 * Removes what is left of a shredded profile. Waits while another tab has its database open; tabs of this app close it when asked.
 * @throws StorageError `blocked` (a file is being written), `storage-failed`; what is left is removed at the next start
 */
export async function finishErasure(
  environment: StorageEnvironment,
  profileId: string,
  keepsLock = false
): Promise<void> {
  try {
    // A crash may have come before this.
    if (!keepsLock) await environment.slotFiles.destroy(profileId, createSlotFile(environment.random));
    await new Dexie(databaseNameOf(profileId), { ...environment.indexedDb }).delete();
    await environment.mediaFiles?.(profileId).removeAll();
    await endErasure(environment.list, { id: profileId, keepsLock });
  } catch (error) {
    throw wrapStorageError(error);
  }
}

/**
 * Finishes every erasure that was begun. One that cannot be finished now keeps no other from it.
 * @returns ids of those of which something is left
 */
export async function finishErasures(environment: StorageEnvironment): Promise<string[]> {
  const left: string[] = [];
  for (const { id, keepsLock } of await listErasures(environment.list)) {
    await finishErasure(environment, id, keepsLock).catch(() => left.push(id));
  }
  return left;
}

/** Removes a profile that never got whole. @throws as `finishErasure`; what is left is removed at the next start */
export async function dropDraft(environment: StorageEnvironment, profileId: string): Promise<void> {
  await shredProfile(environment, profileId);
  await environment.list.drafts.delete(profileId);
  await finishErasure(environment, profileId);
}
