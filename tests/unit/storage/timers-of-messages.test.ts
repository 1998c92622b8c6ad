// Where timers start: at reading, and when a swarm has taken what we sent; each in the transaction of its cause.
import { beforeEach, describe, expect, test } from 'vitest';
import { startByReading } from '../../../src/lib/messenger/disappear.ts';
import {
  deleteStoredConversation,
  enqueueMessage,
  enqueueTimer,
  ensureConversation,
  failEntry,
  finishCopy,
  finishDelivery,
  findSeen,
  loadConversation,
  loadMessages,
  loadNextChore,
  loadNextDeadline,
  loadOutboxHeads,
  markConversationRead,
  openProfileReader,
  raiseEpoch,
  removeDueMessages,
  retryMessage,
  saveInbox,
  saveSealedEntry,
  type MessageContent,
  type OutboxEntry,
  type ProfileDatabase,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { inboxChanges } from '../../support/inbox-snapshot.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS,
  type StorageDevice
} from '../../support/storage-device.ts';

const DAY_MS = 86_400_000;
let device: StorageDevice;
let store: ProfileStore;
let reader: ProfileDatabase;
let conversationId: string;

beforeEach(async () => {
  device = await createStorageDevice();
  store = await createTestProfile(device);
  await raiseEpoch(store);
  reader = openProfileReader(store.db.name, device.indexedDb, () => START_MS);
  ({ conversationId } = await ensureConversation(store, {
    accountId: OTHER_ID,
    kind: 'contact',
    nowMs: START_MS
  }));
});

const timeline = () => loadMessages(reader, store.keys.rows, conversationId, { limit: 50 });
const read = (upToSort: number, nowMs: number) =>
  markConversationRead(store, conversationId, upToSort, { nowMs, onRead: startByReading });

describe('reading', () => {
  type Sketch = readonly [text: string, seconds: number | null, hash?: string | null];

  /** Received one millisecond after the other, with timers that wait to be read. */
  async function receive(sketches: readonly Sketch[]): Promise<void> {
    const messages = sketches.map(([text, seconds, hash = `hash of ${text}`], index) => {
      const content: MessageContent = {
        direction: 'in',
        authorId: OTHER_ID,
        text,
        sentAtMs: START_MS + index,
        receivedAtMs: START_MS + index,
        state: 'received',
        failureCode: null,
        messageHash: hash,
        expiresAtMs: START_MS + 14 * DAY_MS,
        ...(seconds === null ? {} : { disappears: { mode: 'after-read', seconds, atMs: null } })
      };
      return { conversationAccountId: OTHER_ID, content };
    });
    const batch = {
      ownId: OWN_ID,
      wanted: messages.map(({ content }) => ({
        kind: 'known' as const,
        conversationAccountId: OTHER_ID,
        authorId: OTHER_ID,
        timestampMs: content.sentAtMs
      })),
      seen: await findSeen(store, []),
      nowMs: START_MS
    };
    await saveInbox(store, batch, () => inboxChanges({ messages }));
  }

  const ends = async () =>
    (await timeline()).map(({ disappears }) => (disappears?.atMs ? disappears.atMs - START_MS : null));

  async function chores() {
    const all: { hashes: readonly string[]; expiryMs: number }[] = [];
    for (const row of await store.db.chores.toArray()) {
      await store.db.chores.where('id').notEqual(row.id).modify({ notBeforeMs: 9 });
      await store.db.chores.update(row.id, { notBeforeMs: 0 });
      const chore = await loadNextChore(store);
      if (chore?.content.kind === 'expire') all.push(chore.content);
    }
    return all
      .map(({ hashes, expiryMs }) => [expiryMs - START_MS, ...hashes])
      .sort((a, b) => Number(a[0]) - Number(b[0]));
  }

  test('starts what waited up to there, with one chore for all that end together', async () => {
    await receive([
      ['a', 300],
      ['plain', null],
      ['b', 300],
      ['c', 60],
      ['later', 300]
    ]);
    const messages = await timeline();
    const names: string[] = [];
    device.onCommit = (name, phase) => phase === 'after' && names.push(name);
    expect(await read(messages[3]?.sort ?? 0, START_MS + 1_000)).toBe(true);
    expect(names).toEqual(['mark read']);
    expect(await ends()).toEqual([301_000, null, 301_000, 61_000, null]);
    expect(await chores()).toEqual([
      [61_000, 'hash of c'],
      [301_000, 'hash of a', 'hash of b']
    ]);
    expect(await loadNextDeadline(store)).toBe(START_MS + 61_000);
  });

  test('again, or without timers, starts nothing', async () => {
    await receive([
      ['a', 300],
      ['plain', null]
    ]);
    const [first] = await timeline();
    await read(first?.sort ?? 0, START_MS + 1_000);
    expect(await read(Number.POSITIVE_INFINITY, START_MS + 9_000)).toBe(false);
    expect(await ends()).toEqual([301_000, null]);
    expect(await store.db.chores.count()).toBe(1);
  });

  test('that breaks leaves everything unread and waiting', async () => {
    await receive([['a', 300]]);
    device.onCommit = (name, phase) => {
      if (name === 'mark read' && phase === 'before') throw new Error('power cut');
    };
    await expect(read(Number.POSITIVE_INFINITY, START_MS)).rejects.toThrow('power cut');
    device.onCommit = undefined;
    expect([await ends(), await store.db.chores.count()]).toEqual([[null], 0]);
    expect((await loadConversation(reader, store.keys.rows, conversationId))?.unread).toBe(1);
  });

  test('what was never read is never due', async () => {
    await receive([['a', 300]]);
    expect(await loadNextDeadline(store)).toBeNull();
    const { removed } = await removeDueMessages(store, START_MS + 1_000 * DAY_MS);
    expect(removed).toEqual([]);
    expect(await timeline()).toHaveLength(1);
  });

  test('a deleted conversation leaves no deadline', async () => {
    await receive([
      ['a', 300],
      ['b', 300]
    ]);
    const [first] = await timeline();
    await read(first?.sort ?? 0, START_MS);
    expect(await store.db.deadlines.count()).toBe(2);
    await deleteStoredConversation(store, conversationId, START_MS);
    expect(await store.db.deadlines.count()).toBe(0);
  });
});

