import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import {
  choreChange,
  choreChanges,
  deadlinePart,
  dropChore,
  emptyConversation,
  finishShortening,
  loadConversation,
  loadConversations,
  loadMessages,
  loadNextChore,
  loadNextDeadline,
  loadQuoted,
  openProfile,
  openProfileReader,
  postponeChore,
  raiseEpoch,
  removeDueMessages,
  updateMeta,
  type ConversationContent,
  type MessageContent,
  type ProfileDatabase,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { authorTag, messageKey, OWN_AUTHOR_TAG } from '../../../src/lib/storage/message-key.ts';
import { withMessage } from '../../../src/lib/storage/conversation-changes.ts';
import { commit, indexHash, mergeChanges, sealRow, type ChangeSet } from '../../../src/lib/storage/store.ts';
import { sortOfKey } from '../../../src/lib/storage/message-key.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS,
  THIRD_ID,
  type StorageDevice
} from '../../support/storage-device.ts';

let device: StorageDevice;
let store: ProfileStore;
let reader: ProfileDatabase;
/** Device time of the reader. */
let deviceNowMs: number;

beforeEach(async () => {
  device = await createStorageDevice();
  store = await createTestProfile(device);
  await raiseEpoch(store);
  deviceNowMs = START_MS;
  reader = openProfileReader(store.db.name, device.indexedDb, () => deviceNowMs);
});

const tokenOf = (accountId: AccountId) => accountId.slice(2, 34);

interface Sketch {
  text: string;
  at: number;
  out?: boolean;
  /** End of a running timer, after `START_MS`. */
  endsAt?: number | null;
  hash?: string;
}

/** Stores a conversation with messages as receiving and sending do; returns their ids. */
async function conversationWith(
  accountId: AccountId,
  sketches: readonly Sketch[],
  readUpToSort = 0
): Promise<string[]> {
  const id = tokenOf(accountId);
  const accountHash = await indexHash.account(store, accountId);
  let content: ConversationContent = { ...emptyConversation('contact', accountId, START_MS), readUpToSort };
  const parts: Partial<ChangeSet>[] = [];
  const ids: string[] = [];
  for (const { text, at, out = false, endsAt, hash } of sketches) {
    const message: MessageContent = {
      direction: out ? 'out' : 'in',
      authorId: out ? OWN_ID : accountId,
      text,
      sentAtMs: START_MS + at,
      receivedAtMs: START_MS + at,
      state: out ? 'sent' : 'received',
      failureCode: null,
      messageHash: hash ?? null,
      expiresAtMs: null,
      ...(endsAt === undefined
        ? {}
        : {
            disappears: {
              mode: 'after-read',
              seconds: 300,
              atMs: endsAt === null ? null : START_MS + endsAt
            }
          })
    };
    const key = messageKey(id, message.sentAtMs, out ? OWN_AUTHOR_TAG : authorTag(accountHash));
    ids.push(key);
    content = withMessage(content, { ...message, messageId: key, sort: sortOfKey(key) });
    parts.push({
      add: [{ table: 'messages', row: await sealRow(store, 'messages', key, null, {}, message) }]
    });
    if (message.disappears) parts.push(deadlinePart(key, message.disappears.atMs));
  }
  const indexed = { accountHash, order: content.lastAtMs };
  const row = await sealRow(store, 'conversations', id, null, indexed, content);
  parts.push({ add: [{ table: 'conversations', row }] });
  await commit(store, mergeChanges('test', 'any', parts));
  return ids;
}

const textsOf = async (accountId: AccountId, limit = 50) =>
  (await loadMessages(reader, store.keys.rows, tokenOf(accountId), { limit })).map(({ text }) => text);
const viewOf = async (accountId: AccountId) => loadConversation(reader, store.keys.rows, tokenOf(accountId));

