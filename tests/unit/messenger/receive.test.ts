import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, deriveIdentity, messageHash } from '../../../src/lib/crypto/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { sealContentFor } from '../../../src/lib/messenger/build-message.ts';
import { createInbox } from '../../../src/lib/messenger/inbox.ts';
import { createReceiver } from '../../../src/lib/messenger/receive.ts';
import {
  loadRequests,
  loadCursors,
  loadMessages,
  loadMeta,
  openProfile,
  raiseEpoch,
  saveConversationDraft,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import {
  createStorageDevice,
  createTestProfile,
  START_MS,
  type StorageDevice
} from '../../support/storage-device.ts';
import { textContent } from '../../support/text-content.ts';

const crypto = await createCryptoBackend();
const own = deriveIdentity(new Uint8Array(16).fill(7));
const other = deriveIdentity(new Uint8Array(16).fill(9));

interface Item {
  hash: string;
  expiresAtMs: number;
  data: Uint8Array;
}
interface Answer {
  /** Who answers; null: whoever is preferred. */
  node: string | null;
  messages: Item[];
  more?: boolean;
  skipped?: number;
  lastHash?: string | null;
}

async function itemFrom(text: string, timestampMs: number): Promise<Item> {
  const content = textContent({ text, timestampMs });
  const data = await sealContentFor(crypto, other, own.accountId, { content, timestampMs });
  return { hash: hashOf(data), expiresAtMs: START_MS + 1_000_000, data };
}

const hashOf = (data: Uint8Array) => messageHash(hexToBytes(own.accountId), 0, data);

async function setUp(answers: Answer[], members: readonly string[] = []) {
  const device = await createStorageDevice();
  const store = await createTestProfile(device);
  await raiseEpoch(store);
  const asked: { cursor: string | null; preferred: string | null }[] = [];
  const inbox = createInbox({
    store,
    identity: own,
    crypto,
    clock: systemClock,
    now: () => START_MS,
    log: silentLog
  });
  const poll = createReceiver({
    store,
    identity: own,
    inbox,
    now: () => START_MS,
    onReceived: () => {},
    random: seededRandom(1),
    swarm: {
      members: () => members.map((ed25519PublicKeyHex) => ({ ed25519PublicKeyHex })),
      async retrieve({ cursorOf, preferNode }) {
        const answer = answers.shift() as Answer;
        const node = answer.node ?? (preferNode as string);
        asked.push({
          cursor: cursorOf(node, 0),
          preferred: preferNode ?? null
        });
        const { messages, more = false, skipped = 0 } = answer;
        const lastHash = answer.lastHash === undefined ? (messages.at(-1)?.hash ?? null) : answer.lastHash;
        return {
          node: { ed25519PublicKeyHex: node },
          results: [{ namespace: 0, messages, more, skipped, lastHash }]
        };
      }
    }
  });
  return { device, store, asked, poll: () => poll(new AbortController().signal) };
}

async function texts(store: ProfileStore): Promise<string[]> {
  const [conversation] = await loadRequests(store.db, store.keys.rows);
  if (!conversation) return [];
  const messages = await loadMessages(store.db, store.keys.rows, conversation.id, { limit: 500 });
  return messages.map((message) => message.text);
}

describe('a poll', () => {
  test('asks each node from where it left off there', async () => {
    const [one, two] = [await itemFrom('one', START_MS), await itemFrom('two', START_MS + 1)];
    const { store, asked, poll } = await setUp([
      { node: 'aa', messages: [one] },
      { node: 'bb', messages: [one, two] },
      { node: 'aa', messages: [] },
      { node: 'bb', messages: [] }
    ]);
    for (let index = 0; index < 4; index++) await poll();
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, null, one.hash, two.hash]);
    expect(await texts(store)).toEqual(['one', 'two']);
  });

  test('what is not even an item is counted, and the cursor moves past it', async () => {
    const { store, poll } = await setUp([{ node: 'aa', messages: [], skipped: 3, lastHash: 'past' }]);
    await poll();
    expect((await loadMeta(store, 'counters'))?.content.rejected).toEqual({ 'not-an-item': 3 });
    expect([...(await loadCursors(store)).values()]).toEqual(['past']);
  });

  test('goes on at once while the node has more, on the same node, unless the cursor stands still', async () => {
    const items = await Promise.all([0, 1, 2].map((index) => itemFrom(`n${index}`, START_MS + index)));
    const { asked, poll } = await setUp([
      ...items.map((item) => ({ node: 'aa', messages: [item], more: true })),
      { node: 'aa', messages: [items[2] as Item], more: true }
    ]);
    expect((await poll()).more).toBe(true);
    expect((await poll()).more).toBe(true);
    expect((await poll()).more).toBe(true);
    expect((await poll()).more).toBe(false);
    expect(asked.slice(1).every(({ preferred }) => preferred === 'aa')).toBe(true);
  });

  test('asks all members in turn, two polls each, and none of them twice running', async () => {
    const members = ['aa', 'bb', 'cc'];
    const answers = Array.from({ length: 24 }, () => ({ node: null, messages: [] }));
    const { asked, poll } = await setUp(answers, members);
    for (let index = 0; index < 24; index++) await poll();
    const turns = asked.filter((_, index) => index % 2 === 0).map(({ preferred }) => preferred);
    expect(asked.filter((_, index) => index % 2 === 1).map(({ preferred }) => preferred)).toEqual(turns);
    expect(new Set(turns.slice(0, 3))).toEqual(new Set(members));
    turns.forEach((node, index) => expect(node).not.toBe(turns[index + 1]));
  });

  test('leaves a node at once that sends what is no item', async () => {
    const { asked, poll } = await setUp(
      [
        { node: null, messages: [], skipped: 1, lastHash: 'x' },
        { node: null, messages: [] }
      ],
      ['aa', 'bb']
    );
    await poll();
    await poll();
    expect(asked[1]?.preferred).not.toBe(asked[0]?.preferred);
  });

  test('asks whoever the swarm floor picks while no member is known', async () => {
    const { asked, poll } = await setUp([{ node: 'aa', messages: [] }]);
    await poll();
    expect(asked[0]?.preferred).toBeNull();
  });
});

