import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import {
  createSearchIndex,
  deleteStoredConversation,
  deleteStoredMessage,
  enqueueMessage,
  ensureConversation,
  findDaysWithMessages,
  findMessageAtDate,
  openProfile,
  raiseEpoch,
  type ProfileStore,
  type SearchHit,
  type SearchInput
} from '../../../src/lib/storage/index.ts';
import type { MessageContent } from '../../../src/lib/storage/rows.ts';
import { openSegment } from '../../../src/lib/storage/search-rows.ts';
import { decodeSegment } from '../../../src/lib/storage/search-segment.ts';
import { commit, openRow, sealRow } from '../../../src/lib/storage/store.ts';
import { writeHistory } from '../../support/message-generator.ts';
import { createScanner, textSecret } from '../../support/plaintext-scanner.ts';
import {
  createStorageDevice,
  createTestProfile,
  dumpDevice,
  OTHER_ID,
  OWN_ID,
  START_MS,
  THIRD_ID,
  type StorageDevice
} from '../../support/storage-device.ts';

const { signal } = new AbortController();

let device: StorageDevice;
let store: ProfileStore;

beforeEach(async () => {
  device = await createStorageDevice();
  store = await createTestProfile(device);
});

async function conversationWith(accountId: AccountId): Promise<string> {
  const input = { accountId, kind: 'contact' as const, nowMs: START_MS };
  return (await ensureConversation(store, input)).conversationId;
}

/** Stores texts a second apart; the ids of the messages. */
async function write(conversationId: string, texts: readonly string[], fromMs = START_MS): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, text] of texts.entries()) {
    const nowMs = fromMs + index * 1_000;
    ids.push((await enqueueMessage(store, { conversationId, ownId: OWN_ID, text, nowMs })).messageId);
  }
  return ids;
}

const index = (of = store) => createSearchIndex({ store: of });

/** All hits, page after page. */
async function findAll(text: string, rest: Partial<SearchInput> = {}): Promise<SearchHit[]> {
  const search = index();
  const hits: SearchHit[] = [];
  let before = rest.before;
  for (;;) {
    const page = await search.search({ limit: 7, ...rest, text, before });
    hits.push(...page.hits);
    if (page.next === null) return hits;
    before = page.next;
  }
}

const findIds = async (text: string, rest: Partial<SearchInput> = {}) =>
  (await findAll(text, rest)).map(({ messageId }) => messageId);

/** Message keys and terms that the index holds, opened with the profile's own keys, and keys that wait for it. */
async function indexContent(): Promise<{ keys: Set<string>; terms: Set<string> }> {
  const keys = new Set<string>();
  const terms = new Set<string>();
  for (const row of await store.db.searchSegments.toArray()) {
    for (const entry of decodeSegment(await openSegment(store, row))) {
      keys.add(row.id.slice(0, 32) + entry.tail);
      for (const term of entry.terms) terms.add(term);
    }
  }
  for (const { messageIds } of await store.db.searchQueue.toArray())
    for (const id of messageIds) keys.add(id);
  return { keys, terms };
}

/** Opens the same profile as another tab, or a later start, would. */
async function reopened(): Promise<ProfileStore> {
  const [id] = (await device.environment.list.profiles.toCollection().primaryKeys()) as string[];
  return openProfile(device.environment, id as string);
}

