// The database `onionskin`: which profiles exist, by random id alone, and the device key their roots are wrapped with.
import { Dexie, type EntityTable } from 'dexie';
import { createDeviceKey } from '../crypto/vault.ts';
import { openDatabase } from './open-database.ts';
import type { IndexedDbEnvironment } from './schema.ts';

const LIST_NAME = 'onionskin';
const DEVICE_KEY_ID = 'device';

/** One time the browser woke the service worker, why, and what came of it. Says nothing about anybody. */
export interface WakeUp {
  /** Device time, milliseconds since 1970. */
  readonly atMs: number;
  readonly cause: 'sync' | 'periodicsync';
  /** `checked`, `sent`, `unsent`, `locked`, `tab-open`, `no-profile`, or the code of what went wrong. */
  readonly result: string;
}

export class ProfileListDatabase extends Dexie {
  declare profiles: EntityTable<{ id: string }, 'id'>;
  declare keys: EntityTable<{ id: string; key: CryptoKey }, 'id'>;
  /** Slot files where the file system for them is missing. */
  declare slots: EntityTable<{ id: string; image: Uint8Array }, 'id'>;
  /** Profiles that are being erased; what a crash left of them is erased at the next start. */
  declare erasures: EntityTable<{ id: string }, 'id'>;
  /** Profiles that are being made from a backup; one whose maker is gone is erased at the next start. */
  declare drafts: EntityTable<{ id: string }, 'id'>;
  /** What the service worker did without a page; the one table that is not sealed, since a locked vault seals nothing. */
  declare wakeUps: EntityTable<WakeUp & { id: number }, 'id'>;

  constructor(environment?: IndexedDbEnvironment) {
    super(LIST_NAME, { ...environment, cache: 'disabled' });
    this.version(1).stores({ profiles: 'id', keys: 'id', slots: 'id' });
    this.version(2).stores({ erasures: 'id' });
    this.version(3).stores({ drafts: 'id' });
    this.version(4).stores({ wakeUps: '++id' });
  }
}

/** Opens the list, making it when it is new. @throws as `openDatabase` */
export async function openProfileList(environment?: IndexedDbEnvironment): Promise<ProfileListDatabase> {
  const list = new ProfileListDatabase(environment);
  await openDatabase(list);
  return list;
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

/** Adds a profile that is whole, with the key that its root is wrapped with: another tab may have forgotten it. */
export async function addProfile(
  list: ProfileListDatabase,
  profileId: string,
  deviceKey: CryptoKey
): Promise<void> {
  await list.transaction('rw', [list.profiles, list.keys, list.drafts], async () => {
    await list.drafts.delete(profileId);
    await list.profiles.add({ id: profileId });
    if (!(await list.keys.get(DEVICE_KEY_ID))) await list.keys.add({ id: DEVICE_KEY_ID, key: deviceKey });
  });
}

/** Takes a profile off the list, for good; nothing of it can be opened any more. */
export async function beginErasure(list: ProfileListDatabase, profileId: string): Promise<void> {
  await list.transaction('rw', [list.profiles, list.erasures], async () => {
    await list.profiles.delete(profileId);
    await list.erasures.put({ id: profileId });
  });
}

/** Ids of profiles of which something may be left. */
export async function listErasures(list: ProfileListDatabase): Promise<string[]> {
  return (await list.erasures.toCollection().primaryKeys()) as string[];
}

/** Nothing of the profile is left; without any other profile the device key goes too. */
export async function endErasure(list: ProfileListDatabase, profileId: string): Promise<void> {
  await list.transaction('rw', [list.profiles, list.keys, list.erasures], async () => {
    await list.erasures.delete(profileId);
    if ((await list.profiles.count()) === 0) await list.keys.clear();
  });
}

/** Ids of profiles that are not whole. */
export async function listDrafts(list: ProfileListDatabase): Promise<string[]> {
  return (await list.drafts.toCollection().primaryKeys()) as string[];
}
