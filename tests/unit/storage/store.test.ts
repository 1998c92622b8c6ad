import { describe, expect, test } from 'vitest';
import { loadMeta, raiseEpoch, updateMeta } from '../../../src/lib/storage/index.ts';
import { wrapStorageError } from '../../../src/lib/storage/errors.ts';
import { openContent } from '../../../src/lib/storage/rows.ts';
import { commit, sealRow } from '../../../src/lib/storage/store.ts';
import { MIGRATIONS } from '../../../src/lib/storage/schema.ts';
import { createStorageDevice, createTestProfile, openProfile } from '../../support/storage-device.ts';

async function openTwice() {
  const device = await createStorageDevice();
  const first = await createTestProfile(device);
  const [id] = (await device.environment.list.profiles.toCollection().primaryKeys()) as string[];
  const second = await openProfile(device.environment, id as string);
  return { device, first, second };
}

describe('the epoch', () => {
  test('an engine that was taken over from writes nothing any more', async () => {
    const { first, second } = await openTwice();
    await raiseEpoch(first);
    await updateMeta(first, 'onion', 'engine', () => ({ snapshot: 1 }));
    await raiseEpoch(second);
    await expect(updateMeta(first, 'onion', 'engine', () => ({ snapshot: 2 }))).rejects.toMatchObject({
      code: 'deposed'
    });
    await updateMeta(second, 'onion', 'engine', () => ({ snapshot: 3 }));
    expect((await loadMeta(first, 'onion'))?.content).toEqual({ snapshot: 3 });
  });

  test('a follower may write what any tab may, and nothing of the engine', async () => {
    const { first, second } = await openTwice();
    await raiseEpoch(first);
    await updateMeta(second, 'send-clock', 'any', () => ({ lastTimestampMs: 5, offsetMs: null }));
    await expect(updateMeta(second, 'onion', 'engine', () => ({ snapshot: 2 }))).rejects.toMatchObject({
      code: 'deposed'
    });
  });
});

describe('a change set', () => {
  test('is refused as a whole when a row it was built from has changed', async () => {
    const { first } = await openTwice();
    const row = await sealRow(first, 'meta', 'onion', null, {}, { snapshot: 'a' });
    const other = await sealRow(first, 'meta', 'counters', null, {}, { rejected: {} });
    await commit(first, { name: 'test', by: 'any', put: [{ table: 'meta', row }] });
    const set = {
      name: 'test',
      by: 'any' as const,
      expect: [{ table: 'meta' as const, id: 'onion', rev: 7 }],
      put: [{ table: 'meta' as const, row: other }]
    };
    await expect(commit(first, set)).rejects.toMatchObject({ code: 'stale', retry: 'later' });
    expect(await first.db.meta.get('counters')).toBeUndefined();
    await commit(first, { ...set, expect: [{ table: 'meta', id: 'onion', rev: 1 }] });
    expect(await first.db.meta.get('counters')).toBeDefined();
  });

  test('counts a row that should be absent and is not as stale', async () => {
    const { first } = await openTwice();
    const row = await sealRow(first, 'meta', 'onion', null, {}, { snapshot: 'a' });
    await commit(first, { name: 'test', by: 'any', add: [{ table: 'meta', row }] });
    await expect(
      commit(first, { name: 'test', by: 'any', add: [{ table: 'meta', row }] })
    ).rejects.toMatchObject({
      code: 'stale'
    });
  });

  test('updates at the same time all take effect', async () => {
    const { first, second } = await openTwice();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        updateMeta(index % 2 ? first : second, 'send-clock', 'any', (current) => ({
          lastTimestampMs: (current?.lastTimestampMs ?? 0) + 1,
          offsetMs: null
        }))
      )
    );
    expect((await loadMeta(first, 'send-clock'))?.content.lastTimestampMs).toBe(20);
  });
});

describe('a sealed row', () => {
  test('does not open in the place of another, altered, or with another key', async () => {
    const { first } = await openTwice();
    const row = await sealRow(first, 'meta', 'onion', null, {}, { snapshot: 'a' });
    const { rows, identity } = first.keys;
    expect(await openContent(rows, 'meta', row)).toEqual({ snapshot: 'a' });
    const altered = row.sealed.slice();
    altered[20] = (altered[20] as number) ^ 1;
    const attempts = [
      () => openContent(rows, 'meta', { ...row, id: 'profile' }),
      () => openContent(rows, 'messages', row),
      () => openContent(identity, 'meta', row),
      () => openContent(rows, 'meta', { ...row, sealed: altered }),
      () => openContent(rows, 'meta', { ...row, sealed: new Uint8Array(3) })
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'row-damaged' });
  });

  test('is never sealed the same twice', async () => {
    const { first } = await openTwice();
    const [a, b] = await Promise.all(
      [0, 1].map(() => sealRow(first, 'meta', 'onion', null, {}, { snapshot: 'a' }))
    );
    expect(a?.sealed).not.toEqual(b?.sealed);
  });

  test('the page’s key does not open the seed', async () => {
    const { first } = await openTwice();
    const row = await first.db.meta.get('identity');
    await expect(openContent(first.keys.rows, 'meta', row as never)).rejects.toMatchObject({
      code: 'row-damaged'
    });
  });
});

describe('errors of the database', () => {
  test.each([
    ['QuotaExceededError', 'quota', 'later'],
    ['DatabaseClosedError', 'closed', 'never'],
    ['ConstraintError', 'stale', 'later'],
    ['SomethingElse', 'storage-failed', 'later']
  ])('%s becomes %s', (name, code, retry) => {
    expect(wrapStorageError(Object.assign(new Error('text'), { name }))).toMatchObject({ code, retry });
    expect(wrapStorageError({ name: 'AbortError', inner: { name } })).toMatchObject({ code });
  });

  test('a bulk failure for lack of room is not taken for a conflict', () => {
    const failures = [Object.assign(new Error(), { name: 'QuotaExceededError' })];
    expect(wrapStorageError({ name: 'BulkError', failures })).toMatchObject({ code: 'quota' });
  });
});

test('migrations are named, and the released ones are as they were', () => {
  expect(MIGRATIONS.map(({ name }) => name).slice(0, 1)).toEqual(['two-people-talk']);
  expect(new Set(MIGRATIONS.map(({ name }) => name)).size).toBe(MIGRATIONS.length);
  expect(MIGRATIONS[0]?.stores).toEqual({
    meta: 'id',
    epoch: 'id',
    conversations: 'id, &accountHash, order',
    messages: 'id',
    outbox: 'id, [lane+sort], messageId',
    seen: 'id',
    graves: 'id',
    cursors: 'id, updatedAtMs'
  });
});
