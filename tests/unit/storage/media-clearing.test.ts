// Files cleared by age, by choice and by rule: exactly those, in true bytes, and never what waits to be sent.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  applyMediaRules,
  chooseForConversation,
  clearMedia,
  createMediaStore,
  createOpfsMediaFiles,
  createTextMeter,
  ensureConversation,
  enqueueWithFiles,
  loadMessage,
  planClearing,
  raiseEpoch,
  saveUploaded,
  stagedOwner,
  updateStoredMessage,
  type MediaSelection,
  type MediaStore,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { keptSinceMs } from '../../../src/lib/storage/media-rules.ts';
import { createUsageReader } from '../../../src/lib/storage/usage.ts';
import { createFullDisk } from '../../support/full-disk.ts';
import { createFakeOrigin, type FakeOrigin } from '../../support/fake-directory.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS,
  THIRD_ID,
  type StorageDevice
} from '../../support/storage-device.ts';

const DAY_MS = 86_400_000;
const REMOTE = { url: 'http://f/file/1', keyBase64: 'a2V5', digestBase64: null, bytes: 5_000 };

let device: StorageDevice;
let origin: FakeOrigin;
let store: ProfileStore;
let media: MediaStore;
let nowMs: number;
let ben: string;
let cleo: string;

const time = () => ({ nowMs, offsetMs: 0 });
const onDisk = () => [...origin.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);

beforeEach(async () => {
  const plain = await createStorageDevice();
  origin = createFakeOrigin();
  nowMs = START_MS;
  const mediaFiles = (profileId: string) => createOpfsMediaFiles(origin.root, profileId);
  device = Object.assign(plain, { environment: { ...plain.environment, mediaFiles } });
  store = await createTestProfile(device);
  await raiseEpoch(store);
  media = createMediaStore({ store, places: store.places, clock: { now: () => nowMs } });
  const about = { kind: 'contact', nowMs } as const;
  ({ conversationId: ben } = await ensureConversation(store, { ...about, accountId: OTHER_ID }));
  ({ conversationId: cleo } = await ensureConversation(store, { ...about, accountId: THIRD_ID }));
});

interface Shared {
  readonly messageId: string;
  readonly mediaIds: readonly string[];
}

/** A message with files, sent when it is `nowMs`. */
async function share(
  conversationId: string,
  lengths: readonly number[],
  { sent = true, uploaded = true } = {}
): Promise<Shared> {
  const owner = stagedOwner(conversationId);
  const mediaIds: string[] = [];
  for (const length of lengths) {
    const thumbnail = await media.save(
      { owner, kind: 'thumbnail', name: '', contentType: 'image/png' },
      systemRandom(20)
    );
    const staged = { width: 4, height: 3, caption: null, thumbnailMediaId: thumbnail.id };
    const file = { owner, kind: 'image', name: 'cat.png', contentType: 'image/png', staged } as const;
    mediaIds.push((await media.save(file, systemRandom(length))).id);
  }
  const input = { conversationId, ownId: OWN_ID, nowMs, text: 'look', stagedIds: mediaIds };
  const { messageId } = await enqueueWithFiles(store, input);
  if (uploaded) for (const id of mediaIds) await saveUploaded(store, messageId, id, REMOTE);
  if (sent) {
    await updateStoredMessage(store, messageId, 'sent', (content) => ({ ...content, state: 'sent' }));
  }
  return { messageId, mediaIds };
}

async function clearAll(selection: MediaSelection) {
  let [files, bytes, calls] = [0, 0, 0];
  for (let next: string | null = null, first = true; first || next !== null; first = false) {
    const step: Awaited<ReturnType<typeof clearMedia>> = await clearMedia(store, selection, time(), next);
    files += step.files;
    bytes += step.bytes;
    next = step.next;
    calls += 1;
  }
  return { files, bytes, calls };
}

const older = (beforeMs: number, conversationIds: readonly string[] | null = null) =>
  ({ kind: 'older', conversationIds, beforeMs }) as const;
const statesOf = async ({ messageId }: Shared) =>
  (await loadMessage(store, messageId))?.attachments?.map(({ state, mediaId }) => [state, mediaId === null]);

