// Contents of people who mean harm or are mistaken, as they come out of a swarm: each has one outcome, seen or silent, and
// none keeps what follows from arriving (accounts-and-messages.md §3.4, §4).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { applyContents } from '../../../src/lib/messenger/apply-content.ts';
import { sealContentFor } from '../../../src/lib/messenger/build-message.ts';
import { openItem, type ContentItem } from '../../../src/lib/messenger/open-item.ts';
import { MAX_REACTIONS } from '../../../src/lib/messenger/receive-reaction.ts';
import type { MessageContent } from '../../../src/lib/storage/index.ts';
import {
  CallMessage_Type,
  Content_ExpirationType,
  DataExtractionNotification_Type,
  encodeContent,
  Reaction_Action,
  ReceiptMessage_Type,
  TypingMessage_Action,
  type ContentInit
} from '../../../src/lib/wire/index.ts';
import { leftSomething, profileWith } from '../../support/inbox-outcome.ts';

const crypto = await createCryptoBackend();
const ana = deriveIdentity(new Uint8Array(16).fill(1));
const ben = deriveIdentity(new Uint8Array(16).fill(2));
const chi = deriveIdentity(new Uint8Array(16).fill(3));
const NOW_MS = 1_780_000_000_000;
const DAY_MS = 86_400_000;

interface Sent {
  readonly from?: typeof ben;
  readonly atMs?: number;
  readonly envelopeMs?: number;
  /** Of the item, as the node says. */
  readonly expiresAtMs?: number;
  readonly unsigned?: boolean;
}

/** Sealed as an app would, and opened as Ana's device does. */
async function received(content: ContentInit, options: Sent = {}) {
  const { from = ben, atMs = NOW_MS, envelopeMs = atMs, expiresAtMs = atMs + 14 * DAY_MS } = options;
  const stamped = options.unsigned ? content : ({ ...content, sigTimestamp: BigInt(atMs) } as ContentInit);
  const data = await sealContentFor(crypto, from, ana.accountId, {
    content: encodeContent(stamped),
    timestampMs: envelopeMs
  });
  return openItem(crypto, ana, { hash: `h${atMs}${from.accountId}`, expiresAtMs, data });
}

type Stored = MessageContent & { readonly conversationId: AccountId };

const stored = (author: typeof ben, sentAtMs: number, part: Partial<MessageContent> = {}): Stored => ({
  conversationId: ben.accountId,
  direction: author === ana ? 'out' : 'in',
  authorId: author.accountId,
  text: 'what was said',
  sentAtMs,
  receivedAtMs: sentAtMs,
  state: author === ana ? 'sent' : 'received',
  failureCode: null,
  messageHash: 'hash',
  expiresAtMs: null,
  ...part
});

/** Ana's device, where Ben and Chi are contacts, after these items. */
function after(items: Awaited<ReturnType<typeof received>>[], messages: readonly Stored[] = []) {
  const snapshot = profileWith([ben.accountId, chi.accountId], messages);
  const own = messages.filter(({ authorId }) => authorId === ana.accountId);
  return applyContents(
    items,
    {
      ...snapshot,
      ownSentAt: new Map(own.map(({ sentAtMs, conversationId }) => [sentAtMs, conversationId]))
    },
    { ownId: ana.accountId, nowMs: NOW_MS }
  );
}

const react = (
  emoji: string,
  target: { id: number; author: AccountId },
  action: Reaction_Action = Reaction_Action.REACT
): ContentInit => ({
  dataMessage: { reaction: { id: BigInt(target.id), author: target.author, emoji, action } }
});

