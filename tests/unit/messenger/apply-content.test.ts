// The rules of receiving, one content at a time: what a stranger, a contact, a blocked one and we ourselves may do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { applyContents, wantedRows } from '../../../src/lib/messenger/apply-content.ts';
import type { ContentItem } from '../../../src/lib/messenger/open-item.ts';
import { MAX_REACTIONS } from '../../../src/lib/messenger/receive-reaction.ts';
import {
  authorTimeKey,
  DEFAULT_SETTINGS,
  emptyConversation,
  type ConversationContent,
  type InboxSnapshot,
  type LoadedMessage,
  type MessageContent
} from '../../../src/lib/storage/index.ts';
import {
  CallMessage_Type,
  DataExtractionNotification_Type,
  decodeContent,
  encodeContent,
  Reaction_Action,
  ReceiptMessage_Type,
  TypingMessage_Action,
  type ContentInit
} from '../../../src/lib/wire/index.ts';
import { emptySnapshot } from '../../support/inbox-snapshot.ts';

const OWN = `05${'aa'.repeat(32)}` as AccountId;
const BEN = `05${'bb'.repeat(32)}` as AccountId;
const CHI = `05${'cc'.repeat(32)}` as AccountId;
const NOW_MS = 1_780_000_000_000;

function item(senderId: AccountId, init: ContentInit, timestampMs = NOW_MS): ContentItem {
  const content = decodeContent(encodeContent({ ...init, sigTimestamp: BigInt(timestampMs) } as ContentInit));
  const expiresAtMs = NOW_MS + 86_400_000;
  return { kind: 'content', hash: `h${timestampMs}`, expiresAtMs, senderId, timestampMs, content };
}

const text = (body: string): ContentInit => ({ dataMessage: { body } });

/** The conversation with Ben as both accepted it, unless said otherwise. */
function withBen(part: Partial<ConversationContent> = {}): Partial<InboxSnapshot> {
  const content = {
    ...emptyConversation('contact', BEN, 0),
    approved: true,
    approvedMe: true,
    ...part
  };
  const row = { id: '0'.repeat(32), rev: 1, sealed: new Uint8Array(), accountHash: '', order: 0 };
  return { conversations: new Map([[BEN, { row, content }]]) };
}

function stored(authorId: AccountId, sentAtMs: number, part: Partial<MessageContent> = {}): LoadedMessage {
  return {
    row: { id: `m${sentAtMs}`, rev: 1, sealed: new Uint8Array() },
    content: {
      direction: authorId === OWN ? 'out' : 'in',
      authorId,
      text: 'old',
      sentAtMs,
      receivedAtMs: sentAtMs,
      state: authorId === OWN ? 'sent' : 'received',
      failureCode: null,
      messageHash: 'stored-hash',
      expiresAtMs: null,
      ...part
    }
  };
}

const having = (...messages: LoadedMessage[]): Partial<InboxSnapshot> => ({
  messages: new Map(
    messages.map((message) => [
      `${BEN}/${authorTimeKey(message.content.authorId, message.content.sentAtMs)}`,
      message
    ])
  )
});

const apply = (items: ContentItem[], snapshot: Partial<InboxSnapshot> = {}) =>
  applyContents(items, emptySnapshot(snapshot), { ownId: OWN, nowMs: NOW_MS });

const settings = (part: Partial<typeof DEFAULT_SETTINGS>) => ({
  settings: { ...DEFAULT_SETTINGS, ...part }
});

describe('a stranger', () => {
  test('opens a message request by writing, and nothing else begins a conversation', () => {
    const { messages, conversations } = apply([item(CHI, text('hello'))]);
    expect(messages).toHaveLength(1);
    expect(conversations.get(CHI)).toMatchObject({ approved: false, approvedMe: true });
    const signals: ContentInit[] = [
      { receiptMessage: { type: ReceiptMessage_Type.READ, timestamp: [1n] } },
      { typingMessage: { timestamp: BigInt(NOW_MS), action: TypingMessage_Action.STARTED } },
      { unsendRequest: { timestamp: 1n, author: CHI } },
      { callMessage: { type: CallMessage_Type.PRE_OFFER, uuid: 'u' } },
      { messageRequestResponse: { isApproved: true } },
      {
        dataExtractionNotification: { type: DataExtractionNotification_Type.MEDIA_SAVED, timestamp: 1n }
      },
      {
        dataMessage: {
          groupUpdateMessage: {
            inviteMessage: {
              groupSessionId: 'g',
              name: 'n',
              memberAuthData: new Uint8Array(100),
              adminSignature: new Uint8Array(64)
            }
          }
        }
      }
    ];
    for (const signal of signals) {
      const changes = apply([item(CHI, signal)]);
      expect([changes.messages, [...changes.conversations], changes.events]).toEqual([[], [], []]);
    }
  });

  test('gets nowhere when only people one wrote first may write', () => {
    const closed = settings({ reachableBy: 'people-i-wrote-first' });
    expect(apply([item(CHI, text('hello'))], closed)).toMatchObject({
      messages: [],
      rejected: { 'not-reachable': 1 }
    });
    expect(apply([item(BEN, text('hello'))], { ...closed, ...withBen() }).messages).toHaveLength(1);
  });
});

