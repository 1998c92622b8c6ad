// Asking for messages nobody could open, and being asked (v2-forward-secrecy-and-pq.md §15.2, §15.3, §23 A14).
import { beforeEach, describe, expect, test } from 'vitest';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import { createPeerBook } from '../../../src/lib/messenger/hfs-peers.ts';
import { createResend, type Resend } from '../../../src/lib/messenger/hfs-resend.ts';
import { createGroupId, createSelf, UNKNOWN_PEER, type HfsSelf } from '../../../src/lib/hfs/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { encodeMarked } from '../../../src/lib/messenger/marked-json.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  answerResend,
  enqueueMessage,
  ensureConversation,
  finishCopy,
  finishDelivery,
  loadConversation,
  loadHeldView,
  loadMessages,
  loadOutboxHeads,
  openProfileReader,
  raiseEpoch,
  saveSealedEntry,
  updateConversation,
  updatePeer,
  type ProfileDatabase,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS
} from '../../support/storage-device.ts';

const crypto = await createCryptoBackend();
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

let store: ProfileStore;
let reader: ProfileDatabase;
let conversationId: string;
let nowMs: number;
let foundedMs: number;
let resend: Resend;

beforeEach(async () => {
  const device = await createStorageDevice();
  store = await createTestProfile(device);
  await raiseEpoch(store);
  nowMs = START_MS;
  foundedMs = START_MS - 60 * DAY_MS;
  reader = openProfileReader(store.db.name, device.indexedDb, () => nowMs);
  ({ conversationId } = await ensureConversation(store, { accountId: OTHER_ID, kind: 'contact', nowMs }));
  await accept(true);
  const self = (): HfsSelf => ({
    ...createSelf(systemRandom, 0),
    status: 'member',
    groupId: createGroupId(crypto, Math.floor(foundedMs / 1000))
  });
  const now = () => nowMs;
  const peers = createPeerBook({
    ...{ store, crypto, random: systemRandom, log: silentLog, now },
    directory: { members: () => [], readPublicSlot: async () => ({ nodeHex: 'ab', items: [] }) },
    onNotices: async () => {}
  });
  resend = createResend({
    ...{ store, peers, now },
    ownId: OWN_ID,
    state: { current: async () => self(), change: async () => self() } as never,
    isOn: async () => true,
    ringOutbox: () => {}
  });
});

const accept = (approvedMe: boolean) =>
  updateConversation(store, conversationId, 'test', async (content) => ({
    ...content,
    approved: true,
    approvedMe
  }));
const view = () => loadConversation(reader, store.keys.rows, conversationId);
const waiting = async () => (await loadOutboxHeads(store)).map(({ content }) => content);

/** A message that reached them. */
async function sent(text: string, protection: 'hybrid' | 'classic'): Promise<void> {
  nowMs += 1000;
  await enqueueMessage(store, { conversationId, ownId: OWN_ID, nowMs, text });
  const [entry] = await loadOutboxHeads(store);
  const data = { dataBase64: 'AAI=', copyDataBase64: null, copyHash: null, copyExpiresAtMs: 0, protection };
  const sealed = entry && (await saveSealedEntry(store, entry, data));
  if (!sealed) throw new Error('expected an entry');
  await finishDelivery(store, sealed, { expiresAtMs: nowMs + 14 * DAY_MS, storedAtMs: nowMs });
  const [copy] = await loadOutboxHeads(store);
  if (copy) await finishCopy(store, copy, { messageHash: text, expiresAtMs: nowMs, storedAtMs: nowMs });
}
const lastHour = () => ({
  fromSeconds: Math.floor((nowMs - HOUR_MS) / 1000),
  toSeconds: Math.ceil(nowMs / 1000)
});