/** What is dropped, and the word by which it is counted. The control of each is what is like it and may pass. */
const SILENT: readonly (readonly [
  what: string,
  reason: string,
  bad: () => Promise<Awaited<ReturnType<typeof received>>>,
  control: () => Promise<Awaited<ReturnType<typeof received>>>
])[] = [
  [
    'a content whose time is not that of its envelope',
    'timestamps-differ',
    () => received({ dataMessage: { body: 'x' } }, { envelopeMs: NOW_MS + 1 }),
    () => received({ dataMessage: { body: 'x' } })
  ],
  [
    'a time beyond what can be stored',
    'timestamp-unusable',
    () => received({ dataMessage: { body: 'x' } }, { atMs: 2 ** 43 }),
    () => received({ dataMessage: { body: 'x' } }, { atMs: 2 ** 43 - 1 })
  ],
  [
    'a content without anything',
    'nothing-in-it',
    () => received({}),
    () => received({ dataMessage: { body: 'x' } })
  ],
  [
    'a message without anything to see',
    'nothing-in-it',
    () => received({ dataMessage: { body: '' } }),
    () => received({ dataMessage: { body: ' ' } })
  ],
  [
    'flags nobody knows',
    'unknown-flags',
    () => received({ dataMessage: { body: 'x', flags: 1 } }),
    () => received({ dataMessage: { body: 'x', flags: 0 } })
  ],
  [
    'a copy of what we are said to have sent, by somebody else',
    'sync-from-other',
    () => received({ dataMessage: { body: 'x', syncTarget: chi.accountId } }),
    () => received({ dataMessage: { body: 'x', syncTarget: chi.accountId } }, { from: ana })
  ],
  [
    'a copy for an account that cannot be',
    'sync-target-unknown',
    () => received({ dataMessage: { body: 'x', syncTarget: '05zz' } }, { from: ana }),
    () => received({ dataMessage: { body: 'x', syncTarget: chi.accountId } }, { from: ana })
  ],
  [
    'a receipt from ourselves',
    'not-for-self',
    () => received({ receiptMessage: { type: ReceiptMessage_Type.READ, timestamp: [5n] } }, { from: ana }),
    () => received({ receiptMessage: { type: ReceiptMessage_Type.READ, timestamp: [5n] } })
  ],
  [
    'a receipt of delivery, as old apps sent',
    'receipt-not-wanted',
    () => received({ receiptMessage: { type: ReceiptMessage_Type.DELIVERY, timestamp: [5n] } }),
    () => received({ receiptMessage: { type: ReceiptMessage_Type.READ, timestamp: [5n] } })
  ],
  [
    'typing at another time than its envelope',
    'typing-not-wanted',
    () => received({ typingMessage: { timestamp: 1n, action: TypingMessage_Action.STARTED } }),
    () => received({ typingMessage: { timestamp: BigInt(NOW_MS), action: TypingMessage_Action.STARTED } })
  ],
  [
    'a reaction to a message we never had',
    'reaction-without-target',
    () => received(react('👍', { id: 404, author: ana.accountId })),
    () => received(react('👍', { id: 5, author: ana.accountId }))
  ],
  [
    'a reaction to a message of another chat',
    'reaction-without-target',
    () => received(react('👍', { id: 5, author: ana.accountId }), { from: chi }),
    () => received(react('👍', { id: 5, author: ana.accountId }))
  ],
  [
    'a reaction that is a text',
    'reaction-not-an-emoji',
    () => received(react('<img src=x>', { id: 5, author: ana.accountId })),
    () => received(react('👍', { id: 5, author: ana.accountId }))
  ],
  [
    'a request to delete by somebody who is not the author',
    'unsend-not-allowed',
    () => received({ unsendRequest: { timestamp: 5n, author: ana.accountId } }),
    () => received({ unsendRequest: { timestamp: 6n, author: ben.accountId } })
  ],
  [
    'a request to delete what somebody else wrote to us',
    'unsend-not-allowed',
    () => received({ unsendRequest: { timestamp: 6n, author: ben.accountId } }, { from: chi }),
    () => received({ unsendRequest: { timestamp: 6n, author: ben.accountId } })
  ],
  [
    'a request to delete without an author',
    'unsend-not-allowed',
    () => received({ unsendRequest: { timestamp: 6n, author: '' } }),
    () => received({ unsendRequest: { timestamp: 6n, author: ben.accountId } })
  ],
  [
    'the same message a second time under another hash',
    'duplicate',
    () => received({ dataMessage: { body: 'again' } }, { atMs: 6 }),
    () => received({ dataMessage: { body: 'again' } }, { atMs: 7 })
  ],
  [
    'a call by ourselves that no other device may tell of',
    'not-for-self',
    () => received({ callMessage: { type: CallMessage_Type.PRE_OFFER, uuid: 'u' } }, { from: ana }),
    () => received({ callMessage: { type: CallMessage_Type.PRE_OFFER, uuid: 'u' } })
  ],
  [
    'a screenshot',
    'not-supported',
    () =>
      received({
        dataExtractionNotification: { type: DataExtractionNotification_Type.SCREENSHOT, timestamp: 5n }
      }),
    () =>
      received({
        dataExtractionNotification: { type: DataExtractionNotification_Type.MEDIA_SAVED, timestamp: 5n }
      })
  ],
  [
    'news of a group that we do not have',
    'not-supported',
    () => received({ dataMessage: { groupUpdateMessage: { memberLeftMessage: {} } } }),
    () =>
      received({
        dataMessage: {
          groupUpdateMessage: { promoteMessage: { groupIdentitySeed: new Uint8Array(32), name: 'g' } }
        }
      })
  ]
];

