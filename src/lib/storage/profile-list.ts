// The database `onionskin`: which profiles exist, by random id alone, and the device key their roots are wrapped with.
import { Dexie, type EntityTable } from 'dexie';
import { createDeviceKey } from '../crypto/vault.ts';
import { wrapStorageError } from './errors.ts';
import type { IndexedDbEnvironment } from './schema.ts';

const LIST_NAME = 'onionskin';
const DEVICE_KEY_ID = 'device';

export class ProfileListDatabase extends Dexie {
  declare profiles: EntityTable<{ id: string }, 'id'>;
  declare keys: EntityTable<{ id: string; key: CryptoKey }, 'id'>;
  /** Slot files where the file system for them is missing. */
  declare slots: EntityTable<{ id: string; image: Uint8Array }, 'id'>;

  constructor(environment?: IndexedDbEnvironment) {
    super(LIST_NAME, { ...environment, cache: 'disabled' });
    this.version(1).stores({ profiles: 'id', keys: 'id', slots: 'id' });
  }
}

/** Opens the list, making it when it is new. @throws StorageError */
export async function openProfileList(environment?: IndexedDbEnvironment): Promise<ProfileListDatabase> {
  const list = new ProfileListDatabase(environment);
  try {
    await list.open();
    return list;
  } catch (error) {
    throw wrapStorageError(error);
  }
}

/** Ids of the profiles on this device. */
export async function listProfiles(list: ProfileListDatabase): Promise<string[]> {
  return (await list.profiles.toCollection().primaryKeys()) as string[];
}

/** The device key, or null before the first profile. */
export async function loadDeviceKey(list: ProfileListDatabase): Promise<CryptoKey | null> {
  return (await list.keys.get(DEVICE_KEY_ID))?.key ?? null;
}

/** The device key; two tabs that make it at once end with the same one. */
export async function ensureDeviceKey(list: ProfileListDatabase): Promise<CryptoKey> {
  const known = await loadDeviceKey(list);
  if (known) return known;
  const key = await createDeviceKey();
  return list.transaction('rw', [list.keys], async () => {
    const other = await list.keys.get(DEVICE_KEY_ID);
    if (other) return other.key;
    await list.keys.add({ id: DEVICE_KEY_ID, key });
    return key;
  });
}
