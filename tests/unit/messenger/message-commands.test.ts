import { beforeEach, describe, expect, test } from 'vitest';
import { createMessageCommands, type MessageCommands } from '../../../src/lib/messenger/message-commands.ts';
import {
  enqueueMessage,
  ensureConversation,
  loadMessages,
  raiseEpoch,
  type MediaStore,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS
} from '../../support/storage-device.ts';

let store: ProfileStore;
let clock: FakeClock;
let commands: MessageCommands;
let conversationId: string;
let messageId: string;

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  clock = createFakeClock(START_MS);
  const contact = { accountId: OTHER_ID, kind: 'contact', nowMs: START_MS } as const;
  ({ conversationId } = await ensureConversation(store, contact));
  const message = { conversationId, ownId: OWN_ID, nowMs: START_MS, text: 'hello' };
  ({ messageId } = await enqueueMessage(store, message));
  commands = createMessageCommands({
    store,
    ownId: OWN_ID,
    clock,
    networkNow: async () => clock.now(),
    ringOutbox: () => {},
    // Nothing here has files.
    media: undefined as unknown as MediaStore,
    ringChores: () => {},
    onDeleted: () => {}
  });
});

const reactions = async () => {
  const [message] = await loadMessages(store.db, store.keys.rows, conversationId, { limit: 1 });
  return message?.reactions ?? [];
};

describe('reactions of ours', () => {
  test('are twenty in a minute, set and taken back alike; a minute later they go on', async () => {
    for (let count = 0; count < 20; count += 1) await commands.react(messageId, '👍', count % 2 === 1);
    expect(await reactions()).toEqual([]);
    const queued = await store.db.outbox.count();
    await expect(commands.react(messageId, '👍', false)).rejects.toMatchObject({
      code: 'too-many-reactions'
    });
    expect(await reactions()).toEqual([]);
    expect(await store.db.outbox.count()).toBe(queued);
    await clock.advance(60_000);
    await commands.react(messageId, '👍', false);
    expect(await reactions()).toMatchObject([{ emoji: '👍', mine: true }]);
  });

  test('are emoji, and nothing else is counted or sent', async () => {
    for (let count = 0; count < 25; count += 1) {
      await expect(commands.react(messageId, 'hello', false)).rejects.toMatchObject({ code: 'not-an-emoji' });
    }
    expect(await store.db.outbox.count()).toBe(1);
    await commands.react(messageId, '⛵', false);
    expect(await store.db.outbox.count()).toBe(2);
  });
});