describe('what leaves nothing', () => {
  const known = [stored(ana, 5), stored(ben, 6)];

  test.each(SILENT)('%s is counted as %s', async (_, reason, bad, control) => {
    const changes = after(
      [await bad(), await received({ dataMessage: { body: 'after it' } }, { atMs: NOW_MS + 9 })],
      known
    );
    expect(changes.rejected).toEqual({ [reason]: 1 });
    expect(changes.messages.map(({ content }) => content.text)).toEqual(['after it']);
    expect([changes.updates, changes.graves, changes.chores]).toEqual([[], [], []]);
    // Seen all the same, so that it is not opened again.
    expect(changes.seen).toHaveLength(2);
    expect(leftSomething(after([await control()], known))).toBe(true);
  });
});

describe('what is seen, as far as it can be', () => {
  test('a reply to a message we never had keeps its words and says what it answers', async () => {
    const quote = { id: 404n, author: ana.accountId };
    const { messages } = after([await received({ dataMessage: { body: 'yes', quote } })]);
    expect(messages[0]?.content).toMatchObject({
      text: 'yes',
      quote: { authorId: ana.accountId, timestampMs: 404 }
    });
  });

  test.each([
    ['an author that cannot be', { id: 5n, author: 'me' }],
    ['no time', { id: 0n, author: ana.accountId }],
    ['a time beyond exact numbers', { id: 2n ** 64n - 1n, author: ana.accountId }]
  ])('a reply to %s keeps its words alone', async (_, quote) => {
    const { messages } = after([await received({ dataMessage: { body: 'yes', quote } })]);
    expect(messages[0]?.content.text).toBe('yes');
    expect(messages[0]?.content).not.toHaveProperty('quote');
  });

  test('words and an emoji in one are the emoji alone', async () => {
    const { reaction } = react('👍', { id: 5, author: ana.accountId }).dataMessage ?? {};
    const both = await received({ dataMessage: { body: 'words', ...(reaction ? { reaction } : {}) } });
    const { messages, updates } = after([both], [stored(ana, 5)]);
    expect(messages).toEqual([]);
    expect(updates[0]?.content?.reactions).toHaveLength(1);
  });

  test('a content without a time of its own is taken, as of old apps', async () => {
    const { messages } = after([await received({ dataMessage: { body: 'old' } }, { unsigned: true })]);
    expect(messages).toHaveLength(1);
  });

  test('ten times too long a text is cut between characters', async () => {
    const { messages } = after([await received({ dataMessage: { body: '🙂'.repeat(12_000) } })]);
    expect(messages[0]?.content.text).toBe('🙂'.repeat(10_000));
  });

  test.each([
    ['an unknown version', { version: 99, sig: new Uint8Array(64) }],
    ['nothing in it', {}],
    ['fields of wrong lengths', { rotatingPublicKey: new Uint8Array(1), genIndexHash: new Uint8Array(99) }]
  ])('Pro fields with %s change nothing', async (_, proof) => {
    const content = { dataMessage: { body: 'x' }, proMessage: { proof, messageBitset: 2n ** 63n } };
    expect(after([await received(content)]).messages.map(({ content: { text } }) => text)).toEqual(['x']);
  });
});

