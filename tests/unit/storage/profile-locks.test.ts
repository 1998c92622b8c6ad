import { Dexie } from 'dexie';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../../src/lib/bytes/index.ts';
import { createDeviceKey, deriveVaultKeys, type VaultKeys } from '../../../src/lib/crypto/index.ts';
import {
  clearAttempts,
  countAttempt,
  finishErasures,
  isLocked,
  listProfiles,
  loadFailures,
  loadLock,
  loadProfile,
  mendLock,
  openProfile,
  openProfileList,
  openRoot,
  removeWayIn,
  setPasskey,
  setPassphrase,
  setWipeCode,
  wipeBehindLock,
  type Proof,
  type StorageEnvironment
} from '../../../src/lib/storage/index.ts';
import { loadDeviceKey } from '../../../src/lib/storage/profile-list.ts';
import { createStorageDevice, createTestProfile } from '../../support/storage-device.ts';

const cost = { memoryKiB: 8, passes: 1 };
const secret = new Uint8Array(32).fill(0x5e);
const credentialId = new Uint8Array(64).fill(0xc1);
const typed = (text: string): Proof => ({ kind: 'passphrase', text });
const DEVICE: Proof = { kind: 'device' };
const PASSKEY: Proof = { kind: 'passkey', secret };

async function setUp() {
  const device = await createStorageDevice();
  const made = await createTestProfile(device);
  const profileId = made.db.name.replace('onionskin-', '');
  made.db.close();
  const { environment } = device;
  const kinds = async (...proofs: Proof[]) =>
    Promise.all(proofs.map(async (proof) => (await openRoot(environment, profileId, proof)).kind));
  const rootBy = async (proof: Proof) => {
    const opening = await openRoot(environment, profileId, proof);
    if (opening.kind !== 'root') throw new Error(opening.kind);
    return opening.root;
  };
  return { device, environment, profileId, kinds, rootBy, root: await rootBy(DEVICE) };
}

const withKeys = (environment: StorageEnvironment, keys: VaultKeys): StorageEnvironment => ({
  ...environment,
  keyring: { get: () => keys }
});