describe('a contact', () => {
  test('accepts by answering, and the line that says so stands once, before the answer', () => {
    const waiting = withBen({ approvedMe: false });
    const { messages, conversations } = apply(
      [item(BEN, text('one'), NOW_MS), item(BEN, text('two'), NOW_MS + 5)],
      waiting
    );
    expect(messages.map(({ content }) => content.notice?.type ?? content.text)).toEqual([
      'they-accepted',
      'one',
      'two'
    ]);
    expect(messages[0]?.content.sentAtMs).toBe(NOW_MS - 1);
    expect(conversations.get(BEN)?.approvedMe).toBe(true);
  });

  test('that is blocked leaves nothing at all', () => {
    const changes = apply([item(BEN, text('hello'))], withBen({ blocked: true }));
    expect(changes).toMatchObject({ messages: [], rejected: { blocked: 1 } });
  });

  test('comes back into the list by writing', () => {
    const { conversations } = apply([item(BEN, text('hello'))], withBen({ hidden: true }));
    expect(conversations.get(BEN)?.hidden).toBe(false);
  });

  test('may be typing, only now, only with equal times, and only while that is wanted', () => {
    const typing = (at: number, claimed = at) =>
      item(BEN, { typingMessage: { timestamp: BigInt(claimed), action: TypingMessage_Action.STARTED } }, at);
    const wanted = { ...withBen(), ...settings({ typingIndicators: true }) };
    expect(apply([typing(NOW_MS - 1_000)], wanted).events).toHaveLength(1);
    expect(apply([typing(NOW_MS - 21_000)], wanted).events).toEqual([]);
    expect(apply([typing(NOW_MS, NOW_MS - 1)], wanted).events).toEqual([]);
    expect(apply([typing(NOW_MS)], withBen()).events).toEqual([]);
  });

  test('leaves one line for a call, and the other messages of the call leave none', () => {
    const call = (type: CallMessage_Type, at: number) =>
      item(BEN, { callMessage: { type, uuid: 'u' } }, NOW_MS + at);
    const { messages } = apply(
      [
        call(CallMessage_Type.PRE_OFFER, 0),
        call(CallMessage_Type.OFFER, 1),
        call(CallMessage_Type.END_CALL, 2)
      ],
      withBen()
    );
    expect(messages.map(({ content }) => content.notice)).toEqual([{ type: 'call-missed' }]);
  });
});

describe('a reaction', () => {
  const react = (emoji: string, sender = BEN, action: Reaction_Action = Reaction_Action.REACT, at = 0) =>
    item(
      sender,
      {
        dataMessage: {
          reaction: { id: 7n, author: OWN, emoji, action },
          ...(sender === OWN ? { syncTarget: BEN } : {})
        }
      },
      NOW_MS + at
    );
  const target = stored(OWN, 7);
  const known = { ...withBen(), ...having(target) };

  test('changes the message it names, and is no message itself', () => {
    const { messages, updates } = apply([react('👍'), react('👍', OWN)], known);
    expect(messages).toEqual([]);
    expect(updates).toHaveLength(1);
    expect(updates[0]?.content?.reactions?.map(({ authorId }) => authorId)).toEqual([BEN, OWN]);
  });

  test('twice is once, and taking it away leaves the message as it was', () => {
    expect(apply([react('👍'), react('👍')], known).updates[0]?.content?.reactions).toHaveLength(1);
    const gone = apply([react('👍'), react('👍', BEN, Reaction_Action.REMOVE)], known);
    expect(gone.updates[0]?.content?.reactions).toEqual([]);
  });

  test('to what is not here, was deleted, or with what is no emoji changes nothing', () => {
    expect(apply([react('👍')], withBen()).updates).toEqual([]);
    const deleted = { ...withBen(), ...having(stored(OWN, 7, { deleted: true })) };
    expect(apply([react('👍')], deleted).updates).toEqual([]);
    for (const emoji of ['', 'a', '<b>', '👍'.repeat(30), '1']) {
      expect(apply([react(emoji)], known).updates).toEqual([]);
    }
  });

  test('of a thousand kinds stays within the bounds', () => {
    const flood = Array.from({ length: 1_000 }, (_, index) =>
      react(String.fromCodePoint(0x1f300 + index), BEN, Reaction_Action.REACT, index)
    );
    const count = apply(flood, known).updates[0]?.content?.reactions?.length ?? 0;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(MAX_REACTIONS);
  });
});