describe('A14: a request to send messages again, which a thief of the phrase can make too', () => {
  test('asks the person, and sends nothing by itself', async () => {
    for (const text of ['one', 'two']) await sent(text, 'hybrid');
    await sent('classic', 'classic');
    await resend.noteAsked(OTHER_ID, lastHour());
    expect((await view())?.resendRequest).toEqual({ count: 2, atMs: nowMs });
    expect(await waiting()).toEqual([]);
    await answerResend(store, conversationId, false);
    expect((await view())?.resendRequest).toBeNull();
    expect(await waiting()).toEqual([]);
  });

  test('counts once a day', async () => {
    await sent('one', 'hybrid');
    await resend.noteAsked(OTHER_ID, lastHour());
    await answerResend(store, conversationId, false);
    nowMs += DAY_MS / 2;
    await resend.noteAsked(OTHER_ID, { fromSeconds: 0, toSeconds: nowMs / 1000 });
    expect((await view())?.resendRequest).toBeNull();
    nowMs += DAY_MS;
    await resend.noteAsked(OTHER_ID, { fromSeconds: 0, toSeconds: nowMs / 1000 });
    expect((await view())?.resendRequest?.count).toBe(1);
  });

  test('is none where the two have not accepted each other, or nothing was sent in that time', async () => {
    await sent('one', 'hybrid');
    await accept(false);
    await resend.noteAsked(OTHER_ID, lastHour());
    expect((await view())?.resendRequest).toBeNull();
    await accept(true);
    await resend.noteAsked(OTHER_ID, { fromSeconds: 0, toSeconds: START_MS / 1000 - 1 });
    expect((await view())?.resendRequest).toBeNull();
  });

  test('agreed to, sends what it asks for as it was, without copies', async () => {
    await sent('one', 'hybrid');
    const [before] = await loadMessages(reader, store.keys.rows, conversationId, { limit: 5 });
    await resend.noteAsked(OTHER_ID, lastHour());
    await answerResend(store, conversationId, true);
    expect(await waiting()).toMatchObject([
      { resendOf: before?.id, timestampMs: before?.sentAtMs, kind: 'message', recipientId: OTHER_ID }
    ]);
    const [after] = await loadMessages(reader, store.keys.rows, conversationId, { limit: 5 });
    expect(after).toEqual(before);
  });
});

describe('messages that no key here opens', () => {
  const held = (hoursAgo: number) => ({
    hash: `h${hoursAgo}`,
    dataBase64: 'AAI=',
    heldAtMs: nowMs,
    expiresAtMs: nowMs - hoursAgo * HOUR_MS + 14 * DAY_MS
  });
  const capable = () =>
    updatePeer(store, OTHER_ID, 'any', () => encodeMarked({ ...UNKNOWN_PEER, status: 'capable' }));

  test('are asked for by themselves where the group is whole, each contact once a day', async () => {
    await capable();
    await resend.noteLeft([held(2), held(5)]);
    const fromMs = nowMs - 5 * HOUR_MS;
    expect(await loadHeldView(reader, store.keys.rows)).toEqual({
      ...{ count: 2, fromMs, toMs: nowMs, canAsk: false, askedAtMs: nowMs }
    });
    const [asked] = await waiting();
    expect(asked?.outgoing).toEqual({
      kind: 'resend-request',
      fromSeconds: (Math.floor(fromMs / HOUR_MS) * HOUR_MS) / 1000,
      toSeconds: (Math.ceil(nowMs / HOUR_MS) * HOUR_MS) / 1000
    });
    await resend.ask();
    expect(await store.db.outbox.count()).toBe(1);
    nowMs += DAY_MS;
    await resend.ask();
    expect(await store.db.outbox.count()).toBe(2);
  });

  test('wait for the person where keys were begun anew, and nobody who shows no keys is asked', async () => {
    foundedMs = nowMs - HOUR_MS;
    await capable();
    await resend.noteLeft([held(2), { ...held(3), cameAgain: true }, { ...held(4), isNewer: true }]);
    expect(await loadHeldView(reader, store.keys.rows)).toMatchObject({
      ...{ count: 1, canAsk: true, askedAtMs: null }
    });
    expect(await waiting()).toEqual([]);
    await updatePeer(store, OTHER_ID, 'any', () => encodeMarked(UNKNOWN_PEER));
    await resend.ask();
    expect(await waiting()).toEqual([]);
    await capable();
    await resend.ask();
    expect(await waiting()).toHaveLength(1);
    await resend.noteLeft([]);
    expect(await loadHeldView(reader, store.keys.rows)).toBeNull();
  });
});
