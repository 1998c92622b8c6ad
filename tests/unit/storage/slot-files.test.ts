import { describe, expect, test } from 'vitest';
import {
  createOpfsSlotFiles,
  createRecordSlotFiles,
  withRecordFallback
} from '../../../src/lib/storage/index.ts';
import { createStorageDevice } from '../../support/storage-device.ts';

const IMAGE_BYTES = 16_384;
const image = (byte: number) => new Uint8Array(IMAGE_BYTES).fill(byte);

/** A directory of the origin private file system; one writer at a time, as in browsers. */
function fakeRoot() {
  const contents = new Map<string, Uint8Array>();
  const open = new Set<string>();
  let flushes = 0;
  /** So many looks at a file are spoilt by a write before they are read, as Chromium has it. */
  const spoilt = { looks: 0 };
  const fileHandle = (name: string) => ({
    getFile: async () => {
      const file = new Blob([contents.get(name) as Uint8Array<ArrayBuffer>]);
      if (spoilt.looks === 0) return file;
      spoilt.looks -= 1;
      const arrayBuffer = () => Promise.reject(new DOMException('changed since', 'NotReadableError'));
      return { arrayBuffer };
    },
    createSyncAccessHandle: async () => {
      if (open.has(name)) throw new DOMException('taken', 'NoModificationAllowedError');
      open.add(name);
      return {
        write(bytes: Uint8Array, { at }: { at: number }) {
          const before = contents.get(name) as Uint8Array;
          const after = new Uint8Array(Math.max(before.length, at + bytes.length));
          after.set(before);
          after.set(bytes, at);
          contents.set(name, after);
          return bytes.length;
        },
        flush: () => (flushes += 1),
        close: () => open.delete(name)
      };
    }
  });
  const directory = {
    getFileHandle: async (name: string, { create }: { create: boolean }) => {
      if (!contents.has(name) && !create) throw new DOMException('none', 'NotFoundError');
      if (!contents.has(name)) contents.set(name, new Uint8Array(0));
      return fileHandle(name);
    }
  };
  const root = { getDirectoryHandle: async () => directory } as unknown as FileSystemDirectoryHandle;
  return { root, contents, open, spoilt, flushes: () => flushes };
}

const noPause = () => Promise.resolve();

describe('slot files in the file system', () => {
  test('are created, read and changed in place, flushed each time', async () => {
    const fake = fakeRoot();
    const files = createOpfsSlotFiles(async () => fake.root, noPause);
    expect(await files.read('p')).toBeNull();
    await files.create('p', image(1));
    await files.write('p', 64, new Uint8Array(64).fill(2));
    const read = await files.read('p');
    expect(read?.length).toBe(IMAGE_BYTES);
    expect([read?.[63], read?.[64], read?.[127], read?.[128]]).toEqual([1, 2, 2, 1]);
    expect(fake.flushes()).toBe(2);
    expect(fake.open.size).toBe(0);
  });

  test('wait for another tab that writes, and give up on one that never ends', async () => {
    const fake = fakeRoot();
    let pauses = 0;
    const files = createOpfsSlotFiles(
      async () => fake.root,
      async () => {
        if (++pauses === 3) fake.open.clear();
      }
    );
    await files.create('p', image(1));
    fake.open.add('p.slots');
    await files.write('p', 0, image(2).subarray(0, 64));
    expect(pauses).toBe(3);
    fake.open.add('p.slots');
    pauses = 100;
    await expect(files.write('p', 0, image(2).subarray(0, 64))).rejects.toMatchObject({ code: 'blocked' });
  });

  test('are read again when somebody wrote meanwhile, and are not taken for missing', async () => {
    const fake = fakeRoot();
    const files = createOpfsSlotFiles(async () => fake.root, noPause);
    const records = createRecordSlotFiles((await createStorageDevice()).environment.list);
    const both = withRecordFallback(files, records);
    await both.create('p', image(1));
    fake.spoilt.looks = 3;
    expect((await both.read('p'))?.[0]).toBe(1);
    fake.spoilt.looks = 3;
    await both.write('p', 0, image(2).subarray(0, 64));
    expect((await both.read('p'))?.[0]).toBe(2);
    fake.spoilt.looks = Infinity;
    await expect(both.read('p')).rejects.toMatchObject({ code: 'blocked' });
    await expect(both.write('p', 0, image(3).subarray(0, 64))).rejects.toMatchObject({ code: 'blocked' });
    expect(await records.read('p')).toBeNull();
  });

  test('that are cut short are damaged, unless a record stands in; a missing one is not written', async () => {
    const fake = fakeRoot();
    const files = createOpfsSlotFiles(async () => fake.root, noPause);
    fake.contents.set('p.slots', new Uint8Array(100));
    await expect(files.read('p')).rejects.toMatchObject({ code: 'damaged' });
    const records = createRecordSlotFiles((await createStorageDevice()).environment.list);
    const both = withRecordFallback(files, records);
    await expect(both.read('p')).rejects.toMatchObject({ code: 'damaged' });
    expect(await both.read('q')).toBeNull();
    await records.create('p', image(3));
    expect((await both.read('p'))?.[0]).toBe(3);
    await expect(files.write('q', 0, new Uint8Array(64))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('slot files as records', () => {
  test('are created, read and changed', async () => {
    const { environment } = await createStorageDevice();
    const records = createRecordSlotFiles(environment.list);
    expect(await records.read('p')).toBeNull();
    await records.create('p', image(1));
    await records.write('p', 64, new Uint8Array(64).fill(2));
    const read = await records.read('p');
    expect([read?.[63], read?.[64], read?.[128]]).toEqual([1, 2, 1]);
    await expect(records.write('q', 0, new Uint8Array(64))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('with a fallback', () => {
  test('a file system that refuses is replaced by records, for good', async () => {
    const { environment } = await createStorageDevice();
    const records = createRecordSlotFiles(environment.list);
    const refusing = createOpfsSlotFiles(async () => {
      throw new DOMException('private window', 'SecurityError');
    }, noPause);
    const both = withRecordFallback(refusing, records);
    expect(await both.read('p')).toBeNull();
    await both.create('p', image(1));
    await both.write('p', 0, new Uint8Array(64).fill(3));
    expect((await both.read('p'))?.[0]).toBe(3);
    // A later visit in which the file system works still finds the record.
    const later = withRecordFallback(
      createOpfsSlotFiles(async () => fakeRoot().root, noPause),
      records
    );
    expect((await later.read('p'))?.[0]).toBe(3);
  });

  test('a file system that works is the only place', async () => {
    const { environment } = await createStorageDevice();
    const records = createRecordSlotFiles(environment.list);
    const fake = fakeRoot();
    const both = withRecordFallback(
      createOpfsSlotFiles(async () => fake.root, noPause),
      records
    );
    await both.create('p', image(1));
    await both.write('p', 0, new Uint8Array(64).fill(3));
    expect((await both.read('p'))?.[0]).toBe(3);
    expect(await records.read('p')).toBeNull();
  });
});