describe('search', () => {
  test('finds over all chats, newest first, and within one', async () => {
    const one = await conversationWith(OTHER_ID);
    const two = await conversationWith(THIRD_ID);
    const [a, b] = await write(one, ['the late train', 'a late bus', 'nothing']);
    const [c] = await write(two, ['Later, Größe'], START_MS + 60_000);
    for (const before of [true, false]) {
      expect(await findIds('late')).toEqual([c, b, a]);
      expect(await findIds('late', { conversationId: one })).toEqual([b, a]);
      expect(await findIds('train LATE')).toEqual([a]);
      expect(await findIds('late missing')).toEqual([]);
      // Once from what waits, once from the index.
      if (before) await index().catchUp(signal);
    }
    const [hit] = await findAll('grosse');
    expect(hit).toMatchObject({
      messageId: c,
      conversationId: two,
      direction: 'out',
      ranges: [{ start: 7, end: 12 }]
    });
    expect(hit?.sentAtMs).toBe(START_MS + 60_000);
  });

  test('has nothing to say to a text without words', async () => {
    expect(await index().search({ text: ' ?! ', limit: 5 })).toEqual({
      hits: [],
      next: null,
      isComplete: true
    });
  });

  test('says whether everything stored is taken in', async () => {
    await writeHistory(store, {
      ownId: OWN_ID,
      otherId: OTHER_ID,
      name: 'Ben',
      count: 1_500,
      endMs: START_MS
    });
    expect((await index().search({ text: 'train', limit: 5 })).isComplete).toBe(false);
    await index().catchUp(signal);
    expect((await index().search({ text: 'train', limit: 5 })).isComplete).toBe(true);
    await write(await conversationWith(OTHER_ID), ['a new train']);
    expect((await index().search({ text: 'train', limit: 5 })).isComplete).toBe(true);
  });

  test('pages through thousands of messages of several chats as one look at all rows does', async () => {
    await writeHistory(store, {
      ownId: OWN_ID,
      otherId: OTHER_ID,
      name: 'Ben',
      count: 2_500,
      endMs: START_MS
    });
    await writeHistory(store, {
      ownId: OWN_ID,
      otherId: THIRD_ID,
      name: 'Cy',
      count: 700,
      endMs: START_MS + 1
    });
    await index().catchUp(signal);
    expect(await store.db.searchQueue.count()).toBe(0);
    expect(await store.db.searchSegments.count()).toBe(4);
    const rows = await store.db.messages.toArray();
    const texts = await Promise.all(rows.map((row) => openRow<MessageContent>(store, 'messages', row)));
    const expected = rows
      .filter((_, at) => /\briver/.test(texts[at]?.text ?? '') && /\btrain/.test(texts[at]?.text ?? ''))
      .map(({ id }) => id)
      .sort((a, b) => (a.slice(32) < b.slice(32) ? 1 : -1));
    expect(expected.length).toBeGreaterThan(100);
    expect(await findIds('river train', { limit: 64 })).toEqual(expected);
    expect(await findIds('東', { limit: 200 })).toHaveLength(
      texts.filter(({ text }) => text.includes('東京')).length
    );
  });

  test('takes in what comes late between what is there, and divides full segments', async () => {
    await writeHistory(store, {
      ownId: OWN_ID,
      otherId: OTHER_ID,
      name: 'Ben',
      count: 2_048,
      endMs: START_MS
    });
    await index().catchUp(signal);
    const conversationId = await conversationWith(OTHER_ID);
    const before = await store.db.searchSegments.count();
    const first = (await store.db.messages.toCollection().first())?.id as string;
    const content: MessageContent = {
      ...(await openRow<MessageContent>(store, 'messages', { ...(await store.db.messages.get(first))! })),
      text: 'zebra'
    };
    for (const tail of ['0000000000005', '1749990000001']) {
      const id = conversationId + tail + '0'.repeat(11);
      const row = await sealRow(store, 'messages', id, null, {}, content);
      await commit(store, { name: 'late', by: 'any', add: [{ table: 'messages', row }] });
    }
    await index().catchUp(signal);
    expect(await findIds('zebra')).toHaveLength(2);
    expect(await store.db.searchSegments.count()).toBeGreaterThan(before);
    expect((await indexContent()).keys.size).toBe(2_050);
  });

  test('ends when it is called off', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    await write(conversationId, ['train']);
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(index().search({ text: 'train', limit: 5 }, gone)).rejects.toThrow('gone');
    await expect(index().catchUp(gone)).rejects.toThrow('gone');
  });
});

