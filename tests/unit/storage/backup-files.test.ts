import { describe, expect, test } from 'vitest';
import { errorCode } from '../../../src/lib/errors.ts';
import { createExportFiles } from '../../../src/lib/storage/index.ts';
import { createFakeOrigin } from '../../support/fake-directory.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const contentOf = async (blob: Blob) => [...new Uint8Array(await blob.arrayBuffer())];

describe('an export', () => {
  test('is written into a file of the origin, piece by piece, and removed when it was handed over', async () => {
    const origin = createFakeOrigin();
    const exports = createExportFiles(origin.root);
    const target = await exports.create('a', null);
    await target.write(bytes(1, 2));
    await target.write(bytes(3));
    const file = await target.finish();
    expect(await contentOf(file)).toEqual([1, 2, 3]);
    expect(target.ownName).toBe('a');
    expect(origin.open.size).toBe(0);
    expect(await exports.list()).toEqual(['a']);
    await exports.remove('a');
    await exports.remove('a');
    expect(origin.files.size).toBe(0);
  });

  test('that does not get whole leaves nothing', async () => {
    const origin = createFakeOrigin();
    const target = await createExportFiles(origin.root).create('a', null);
    await target.write(bytes(1, 2));
    expect(origin.files.size).toBe(1);
    await target.discard();
    expect([origin.files.size, origin.open.size]).toEqual([0, 0]);
  });

  test('says when there is no room', async () => {
    const origin = createFakeOrigin();
    origin.quota = 4;
    const target = await createExportFiles(origin.root).create('a', null);
    await target.write(bytes(1, 2, 3));
    expect(await target.write(bytes(4, 5)).then(() => 'written', errorCode)).toBe('quota');
  });

  test('stays in memory where there are no such files', async () => {
    for (const root of [null, () => Promise.reject(new DOMException('refused', 'SecurityError'))]) {
      const exports = createExportFiles(root);
      const target = await exports.create('a', null);
      const piece = bytes(1, 2);
      await target.write(piece);
      piece.fill(9);
      await target.write(bytes(3));
      expect(await contentOf(await target.finish())).toEqual([1, 2, 3]);
      expect([target.ownName, await exports.list()]).toEqual([null, []]);
    }
  });

  test('goes into the file that was chosen, which stays as it was when it does not get whole', async () => {
    const done: string[] = [];
    const parts: number[] = [];
    const handle = {
      createWritable: async () => ({
        write: async (piece: Uint8Array) => void parts.push(...piece),
        close: async () => void done.push('closed'),
        abort: async () => void done.push('aborted')
      }),
      getFile: async () => new Blob([Uint8Array.from(parts)]),
      remove: async () => void done.push('removed')
    } as unknown as FileSystemFileHandle;
    const exports = createExportFiles(null);
    const whole = await exports.create('unused', handle);
    await whole.write(bytes(7, 8));
    expect(await contentOf(await whole.finish())).toEqual([7, 8]);
    expect(whole.ownName).toBeNull();
    const half = await exports.create('unused', handle);
    await half.write(bytes(9));
    await half.discard();
    expect(done).toEqual(['closed', 'aborted']);
  });
});
