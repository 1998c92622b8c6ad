import { expect, test } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import { createMediaRules } from '../../../src/lib/messenger/media-rules.ts';
import {
  chooseForConversation,
  createMediaStore,
  ensureConversation,
  enqueueWithFiles,
  raiseEpoch,
  stagedOwner,
  updateStoredMessage
} from '../../../src/lib/storage/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createStorageDevice, createTestProfile, OTHER_ID, OWN_ID } from '../../support/storage-device.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function world() {
  const device = await createStorageDevice();
  const store = await createTestProfile(device);
  await raiseEpoch(store);
  const clock = createFakeClock();
  const about = { accountId: OTHER_ID, kind: 'contact', nowMs: clock.now() } as const;
  const { conversationId } = await ensureConversation(store, about);
  const media = createMediaStore({ store, places: store.places, clock });
  const owner = stagedOwner(conversationId);
  const staged = { width: null, height: null, caption: null, thumbnailMediaId: null };
  const file = { owner, kind: 'file', name: 'a', contentType: 'a/b', staged } as const;
  const { id } = await media.save(file, new Uint8Array(100));
  const input = { conversationId, ownId: OWN_ID, nowMs: clock.now(), text: '', stagedIds: [id] };
  const { messageId } = await enqueueWithFiles(store, input);
  await updateStoredMessage(store, messageId, 'sent', (content) => ({ ...content, state: 'sent' }));
  const rules = createMediaRules({ store, now: clock.now, clock, log: silentLog });
  const left = () => store.db.media.count();
  return { store, clock, rules, conversationId, left };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  await expect.poll(what).toBe(true);
}

test('a rule is applied when a tab begins to lead, and some times a day from then on', async () => {
  const { store, clock, rules, conversationId, left } = await world();
  await chooseForConversation(store, conversationId, { keepMediaDays: 30 });
  rules.start();
  await clock.advance(HOUR_MS);
  expect(await left()).toBe(1);
  for (let day = 0; day < 31; day++) await clock.advance(DAY_MS);
  await until(async () => {
    await clock.advance(6 * HOUR_MS);
    return (await left()) === 0;
  });
  await rules.stop();
});

test('a rule that is made is applied at once', async () => {
  const { store, clock, rules, conversationId, left } = await world();
  rules.start();
  for (let day = 0; day < 31; day++) await clock.advance(DAY_MS);
  expect(await left()).toBe(1);
  await chooseForConversation(store, conversationId, { keepMediaDays: 30 });
  rules.ring();
  await until(async () => (await left()) === 0);
  await rules.stop();
});

test('nothing goes after it was stopped', async () => {
  const { store, clock, rules, conversationId, left } = await world();
  rules.start();
  await rules.stop();
  await chooseForConversation(store, conversationId, { keepMediaDays: 30 });
  for (let day = 0; day < 31; day++) await clock.advance(DAY_MS);
  rules.ring();
  expect(await left()).toBe(1);
});