describe('a link preview', () => {
  const url = 'https://tides.example/north';
  const image = {
    id: 0n,
    key: new Uint8Array(64).fill(1),
    url: 'http://filev2.getsession.org/file/1',
    size: 9
  };
  const title = 'Tide tables';

  async function shown(...preview: NonNullable<NonNullable<ContentInit['dataMessage']>['preview']>) {
    const body = `Look: ${url}`;
    const { messages, rejected } = after([await received({ dataMessage: { body, preview } })]);
    expect(rejected).toEqual({});
    return messages[0]?.content;
  }

  test('is kept with a title, or with a picture that waits to be loaded as files do', async () => {
    expect(await shown({ url, title })).toMatchObject({ preview: { url, title } });
    expect(await shown({ url, title })).not.toHaveProperty('attachments');
    const pictured = await shown({
      url,
      image: { ...image, contentType: 'text/html', fileName: 'a/b.html' }
    });
    expect(pictured).toMatchObject({
      preview: { url, title: '' },
      attachments: [{ kind: 'image', name: 'a_b.html', state: 'remote', mediaId: null, ofPreview: true }]
    });
  });

  test.each([
    ['of an address that is not in the text', { url: 'https://other.example', title }],
    ['without title and picture', { url, title: ' ' }],
    ['whose picture has no key', { url, image: { ...image, key: new Uint8Array(3) } }],
    ['of an endless address', { url: `${url}${'x'.repeat(5_000)}`, title }]
  ])('%s is left out, and the words stay', async (_, preview) => {
    const content = await shown(preview);
    expect(content?.text).toBe(`Look: ${url}`);
    expect(content).not.toHaveProperty('preview');
    expect(content).not.toHaveProperty('attachments');
  });

  test('among many is the first that may be shown, with its own picture', async () => {
    const content = await shown(
      { url: 'https://other.example', title, image },
      { url, title, image },
      { url, title: 'x' }
    );
    expect(content?.preview).toEqual({ url, title });
    expect(content?.attachments).toHaveLength(1);
  });
});

describe('timers out of range', () => {
  const timed = (expirationType: Content_ExpirationType, expirationTimer: number, options: Sent = {}) =>
    received({ dataMessage: { body: 'x' }, expirationType, expirationTimer }, options);
  const { DELETE_AFTER_READ, DELETE_AFTER_SEND, UNKNOWN } = Content_ExpirationType;

  test('zero seconds and no type are off', async () => {
    for (const item of [await timed(DELETE_AFTER_SEND, 0), await timed(UNKNOWN, 60)]) {
      expect(after([item]).messages[0]?.content).not.toHaveProperty('disappears');
    }
  });

  test('an unknown type is off, and the message stays', async () => {
    const content = encodeContent({
      dataMessage: { body: 'x' },
      expirationTimer: 60,
      sigTimestamp: BigInt(NOW_MS)
    });
    // Field 12 as a varint with a value of tomorrow.
    const data = await sealContentFor(crypto, ben, ana.accountId, {
      content: Uint8Array.of(...content, 0x60, 9),
      timestampMs: NOW_MS
    });
    const item = await openItem(crypto, ana, { hash: 'h', expiresAtMs: NOW_MS + DAY_MS, data });
    const [message] = after([item]).messages;
    expect(message?.content.text).toBe('x');
    expect(message?.content).not.toHaveProperty('disappears');
  });

  test('any seconds there can be give an end that can be stored, never before now', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(DELETE_AFTER_READ, DELETE_AFTER_SEND),
        fc.oneof(fc.integer({ min: 1, max: 0xffff_ffff }), fc.constantFrom(1, 0xffff_ffff)),
        fc.integer({ min: -40 * DAY_MS, max: 40 * DAY_MS }),
        fc.oneof(
          fc.integer({ min: NOW_MS - DAY_MS, max: NOW_MS + 40 * DAY_MS }),
          fc.constantFrom(0, 2 ** 52)
        ),
        async (type, seconds, sentAgoMs, expiresAtMs) => {
          const item = await timed(type, seconds, { atMs: NOW_MS - sentAgoMs, expiresAtMs });
          const [message] = after([item]).messages;
          const endsAtMs = message?.content.disappears?.atMs ?? null;
          if (endsAtMs === null) return;
          expect(Number.isSafeInteger(endsAtMs)).toBe(true);
          expect(endsAtMs).toBeGreaterThan(NOW_MS);
        }
      ),
      { numRuns: 40 }
    );
  });

  test('a change to more seconds than any app offers is a line, and ours stays as it is', async () => {
    const change = await received({
      dataMessage: { flags: 2, body: 'not looked at' },
      expirationType: DELETE_AFTER_READ,
      expirationTimer: 0xffff_ffff
    });
    const { messages, conversations } = after([change]);
    expect(messages[0]?.content).toMatchObject({ text: '', notice: { type: 'timer', seconds: 0xffff_ffff } });
    expect(conversations.get(ben.accountId)?.timer?.mode ?? 'off').toBe('off');
  });
});