describe('the write of a batch', () => {
  async function failing(
    name: string,
    phase: 'before' | 'after'
  ): Promise<{ device: StorageDevice; run: () => Promise<void>; store: ProfileStore }> {
    const items = [await itemFrom('one', START_MS), await itemFrom('two', START_MS + 1)];
    const { device, store, poll } = await setUp([
      { node: 'aa', messages: items },
      { node: 'aa', messages: items }
    ]);
    device.onCommit = (changed, when) => {
      if (changed === name && when === phase) throw new Error('crash');
    };
    return { device, store, run: async () => void (await poll()) };
  }

  test('a crash before it leaves no message, no seen hash and no cursor; the next poll brings all', async () => {
    const { device, store, run } = await failing('inbox', 'before');
    await expect(run()).rejects.toThrow('crash');
    expect(await texts(store)).toEqual([]);
    expect(await store.db.seen.count()).toBe(0);
    expect(await store.db.cursors.count()).toBe(0);
    device.onCommit = undefined;
    await run();
    expect(await texts(store)).toEqual(['one', 'two']);
  });

  test('a backlog of many parts that breaks in the middle goes on from where it broke', async () => {
    const items = await Promise.all(
      Array.from({ length: 300 }, (_, index) => itemFrom(`n${index}`, START_MS + index))
    );
    const { device, store, asked, poll } = await setUp([
      { node: 'aa', messages: items },
      { node: 'aa', messages: items.slice(250) }
    ]);
    let commits = 0;
    device.onCommit = (name, phase) => {
      if (name === 'inbox' && phase === 'before' && ++commits === 2) throw new Error('crash');
    };
    await expect(poll()).rejects.toThrow('crash');
    expect(await texts(store)).toHaveLength(250);
    await poll();
    expect(asked[1]?.cursor).toBe(items[249]?.hash);
    expect((await loadRequests(store.db, store.keys.rows))[0]).toMatchObject({
      unread: 300,
      messageCount: 300
    });
  });

  test('a crash after it leaves everything; the next poll adds nothing', async () => {
    const { device, store, run } = await failing('inbox', 'after');
    await expect(run()).rejects.toThrow('crash');
    device.onCommit = undefined;
    await run();
    expect(await texts(store)).toEqual(['one', 'two']);
    expect((await loadMeta(store, 'counters'))?.content.rejected).toBeUndefined();
  });

  test('a conversation changed by another tab in between is not overwritten', async () => {
    const first = await itemFrom('one', START_MS);
    const second = await itemFrom('two', START_MS + 1);
    const { device, store, poll } = await setUp([
      { node: 'aa', messages: [first] },
      { node: 'aa', messages: [second] }
    ]);
    await poll();
    const [conversation] = await loadRequests(store.db, store.keys.rows);
    const otherTab = await openProfile(device.environment, store.db.name.replace('onionskin-', ''));
    let isFirst = true;
    const { db } = store;
    // The draft lands between reading the snapshot and writing the batch.
    const bulkGet = db.graves.bulkGet.bind(db.graves);
    db.graves.bulkGet = ((keys: string[]) => {
      const read = bulkGet(keys);
      if (!isFirst) return read;
      isFirst = false;
      return read.then(async (rows) => {
        await saveConversationDraft(otherTab, (conversation as { id: string }).id, 'typing…');
        return rows;
      });
    }) as typeof db.graves.bulkGet;
    await poll();
    expect((await loadRequests(db, store.keys.rows))[0]).toMatchObject({ draft: 'typing…', unread: 2 });
    expect(await texts(store)).toEqual(['one', 'two']);
  });
});
