// A device for tests: its own IndexedDB in memory, which survives closing and opening profiles.
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import type { AccountId } from '../../src/lib/account-id.ts';
import {
  createProfile,
  createRecordSlotFiles,
  openProfile,
  openProfileList,
  type ProfileStore,
  type StorageEnvironment
} from '../../src/lib/storage/index.ts';
import { systemRandom } from '../../src/lib/random.ts';

export interface StorageDevice {
  readonly environment: StorageEnvironment;
  readonly indexedDb: { indexedDB: IDBFactory; IDBKeyRange: typeof globalThis.IDBKeyRange };
  /** Breaks or watches transactions of stores opened from now on. */
  onCommit: ProfileStore['onCommit'];
}

export async function createStorageDevice(): Promise<StorageDevice> {
  const indexedDb = { indexedDB: new IDBFactory(), IDBKeyRange };
  const list = await openProfileList(indexedDb);
  const device: StorageDevice = {
    indexedDb,
    onCommit: undefined,
    environment: {
      list,
      slotFiles: createRecordSlotFiles(list),
      random: systemRandom,
      indexedDb,
      onCommit: (name, phase) => device.onCommit?.(name, phase)
    }
  };
  return device;
}

/** Every stored byte and key of a device, as one text-searchable buffer per row. */
export async function dumpDevice(device: StorageDevice): Promise<Uint8Array[]> {
  const { serialize } = await import('node:v8');
  const dump: Uint8Array[] = [];
  for (const { name } of await device.indexedDb.indexedDB.databases()) {
    dump.push(Buffer.from(String(name)));
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = device.indexedDb.indexedDB.open(String(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error as DOMException);
    });
    for (const storeName of db.objectStoreNames) {
      const rows = await new Promise<unknown[]>((resolve, reject) => {
        const request = db.transaction(storeName).objectStore(storeName).getAll();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as DOMException);
      });
      for (const row of rows) {
        const plain = { ...(row as object) } as Record<string, unknown>;
        // A key object holds no readable bytes; serialising it is refused.
        if (plain['key'] instanceof CryptoKey) delete plain['key'];
        dump.push(serialize(plain));
      }
    }
    db.close();
  }
  return dump;
}

export const OWN_ID = `05${'a1'.repeat(32)}` as AccountId;
export const OTHER_ID = `05${'b2'.repeat(32)}` as AccountId;
export const THIRD_ID = `05${'c3'.repeat(32)}` as AccountId;
export const START_MS = 1_750_000_000_000;

/** A profile on a device, as the engine that holds the first epoch. */
export async function createTestProfile(device: StorageDevice, displayName = 'Ana'): Promise<ProfileStore> {
  return createProfile(device.environment, {
    accountSeed: new Uint8Array(16).fill(7),
    accountId: OWN_ID,
    displayName,
    networkId: 'mainnet',
    createdHere: true,
    nowMs: START_MS
  });
}

export { openProfile };