describe('a flood', () => {
  test('of emoji by one person stays few, and does not keep another’s away', async () => {
    const target = { id: 5, author: ana.accountId };
    const flood: ContentItem[] = [];
    for (let index = 0; index < 60; index++) {
      const emoji = String.fromCodePoint(0x1f300 + index);
      flood.push((await received(react(emoji, target), { atMs: NOW_MS + index })) as ContentItem);
    }
    const [message] = after(flood, [stored(ana, 5)]).updates;
    const count = message?.content?.reactions?.length ?? 0;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(MAX_REACTIONS);
    const own = await received(
      { dataMessage: { ...react('👍', target).dataMessage, syncTarget: ben.accountId } },
      { from: ana, atMs: NOW_MS + 999 }
    );
    const both = after([...flood, own], [stored(ana, 5)]).updates[0]?.content?.reactions ?? [];
    expect(both.some(({ authorId }) => authorId === ana.accountId)).toBe(true);
  });

  test('of removals of what was never there changes nothing', async () => {
    const target = { id: 5, author: ana.accountId };
    const removal = await received(react('👍', target, Reaction_Action.REMOVE));
    expect(after([removal], [stored(ana, 5)]).updates).toEqual([]);
  });

  test('of one message sent many times is one message', async () => {
    const items = [];
    for (let index = 0; index < 20; index++) items.push(await received({ dataMessage: { body: 'x' } }));
    const { messages, rejected } = after(items);
    expect(messages).toHaveLength(1);
    expect(rejected).toEqual({ duplicate: 19 });
  });

  test('of requests to delete what never comes leaves one row each, and no message', async () => {
    const items = [];
    for (let at = 1; at <= 20; at++) {
      const unsendRequest = { timestamp: BigInt(at), author: ben.accountId };
      items.push(await received({ unsendRequest }, { atMs: NOW_MS + at }));
    }
    const { messages, graves } = after(items);
    expect(messages).toEqual([]);
    expect(graves).toHaveLength(20);
  });
});

test('a message deleted for everyone does not come back, whatever brings it', async () => {
  const unsendRequest = { timestamp: BigInt(NOW_MS), author: ben.accountId };
  const original = await received({ dataMessage: { body: 'x' } });
  const request = await received({ unsendRequest }, { atMs: NOW_MS + 1 });
  for (const order of [
    [original, request, original],
    [request, original],
    [request, original, request]
  ]) {
    const { messages } = after(order);
    expect(messages.every(({ content }) => content.deleted === true && content.text === '')).toBe(true);
  }
  expect(after([original]).messages[0]?.content.text).toBe('x');
});