describe('sending', () => {
  const input = () => ({ conversationId, ownId: OWN_ID, nowMs: START_MS });
  const sealed = (entry: OutboxEntry) =>
    saveSealedEntry(store, entry, {
      dataBase64: 'AA==',
      copyDataBase64: 'AA==',
      copyHash: 'copy',
      copyExpiresAtMs: START_MS + DAY_MS
    });

  async function head(): Promise<OutboxEntry> {
    const [entry] = await loadOutboxHeads(store);
    if (!entry) throw new Error('nothing waits');
    return entry;
  }

  async function sealedHead(): Promise<OutboxEntry> {
    return (await sealed(await head())) as OutboxEntry;
  }

  test.each(['after-read', 'after-send'] as const)('%s starts when a swarm has it', async (mode) => {
    await enqueueTimer(store, { ...input(), timer: { mode, seconds: 43_200 } });
    await finishDelivery(store, await sealedHead(), { expiresAtMs: START_MS + DAY_MS, storedAtMs: START_MS });
    await enqueueMessage(store, { ...input(), text: 'hello' });
    expect((await timeline()).at(-1)?.disappears).toEqual({ mode, seconds: 43_200, atMs: null });
    const entry = (await loadOutboxHeads(store)).find(({ row }) => row.lane === conversationId);
    if (!entry) throw new Error('nothing waits');
    const storedAtMs = START_MS + 5_000;
    const current = (await sealed(entry)) as OutboxEntry;
    await finishDelivery(store, current, { expiresAtMs: START_MS + DAY_MS, storedAtMs });
    const message = (await timeline()).at(-1);
    expect(message?.disappears?.atMs).toBe(storedAtMs + 43_200_000);
    expect((await store.db.deadlines.get(message?.id ?? ''))?.atMs).toBe(storedAtMs + 43_200_000);
    // The copy that follows changes nothing of it.
    const copies = (await loadOutboxHeads(store)).filter(({ content }) => content.kind === 'copy');
    for (const copy of copies) {
      const confirmed = {
        messageHash: 'copy',
        expiresAtMs: START_MS + DAY_MS,
        storedAtMs: storedAtMs + 60_000
      };
      await finishCopy(store, copy, confirmed);
    }
    expect((await timeline()).at(-1)?.disappears?.atMs).toBe(storedAtMs + 43_200_000);
  });

  test('that failed starts no timer, and starts it once it succeeds', async () => {
    await enqueueTimer(store, { ...input(), timer: { mode: 'after-send', seconds: 43_200 } });
    await store.db.outbox.clear();
    const { messageId } = await enqueueMessage(store, { ...input(), text: 'hello' });
    await failEntry(store, await sealedHead(), 'rejected');
    expect((await timeline()).at(-1)).toMatchObject({ state: 'failed', disappears: { atMs: null } });
    expect(await loadNextDeadline(store)).toBeNull();
    await retryMessage(store, messageId);
    await finishDelivery(store, await head(), { expiresAtMs: START_MS + DAY_MS, storedAtMs: START_MS + 9 });
    expect(await loadNextDeadline(store)).toBe(START_MS + 43_200_009);
  });

  test('a message that ends before its copy left takes the copy along', async () => {
    await enqueueTimer(store, { ...input(), timer: { mode: 'after-send', seconds: 12 } });
    await store.db.outbox.clear();
    await enqueueMessage(store, { ...input(), text: 'hello' });
    await finishDelivery(store, await sealedHead(), { expiresAtMs: START_MS + 12_000, storedAtMs: START_MS });
    expect(await store.db.outbox.count()).toBe(1);
    await removeDueMessages(store, START_MS + 12_000);
    expect(await store.db.outbox.count()).toBe(0);
    expect((await timeline()).map(({ text }) => text)).not.toContain('hello');
  });

  test('a change of timer is set, said and queued at once; the same again is nothing', async () => {
    const timer = { mode: 'after-read' as const, seconds: 300 };
    await enqueueTimer(store, { ...input(), timer });
    await enqueueTimer(store, { ...input(), timer });
    expect((await loadConversation(reader, store.keys.rows, conversationId))?.timer).toEqual(timer);
    const [line, ...more] = await timeline();
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      notice: { type: 'timer', byMe: true, ...timer },
      disappears: { ...timer, atMs: null }
    });
    expect((await head()).content).toMatchObject({ outgoing: { kind: 'timer', timer }, timer });
    await finishDelivery(store, await sealedHead(), { expiresAtMs: START_MS + DAY_MS, storedAtMs: START_MS });
    expect(await loadNextDeadline(store)).toBe(START_MS + 300_000);
  });

  test('to ourselves runs from sending though the setting says after read', async () => {
    const own = await ensureConversation(store, { accountId: OWN_ID, kind: 'note-to-self', nowMs: START_MS });
    await store.db.outbox.clear();
    const timer = { mode: 'after-read' as const, seconds: 300 };
    const place = { conversationId: own.conversationId, ownId: OWN_ID, nowMs: START_MS };
    await enqueueTimer(store, { ...place, timer });
    await store.db.outbox.clear();
    await enqueueMessage(store, { ...place, text: 'milk' });
    expect((await head()).content.timer).toEqual({ mode: 'after-send', seconds: 300 });
  });
});