describe('media older than an age', () => {
  test('goes, with its small versions, in the bytes that were named; younger media stays', async () => {
    const old = await share(ben, [5_000, 300_000]);
    nowMs += 40 * DAY_MS;
    const young = await share(ben, [7_000]);
    const before = onDisk();
    const selection = older(nowMs - 30 * DAY_MS);
    const plan = await planClearing(store, selection, time());
    expect(plan).toMatchObject({ files: 2, byKind: { image: 2 }, unsent: 0 });
    expect(onDisk()).toBe(before);
    expect(await clearAll(selection)).toMatchObject({ files: 2, bytes: plan.bytes });
    expect(before - onDisk()).toBe(plan.bytes);
    expect(await statesOf(old)).toEqual([
      ['remote', true],
      ['remote', true]
    ]);
    expect(await statesOf(young)).toEqual([['here', false]]);
    expect(await store.db.media.where('owner').equals(old.messageId).count()).toBe(0);
    expect(await store.db.media.where('owner').equals(young.messageId).count()).toBe(2);
    expect(await planClearing(store, selection, time())).toMatchObject({ files: 0, bytes: 0 });
  });

  test('is taken from the chosen chats alone', async () => {
    const [bens, cleos] = [await share(ben, [5_000]), await share(cleo, [5_000])];
    nowMs += DAY_MS;
    expect(await clearAll(older(nowMs, [cleo]))).toMatchObject({ files: 1 });
    expect(await statesOf(bens)).toEqual([['here', false]]);
    expect(await statesOf(cleos)).toEqual([['remote', true]]);
  });

  test('does not take what waits to be sent, and says so', async () => {
    const waiting = await share(ben, [5_000], { sent: false });
    const failed = await share(ben, [5_000], { sent: false, uploaded: false });
    const before = onDisk();
    nowMs += DAY_MS;
    expect(await planClearing(store, older(nowMs), time())).toMatchObject({ files: 0, bytes: 0, unsent: 2 });
    expect(await clearAll(older(nowMs))).toEqual({ files: 0, bytes: 0, calls: 1 });
    expect(onDisk()).toBe(before);
    for (const each of [waiting, failed]) expect((await statesOf(each))?.[0]?.[1]).toBe(false);
  });

  test('leaves what was loaded lately, however old its message is', async () => {
    const old = await share(ben, [5_000]);
    nowMs += 100 * DAY_MS;
    await clearAll(older(nowMs));
    // Loaded again today: it belongs to the old message.
    const again = await media.save(
      { owner: old.messageId, kind: 'image', name: 'cat.png', contentType: 'image/png' },
      systemRandom(5_000)
    );
    await updateStoredMessage(store, old.messageId, 'loaded', (content) => ({
      ...content,
      attachments: (content.attachments ?? []).map((each) => ({
        ...each,
        state: 'here' as const,
        mediaId: again.id
      }))
    }));
    expect(await clearAll(older(nowMs - 30 * DAY_MS))).toMatchObject({ files: 0 });
    nowMs += 31 * DAY_MS;
    expect(await clearAll(older(nowMs - 30 * DAY_MS))).toMatchObject({ files: 1 });
  });

  test('is cleared message by message, many of them', async () => {
    const before = onDisk();
    for (let index = 0; index < 60; index++) {
      nowMs += 1_000;
      await share(index % 2 === 0 ? ben : cleo, [100]);
    }
    const waiting = await share(ben, [100], { sent: false });
    const waits = onDisk();
    nowMs += DAY_MS;
    const plan = await planClearing(store, older(nowMs), time());
    expect(plan).toMatchObject({ files: 60, unsent: 1 });
    const done = await clearAll(older(nowMs));
    expect(done).toMatchObject({ files: 60, bytes: plan.bytes, calls: 3 });
    expect(waits - onDisk()).toBe(plan.bytes);
    expect(onDisk()).toBeGreaterThan(before);
    expect(await statesOf(waiting)).toEqual([['here', false]]);
  });
});

describe('chosen files', () => {
  test('go alone, and the others of their message stay', async () => {
    const { messageId, mediaIds } = await share(ben, [5_000, 9_000]);
    const before = onDisk();
    const files = [{ messageId, mediaId: mediaIds[1] as string }];
    const plan = await planClearing(store, { kind: 'files', files }, time());
    expect(await clearAll({ kind: 'files', files })).toMatchObject({ files: 1, bytes: plan.bytes });
    expect(before - onDisk()).toBe(plan.bytes);
    const left = (await loadMessage(store, messageId))?.attachments?.map(({ mediaId }) => mediaId);
    expect(left).toEqual([mediaIds[0], null]);
  });

  test('of which nothing lies at a server are told to be gone for good', async () => {
    const { messageId, mediaIds } = await share(ben, [5_000], { uploaded: false });
    await clearAll({ kind: 'files', files: [{ messageId, mediaId: mediaIds[0] as string }] });
    expect((await loadMessage(store, messageId))?.attachments?.[0]).toMatchObject({
      state: 'expired',
      mediaId: null
    });
  });

  test('that are gone, or belong to another message, are passed over', async () => {
    const [bens, cleos] = [await share(ben, [5_000]), await share(cleo, [5_000])];
    const files = [
      { messageId: bens.messageId, mediaId: cleos.mediaIds[0] as string },
      { messageId: `${ben}0000000000000${'0'.repeat(11)}`, mediaId: 'f'.repeat(32) }
    ];
    const before = onDisk();
    expect(await clearAll({ kind: 'files', files })).toMatchObject({ files: 0, bytes: 0 });
    expect(onDisk()).toBe(before);
  });
});

