// Messages that wait for keys of their recipient, and what the person lets happen to them (v2-forward-secrecy-and-pq.md §14.2).
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { createPeerBook, type PeerBook } from '../../../src/lib/messenger/hfs-peers.ts';
import { createProtector } from '../../../src/lib/messenger/hfs-sending.ts';
import { createOutbox, type Outbox } from '../../../src/lib/messenger/outbox.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  allowClassic,
  chooseForConversation,
  enqueueMessage,
  ensureConversation,
  loadConversation,
  loadMessages,
  openProfileReader,
  raiseEpoch,
  releaseHeld,
  updatePeer,
  type ProfileDatabase,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { UNKNOWN_PEER, type Peer } from '../../../src/lib/hfs/index.ts';
import { encodeMarked } from '../../../src/lib/messenger/marked-json.ts';
import { eventually } from '../../support/engine-device.ts';
import { createStorageDevice, createTestProfile, OTHER_ID, OWN_ID } from '../../support/storage-device.ts';
import { systemClock } from '../../../src/lib/clock.ts';

const crypto = await createCryptoBackend();
const identity = deriveIdentity(new Uint8Array(16).fill(7));
const DAY = 86_400;
const now = () => Date.now();
const nowSeconds = () => Math.floor(now() / 1000);

let store: ProfileStore;
let reader: ProfileDatabase;
let peers: PeerBook;
let outbox: Outbox;
let conversationId: string;
let stored: string[];

beforeEach(async () => {
  const device = await createStorageDevice();
  store = await createTestProfile(device);
  await raiseEpoch(store);
  reader = openProfileReader(store.db.name, device.indexedDb);
  ({ conversationId } = await ensureConversation(store, {
    accountId: OTHER_ID,
    kind: 'contact',
    nowMs: now()
  }));
  stored = [];
  peers = createPeerBook({
    ...{ store, crypto, random: systemRandom, log: silentLog, now },
    // A network that hides every announcement.
    directory: { members: () => [], readPublicSlot: async () => ({ nodeHex: 'ab', items: [] }) },
    onNotices: async () => {}
  });
  const none = { announced: async () => null, all: async () => [], forget: () => {} };
  const announcer = { own: async () => null };
  const protector = createProtector({
    ...{ identity, crypto, peers, now },
    ring: none as never,
    announcer: announcer as never,
    isOn: async () => true,
    isRequired: async () =>
      (await loadConversation(reader, store.keys.rows, conversationId))?.requireEnhanced === true
  });
  outbox = createOutbox({
    ...{ store, identity, crypto, protector, now, clock: systemClock, random: systemRandom, log: silentLog },
    swarm: {
      store: async ({ accountId }: { accountId: string }) => {
        if (accountId === OTHER_ID) stored.push(accountId);
        return { hash: `hash-${Math.random()}`, expiresAtMs: now() + DAY, storedAtMs: now() };
      }
    } as never,
    isConnected: () => true,
    ownProfile: async () => ({ displayName: 'Me', updatedSeconds: 0 }) as never,
    uploads: { run: async () => {} } as never
  });
  outbox.start(() => {});
});
afterEach(() => outbox.stop());

const shown = async () =>
  (await loadMessages(reader, store.keys.rows, conversationId, { limit: 10 })).map(
    ({ text, state, waiting }) => `${text}: ${state}, ${waiting}`
  );
const shows = (lines: readonly string[]) =>
  eventually(lines.join('; '), async () => (await shown()).join() === lines.join());
async function write(text: string): Promise<string> {
  const { messageId } = await enqueueMessage(store, { conversationId, ownId: OWN_ID, nowMs: now(), text });
  outbox.ring();
  return messageId;
}
const known = (part: Partial<Peer>) =>
  updatePeer(store, OTHER_ID, 'any', () => encodeMarked({ ...UNKNOWN_PEER, status: 'capable', ...part }));
async function require(on: boolean): Promise<void> {
  await chooseForConversation(store, conversationId, { requireEnhanced: on });
  await releaseHeld(store, conversationId);
  outbox.ring();
}

describe('where the person wants no classic message', () => {
  test('nothing goes to who has no keys, and all of it once they want it otherwise', async () => {
    await require(true);
    await write('one');
    await write('two');
    await shows(['one: queued, required', 'two: queued, required']);
    expect(stored).toEqual([]);
    await require(false);
    await shows(['one: sent, null', 'two: sent, null']);
    expect(stored).toHaveLength(2);
  });

  test('leave to go classic counts for nothing', async () => {
    await known({ statedSeconds: nowSeconds() - 10 * DAY });
    const first = await write('one');
    await shows(['one: queued, stale']);
    await require(true);
    await allowClassic(store, first, 'always');
    outbox.ring();
    await write('two');
    await shows(['one: queued, stale', 'two: queued, stale']);
    expect(stored).toEqual([]);
  });
});

describe('A9: to a capable contact whose keys no node shows', () => {
  test('a message waits, and cannot be let go before nine days are over', async () => {
    await known({ statedSeconds: nowSeconds() - 8 * DAY });
    const messageId = await write('one');
    await shows(['one: queued, unreachable']);
    await allowClassic(store, messageId, 'once');
    await releaseHeld(store, conversationId);
    outbox.ring();
    await shows(['one: queued, unreachable']);
    expect(stored).toEqual([]);
  });

  test('one message goes classic by the person’s word, ahead of those that go on waiting', async () => {
    await known({ statedSeconds: nowSeconds() - 10 * DAY });
    await write('one');
    await shows(['one: queued, stale']);
    const second = await write('two');
    await releaseHeld(store, conversationId);
    outbox.ring();
    await shows(['one: queued, stale', 'two: queued, stale']);
    await allowClassic(store, second, 'once');
    outbox.ring();
    await shows(['one: queued, stale', 'two: sent, null']);
    expect(stored).toHaveLength(1);
  });

  test('all of them go once the person said so for all, until keys are found', async () => {
    await known({ statedSeconds: nowSeconds() - 10 * DAY });
    const first = await write('one');
    await shows(['one: queued, stale']);
    await write('two');
    await allowClassic(store, first, 'always');
    outbox.ring();
    await shows(['one: sent, null', 'two: sent, null']);
    expect((await peers.current(OTHER_ID)).isClassicChosen).toBe(true);
  });
});
