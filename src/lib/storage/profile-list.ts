// The database `onionskin`: which profiles exist, by random id alone, and what opening one needs before it is open: the device key
// of those without a lock, the name of a passkey, how often somebody tried in vain.
import { Dexie, type EntityTable } from 'dexie';
import { openDatabase } from './open-database.ts';
import type { IndexedDbEnvironment } from './schema.ts';

const LIST_NAME = 'onionskin';
/** The one key of all profiles, before each had its own. */
const SHARED_KEY_ID = 'device';

/** One time the browser woke the service worker, why, and what came of it. Says nothing about anybody. */
export interface WakeUp {
  /** Device time, milliseconds since 1970. */
  readonly atMs: number;
  readonly cause: 'sync' | 'periodicsync';
  /** `checked`, `sent`, `unsent`, `locked`, `tab-open`, `no-profile`, or the code of what went wrong. */
  readonly result: string;
}

/** A profile that is being erased. */
interface Erasure {
  readonly id: string;
  /** Its place in the list and its slot file stay, so that it looks as locked as before. */
  readonly keepsLock?: boolean;
}

export class ProfileListDatabase extends Dexie {
  declare profiles: EntityTable<{ id: string }, 'id'>;
  /** Device keys, by profile; one that is locked has none. */
  declare keys: EntityTable<{ id: string; key: CryptoKey }, 'id'>;
  /** Slot files where the file system for them is missing. */
  declare slots: EntityTable<{ id: string; image: Uint8Array }, 'id'>;
  /** Profiles that are being erased; what a crash left of them is erased at the next start. */
  declare erasures: EntityTable<Erasure, 'id'>;
  /** Profiles that are being made from a backup; one whose maker is gone is erased at the next start. */
  declare drafts: EntityTable<{ id: string }, 'id'>;
  /** What the service worker did without a page; the one table that is not sealed, since a locked vault seals nothing. */
  declare wakeUps: EntityTable<WakeUp & { id: number }, 'id'>;

  /** What the browser is asked for to find the passkey of a profile. */
  declare passkeys: EntityTable<{ id: string; credentialId: Uint8Array }, 'id'>;
  /** Entries at the lock screen that were not right, since the last one that was. */
  declare attempts: EntityTable<{ id: string; failures: number }, 'id'>;

  constructor(environment?: IndexedDbEnvironment) {
    super(LIST_NAME, { ...environment, cache: 'disabled' });
    this.version(1).stores({ profiles: 'id', keys: 'id', slots: 'id' });
    this.version(2).stores({ erasures: 'id' });
    this.version(3).stores({ drafts: 'id' });
    this.version(4).stores({ wakeUps: '++id' });
    this.version(5)
      .stores({ passkeys: 'id', attempts: 'id' })
      .upgrade(async (transaction) => {
        const keys = transaction.table('keys');
        const shared = (await keys.get(SHARED_KEY_ID)) as { key: CryptoKey } | undefined;
        if (!shared) return;
        const ids = await transaction.table('profiles').toCollection().primaryKeys();
        await keys.bulkPut(ids.map((id) => ({ id, key: shared.key })));
        await keys.delete(SHARED_KEY_ID);
      });
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

/** The device key of a profile; null when it is locked. */
export async function loadDeviceKey(list: ProfileListDatabase, profileId: string): Promise<CryptoKey | null> {
  return (await list.keys.get(profileId))?.key ?? null;
}

/** Adds a profile that is whole, with the key that its root is wrapped with. */
export async function addProfile(
  list: ProfileListDatabase,
  profileId: string,
  deviceKey: CryptoKey
): Promise<void> {
  await list.transaction('rw', [list.profiles, list.keys, list.drafts], async () => {
    await list.drafts.delete(profileId);
    await list.keys.put({ id: profileId, key: deviceKey });
    await list.profiles.add({ id: profileId });
  });
}

/** Takes a profile off the list, for good; nothing of it can be opened any more. */
export async function beginErasure(list: ProfileListDatabase, profileId: string): Promise<void> {
  await list.transaction('rw', [list.profiles, list.keys, list.erasures], async () => {
    await list.profiles.delete(profileId);
    await list.keys.delete(profileId);
    await list.erasures.put({ id: profileId });
  });
}

/** Notes that what a profile holds is being erased, while the profile goes on looking locked. */
export async function beginHollowing(list: ProfileListDatabase, profileId: string): Promise<void> {
  await list.erasures.put({ id: profileId, keepsLock: true });
}

/** Profiles of which something may be left. */
export function listErasures(list: ProfileListDatabase): Promise<Erasure[]> {
  return list.erasures.toArray();
}

/** Nothing of the profile is left but, perhaps, its lock. */
export async function endErasure(list: ProfileListDatabase, { id, keepsLock }: Erasure): Promise<void> {
  const tables = [list.keys, list.erasures, list.passkeys, list.attempts];
  await list.transaction('rw', tables, async () => {
    await list.erasures.delete(id);
    if (keepsLock) return;
    await list.keys.delete(id);
    await list.passkeys.delete(id);
    await list.attempts.delete(id);
  });
}

/** Ids of profiles that are not whole. */
export async function listDrafts(list: ProfileListDatabase): Promise<string[]> {
  return (await list.drafts.toCollection().primaryKeys()) as string[];
}
