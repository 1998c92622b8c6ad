import { beforeEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { AccountId } from '../../../src/lib/account-id.ts';
import {
  countMessages,
  deleteStoredConversation,
  deleteStoredMessage,
  enqueueMessage,
  ensureConversation,
  loadConversation,
  loadConversations,
  loadInboxSnapshot,
  loadMessages,
  markConversationRead,
  raiseEpoch,
  saveConversationDraft,
  saveInbox,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { authorSlot, MAX_TIMESTAMP_MS, sortOf } from '../../../src/lib/storage/sort.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS,
  THIRD_ID
} from '../../support/storage-device.ts';

let store: ProfileStore;

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
});

/** Receives messages of one account, with sent times relative to the start. */
async function receive(
  authorId: AccountId,
  messages: readonly (readonly [text: string, offsetMs: number])[]
) {
  const snapshot = await loadInboxSnapshot(store, {
    accountIds: [authorId],
    messages: messages.map(([, offsetMs]) => ({ authorId, timestampMs: START_MS + offsetMs }))
  });
  const { emptyConversation } = await import('../../../src/lib/storage/index.ts');
  const conversation =
    snapshot.conversations.get(authorId)?.content ?? emptyConversation('contact', authorId, 0);
  return saveInbox(
    store,
    snapshot,
    {
      messages: messages.map(([text, offsetMs]) => ({
        conversationAccountId: authorId,
        content: {
          direction: 'in',
          authorId,
          text,
          sentAtMs: START_MS + offsetMs,
          receivedAtMs: START_MS + 500,
          state: 'received',
          failureCode: null,
          messageHash: `hash of ${text}`,
          expiresAtMs: START_MS + 1_000
        }
      })),
      conversations: new Map([[authorId, conversation]]),
      seen: [],
      rejected: {},
      cursor: null
    },
    START_MS
  );
}

async function only() {
  const [conversation] = await loadConversations(store.db, store.keys.rows);
  if (!conversation) throw new Error('no conversation');
  return conversation;
}

const texts = async (range: Parameters<typeof loadMessages>[3] = { limit: 100 }) =>
  (await loadMessages(store.db, store.keys.rows, (await only()).id, range)).map((message) => message.text);

describe('the conversation list', () => {
  test('stands in order of the last message, without reading messages', async () => {
    await receive(OTHER_ID, [['old', 1]]);
    await receive(THIRD_ID, [['new', 2]]);
    const list = await loadConversations(store.db, store.keys.rows);
    expect(list.map((item) => item.accountId)).toEqual([THIRD_ID, OTHER_ID]);
    await receive(OTHER_ID, [['newest', 3]]);
    let reads = 0;
    store.db.messages.hook('reading', (row) => {
      reads += 1;
      return row;
    });
    const after = await loadConversations(store.db, store.keys.rows);
    expect(after.map((item) => item.lastMessage?.preview)).toEqual(['newest', 'new']);
    expect(reads).toBe(0);
  });

  test('a message dated in the future does not stay on top of the list', async () => {
    await receive(OTHER_ID, [['from tomorrow', 86_400_000]]);
    await receive(THIRD_ID, [['now', 600]]);
    await receive(THIRD_ID, [['then', 700]]);
    const list = await loadConversations(store.db, store.keys.rows);
    expect(list.every((item) => item.lastAtMs <= START_MS + 500)).toBe(true);
  });

  test('a preview is cut at 200 code points', async () => {
    await receive(OTHER_ID, [['😀'.repeat(500), 1]]);
    expect([...((await only()).lastMessage?.preview ?? '')]).toHaveLength(200);
  });

  test('a conversation that is not there is null', async () => {
    expect(await loadConversation(store.db, store.keys.rows, 'nothing')).toBeNull();
  });
});

describe('unread', () => {
  test('counts received messages after the read position and names the first', async () => {
    await receive(OTHER_ID, [
      ['a', 1],
      ['b', 2],
      ['c', 3]
    ]);
    const conversation = await only();
    expect(conversation).toMatchObject({ unread: 3 });
    const messages = await loadMessages(store.db, store.keys.rows, conversation.id, { limit: 10 });
    expect(conversation.firstUnreadSort).toBe(messages[0]?.sort);
    await markConversationRead(store, conversation.id, messages[1]?.sort ?? 0);
    expect(await only()).toMatchObject({ unread: 1, firstUnreadSort: messages[2]?.sort });
    expect(
      (await loadMessages(store.db, store.keys.rows, conversation.id, { limit: 10 })).map((m) => m.read)
    ).toEqual([true, true, false]);
    // Backwards or nonsense changes nothing.
    await markConversationRead(store, conversation.id, 0);
    await markConversationRead(store, conversation.id, Number.NaN);
    expect(await only()).toMatchObject({ unread: 1 });
    await markConversationRead(store, conversation.id, Number.POSITIVE_INFINITY);
    expect(await only()).toMatchObject({ unread: 0, firstUnreadSort: null });
    await receive(OTHER_ID, [['d', 4]]);
    expect(await only()).toMatchObject({ unread: 1 });
  });

  test('own messages are never unread', async () => {
    const { conversationId } = await ensureConversation(store, {
      accountId: OTHER_ID,
      kind: 'contact',
      nowMs: START_MS
    });
    await enqueueMessage(store, { conversationId, ownId: OWN_ID, text: 'mine', nowMs: START_MS });
    expect(await only()).toMatchObject({ unread: 0, lastMessage: { direction: 'out', state: 'queued' } });
  });
});

