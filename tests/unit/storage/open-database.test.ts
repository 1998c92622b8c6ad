// What can be wrong with what lies on the disk when a profile opens: each case has a code of its own.
import { describe, expect, test } from 'vitest';
import {
  createRecordSlotFiles,
  databaseNameOf,
  listProfiles,
  openProfile,
  openProfileList
} from '../../../src/lib/storage/index.ts';
import { openDatabase } from '../../../src/lib/storage/open-database.ts';
import { ProfileDatabase } from '../../../src/lib/storage/schema.ts';
import { createStorageDevice, createTestProfile, type StorageDevice } from '../../support/storage-device.ts';

async function closedProfile(): Promise<{ device: StorageDevice; profileId: string; name: string }> {
  const device = await createStorageDevice();
  const store = await createTestProfile(device);
  store.db.close();
  const [profileId = ''] = await listProfiles(device.environment.list);
  return { device, profileId, name: databaseNameOf(profileId) };
}

/** The database as any program opens it. It lets nobody else change it. */
function openRaw(device: StorageDevice, name: string, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = device.indexedDb.indexedDB.open(name, version);
    request.onsuccess = () => resolve(request.result as unknown as IDBDatabase);
    request.onerror = () => reject(request.error as DOMException);
  });
}

const opening = ({ device, profileId }: { device: StorageDevice; profileId: string }) =>
  openProfile(device.environment, profileId);

describe('a profile', () => {
  test('whose database a newer version of the app wrote is left alone', async () => {
    const world = await closedProfile();
    (await openRaw(world.device, world.name, 5_000)).close();
    await expect(opening(world)).rejects.toMatchObject({ code: 'newer-version', retry: 'never' });
    const after = await openRaw(world.device, world.name);
    expect(after.version).toBe(5_000);
    after.close();
  });

  test('whose data the browser removed is told from one that never was', async () => {
    const world = await closedProfile();
    world.device.indexedDb.indexedDB.deleteDatabase(world.name);
    await expect(opening(world)).rejects.toMatchObject({ code: 'evicted' });
    await expect(openProfile(world.device.environment, 'nobody')).rejects.toMatchObject({
      code: 'not-found'
    });
  });

  test('whose key is gone says so, whichever half of it', async () => {
    for (const take of [
      ({ list }: StorageDevice['environment'], id: string) => list.slots.delete(id),
      ({ list }: StorageDevice['environment']) => list.keys.clear()
    ]) {
      const world = await closedProfile();
      await take(world.device.environment, world.profileId);
      await expect(opening(world)).rejects.toMatchObject({ code: 'key-missing' });
    }
  });

  test('whose slot file was cut, or wrapped by another key, is damaged', async () => {
    const cut = await closedProfile();
    const { list } = cut.device.environment;
    await list.slots.put({ id: cut.profileId, image: new Uint8Array(100) });
    await expect(opening(cut)).rejects.toMatchObject({ code: 'damaged' });

    const foreign = await closedProfile();
    const other = await closedProfile();
    const image = await createRecordSlotFiles(other.device.environment.list).read(other.profileId);
    await foreign.device.environment.list.slots.put({ id: foreign.profileId, image: image as Uint8Array });
    await expect(opening(foreign)).rejects.toMatchObject({ code: 'damaged' });
  });

  test('whose rows do not open is damaged row by row', async () => {
    const world = await closedProfile();
    const db = new ProfileDatabase(world.name, world.device.indexedDb);
    await db.meta.update('profile', { sealed: new Uint8Array(60) });
    db.close();
    await expect(opening(world)).rejects.toMatchObject({ code: 'row-damaged' });
  });
});

describe('a database', () => {
  /** IndexedDB that fails to open with an error of a name. */
  const failing = (errorName: string) => ({
    IDBKeyRange: globalThis.IDBKeyRange,
    indexedDB: {
      open() {
        const request = {
          error: new DOMException('failed', errorName),
          addEventListener() {},
          set onerror(listener: (event: object) => void) {
            queueMicrotask(() => listener({ target: request, preventDefault() {}, stopPropagation() {} }));
          }
        };
        return request;
      }
    } as unknown as IDBFactory
  });

  test.each([
    ['UnknownError', 'damaged'],
    ['QuotaExceededError', 'quota'],
    ['SecurityError', 'storage-failed']
  ])('that fails to open with %s is %s', async (name, code) => {
    await expect(openProfileList(failing(name) as never)).rejects.toMatchObject({ code });
  });

  test('held in an older version by a tab that does not let go is blocked, and opens once it does', async () => {
    const { indexedDb } = await createStorageDevice();
    const device = { indexedDb } as StorageDevice;
    const older = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDb.indexedDB.open('onionskin-x', 10);
      request.onupgradeneeded = () => request.result.createObjectStore('meta', { keyPath: 'id' });
      request.onsuccess = () => resolve(request.result as unknown as IDBDatabase);
    });
    expect(older.version).toBe(10);
    const blocked = new ProfileDatabase('onionskin-x', device.indexedDb);
    await expect(openDatabase(blocked, () => Promise.resolve())).rejects.toMatchObject({
      code: 'blocked',
      retry: 'later'
    });
    older.close();
    const db = new ProfileDatabase('onionskin-x', device.indexedDb);
    await openDatabase(db);
    expect(db.isOpen()).toBe(true);
    db.close();
  });
});
