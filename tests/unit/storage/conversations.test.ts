import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import {
  authorTimeKey,
  deleteStoredConversation,
  deleteStoredMessage,
  emptyConversation,
  enqueueMessage,
  enqueueSignal,
  ensureConversation,
  findSeen,
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
import type { OutboxContent, OutgoingContent } from '../../../src/lib/storage/rows.ts';
import { openRow } from '../../../src/lib/storage/store.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS,
  THIRD_ID
} from '../../support/storage-device.ts';
import { inboxChanges } from '../../support/inbox-snapshot.ts';

const NOTHING_WAITS = { nowMs: START_MS, onRead: () => null };

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
  const received = messages.map(([text, offsetMs]) => ({
    conversationAccountId: authorId,
    content: {
      direction: 'in' as const,
      authorId,
      text,
      sentAtMs: START_MS + offsetMs,
      receivedAtMs: START_MS + 500,
      state: 'received' as const,
      failureCode: null,
      messageHash: `hash of ${text}`,
      expiresAtMs: START_MS + 1_000
    }
  }));
  const wanted = messages.map(([, offsetMs]) => ({
    kind: 'known' as const,
    conversationAccountId: authorId,
    authorId,
    timestampMs: START_MS + offsetMs
  }));
  const seen = await findSeen(store, []);
  return saveInbox(store, { ownId: OWN_ID, wanted, seen, nowMs: START_MS }, ({ conversations }) => {
    const conversation = conversations.get(authorId)?.content ?? emptyConversation('contact', authorId, 0);
    return inboxChanges({ messages: received, conversations: new Map([[authorId, conversation]]) });
  });
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
    await markConversationRead(store, conversation.id, messages[1]?.sort ?? 0, NOTHING_WAITS);
    expect(await only()).toMatchObject({ unread: 1, firstUnreadSort: messages[2]?.sort });
    expect(
      (await loadMessages(store.db, store.keys.rows, conversation.id, { limit: 10 })).map((m) => m.read)
    ).toEqual([true, true, false]);
    // Backwards or nonsense changes nothing.
    await markConversationRead(store, conversation.id, 0, NOTHING_WAITS);
    await markConversationRead(store, conversation.id, Number.NaN, NOTHING_WAITS);
    expect(await only()).toMatchObject({ unread: 1 });
    await markConversationRead(store, conversation.id, Number.POSITIVE_INFINITY, NOTHING_WAITS);
    expect(await only()).toMatchObject({ unread: 0, firstUnreadSort: null });
    await receive(OTHER_ID, [['d', 4]]);
    expect(await only()).toMatchObject({ unread: 1 });
  });

  test('the first unread is found behind hundreds of our own messages', async () => {
    await receive(OTHER_ID, [['read', 1]]);
    const { id } = await only();
    for (let index = 0; index < 250; index++) {
      await enqueueMessage(store, {
        conversationId: id,
        ownId: OWN_ID,
        text: 'mine',
        nowMs: START_MS + 2 + index
      });
    }
    await receive(OTHER_ID, [
      ['unread', 1_000],
      ['unread too', 1_001],
      ['last', 1_002]
    ]);
    const all = await loadMessages(store.db, store.keys.rows, id, { limit: 500 });
    const sortOfText = (text: string) => all.find((message) => message.text === text)?.sort as number;
    await markConversationRead(store, id, sortOfText('read'), NOTHING_WAITS);
    expect(await only()).toMatchObject({
      unread: 3,
      firstUnreadSort: sortOfText('unread'),
      messageCount: 254
    });
    await deleteStoredMessage(store, all.find((message) => message.text === 'unread')?.id as string);
    expect(await only()).toMatchObject({ unread: 2, firstUnreadSort: sortOfText('unread too') });
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

describe('an answer', () => {
  const answer = async (nowMs: number) => {
    const { id } = await only();
    return enqueueMessage(store, { conversationId: id, ownId: OWN_ID, text: 'answer', nowMs });
  };

  test('stands below what it answers, though that came from a clock a little ahead', async () => {
    await receive(OTHER_ID, [['question', 2_000]]);
    // The next of this device's own times.
    expect((await answer(START_MS)).timestampMs).toBe(START_MS + 2_004);
    expect(await texts({ limit: 10 })).toEqual(['question', 'answer']);
  });

  test('is not dragged along by a message from far ahead', async () => {
    await receive(OTHER_ID, [['from next week', 7 * 86_400_000]]);
    expect((await answer(START_MS)).timestampMs).toBe(START_MS);
  });

  test('takes the present time when what it answers is older', async () => {
    await receive(OTHER_ID, [['question', -5_000]]);
    expect((await answer(START_MS)).timestampMs).toBe(START_MS);
  });
});

describe('messages', () => {
  test('come in pages, oldest first, without gaps or repeats', async () => {
    await receive(
      OTHER_ID,
      Array.from({ length: 25 }, (_, index) => [`n${index}`, index] as const)
    );
    const { id } = await only();
    expect((await only()).messageCount).toBe(25);
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
    expect(await only()).toMatchObject({ unread: 1, messageCount: 1, lastMessage: { preview: 'a' } });
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
    await deleteStoredConversation(store, gone, START_MS);
    await deleteStoredConversation(store, gone, START_MS);
    expect(await store.db.messages.toCollection().primaryKeys()).toHaveLength(1);
    expect(await store.db.outbox.count()).toBe(0);
    expect((await loadConversations(store.db, store.keys.rows)).map((item) => item.accountId)).toEqual([
      THIRD_ID
    ]);
    const snapshot = await loadInboxSnapshot(store, OWN_ID, [
      { kind: 'known', conversationAccountId: OTHER_ID, authorId: OTHER_ID, timestampMs: START_MS }
    ]);
    expect(snapshot.deletedBeforeMs.get(OTHER_ID)).toBe(START_MS - 15 * 86_400_000);
    expect(snapshot.deletedBeforeMs.get(THIRD_ID)).toBeUndefined();
  });

  test('with it goes what of it still waits to be told, but for requests to delete', async () => {
    await receive(OTHER_ID, [['a', 1]]);
    await receive(THIRD_ID, [['keep', 2]]);
    const idOf = async (accountId: AccountId) =>
      (await loadConversations(store.db, store.keys.rows)).find((item) => item.accountId === accountId)!.id;
    const gone = await idOf(OTHER_ID);
    const kept = await idOf(THIRD_ID);
    const queue = (conversationId: string, outgoing: OutgoingContent) =>
      enqueueSignal(store, { conversationId, ownId: OWN_ID, nowMs: START_MS, outgoing });
    await queue(gone, { kind: 'receipt', timestampsMs: [START_MS + 1] });
    await queue(gone, { kind: 'unsend', authorId: OWN_ID, targetTimestampMs: START_MS });
    await queue(kept, { kind: 'receipt', timestampsMs: [START_MS + 2] });
    expect(await store.db.outbox.count()).toBe(3);
    await deleteStoredConversation(store, gone, START_MS);
    const left = await Promise.all(
      (await store.db.outbox.toArray()).map((row) => openRow<OutboxContent>(store, 'outbox', row))
    );
    expect(left.map(({ recipientId, outgoing }) => [recipientId, outgoing?.kind]).sort()).toEqual(
      [
        [OTHER_ID, 'unsend'],
        [THIRD_ID, 'receipt']
      ].sort()
    );
  });

  test('of a deleted one it is known that it was here', async () => {
    await receive(OTHER_ID, [['a', 1]]);
    const [message] = await loadMessages(store.db, store.keys.rows, (await only()).id, { limit: 1 });
    await deleteStoredMessage(store, message?.id as string);
    const wanted = [1, 2].map((offsetMs) => ({
      kind: 'known' as const,
      conversationAccountId: OTHER_ID,
      authorId: OTHER_ID,
      timestampMs: START_MS + offsetMs
    }));
    const { known } = await loadInboxSnapshot(store, OWN_ID, wanted);
    expect([...known]).toEqual([authorTimeKey(OTHER_ID, START_MS + 1)]);
  });

  test('what is stored is known again, asked for one by one, many at once, or far apart', async () => {
    const offsets = Array.from({ length: 40 }, (_, index) => index * 10);
    await receive(
      OTHER_ID,
      offsets.map((offset) => [`n${offset}`, offset] as const)
    );
    await receive(THIRD_ID, [['alone', 5]]);
    const ask = async (authorId: AccountId, wanted: readonly number[]) => {
      const { known } = await loadInboxSnapshot(
        store,
        OWN_ID,
        wanted.map((offsetMs) => ({
          kind: 'known' as const,
          conversationAccountId: authorId,
          authorId,
          timestampMs: START_MS + offsetMs
        }))
      );
      return [...known].map((key) => Number(key.split('/')[1]) - START_MS).sort((a, b) => a - b);
    };
    expect(await ask(OTHER_ID, [10])).toEqual([10]);
    expect(await ask(OTHER_ID, [10, 11, 20, 21, 30])).toEqual([10, 20, 30]);
    expect(await ask(OTHER_ID, [0, 195, 200, 390])).toEqual([0, 200, 390]);
    expect(await ask(OTHER_ID, [1, 2, 3, 4])).toEqual([]);
    expect(await ask(THIRD_ID, [4, 5, 6, 10])).toEqual([5]);
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