describe('messages past their time', () => {
  test('are removed with their deadlines, and others stay', async () => {
    await conversationWith(OTHER_ID, [
      { text: 'stays', at: 1 },
      { text: 'later', at: 2, endsAt: 500 },
      { text: 'due', at: 3, endsAt: 100 },
      { text: 'waits', at: 4, endsAt: null }
    ]);
    const { removed, more } = await removeDueMessages(store, START_MS + 100);
    expect(removed.map(({ content }) => content.text)).toEqual(['due']);
    expect(more).toBe(false);
    expect(await textsOf(OTHER_ID)).toEqual(['stays', 'later', 'waits']);
    expect(await loadNextDeadline(store)).toBe(START_MS + 500);
    expect(await store.db.deadlines.count()).toBe(1);
  });

  test('stay a millisecond before their time', async () => {
    await conversationWith(OTHER_ID, [{ text: 'soon', at: 1, endsAt: 100 }]);
    expect((await removeDueMessages(store, START_MS + 99)).removed).toEqual([]);
    expect(await textsOf(OTHER_ID)).toEqual(['soon']);
  });

  test('leave no record that they were there', async () => {
    await conversationWith(OTHER_ID, [{ text: 'due', at: 1, endsAt: 100 }]);
    await removeDueMessages(store, START_MS + 100);
    for (const table of [store.db.messages, store.db.deadlines, store.db.graves, store.db.searchQueue]) {
      expect(await table.count()).toBe(0);
    }
  });

  test('take their part of the list with them: preview, unread, first unread, count', async () => {
    const ids = await conversationWith(OTHER_ID, [
      { text: 'first', at: 1, endsAt: 100 },
      { text: 'second', at: 2 },
      { text: 'last', at: 3, endsAt: 100 }
    ]);
    await removeDueMessages(store, START_MS + 100);
    expect(await viewOf(OTHER_ID)).toMatchObject({
      unread: 1,
      messageCount: 1,
      firstUnreadSort: sortOfKey(ids[1] as string),
      lastMessage: { preview: 'second' }
    });
  });

  test('of two conversations go in one transaction', async () => {
    await conversationWith(OTHER_ID, [{ text: 'a', at: 1, endsAt: 100 }]);
    await conversationWith(THIRD_ID, [{ text: 'b', at: 1, out: true, endsAt: 50 }]);
    const names: string[] = [];
    device.onCommit = (name, phase) => phase === 'after' && names.push(name);
    const { removed } = await removeDueMessages(store, START_MS + 100);
    expect(removed).toHaveLength(2);
    expect(names).toEqual(['disappear']);
    expect([await textsOf(OTHER_ID), await textsOf(THIRD_ID)]).toEqual([[], []]);
  });

  test('come in bounded batches', async () => {
    const many = Array.from({ length: 130 }, (_, at) => ({ text: String(at), at, endsAt: 10 }));
    await conversationWith(OTHER_ID, many);
    const first = await removeDueMessages(store, START_MS + 10);
    expect([first.removed.length, first.more]).toEqual([100, true]);
    const second = await removeDueMessages(store, START_MS + 10);
    expect([second.removed.length, second.more]).toEqual([30, false]);
  });

  test('that do not open go all the same, and do not keep the others', async () => {
    const [damaged] = await conversationWith(OTHER_ID, [
      { text: 'damaged', at: 1, endsAt: 10 },
      { text: 'sound', at: 2, endsAt: 10 }
    ]);
    await store.db.messages.update(damaged as string, { sealed: new Uint8Array(60) });
    const { removed } = await removeDueMessages(store, START_MS + 10);
    expect(removed.map(({ content }) => content.text)).toEqual(['sound']);
    expect(await store.db.messages.count()).toBe(0);
    expect(await store.db.deadlines.count()).toBe(0);
  });

  test('that two tabs remove at once are counted once', async () => {
    await conversationWith(OTHER_ID, [
      { text: 'stays', at: 1 },
      ...Array.from({ length: 20 }, (_, at) => ({ text: String(at), at: at + 2, endsAt: 10 }))
    ]);
    const other = await openProfile(device.environment, store.db.name.replace('onionskin-', ''));
    await Promise.all([
      removeDueMessages(store, START_MS + 10),
      removeDueMessages(other, START_MS + 10),
      removeDueMessages(store, START_MS + 10)
    ]);
    other.db.close();
    expect(await viewOf(OTHER_ID)).toMatchObject({
      unread: 1,
      messageCount: 1,
      lastMessage: { preview: 'stays' }
    });
    expect(await store.db.deadlines.count()).toBe(0);
  });

  test('of which the transaction breaks are still there, whole', async () => {
    await conversationWith(OTHER_ID, [{ text: 'due', at: 1, endsAt: 100 }]);
    device.onCommit = (name, phase) => {
      if (name === 'disappear' && phase === 'before') throw new Error('power cut');
    };
    await expect(removeDueMessages(store, START_MS + 100)).rejects.toThrow('power cut');
    device.onCommit = undefined;
    expect(await store.db.messages.count()).toBe(1);
    expect(await store.db.deadlines.count()).toBe(1);
    expect((await removeDueMessages(store, START_MS + 100)).removed).toHaveLength(1);
  });

  test('whose rows are gone leave nothing to do', async () => {
    await commit(store, { name: 'test', by: 'any', ...deadlinePart('gone', START_MS) });
    expect(await removeDueMessages(store, START_MS)).toEqual({ removed: [], more: false });
    expect(await loadNextDeadline(store)).toBeNull();
  });
});

