// Files and the messages they belong to: they come together, and nothing of a file is left when its message goes, in the
// database or in the file system, whatever takes it away.
import { beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  clearMedia,
  createMediaStore,
  createOpfsMediaFiles,
  deleteForEveryone,
  deleteStoredConversation,
  deleteStoredMessages,
  ensureConversation,
  enqueueWithFiles,
  incomingOwner,
  isWantedFile,
  loadContactPictures,
  loadMessage,
  loadMeta,
  OWN_PICTURE_OWNER,
  pictureOwner,
  raiseEpoch,
  removeDueMessages,
  saveContactPicture,
  saveDownloaded,
  saveDownloadFailure,
  saveOwnPictureUpload,
  saveUploaded,
  setOwnPicture,
  stagedOwner,
  updateConversation,
  updateStoredMessage,
  type MediaStore,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createFakeOrigin, type FakeOrigin } from '../../support/fake-directory.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS,
  type StorageDevice
} from '../../support/storage-device.ts';

const HOUR_MS = 3_600_000;
const REMOTE = { url: 'http://f/file/1', keyBase64: 'a2V5', digestBase64: null, bytes: 5_000 };

let device: StorageDevice;
let origin: FakeOrigin;
let clock: ReturnType<typeof createFakeClock>;
let store: ProfileStore;
let media: MediaStore;
let conversationId: string;

beforeEach(async () => {
  const plain = await createStorageDevice();
  origin = createFakeOrigin();
  clock = createFakeClock();
  const mediaFiles = (profileId: string) => createOpfsMediaFiles(origin.root, profileId);
  device = Object.assign(plain, { environment: { ...plain.environment, mediaFiles } });
  store = await createTestProfile(device);
  await raiseEpoch(store);
  media = createMediaStore({ store, places: store.places, clock });
  const about = { accountId: OTHER_ID, kind: 'contact', nowMs: START_MS } as const;
  ({ conversationId } = await ensureConversation(store, about));
});

/** How many rows and files there are. */
const left = async () => [await store.db.media.count(), origin.files.size];

async function stage(owner = stagedOwner(conversationId)): Promise<string> {
  const thumbnail = await media.save(
    { owner, kind: 'thumbnail', name: '', contentType: 'image/png' },
    systemRandom(20)
  );
  const staged = { width: 4, height: 3, caption: 'A cat', thumbnailMediaId: thumbnail.id };
  const file = { owner, kind: 'image', name: 'cat.png', contentType: 'image/png', staged } as const;
  return (await media.save(file, systemRandom(5_000))).id;
}

const send = (stagedIds: readonly string[], text = '') =>
  enqueueWithFiles(store, { conversationId, ownId: OWN_ID, nowMs: START_MS, text, stagedIds });

/** A message with one file and its thumbnail. */
async function sentMessage(): Promise<string> {
  const { messageId } = await send([await stage()]);
  expect(await left()).toEqual([2, 2]);
  return messageId;
}

const NOW = { nowMs: START_MS, offsetMs: 0 };
const ofMessage = (messageId: string, mediaIds: readonly string[]) =>
  ({ kind: 'files', files: mediaIds.map((mediaId) => ({ messageId, mediaId })) }) as const;

/** Clears the files of a message that was sent. @returns how many */
async function clear(messageId: string): Promise<number> {
  await updateStoredMessage(store, messageId, 'sent', (content) => ({ ...content, state: 'sent' }));
  const mediaIds = (await loadMessage(store, messageId))?.attachments?.flatMap(
    ({ mediaId }) => mediaId ?? []
  );
  return (await clearMedia(store, ofMessage(messageId, mediaIds ?? []), NOW, null)).files;
}