describe('a request to delete', () => {
  const unsend = (sender: AccountId, author: AccountId, timestamp: number) =>
    item(sender, { unsendRequest: { timestamp: BigInt(timestamp), author } });

  test('by the author leaves a placeholder without content, and our swarm is asked to forget it', () => {
    const message = stored(BEN, 9, { reactions: [{ emoji: '👍', authorId: OWN, timestampMs: 1 }] });
    const { updates, chores } = apply([unsend(BEN, BEN, 9)], { ...withBen(), ...having(message) });
    expect(updates[0]?.content).toMatchObject({ deleted: true, text: '' });
    expect(updates[0]?.content).not.toHaveProperty('reactions');
    expect(chores).toEqual([{ kind: 'delete', hashes: ['stored-hash'] }]);
  });

  test('by somebody else changes nothing, whoever the message is by', () => {
    const ours = { ...withBen(), ...having(stored(OWN, 9)), ownSentAt: new Map([[9, BEN]]) };
    for (const request of [unsend(BEN, OWN, 9), unsend(CHI, BEN, 9)]) {
      const changes = apply([request], ours);
      expect([changes.updates, changes.graves, changes.chores]).toEqual([[], [], []]);
    }
    // The control: we ourselves may, from another device.
    expect(apply([unsend(OWN, OWN, 9)], ours).updates).toHaveLength(1);
  });

  test('that comes before the message keeps the message out', () => {
    const changes = apply([unsend(BEN, BEN, 9), item(BEN, text('late'), 9)], withBen());
    expect(changes.messages).toEqual([]);
    expect(changes.graves).toEqual([{ conversationAccountId: BEN, authorId: BEN, timestampMs: 9 }]);
  });

  test('and the message in one batch leave the placeholder', () => {
    const changes = apply([item(BEN, text('oops'), 9), unsend(BEN, BEN, 9)], withBen());
    expect(changes.messages.map(({ content }) => [content.deleted, content.text])).toEqual([[true, '']]);
  });
});

describe('a receipt', () => {
  const receipt = (times: number[], sender = BEN) =>
    item(sender, { receiptMessage: { type: ReceiptMessage_Type.READ, timestamp: times.map(BigInt) } });

  test('marks what we sent to its sender, and only while receipts are wanted', () => {
    const known = { ...withBen(), ...having(stored(OWN, 5), stored(BEN, 6)) };
    const wanted = { ...known, ...settings({ readReceipts: true }) };
    const { updates } = apply([receipt([5, 6, 404])], wanted);
    expect(updates.map(({ content }) => [content?.sentAtMs, content?.readByThemAtMs])).toEqual([[5, NOW_MS]]);
    expect(apply([receipt([5])], known).updates).toEqual([]);
    expect(apply([receipt([5], CHI)], wanted).updates).toEqual([]);
  });
});

describe('whatever a content says', () => {
  test('deciding ends, and rows are asked for within bounds', () => {
    const anything = fc.record({
      dataMessage: fc.option(
        fc.record({
          body: fc.string(),
          flags: fc.nat(3),
          syncTarget: fc.constantFrom('', OWN, BEN, 'x'),
          quote: fc.option(fc.record({ id: fc.bigInt(0n, 2n ** 64n - 1n), author: fc.string() }), {
            nil: undefined
          }),
          reaction: fc.option(
            fc.record({
              id: fc.bigInt(0n, 2n ** 64n - 1n),
              author: fc.constantFrom(OWN, BEN, ''),
              emoji: fc.string(),
              action: fc.nat(1)
            }),
            { nil: undefined }
          ),
          attachments: fc.array(
            fc.record({
              id: fc.constant(0n),
              url: fc.string(),
              key: fc.uint8Array({ maxLength: 70 }),
              size: fc.nat(),
              fileName: fc.string({ unit: 'grapheme' }),
              contentType: fc.string()
            }),
            { maxLength: 33 }
          )
        }),
        { nil: undefined }
      ),
      receiptMessage: fc.option(
        fc.record({
          type: fc.nat(1),
          timestamp: fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { maxLength: 2_000 })
        }),
        { nil: undefined }
      ),
      unsendRequest: fc.option(
        fc.record({ timestamp: fc.bigInt(0n, 2n ** 64n - 1n), author: fc.constantFrom(OWN, BEN, 'zz') }),
        { nil: undefined }
      ),
      expirationType: fc.nat(2),
      expirationTimer: fc.nat(2 ** 31)
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(OWN, BEN, CHI), anything), { maxLength: 5 }),
        (contents) => {
          const items = contents.map(([sender, init], index) =>
            item(sender, init as unknown as ContentInit, NOW_MS + index)
          );
          const changes = apply(items, { ...withBen(), ...having(stored(OWN, 5)) });
          expect(changes.seen).toHaveLength(items.length);
          expect(changes.messages.length).toBeLessThanOrEqual(2 * items.length);
          for (const one of items) expect(wantedRows(one, OWN).length).toBeLessThanOrEqual(1_003);
          for (const { content } of changes.messages) {
            expect(content.attachments?.length ?? 0).toBeLessThanOrEqual(32);
          }
        }
      ),
      { numRuns: 300 }
    );
  });
});
