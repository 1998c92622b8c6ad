import { describe, expect, test } from 'vitest';
import {
  findSeen,
  pruneInbox,
  raiseEpoch,
  saveInbox,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { createStorageDevice, createTestProfile, OWN_ID, START_MS } from '../../support/storage-device.ts';
import { inboxChanges } from '../../support/inbox-snapshot.ts';

const DAY_MS = 86_400_000;

async function remember(store: ProfileStore, hashes: readonly string[], expiresAtMs = START_MS + DAY_MS) {
  const seen = await findSeen(store, hashes);
  await saveInbox(store, { ownId: OWN_ID, wanted: [], seen, nowMs: START_MS }, () =>
    inboxChanges({ seen: hashes.map((hash) => ({ hash, expiresAtMs })) })
  );
}

const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

async function engine() {
  const device = await createStorageDevice();
  const store = await createTestProfile(device);
  await raiseEpoch(store);
  return { device, store };
}

describe('seen hashes', () => {
  test('are known afterwards, and to the next engine, and no others', async () => {
    const { store } = await engine();
    await remember(store, named('a', 3));
    expect((await findSeen(store, ['a0', 'a2', 'b0'])).known).toEqual(new Set(['a0', 'a2']));
    await raiseEpoch(store);
    expect((await findSeen(store, ['a0', 'a2', 'b0'])).known).toEqual(new Set(['a0', 'a2']));
  });

  test('stand in packs, one after the other, whatever the size of the batches', async () => {
    const { store } = await engine();
    const all = [...named('a', 1), ...named('b', 700), ...named('c', 3)];
    await remember(store, named('a', 1));
    await remember(store, named('b', 700));
    for (const hash of named('c', 3)) await remember(store, [hash]);
    await remember(store, named('b', 700));
    const packs = await store.db.seen.toArray();
    expect(packs.map((pack) => pack.hashes.length / 16).sort((x, y) => x - y)).toEqual([192, 256, 256]);
    await raiseEpoch(store);
    expect((await findSeen(store, all)).known.size).toBe(704);
    await remember(store, ['one more']);
    expect(await store.db.seen.count()).toBe(3);
  });

  test('are forgotten when the last of their pack has expired', async () => {
    const { store } = await engine();
    await remember(store, named('old', 256), START_MS + DAY_MS);
    await remember(store, named('new', 2), START_MS + 3 * DAY_MS);
    await pruneInbox(store, START_MS + 2 * DAY_MS);
    expect((await findSeen(store, ['old0', 'new0'])).known).toEqual(new Set(['new0']));
  });

  test('that were not written are not known', async () => {
    const { device, store } = await engine();
    device.onCommit = () => {
      throw new Error('crash');
    };
    await expect(remember(store, ['a'])).rejects.toThrow('crash');
    device.onCommit = undefined;
    expect((await findSeen(store, ['a'])).known.size).toBe(0);
  });
});
