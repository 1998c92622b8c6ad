import { beforeEach, describe, expect, it } from 'vitest';
import {
  applyPreset,
  changeSettings,
  chooseForConversation,
  deleteStoredConversation,
  ensureConversation,
  loadConversations,
  loadSettings,
  undoPreset,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { loadPreset } from '../../../src/lib/storage/queries-preset.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  START_MS,
  THIRD_ID
} from '../../support/storage-device.ts';

let store: ProfileStore;
let chatIds: string[];

const settings = () => loadSettings(store.db, store.keys.rows);
const preset = () => loadPreset(store.db, store.keys.rows);
const loading = async () =>
  (await loadConversations(store.db, store.keys.rows))
    .filter((chat) => chat.autoDownload)
    .map(({ id }) => id);
const CAREFUL = { readReceipts: false, lockAfterMinutes: 5, blurWhenHidden: true };

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  chatIds = [];
  for (const accountId of [OTHER_ID, THIRD_ID]) {
    const { conversationId } = await ensureConversation(store, {
      accountId,
      kind: 'contact',
      nowMs: START_MS
    });
    chatIds.push(conversationId);
  }
  await chooseForConversation(store, chatIds[0] as string, { autoDownload: true });
  await changeSettings(store, { readReceipts: true, typingIndicators: true, lockAfterMinutes: 60 });
});

const apply = (change = CAREFUL) => applyPreset(store, { settings: change, chatIds, nowMs: 7 });

describe('a preset', () => {
  it('sets what it names and nothing else, and remembers what that was', async () => {
    await apply();
    expect(await settings()).toMatchObject({ ...CAREFUL, typingIndicators: true });
    expect(await loading()).toEqual([]);
    expect(await preset()).toEqual({
      atMs: 7,
      former: { readReceipts: true, lockAfterMinutes: 60, blurWhenHidden: false },
      set: CAREFUL,
      chatIds: [chatIds[0]]
    });
  });

  it('is taken back to exactly the former values', async () => {
    const before = await settings();
    await apply();
    await undoPreset(store);
    expect(await settings()).toEqual(before);
    expect(await loading()).toEqual([chatIds[0]]);
    expect(await preset()).toBeNull();
  });

  it('leaves alone what was changed by hand since', async () => {
    await apply();
    await changeSettings(store, { lockAfterMinutes: 15 });
    await undoPreset(store);
    expect(await settings()).toMatchObject({
      lockAfterMinutes: 15,
      readReceipts: true,
      blurWhenHidden: false
    });
  });

  it('set twice goes back to what was before the first', async () => {
    const before = await settings();
    await apply();
    await apply({ ...CAREFUL, lockAfterMinutes: 1 });
    expect(await settings()).toMatchObject({ lockAfterMinutes: 1 });
    await undoPreset(store);
    expect(await settings()).toEqual(before);
    expect(await loading()).toEqual([chatIds[0]]);
  });

  it('passes over a chat that is gone', async () => {
    await apply();
    await deleteStoredConversation(store, chatIds[0] as string, START_MS);
    await undoPreset(store);
    expect(await settings()).toMatchObject({ readReceipts: true });
  });

  it('that was never set has nothing to take back', async () => {
    const before = await settings();
    await undoPreset(store);
    expect(await settings()).toEqual(before);
    expect(await preset()).toBeNull();
  });
});