describe('a page that reads before anything was removed', () => {
  const three = [
    { text: 'one', at: 1, endsAt: 100 },
    { text: 'two', at: 2, endsAt: 200 },
    { text: 'three', at: 3, endsAt: 100 }
  ];

  test('does not get what is past its time', async () => {
    await conversationWith(OTHER_ID, three);
    expect(await textsOf(OTHER_ID)).toEqual(['one', 'two', 'three']);
    deviceNowMs = START_MS + 100;
    expect(await textsOf(OTHER_ID)).toEqual(['two']);
    expect(await store.db.messages.count()).toBe(3);
  });

  test('gets a full page where there is one, in both directions', async () => {
    const many = Array.from({ length: 30 }, (_, at) =>
      at % 3 === 0 ? { text: String(at), at } : { text: String(at), at, endsAt: 0 }
    );
    await conversationWith(OTHER_ID, many);
    const back = await loadMessages(reader, store.keys.rows, tokenOf(OTHER_ID), { limit: 4 });
    expect(back.map(({ text }) => text)).toEqual(['18', '21', '24', '27']);
    const on = await loadMessages(reader, store.keys.rows, tokenOf(OTHER_ID), { fromSort: 0, limit: 4 });
    expect(on.map(({ text }) => text)).toEqual(['0', '3', '6', '9']);
  });

  test('sees neither its preview nor its count in the list', async () => {
    await conversationWith(OTHER_ID, three);
    deviceNowMs = START_MS + 100;
    const [view] = await loadConversations(reader, store.keys.rows);
    expect(view).toMatchObject({ lastMessage: null, unread: 1, messageCount: 1 });
    expect(await viewOf(OTHER_ID)).toEqual(view);
  });

  test('sees neither its preview nor its count after a long sleep, when very much is due', async () => {
    const many = Array.from({ length: 700 }, (_, at) => ({ text: String(at), at, endsAt: at }));
    await conversationWith(OTHER_ID, many);
    deviceNowMs = START_MS + 10_000;
    expect(await viewOf(OTHER_ID)).toMatchObject({ lastMessage: null, unread: 0, messageCount: 0 });
  });

  test('does not find it behind a quote', async () => {
    const ids = await conversationWith(OTHER_ID, three);
    expect((await loadQuoted(reader, store.keys.rows, ids)).size).toBe(3);
    deviceNowMs = START_MS + 100;
    expect([...(await loadQuoted(reader, store.keys.rows, ids)).keys()]).toEqual([ids[1]]);
  });

  test('goes by network time where the device clock is known to be wrong', async () => {
    await conversationWith(OTHER_ID, three);
    // Three hours slow: the device says less than the network.
    await updateMeta(store, 'send-clock', 'any', () => ({ lastTimestampMs: 0, offsetMs: -10_800_000 }));
    deviceNowMs = START_MS - 10_800_000;
    expect(await textsOf(OTHER_ID)).toHaveLength(3);
    deviceNowMs += 100;
    expect(await textsOf(OTHER_ID)).toEqual(['two']);
  });
});