describe('a message with staged files', () => {
  test('is stored with them in their order, and they are its own', async () => {
    const ids = [await stage(), await stage()];
    const { messageId } = await send([...ids].reverse());
    const message = await loadMessage(store, messageId);
    expect(message?.attachments?.map(({ mediaId }) => mediaId)).toEqual([...ids].reverse());
    expect(message?.attachments?.[0]).toMatchObject({
      kind: 'image',
      name: 'cat.png',
      bytes: 5_000,
      width: 4,
      height: 3,
      caption: 'A cat',
      state: 'queued',
      remote: null
    });
    expect(await store.db.media.where('owner').equals(messageId).count()).toBe(4);
    expect((await media.facts(ids[0] as string))?.staged).toBeNull();
  });

  test('is refused when one of them was sent, removed or staged elsewhere, and then nothing is stored', async () => {
    const sent = await stage();
    await send([sent]);
    const elsewhere = await stage(stagedOwner('ab'.repeat(16)));
    for (const bad of [sent, 'f'.repeat(32), elsewhere]) {
      const good = await stage();
      await expect(send([good, bad])).rejects.toMatchObject({ code: 'not-found' });
      expect((await media.facts(good))?.staged).not.toBeNull();
    }
    expect(await store.db.messages.count()).toBe(1);
    expect(await store.db.outbox.count()).toBe(1);
  });

  test('is not stored, and its files stay staged, when the transaction fails', async () => {
    const id = await stage();
    device.onCommit = (name, phase) => {
      if (name === 'enqueue with files' && phase === 'before') throw new Error('crash');
    };
    await expect(send([id])).rejects.toThrow('crash');
    device.onCommit = undefined;
    expect(await store.db.messages.count()).toBe(0);
    expect((await media.facts(id))?.owner).toBe(stagedOwner(conversationId));
  });
});

describe('nothing is left of the files of a message', () => {
  const ways: Readonly<Record<string, (messageId: string) => Promise<unknown>>> = {
    'that is deleted here': (messageId) => deleteStoredMessages(store, [messageId]),
    'that is deleted for everyone': async (messageId) => {
      await updateStoredMessage(store, messageId, 'sent', (content) => ({ ...content, state: 'sent' }));
      await deleteForEveryone(store, { messageIds: [messageId], ownId: OWN_ID, nowMs: START_MS });
    },
    'whose conversation is deleted': () => deleteStoredConversation(store, conversationId, START_MS),
    'that disappears': async (messageId) => {
      await store.db.deadlines.put({ id: messageId, atMs: START_MS });
      await removeDueMessages(store, START_MS);
    },
    'that disappears and cannot be opened any more': async (messageId) => {
      await store.db.deadlines.put({ id: messageId, atMs: START_MS });
      await store.db.messages.update(messageId, { sealed: new Uint8Array(40) });
      await removeDueMessages(store, START_MS);
    },
    'of which only the files are removed': async (messageId) => {
      const [file] = (await loadMessage(store, messageId))?.attachments ?? [];
      await saveUploaded(store, messageId, file?.id ?? '', REMOTE);
      expect(await clear(messageId)).toBe(1);
      expect((await loadMessage(store, messageId))?.attachments?.[0]?.state).toBe('remote');
    }
  };

  test.each(Object.keys(ways))('%s', async (way) => {
    const messageId = await sentMessage();
    await ways[way]?.(messageId);
    expect(await left()).toEqual([0, 0]);
  });

  test('not even after a crash before its chunks were removed, once the next engine has swept', async () => {
    const messageId = await sentMessage();
    device.onCommit = (name, phase) => {
      if (name === 'delete messages' && phase === 'after') throw new Error('crash');
    };
    await expect(deleteStoredMessages(store, [messageId])).rejects.toThrow('crash');
    device.onCommit = undefined;
    expect(await left()).toEqual([0, 2]);
    await media.sweep((file) => isWantedFile(store, file, clock.now()));
    expect(await left()).toEqual([0, 0]);
  });

  test('while a change of another kind leaves them alone', async () => {
    const messageId = await sentMessage();
    await updateStoredMessage(store, messageId, 'other', (content) => ({ ...content, text: 'other' }));
    expect((await clearMedia(store, ofMessage(messageId, []), NOW, null)).files).toBe(0);
    expect(await left()).toEqual([2, 2]);
  });
});