test('a crash between rows and chunks leaves chunks that no key opens, for the sweep', async () => {
  await share(ben, [5_000]);
  nowMs += DAY_MS;
  device.onCommit = (name, phase) => {
    if (name === 'clear media' && phase === 'after') throw new Error('crash');
  };
  await expect(clearAll(older(nowMs))).rejects.toThrow('crash');
  device.onCommit = undefined;
  expect([await store.db.media.count(), origin.files.size]).toEqual([0, 2]);
  await media.sweep();
  expect(origin.files.size).toBe(0);
});

test('with no room to write anything, files go first, and the rest follows into the room they leave', async () => {
  const disk = createFullDisk();
  try {
    const { messageId, mediaIds } = await share(ben, [50_000]);
    const before = onDisk();
    disk.full.add(store.db.name);
    device.onCommit = (name, phase) => {
      // The bytes of the files are free now.
      if (name === 'clear media without room' && phase === 'after') disk.full.clear();
    };
    const files = [{ messageId, mediaId: mediaIds[0] as string }];
    expect(await clearAll({ kind: 'files', files })).toMatchObject({ files: 1, bytes: before });
    expect(disk.refused).toBeGreaterThan(0);
    expect(onDisk()).toBe(0);
    expect(await statesOf({ messageId, mediaIds })).toEqual([['remote', true]]);
  } finally {
    disk.restore();
  }
});

describe('rules of the chats', () => {
  test('take what is too old in the chat that has one, by the leading engine alone', async () => {
    const [bens, cleos] = [await share(ben, [5_000]), await share(cleo, [5_000])];
    await chooseForConversation(store, cleo, { keepMediaDays: 30 });
    const { signal } = new AbortController();
    nowMs += 29 * DAY_MS;
    expect(await applyMediaRules(store, time(), signal)).toEqual({ files: 0, bytes: 0 });
    nowMs += 2 * DAY_MS;
    const { epoch } = store.engine;
    store.engine.epoch = 0;
    await expect(applyMediaRules(store, time(), signal)).rejects.toMatchObject({ code: 'deposed' });
    store.engine.epoch = epoch;
    expect((await applyMediaRules(store, time(), signal)).files).toBe(1);
    expect(await statesOf(bens)).toEqual([['here', false]]);
    expect(await statesOf(cleos)).toEqual([['remote', true]]);
  });

  test('count from the later of being sent and being stored, unless the device was ahead of time', () => {
    const ms = fc.integer({ min: 0, max: 2 ** 42 });
    fc.assert(
      fc.property(ms, ms, ms, (sent, stored, now) => {
        const since = keptSinceMs(sent, stored, now);
        expect(since).toBe(stored > now ? sent : Math.max(sent, stored));
      })
    );
  });
});

describe('what takes the room', () => {
  test('is listed file by file, without opening a message', async () => {
    const { messageId } = await share(ben, [5_000]);
    await media.save(
      { owner: 'profile/picture', kind: 'picture', name: '', contentType: 'image/png' },
      systemRandom(9)
    );
    await store.db.messages.update(messageId, { sealed: new Uint8Array(40) });
    const { items } = await createUsageReader(store.db, store.keys.rows).load();
    expect(items.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(onDisk());
    expect(items.find(({ kind }) => kind === 'image')).toMatchObject({
      conversationId: ben,
      messageId,
      name: 'cat.png',
      sentAtMs: START_MS,
      keptSinceMs: START_MS
    });
    expect(items.find(({ kind }) => kind === 'picture')).toMatchObject({
      conversationId: null,
      messageId: null
    });
  });

  test('opens each row of a file once, and those that changed again', async () => {
    const shared = await share(ben, [5_000]);
    const reader = createUsageReader(store.db, store.keys.rows);
    const first = (await reader.load()).items;
    await store.db.media.update(shared.mediaIds[0] as string, { sealed: new Uint8Array(40) });
    // Same revision: what was opened before.
    expect((await reader.load()).items).toEqual(first);
    await store.db.media.update(shared.mediaIds[0] as string, { rev: 99 });
    await expect(reader.load()).rejects.toMatchObject({ code: 'row-damaged' });
  });

  test('in text is counted by chat from sealed lengths, again only when there is more', async () => {
    await share(ben, [100]);
    const meter = createTextMeter(store.db);
    const before = new Map((await meter.measure()).byConversation);
    const [row] = await store.db.messages.toArray();
    expect(before.get(ben)).toBeGreaterThanOrEqual((row?.sealed.length ?? 0) + (row?.id.length ?? 0));
    expect(before.has(cleo)).toBe(false);
    nowMs += 1;
    await share(cleo, [100]);
    const after = new Map((await meter.measure()).byConversation);
    expect(after.get(cleo)).toBeGreaterThan(0);
    await expect(createTextMeter(store.db).measure(AbortSignal.abort())).rejects.toThrow();
  });
});