describe('a lock', () => {
  test('is not there at first: the device key opens the profile', async () => {
    const { environment, profileId, kinds } = await setUp();
    expect(isLocked(await loadLock(environment, profileId))).toBe(false);
    expect(await kinds(DEVICE, typed(''), typed('words'), PASSKEY)).toEqual([
      'root',
      'refused',
      'refused',
      'refused'
    ]);
  });

  test('by passphrase takes the place of the device key, whose wrap and row are gone', async () => {
    const { environment, profileId, kinds, root, rootBy } = await setUp();
    const before = await environment.slotFiles.read(profileId);
    await setPassphrase(environment, profileId, { root, text: 'four brown owls', cost });
    expect(await loadLock(environment, profileId)).toEqual({ passphrase: true, passkey: null });
    expect(await kinds(DEVICE, typed('four brown owl'))).toEqual(['refused', 'refused']);
    expect(await rootBy(typed('four brown owls'))).toEqual(root);
    expect(await loadDeviceKey(environment.list, profileId)).toBeNull();
    const after = (await environment.slotFiles.read(profileId)) as Uint8Array;
    expect(equalBytes(after.subarray(0, 64), (before as Uint8Array).subarray(0, 64))).toBe(false);
    await expect(openProfile(environment, profileId)).rejects.toMatchObject({ code: 'locked' });
    const keys = await deriveVaultKeys(root);
    const opened = await openProfile(withKeys(environment, keys), profileId);
    expect((await loadProfile(opened.db, opened.keys.rows))?.displayName).toBe('Ana');
  });

  test('opens by any of two ways, and each can be changed and taken away', async () => {
    const { environment, profileId, kinds, root, rootBy } = await setUp();
    await setPassphrase(environment, profileId, { root, text: 'one', cost });
    await setPasskey(environment, profileId, { root, secret, credentialId });
    expect(await loadLock(environment, profileId)).toEqual({
      passphrase: true,
      passkey: { credentialId }
    });
    expect(await rootBy(PASSKEY)).toEqual(root);
    expect(await rootBy(typed('one'))).toEqual(root);

    await setPassphrase(environment, profileId, { root, text: 'two', cost });
    expect(await kinds(typed('one'), typed('two'), PASSKEY, DEVICE)).toEqual([
      'refused',
      'root',
      'root',
      'refused'
    ]);
    await removeWayIn(environment, profileId, { root, kind: 'passphrase' });
    expect(await loadLock(environment, profileId)).toEqual({ passphrase: false, passkey: { credentialId } });
    expect(await kinds(typed('two'), PASSKEY, DEVICE)).toEqual(['refused', 'root', 'refused']);

    await removeWayIn(environment, profileId, { root, kind: 'passkey' });
    expect(await loadLock(environment, profileId)).toEqual({ passphrase: false, passkey: null });
    expect(await kinds(PASSKEY, DEVICE)).toEqual(['refused', 'root']);
    expect(await environment.list.passkeys.count()).toBe(0);
    const opened = await openProfile(environment, profileId);
    expect((await loadProfile(opened.db, opened.keys.rows))?.displayName).toBe('Ana');
  });

  test('that was cut off half-way is taken back: the device key opens, and nothing else does', async () => {
    const { environment, profileId, kinds, root } = await setUp();
    const failing: StorageEnvironment = {
      ...environment,
      slotFiles: {
        ...environment.slotFiles,
        write: async (id, offset, bytes) => {
          // The last step: the device's wrap.
          if (offset === 0) throw new Error('cut off');
          await environment.slotFiles.write(id, offset, bytes);
        }
      }
    };
    await expect(setPassphrase(failing, profileId, { root, text: 'one', cost })).rejects.toThrow('cut off');
    expect(await kinds(DEVICE, typed('one'))).toEqual(['root', 'root']);
    await mendLock(environment, profileId);
    expect(await kinds(DEVICE, typed('one'))).toEqual(['root', 'refused']);
    expect(isLocked(await loadLock(environment, profileId))).toBe(false);
    // A whole one is left as it is.
    await setPassphrase(environment, profileId, { root, text: 'one', cost });
    await mendLock(environment, profileId);
    expect(await kinds(typed('one'))).toEqual(['root']);
  });

  test('whose new wrap cannot be read back leaves the device key', async () => {
    const { environment, profileId, kinds, root } = await setUp();
    const lossy: StorageEnvironment = {
      ...environment,
      slotFiles: {
        ...environment.slotFiles,
        write: async (id, offset, bytes) => {
          if (offset !== 64) await environment.slotFiles.write(id, offset, bytes);
        }
      }
    };
    await expect(setPassphrase(lossy, profileId, { root, text: 'one', cost })).rejects.toMatchObject({
      code: 'damaged'
    });
    expect(await kinds(DEVICE)).toEqual(['root']);
  });

  test('with parameters from elsewhere is damaged, and asks for no work', async () => {
    const { environment, profileId, root } = await setUp();
    await setPassphrase(environment, profileId, { root, text: 'one', cost });
    const image = (await environment.slotFiles.read(profileId)) as Uint8Array;
    // Memory of 4 TiB.
    image.set([0xff, 0xff, 0xff, 0xff], 128 + 3);
    await environment.slotFiles.create(profileId, image);
    await expect(openRoot(environment, profileId, typed('one'))).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('a wipe code', () => {
  test('needs a passphrase, and is none of the two', async () => {
    const { environment, profileId, root } = await setUp();
    await expect(setWipeCode(environment, profileId, 'burn')).rejects.toMatchObject({ code: 'locked' });
    await setPassphrase(environment, profileId, { root, text: 'one', cost });
    await expect(setWipeCode(environment, profileId, 'one')).rejects.toMatchObject({ code: 'code-taken' });
    await setWipeCode(environment, profileId, 'burn');
    await expect(setPassphrase(environment, profileId, { root, text: 'burn', cost })).rejects.toMatchObject({
      code: 'code-taken'
    });
  });

  test('is told from a passphrase, and no more once it was taken away', async () => {
    const { environment, profileId, kinds, root } = await setUp();
    await setPassphrase(environment, profileId, { root, text: 'one', cost });
    expect(await kinds(typed('burn'))).toEqual(['refused']);
    await setWipeCode(environment, profileId, 'burn');
    expect(await kinds(typed('burn'), typed('one'), typed('other'))).toEqual(['wipe', 'root', 'refused']);
    await setPassphrase(environment, profileId, { root, text: 'two', cost });
    expect(await kinds(typed('burn'), typed('two'))).toEqual(['wipe', 'root']);
    await setWipeCode(environment, profileId, null);
    expect(await kinds(typed('burn'), typed('two'))).toEqual(['refused', 'root']);
  });

  test('is not to be seen: the slots in use are the same with and without one', async () => {
    const { environment, profileId, root } = await setUp();
    await setPassphrase(environment, profileId, { root, text: 'one', cost });
    const heads = async () => {
      const image = (await environment.slotFiles.read(profileId)) as Uint8Array;
      return Array.from({ length: 256 }, (_, slot) =>
        image[slot * 64] === 1 ? `${slot}:${image[slot * 64 + 1]}` : null
      ).filter((head) => head !== null);
    };
    const without = await heads();
    await setWipeCode(environment, profileId, 'burn');
    expect(await heads()).toEqual(without);
  });

  test('leaves a lock that looks as before and that nothing opens, and takes the data', async () => {
    const { device, environment, profileId, kinds, root } = await setUp();
    await setPassphrase(environment, profileId, { root, text: 'one', cost });
    await setPasskey(environment, profileId, { root, secret, credentialId });
    await setWipeCode(environment, profileId, 'burn');
    const lock = await loadLock(environment, profileId);
    await wipeBehindLock(environment, profileId);
    expect(await finishErasures(environment)).toEqual([]);
    expect(await loadLock(environment, profileId)).toEqual(lock);
    expect(await kinds(typed('one'), typed('burn'), PASSKEY, DEVICE)).toEqual(Array(4).fill('refused'));
    expect(await listProfiles(environment.list)).toEqual([profileId]);
    const databases = await device.indexedDb.indexedDB.databases();
    expect(databases.map(({ name }) => name)).toEqual(['onionskin']);
    // Even with the keys of before, nothing is there.
    const keys = await deriveVaultKeys(root);
    await expect(openProfile(withKeys(environment, keys), profileId)).rejects.toMatchObject({
      code: 'evicted'
    });
  });
});

describe('attempts', () => {
  test('are counted until one was right, for each profile alone', async () => {
    const { environment, profileId } = await setUp();
    const { list } = environment;
    expect(await loadFailures(list, profileId)).toBe(0);
    await Promise.all([countAttempt(list, profileId), countAttempt(list, profileId)]);
    await countAttempt(list, 'other');
    expect([await loadFailures(list, profileId), await loadFailures(list, 'other')]).toEqual([2, 1]);
    await clearAttempts(list, profileId);
    expect([await loadFailures(list, profileId), await loadFailures(list, 'other')]).toEqual([0, 1]);
  });
});

describe('the list of profiles', () => {
  test('made when one device key served all gives each profile the key', async () => {
    const environment = { indexedDB: new IDBFactory(), IDBKeyRange };
    const old = new Dexie('onionskin', environment);
    old.version(4).stores({
      profiles: 'id',
      keys: 'id',
      slots: 'id',
      erasures: 'id',
      drafts: 'id',
      wakeUps: '++id'
    });
    await old.open();
    await old.table('profiles').bulkAdd([{ id: 'a' }, { id: 'b' }]);
    await old.table('keys').add({ id: 'device', key: await createDeviceKey() });
    old.close();
    const list = await openProfileList(environment);
    expect(await list.keys.toCollection().primaryKeys()).toEqual(['a', 'b']);
    expect((await loadDeviceKey(list, 'a'))?.extractable).toBe(false);
    list.close();
  });
});