describe('a download', () => {
  async function remoteMessage(): Promise<{ messageId: string; attachmentId: string }> {
    const messageId = await sentMessage();
    const attachmentId = (await loadMessage(store, messageId))?.attachments?.[0]?.id ?? '';
    await saveUploaded(store, messageId, attachmentId, REMOTE);
    await clear(messageId);
    return { messageId, attachmentId };
  }
  const incoming = () =>
    media.save(
      { owner: incomingOwner(conversationId), kind: 'file', name: 'x', contentType: 'a/b' },
      systemRandom(9)
    );
  const found = (mediaId: string) =>
    ({ kind: 'file', contentType: 'a/b', bytes: 9, width: null, height: null, mediaId }) as const;

  test('becomes the message’s, once, and a failure after it changes nothing', async () => {
    const { messageId, attachmentId } = await remoteMessage();
    const failure = { state: 'failed', failureCode: 'attachment-wrong-mac' } as const;
    expect(await saveDownloadFailure(store, messageId, attachmentId, failure)).toBe(true);
    expect((await loadMessage(store, messageId))?.attachments?.[0]).toMatchObject(failure);
    const { id } = await incoming();
    expect(await saveDownloaded(store, messageId, attachmentId, found(id))).toBe(true);
    expect(await saveDownloaded(store, messageId, attachmentId, found((await incoming()).id))).toBe(false);
    expect(await saveDownloadFailure(store, messageId, attachmentId, failure)).toBe(false);
    const [file] = (await loadMessage(store, messageId))?.attachments ?? [];
    expect(file).toMatchObject({ state: 'here', failureCode: null, mediaId: id, bytes: 9 });
    expect((await media.facts(id))?.owner).toBe(messageId);
  });

  test('is refused by an engine that was deposed, or when the message went', async () => {
    const { messageId, attachmentId } = await remoteMessage();
    const { id } = await incoming();
    store.engine.epoch = 0;
    await expect(saveDownloaded(store, messageId, attachmentId, found(id))).rejects.toMatchObject({
      code: 'deposed'
    });
    await raiseEpoch(store);
    await deleteStoredMessages(store, [messageId]);
    expect(await saveDownloaded(store, messageId, attachmentId, found(id))).toBe(false);
  });
});

test('the sweep takes what nothing refers to, after a while, and leaves the rest', async () => {
  await send([await stage()]);
  const staged = await stage();
  const picture = await media.save(
    { owner: pictureOwner(conversationId), kind: 'picture', name: '', contentType: 'image/png' },
    systemRandom(9)
  );
  await updateConversation(store, conversationId, 'picture', async (content) => ({
    ...content,
    picture: { url: 'u', keyBase64: 'k', mediaId: null }
  }));
  await saveContactPicture(store, conversationId, 'another', 'x');
  await saveContactPicture(store, conversationId, 'u', picture.id);
  for (const owner of [incomingOwner(conversationId), pictureOwner(conversationId), OWN_PICTURE_OWNER]) {
    await media.save({ owner, kind: 'file', name: '', contentType: 'a/b' }, systemRandom(9));
  }
  const sweep = () => media.sweep((file) => isWantedFile(store, file, clock.now()));
  expect(await sweep()).toEqual({ rows: 0, files: 0 });
  await clock.advance(HOUR_MS);
  expect(await sweep()).toMatchObject({ rows: 3 });
  expect(await media.facts(staged)).not.toBeNull();
  await clock.advance(25 * HOUR_MS);
  expect(await sweep()).toMatchObject({ rows: 2 });
  expect(await left()).toEqual([3, 3]);
  const [contact] = await loadContactPictures(store);
  expect(contact).toMatchObject({ conversationId, mediaIds: [picture.id] });
});

test('our own picture is told once it is uploaded, later than what was told before, and goes without a trace', async () => {
  const save = () =>
    media.save({ owner: OWN_PICTURE_OWNER, kind: 'picture', name: '', contentType: 'a/b' }, systemRandom(9));
  const profile = async () => (await loadMeta(store, 'profile'))?.content;
  const before = (await profile())?.displayNameUpdatedSeconds ?? 0;
  const first = await save();
  await setOwnPicture(store, first.id, START_MS);
  expect(await profile()).toMatchObject({
    picture: { mediaId: first.id, upload: null },
    displayNameUpdatedSeconds: before
  });
  const second = await save();
  await setOwnPicture(store, second.id, START_MS);
  expect(await left()).toEqual([1, 1]);
  const upload = { url: 'u', keyBase64: 'k', uploadedAtMs: START_MS, renewedAtMs: START_MS };
  await saveOwnPictureUpload(store, first.id, upload, { isNew: true, nowMs: START_MS });
  expect((await profile())?.picture?.upload).toBeNull();
  await saveOwnPictureUpload(store, second.id, upload, { isNew: true, nowMs: START_MS });
  expect(await profile()).toMatchObject({ picture: { upload }, displayNameUpdatedSeconds: before + 1 });
  await saveOwnPictureUpload(store, second.id, upload, { isNew: false, nowMs: START_MS });
  expect((await profile())?.displayNameUpdatedSeconds).toBe(before + 1);
  await setOwnPicture(store, null, START_MS);
  expect(await profile()).toMatchObject({ picture: null, displayNameUpdatedSeconds: before + 2 });
  expect(await left()).toEqual([0, 0]);
});