describe('what is deleted', () => {
  const WORD = 'zyzzyva';

  test.each([
    ['before it was taken in', false],
    ['afterwards', true]
  ])('leaves nothing in the index: a message, %s', async (_, isTakenIn) => {
    const conversationId = await conversationWith(OTHER_ID);
    const [kept, gone] = (await write(conversationId, ['kept here', `gone ${WORD}`])) as [string, string];
    await index().catchUp(signal);
    const again = (await write(conversationId, [`${WORD} again`], START_MS + 60_000))[0] as string;
    if (isTakenIn) await index().catchUp(signal);
    const before = await indexContent();
    expect(before.keys).toEqual(new Set([kept, gone, again]));
    expect(before.terms).toContain(WORD);
    await deleteStoredMessage(store, gone);
    await deleteStoredMessage(store, again);
    const { keys, terms } = await indexContent();
    expect(keys).toEqual(new Set([kept]));
    expect(terms).toEqual(new Set(['kept', 'here']));
    await index().catchUp(signal);
    expect((await indexContent()).keys).toEqual(new Set([kept]));
    expect(await findIds(WORD)).toEqual([]);
    expect(await findIds('kept')).toEqual([kept]);
  });

  test('leaves nothing in the index: a conversation', async () => {
    const one = await conversationWith(OTHER_ID);
    const two = await conversationWith(THIRD_ID);
    await write(one, [`first ${WORD}`]);
    const [kept] = (await write(two, ['kept here'], START_MS + 60_000)) as [string];
    await index().catchUp(signal);
    await write(one, ['still waiting'], START_MS + 120_000);
    expect((await indexContent()).keys.size).toBe(3);
    await deleteStoredConversation(store, one, START_MS);
    const { keys, terms } = await indexContent();
    expect(keys).toEqual(new Set([kept]));
    expect(terms).toEqual(new Set(['kept', 'here']));
    expect(await findIds(WORD)).toEqual([]);
  });

  test('leaves nothing in the index: a message of which only a placeholder stays', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    const [id] = (await write(conversationId, [`gone ${WORD}`])) as [string];
    await index().catchUp(signal);
    const row = (await store.db.messages.get(id))!;
    const content = await openRow<MessageContent>(store, 'messages', row);
    const blank = await sealRow(store, 'messages', id, row, {}, { ...content, text: '', deleted: true });
    await commit(store, { name: 'blank', by: 'any', put: [{ table: 'messages', row: blank }] });
    expect(await indexContent()).toEqual({ keys: new Set(), terms: new Set() });
  });

  test('leaves nothing, whenever it goes while messages are being taken in', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    for (const when of ['before', 'after'] as const) {
      for (const how of ['message', 'conversation'] as const) {
        const id = how === 'message' ? conversationId : await conversationWith(THIRD_ID);
        const ids = await write(id, ['kept here', `gone ${WORD}`], START_MS + 600_000);
        const other = await reopened();
        const deletions: Promise<void>[] = [];
        device.onCommit = (name, phase) => {
          if (name !== 'index messages' || phase !== when || deletions.length > 0) return;
          deletions.push(
            how === 'message'
              ? deleteStoredMessage(other, ids[1] as string)
              : deleteStoredConversation(other, id, START_MS)
          );
        };
        await index().catchUp(signal);
        expect(deletions).toHaveLength(1);
        await Promise.all(deletions);
        device.onCommit = undefined;
        await index().catchUp(signal);
        const { keys, terms } = await indexContent();
        expect(terms).not.toContain(WORD);
        expect(keys.has(ids[1] as string)).toBe(false);
      }
    }
  });
});

describe('a worker that ends in between', () => {
  test.each(['before', 'after'] as const)('loses nothing: %s the write of the index', async (phase) => {
    await writeHistory(store, {
      ownId: OWN_ID,
      otherId: OTHER_ID,
      name: 'Ben',
      count: 2_500,
      endMs: START_MS
    });
    let left = 2;
    device.onCommit = (name, at) => {
      if (name === 'index messages' && at === phase && --left === 0) throw new Error('killed');
    };
    await expect(index().catchUp(signal)).rejects.toThrow('killed');
    device.onCommit = undefined;
    store.db.close();
    store = await reopened();
    await index().catchUp(signal);
    const stored = await store.db.messages.toCollection().primaryKeys();
    const { keys } = await indexContent();
    expect(keys).toEqual(new Set(stored));
    expect(await store.db.searchQueue.count()).toBe(0);
  });

  test.each(['before', 'after'] as const)(
    'finds exactly what was stored: %s the write of a message',
    async (phase) => {
      const conversationId = await conversationWith(OTHER_ID);
      device.onCommit = (name, at) => {
        if (name === 'enqueue' && at === phase) throw new Error('killed');
      };
      await expect(write(conversationId, ['the late train'])).rejects.toThrow('killed');
      device.onCommit = undefined;
      store.db.close();
      store = await reopened();
      const stored = await store.db.messages.toCollection().primaryKeys();
      expect(stored).toHaveLength(phase === 'before' ? 0 : 1);
      await index().catchUp(signal);
      expect(await findIds('late')).toEqual(stored);
      expect((await indexContent()).keys).toEqual(new Set(stored));
    }
  );

  test('loses nothing of what was stored before there was an index', async () => {
    await writeHistory(store, {
      ownId: OWN_ID,
      otherId: OTHER_ID,
      name: 'Ben',
      count: 2_500,
      endMs: START_MS
    });
    await store.db.searchQueue.clear();
    let left = 2;
    device.onCommit = (name) => {
      if (name === 'index messages' && --left === 0) throw new Error('killed');
    };
    await expect(index().catchUp(signal)).rejects.toThrow('killed');
    device.onCommit = undefined;
    await raiseEpoch(store);
    await index().catchUp(signal);
    expect((await indexContent()).keys.size).toBe(2_500);
    expect((await index().search({ text: 'train', limit: 5 })).isComplete).toBe(true);
  });

  test('two tabs that take in at once end with each message once', async () => {
    await writeHistory(store, {
      ownId: OWN_ID,
      otherId: OTHER_ID,
      name: 'Ben',
      count: 1_500,
      endMs: START_MS
    });
    const other = await reopened();
    await Promise.all([index().catchUp(signal), index(other).catchUp(signal)]);
    expect(await findAll('train', { limit: 200 })).toEqual([
      ...new Map((await findAll('train', { limit: 200 })).map((hit) => [hit.messageId, hit])).values()
    ]);
    expect((await indexContent()).keys.size).toBe(1_500);
  });
});

