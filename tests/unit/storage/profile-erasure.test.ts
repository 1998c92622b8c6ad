import { describe, expect, test } from 'vitest';
import {
  createProfile,
  finishErasure,
  finishErasures,
  listProfiles,
  loadProfile,
  loadProfileSummary,
  openProfile,
  openProfileReader,
  shredProfile
} from '../../../src/lib/storage/index.ts';
import { loadDeviceKey } from '../../../src/lib/storage/profile-list.ts';
import type { MediaFiles } from '../../../src/lib/storage/media-files.ts';
import {
  createStorageDevice,
  createTestProfile,
  dumpDevice,
  OTHER_ID,
  START_MS,
  type StorageDevice
} from '../../support/storage-device.ts';

async function secondProfile(device: StorageDevice) {
  return createProfile(device.environment, {
    accountSeed: new Uint8Array(16).fill(9),
    accountId: OTHER_ID,
    displayName: 'Ben',
    networkId: 'mainnet',
    createdHere: true,
    nowMs: START_MS
  });
}

const idOf = (databaseName: string) => databaseName.slice('onionskin-'.length);
const databasesOf = async (device: StorageDevice) =>
  (await device.indexedDb.indexedDB.databases()).map(({ name }) => name).sort();
const dumpText = async (device: StorageDevice) => Buffer.concat(await dumpDevice(device)).toString('latin1');

describe('erasing a profile', () => {
  test('leaves no database, slot, key or id of it, and the others as they were', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    const ben = await secondProfile(device);
    const anaId = idOf(ana.db.name);
    ben.db.close();
    // The control: before, all of it is found.
    expect(await databasesOf(device)).toContain(ana.db.name);
    expect(await dumpText(device)).toContain(anaId);
    ana.db.close();

    await shredProfile(device.environment, anaId);
    await finishErasure(device.environment, anaId);

    expect(await databasesOf(device)).toEqual(['onionskin', ben.db.name].sort());
    expect(await dumpText(device)).not.toContain(anaId);
    expect(await listProfiles(device.environment.list)).toEqual([idOf(ben.db.name)]);
    const opened = await openProfile(device.environment, idOf(ben.db.name));
    expect((await loadProfile(opened.db, opened.keys.rows))?.displayName).toBe('Ben');
  });

  test('takes its device key along, and a new profile gets another', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    ana.db.close();
    const anaId = idOf(ana.db.name);
    expect(await loadDeviceKey(device.environment.list, anaId)).not.toBeNull();
    await shredProfile(device.environment, anaId);
    expect(await device.environment.list.keys.count()).toBe(0);
    await finishErasure(device.environment, anaId);
    const ben = await secondProfile(device);
    ben.db.close();
    expect(await openProfile(device.environment, idOf(ben.db.name))).toBeDefined();
  });

  test('overwrites the wrapped root before anything else, so that a profile whose rest is left opens no more', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    ana.db.close();
    const anaId = idOf(ana.db.name);
    const images: (Uint8Array | null)[] = [];
    const { slotFiles } = device.environment;
    const before = await slotFiles.read(anaId);
    const watched = {
      ...device.environment,
      slotFiles: {
        ...slotFiles,
        async destroy(profileId: string, filler: Uint8Array) {
          images.push(filler.slice());
          await slotFiles.destroy(profileId, filler);
        }
      }
    };
    await shredProfile(watched, anaId);
    expect(images[0]).toHaveLength(16_384);
    expect(images[0]).not.toEqual(before);
    expect(await slotFiles.read(anaId)).toBeNull();
    // Its rows are still there, as after a crash, and even back in the list they do not open.
    expect(await databasesOf(device)).toContain(ana.db.name);
    await expect(openProfile(device.environment, anaId)).rejects.toMatchObject({ code: 'not-found' });
    await device.environment.list.profiles.add({ id: anaId });
    await expect(openProfile(device.environment, anaId)).rejects.toMatchObject({ code: 'key-missing' });
  });

  test('that a crash interrupted is finished at the next start', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    ana.db.close();
    await shredProfile(device.environment, idOf(ana.db.name));
    expect(await finishErasures(device.environment)).toEqual([]);
    expect(await databasesOf(device)).toEqual(['onionskin']);
    expect(await device.environment.list.erasures.count()).toBe(0);
  });

  test('keeps the note while a file cannot be removed, and finishes the others', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    const ben = await secondProfile(device);
    ana.db.close();
    ben.db.close();
    const anaId = idOf(ana.db.name);
    const removed: string[] = [];
    let isBusy = true;
    const environment = {
      ...device.environment,
      mediaFiles: (profileId: string) =>
        ({
          removeAll: async () => {
            if (profileId === anaId && isBusy) throw new DOMException('busy', 'NoModificationAllowedError');
            removed.push(profileId);
          }
        }) as unknown as MediaFiles
    };
    await shredProfile(environment, anaId);
    await shredProfile(environment, idOf(ben.db.name));
    expect(await finishErasures(environment)).toEqual([anaId]);
    expect(removed).toEqual([idOf(ben.db.name)]);
    isBusy = false;
    expect(await finishErasures(environment)).toEqual([]);
    expect(removed).toContain(anaId);
  });

  test('a page that still has the database open lets go of it, and makes no new one by asking again', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    const anaId = idOf(ana.db.name);
    const reader = openProfileReader(ana.db.name, device.indexedDb);
    expect((await loadProfile(reader, ana.keys.rows))?.displayName).toBe('Ana');
    await shredProfile(device.environment, anaId);
    await finishErasure(device.environment, anaId);
    await expect(reader.meta.get('profile')).rejects.toMatchObject({ name: 'DatabaseClosedError' });
    await expect(ana.db.meta.get('profile')).rejects.toMatchObject({ name: 'DatabaseClosedError' });
    expect(await databasesOf(device)).toEqual(['onionskin']);
  });
});

describe('the list of profiles', () => {
  test('shows each by its own name, read with its own keys', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    const ben = await secondProfile(device);
    const named = async (name: string) =>
      (await loadProfileSummary(device.environment, idOf(name), START_MS)).opened;
    expect(await named(ana.db.name)).toMatchObject({ displayName: 'Ana', unread: 0, requests: 0 });
    expect(await named(ben.db.name)).toMatchObject({ displayName: 'Ben', accountId: OTHER_ID });
    // The control: with the keys of the other one nothing opens.
    await expect(loadProfile(ana.db, ben.keys.rows)).rejects.toMatchObject({ code: 'row-damaged' });
  });

  test('says which profile cannot be opened, and why', async () => {
    const device = await createStorageDevice();
    const ana = await createTestProfile(device);
    const anaId = idOf(ana.db.name);
    await device.environment.slotFiles.write(anaId, 0, new Uint8Array(64).fill(0xff));
    expect(await loadProfileSummary(device.environment, anaId, START_MS)).toEqual({
      profileId: anaId,
      opened: null,
      code: 'locked'
    });
  });
});
