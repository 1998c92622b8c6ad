// Keeps the place of this device in the group in one row of the profile, under the key that never leaves the worker.
import { loadMeta, updateMeta, type ProfileStore } from '../storage/index.ts';
import type { GroupStorage } from './hfs-group-state.ts';
import { decodeSelf, encodeSelf } from './hfs-self-codec.ts';

export function createGroupStorage(store: ProfileStore): GroupStorage {
  return {
    async load() {
      const row = await loadMeta(store, 'hfs-self');
      return row && decodeSelf(row.content.state);
    },
    save: (self) => updateMeta(store, 'hfs-self', 'engine', () => ({ state: encodeSelf(self) }))
  };
}