describe('a damaged index', () => {
  async function damage(): Promise<void> {
    const row = (await store.db.searchSegments.toCollection().first())!;
    const sealed = row.sealed.slice();
    sealed[20] = (sealed[20] as number) ^ 1;
    await store.db.searchSegments.put({ ...row, sealed });
  }

  test('is repaired by the next message of that chat, and hinders no deletion', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    const [a, b] = (await write(conversationId, ['one train', 'two trains'])) as [string, string];
    await index().catchUp(signal);
    await damage();
    expect(await findIds('train')).toEqual([]);
    const [c] = await write(conversationId, ['three trains'], START_MS + 60_000);
    await index().catchUp(signal);
    expect(await findIds('train')).toEqual([c, b, a]);
    await damage();
    await deleteStoredMessage(store, b);
    await index().catchUp(signal);
    expect(await findIds('train')).toEqual([c, a]);
    expect((await indexContent()).keys).toEqual(new Set([a, c]));
  });

  test('can be built again as a whole', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    const ids = await write(conversationId, ['one train', 'two trains']);
    await index().catchUp(signal);
    await damage();
    await index().rebuild(signal);
    expect(await findIds('train')).toEqual(ids.toReversed());
  });
});

describe('at rest', () => {
  test('no word of a message is in the index, and the look for it finds one that is', async () => {
    const canary = 'qzjxkvwpbgfhdmtycnrlseaoiu234567';
    const conversationId = await conversationWith(OTHER_ID);
    await write(conversationId, [`bring ${canary} tomorrow`]);
    const scan = async () => {
      const scanner = createScanner([textSecret('canary', canary), textSecret('word', 'tomorrow')]);
      return (await dumpDevice(device)).flatMap((row) => scanner.scan(row, 'row'));
    };
    await index().catchUp(signal);
    expect((await indexContent()).terms).toContain(canary);
    expect(await scan()).toEqual([]);
    // Control: the same segment, not sealed.
    const row = (await store.db.searchSegments.toCollection().first())!;
    await store.db.searchSegments.put({ ...row, sealed: await openSegment(store, row) });
    expect(new Set((await scan()).map(({ label }) => label))).toEqual(new Set(['canary', 'word']));
  });
});

describe('keeping up', () => {
  test('takes in what other tabs store too, until it is told to end', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    const controller = new AbortController();
    const clock = {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      // Nothing waits long here.
      sleep: (ms: number, abort?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          const timer = setTimeout(resolve, Math.min(ms, 5));
          abort?.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(abort.reason as Error);
          });
        })
    };
    const running = createSearchIndex({ store, clock }).run(controller.signal);
    const other = await reopened();
    const own = store;
    store = other;
    await write(conversationId, ['from another tab']);
    store = own;
    await expect.poll(async () => (await indexContent()).terms.has('another')).toBe(true);
    await write(conversationId, ['and from this'], START_MS + 60_000);
    await expect.poll(async () => (await indexContent()).terms.has('this')).toBe(true);
    controller.abort();
    await running;
  });
});

describe('jumping to a date', () => {
  const DAY_MS = 86_400_000;

  test('leads to the first message from there on, else to the last', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    const [a, b] = await write(conversationId, ['a'], START_MS);
    const [c] = await write(conversationId, ['c'], START_MS + 3 * DAY_MS);
    expect(b).toBeUndefined();
    const at = async (ms: number) => (await findMessageAtDate(store.db, conversationId, ms))?.messageId;
    expect(await at(0)).toBe(a);
    expect(await at(START_MS)).toBe(a);
    expect(await at(START_MS + 1)).toBe(c);
    expect(await at(START_MS + 4 * DAY_MS)).toBe(c);
    expect(await at(Number.MAX_SAFE_INTEGER)).toBe(c);
    expect(await at(Number.NaN)).toBe(a);
    expect(await findMessageAtDate(store.db, await conversationWith(THIRD_ID), START_MS)).toBeNull();
  });

  test('says which days have messages', async () => {
    const conversationId = await conversationWith(OTHER_ID);
    await write(conversationId, ['a'], START_MS);
    await write(conversationId, ['c'], START_MS + 2 * DAY_MS);
    const bounds = [-1, 0, 1, 2, 3].map((day) => START_MS + day * DAY_MS);
    expect(await findDaysWithMessages(store.db, conversationId, bounds)).toEqual([false, true, false, true]);
    expect(await findDaysWithMessages(store.db, conversationId, [])).toEqual([]);
  });
});