describe('messages', () => {
  test('come in pages, oldest first, without gaps or repeats', async () => {
    await receive(
      OTHER_ID,
      Array.from({ length: 25 }, (_, index) => [`n${index}`, index] as const)
    );
    const { id } = await only();
    expect(await countMessages(store.db, id)).toBe(25);
    const last = await loadMessages(store.db, store.keys.rows, id, { limit: 10 });
    expect(last.map((m) => m.text)).toEqual(Array.from({ length: 10 }, (_, index) => `n${index + 15}`));
    const before = await texts({ limit: 10, beforeSort: last[0]?.sort as number });
    expect(before).toEqual(Array.from({ length: 10 }, (_, index) => `n${index + 5}`));
    expect(await texts({ limit: 3, fromSort: last[0]?.sort as number })).toEqual(['n15', 'n16', 'n17']);
  });

  test('a deleted one leaves list and counts as if it had never come', async () => {
    await receive(OTHER_ID, [
      ['a', 1],
      ['b', 2]
    ]);
    const messages = await loadMessages(store.db, store.keys.rows, (await only()).id, { limit: 10 });
    await deleteStoredMessage(store, messages[1]?.id as string);
    expect(await only()).toMatchObject({ unread: 1, lastMessage: { preview: 'a' } });
    await deleteStoredMessage(store, messages[0]?.id as string);
    expect(await only()).toMatchObject({ unread: 0, firstUnreadSort: null, lastMessage: null });
    await expect(deleteStoredMessage(store, messages[0]?.id as string)).rejects.toMatchObject({
      code: 'not-found'
    });
  });

  test('deleting a conversation removes all of it, and only it', async () => {
    await receive(OTHER_ID, [['a', 1]]);
    await receive(THIRD_ID, [['keep', 2]]);
    const list = await loadConversations(store.db, store.keys.rows);
    const gone = list.find((item) => item.accountId === OTHER_ID)?.id as string;
    await enqueueMessage(store, { conversationId: gone, ownId: OWN_ID, text: 'waiting', nowMs: START_MS });
    await deleteStoredConversation(store, gone);
    await deleteStoredConversation(store, gone);
    expect(await countMessages(store.db, gone)).toBe(0);
    expect(await store.db.outbox.count()).toBe(0);
    expect((await loadConversations(store.db, store.keys.rows)).map((item) => item.accountId)).toEqual([
      THIRD_ID
    ]);
    const snapshot = await loadInboxSnapshot(store, {
      accountIds: [OTHER_ID],
      messages: [{ authorId: OTHER_ID, timestampMs: START_MS + 1 }]
    });
    expect(snapshot.known.size).toBe(1);
  });

  test('a draft is kept until it is emptied or the message is sent', async () => {
    const { conversationId } = await ensureConversation(store, {
      accountId: OTHER_ID,
      kind: 'contact',
      nowMs: START_MS
    });
    await saveConversationDraft(store, conversationId, 'Dear');
    expect((await only()).draft).toBe('Dear');
    await saveConversationDraft(store, conversationId, '');
    expect((await only()).draft).toBeNull();
    await saveConversationDraft(store, conversationId, 'Dear');
    await enqueueMessage(store, { conversationId, ownId: OWN_ID, text: 'Dear Ben', nowMs: START_MS });
    expect((await only()).draft).toBeNull();
  });

  test('many writers at once lose nothing', async () => {
    const { conversationId } = await ensureConversation(store, {
      accountId: OTHER_ID,
      kind: 'contact',
      nowMs: START_MS
    });
    await Promise.all([
      ...Array.from({ length: 10 }, (_, index) =>
        enqueueMessage(store, { conversationId, ownId: OWN_ID, text: `t${index}`, nowMs: START_MS })
      ),
      ...Array.from({ length: 5 }, (_, index) =>
        saveConversationDraft(store, conversationId, `draft ${index}`)
      )
    ]);
    const messages = await loadMessages(store.db, store.keys.rows, conversationId, { limit: 100 });
    expect(new Set(messages.map((m) => m.sentAtMs)).size).toBe(10);
    expect(messages.map((m) => m.sort)).toEqual(messages.map((m) => m.sort).sort((a, b) => a - b));
  });
});

describe('positions', () => {
  test('follow sent time first, and stay exact', () => {
    const time = fc.integer({ min: 0, max: MAX_TIMESTAMP_MS - 1 });
    const slot = fc.integer({ min: 0, max: 1023 });
    fc.assert(
      fc.property(time, slot, time, slot, (timeA, slotA, timeB, slotB) => {
        const [a, b] = [sortOf(timeA, slotA), sortOf(timeB, slotB)];
        expect(Number.isSafeInteger(a)).toBe(true);
        if (timeA !== timeB) expect(a < b).toBe(timeA < timeB);
        else expect(a === b).toBe(slotA === slotB);
      })
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{32}$/), (hash) => {
        expect(authorSlot(hash)).toBeGreaterThanOrEqual(1);
        expect(authorSlot(hash)).toBeLessThanOrEqual(1023);
      })
    );
  });
});