describe('chores', () => {
  const add = async (chore: Parameters<typeof choreChange>[1]) =>
    commit(store, { name: 'test', by: 'any', ...(await choreChange(store, chore, START_MS)) });

  test('are kept until they are done', async () => {
    await add({ kind: 'delete', hashes: ['a', 'b'] });
    const chore = await loadNextChore(store);
    expect(chore?.content).toMatchObject({ kind: 'delete', hashes: ['a', 'b'], attempts: 0 });
    if (!chore) throw new Error('no chore');
    await dropChore(store, chore.row);
    expect(await loadNextChore(store)).toBeNull();
  });

  test('hold their hashes sealed', async () => {
    await add({ kind: 'delete', hashes: ['HASH-OF-A-MESSAGE'] });
    const [row] = await store.db.chores.toArray();
    expect(Buffer.from(row?.sealed ?? []).toString('latin1')).not.toContain('HASH-OF-A-MESSAGE');
    expect(Object.keys(row ?? {}).sort()).toEqual(['id', 'notBeforeMs', 'rev', 'sealed']);
  });

  test('of many messages are cut into requests nodes take', async () => {
    await add({ kind: 'delete', hashes: Array.from({ length: 250 }, (_, index) => String(index)) });
    expect(await store.db.chores.count()).toBe(3);
  });

  test('put off come after others, with one more attempt', async () => {
    await add({ kind: 'delete', hashes: ['a'] });
    const chore = await loadNextChore(store);
    if (!chore) throw new Error('no chore');
    await postponeChore(store, chore, START_MS + 1_000);
    await add({ kind: 'delete', hashes: ['b'] });
    expect((await loadNextChore(store))?.content.hashes).toEqual(['b']);
    expect(await store.db.chores.where('notBeforeMs').above(0).count()).toBe(1);
    // What another engine did to it meanwhile stands.
    await dropChore(store, chore.row);
    expect(await store.db.chores.count()).toBe(2);
  });

  test('that do not open are dropped', async () => {
    await add({ kind: 'delete', hashes: ['a'] });
    await store.db.chores.toCollection().modify({ sealed: new Uint8Array(40) });
    expect(await loadNextChore(store)).toBeNull();
    expect(await store.db.chores.count()).toBe(0);
  });

  test('are not for an engine that was deposed', async () => {
    await add({ kind: 'delete', hashes: ['a'] });
    const chore = await loadNextChore(store);
    if (!chore) throw new Error('no chore');
    store.engine.epoch = 99;
    await expect(dropChore(store, chore.row)).rejects.toMatchObject({ code: 'deposed' });
    expect(await store.db.chores.count()).toBe(1);
  });

  test('that shorten are one for all messages that end together', async () => {
    const changes = await choreChanges(
      store,
      [
        { kind: 'expire', hashes: ['a'], expiryMs: 1 },
        { kind: 'delete', hashes: ['b'] },
        { kind: 'expire', hashes: ['c'], expiryMs: 2 },
        { kind: 'expire', hashes: ['d'], expiryMs: 1 },
        { kind: 'delete', hashes: ['e'] }
      ],
      START_MS
    );
    await commit(store, { name: 'test', by: 'any', ...changes });
    const stored: unknown[] = [];
    for (let chore = await loadNextChore(store); chore; chore = await loadNextChore(store)) {
      stored.push([chore.content.kind, ...chore.content.hashes]);
      await dropChore(store, chore.row);
    }
    expect(stored.sort()).toEqual([
      ['delete', 'b', 'e'],
      ['expire', 'a', 'd'],
      ['expire', 'c']
    ]);
  });

  test('that shortened take over when messages end', async () => {
    const ids = await conversationWith(OTHER_ID, [
      { text: 'as asked', at: 1, endsAt: 500, hash: 'a' },
      { text: 'read before', at: 2, endsAt: 500, hash: 'b' },
      { text: 'over', at: 3, endsAt: 500, hash: 'c' },
      { text: 'not told', at: 4, endsAt: 500, hash: 'd' },
      { text: 'of another chore', at: 5, endsAt: 600, hash: 'e' }
    ]);
    await add({ kind: 'expire', hashes: ['a', 'b', 'c', 'd'], expiryMs: START_MS + 500 });
    const chore = await loadNextChore(store);
    if (!chore) throw new Error('no chore');
    const ends = new Map([
      ['a', START_MS + 500],
      ['b', START_MS + 200],
      ['c', null],
      ['e', null]
    ]);
    await finishShortening(store, chore, ends);
    expect(await store.db.chores.count()).toBe(0);
    const messages = await loadMessages(reader, store.keys.rows, tokenOf(OTHER_ID), { limit: 9 });
    expect(messages.map(({ text, disappears }) => [text, (disappears?.atMs ?? 0) - START_MS])).toEqual([
      ['as asked', 500],
      ['read before', 200],
      ['not told', 500],
      ['of another chore', 600]
    ]);
    const deadlines = await store.db.deadlines.bulkGet(ids);
    expect(deadlines.map((row) => (row ? row.atMs - START_MS : null))).toEqual([500, 200, null, 500, 600]);
    expect(messages[0]?.expiresAtMs).toBe(START_MS + 500);
    expect(await viewOf(OTHER_ID)).toMatchObject({ messageCount: 4, unread: 4 });
  });
});
