// Files that wait in a composer: they outlive the page that chose them, tell what was said of them, and do not lie about
// for ever.
import { beforeEach, describe, expect, test } from 'vitest';
import {
  createMediaStore,
  createRecordMediaFiles,
  describeStaged,
  enqueueWithFiles,
  ensureConversation,
  isWantedFile,
  loadMessage,
  raiseEpoch,
  stagedOwner,
  type MediaStore,
  type ProfileStore,
  type TrayFacts
} from '../../../src/lib/storage/index.ts';
import { openContent } from '../../../src/lib/storage/rows.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { loadTray } from '../../../src/lib/storage/queries-tray.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS
} from '../../support/storage-device.ts';

const DAY_MS = 86_400_000;
let store: ProfileStore;
let media: MediaStore;
let conversationId: string;
let clock: ReturnType<typeof createFakeClock>;

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  clock = createFakeClock();
  media = createMediaStore({
    store,
    places: { file: null, record: createRecordMediaFiles(store.db) },
    clock
  });
  const about = { accountId: OTHER_ID, kind: 'contact', nowMs: START_MS } as const;
  ({ conversationId } = await ensureConversation(store, about));
});

const trayFacts = (order: number): TrayFacts => ({
  key: `key ${order}`,
  order,
  bytesBefore: 9_000,
  cleaned: true,
  madeStill: false
});

async function wait(order: number | null, id = conversationId): Promise<string> {
  const tray = order === null ? {} : { tray: trayFacts(order) };
  const owner = stagedOwner(id);
  const small = { owner, kind: 'thumbnail', name: '', contentType: 'image/png' } as const;
  const thumbnailMediaId = (await media.save(small, systemRandom(20))).id;
  const staged = { width: 4, height: 3, caption: null, thumbnailMediaId, ...tray };
  const file = { owner, name: `${order}.png`, contentType: 'image/png', staged };
  return (await media.save({ ...file, kind: 'image' }, systemRandom(500))).id;
}

const tray = () => loadTray(store.db, store.keys.rows, conversationId);

describe('the tray of a conversation', () => {
  test('holds what was chosen there, in the order in which it was chosen', async () => {
    const second = await wait(2);
    const first = await wait(1);
    await wait(null);
    await wait(3, 'ab'.repeat(16));
    const files = await tray();
    expect(files.map(({ id }) => id)).toEqual([first, second]);
    expect(files[0]).toMatchObject({ name: '1.png', bytes: 500, staged: { tray: trayFacts(1) } });
  });

  test('is empty once its files are sent, and the message knows nothing of it', async () => {
    const stagedIds = [await wait(1), await wait(2)];
    const input = { conversationId, ownId: OWN_ID, nowMs: START_MS, text: '', stagedIds };
    const { messageId } = await enqueueWithFiles(store, input);
    expect(await tray()).toEqual([]);
    expect((await loadMessage(store, messageId))?.attachments).toHaveLength(2);
    for (const id of stagedIds) expect((await media.facts(id))?.staged).toBeNull();
  });

  test('frees the bytes of what is taken away', async () => {
    const id = await wait(1);
    const chunks = await store.db.mediaChunks.count();
    expect(chunks).toBeGreaterThan(0);
    const thumbnailId = (await tray())[0]?.staged.thumbnailMediaId ?? '';
    expect(await media.remove([id, thumbnailId])).toBeGreaterThanOrEqual(520);
    expect(await store.db.mediaChunks.count()).toBe(0);
    expect(await tray()).toEqual([]);
  });

  test('keeps its names and words sealed', async () => {
    const id = await wait(1);
    await describeStaged(store, id, 'The harbour');
    const row = await store.db.media.get(id);
    expect(JSON.stringify(row)).not.toMatch(/harbour|1\.png|key 1/);
    expect(row && JSON.stringify(await openContent(store.keys.rows, 'media', row))).toMatch(
      /The harbour.*key 1/
    );
  });
});

describe('what is said of a picture that waits', () => {
  test('stands in the tray, and goes with the message', async () => {
    const id = await wait(1);
    await describeStaged(store, id, 'The harbour');
    expect((await tray())[0]?.staged.caption).toBe('The harbour');
    const input = { conversationId, ownId: OWN_ID, nowMs: START_MS, text: '', stagedIds: [id] };
    const { messageId } = await enqueueWithFiles(store, input);
    expect((await loadMessage(store, messageId))?.attachments?.[0]?.caption).toBe('The harbour');
  });

  test('changes nothing of a file that was sent or is gone', async () => {
    const id = await wait(1);
    const input = { conversationId, ownId: OWN_ID, nowMs: START_MS, text: '', stagedIds: [id] };
    const { messageId } = await enqueueWithFiles(store, input);
    await describeStaged(store, id, 'Too late');
    await describeStaged(store, 'f'.repeat(32), 'For nothing');
    expect((await loadMessage(store, messageId))?.attachments?.[0]?.caption).toBeNull();
    expect((await media.facts(id))?.staged).toBeNull();
  });
});

describe('a file that waits for too long', () => {
  test('is swept: a month in a tray, a day where nobody sees it', async () => {
    const facts = async (id: string) => {
      const found = await media.facts(id);
      if (!found) throw new Error('it should be there');
      return found;
    };
    const seen = await facts(await wait(1));
    const thumbnail = await facts(seen.staged?.thumbnailMediaId ?? '');
    const unseen = await facts(await wait(null));
    const unseenThumbnail = await facts(unseen.staged?.thumbnailMediaId ?? '');
    const after = (days: number) => clock.now() + days * DAY_MS;
    expect(await isWantedFile(store, seen, after(2))).toBe(true);
    expect(await isWantedFile(store, thumbnail, after(2))).toBe(true);
    expect(await isWantedFile(store, unseen, after(2))).toBe(false);
    expect(await isWantedFile(store, unseenThumbnail, after(2))).toBe(false);
    expect(await isWantedFile(store, seen, after(31))).toBe(false);
    expect(await isWantedFile(store, thumbnail, after(31))).toBe(false);
  });
});
