// Whether the browser still takes what is to be stored. A full disk is found out by a write that fails, and that it is not
// full any more by one that does not.
import { errorCode } from '../errors.ts';
import { commit, sealRow, type ProfileStore } from './store.ts';

/** As much as a few messages: a browser that takes less is as good as full. */
const PROBE_LENGTH = 16_384;
const PROBE_ID = 'room';

/**
 * Writes something and takes it away again.
 * @returns false when the browser has no room for it
 * @throws StorageError `closed`, `storage-failed`
 */
export async function hasRoom(store: ProfileStore): Promise<boolean> {
  try {
    const row = await sealRow(store, 'meta', PROBE_ID, null, {}, { filler: '.'.repeat(PROBE_LENGTH) });
    await commit(store, { name: 'probe room', by: 'any', put: [{ table: 'meta', row }] });
    await commit(store, { name: 'probe over', by: 'any', remove: [{ table: 'meta', id: PROBE_ID }] });
    return true;
  } catch (error) {
    if (errorCode(error) === 'quota') return false;
    throw error;
  }
}
