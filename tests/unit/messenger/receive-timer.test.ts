// When received messages disappear, and whose setting a change of timer is (accounts-and-messages.md §4.10).
import { describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { applyContents } from '../../../src/lib/messenger/apply-content.ts';
import type { ContentItem } from '../../../src/lib/messenger/open-item.ts';
import {
  emptyConversation,
  type ConversationContent,
  type InboxSnapshot
} from '../../../src/lib/storage/index.ts';
import {
  CallMessage_Type,
  Content_ExpirationType,
  DataExtractionNotification_Type,
  decodeContent,
  encodeContent,
  type ContentInit
} from '../../../src/lib/wire/index.ts';
import { emptySnapshot } from '../../support/inbox-snapshot.ts';

const OWN = `05${'aa'.repeat(32)}` as AccountId;
const BEN = `05${'bb'.repeat(32)}` as AccountId;
const NOW_MS = 1_780_000_000_000;
const SENT_MS = NOW_MS - 10_000;
const DAY_MS = 86_400_000;
const FLAG_TIMER_UPDATE = 2;

const afterRead = (seconds: number) => ({
  expirationType: Content_ExpirationType.DELETE_AFTER_READ,
  expirationTimer: seconds
});
const afterSend = (seconds: number) => ({
  expirationType: Content_ExpirationType.DELETE_AFTER_SEND,
  expirationTimer: seconds
});
const text = { dataMessage: { body: 'hello' } };
const change = { dataMessage: { flags: FLAG_TIMER_UPDATE } };

function item(
  senderId: AccountId,
  init: object,
  { sentAtMs = SENT_MS, expiresAtMs = NOW_MS + 14 * DAY_MS } = {}
): ContentItem {
  const content = decodeContent(encodeContent({ ...init, sigTimestamp: BigInt(sentAtMs) } as ContentInit));
  return { kind: 'content', hash: `h${sentAtMs}`, expiresAtMs, senderId, timestampMs: sentAtMs, content };
}

const withBen = (part: Partial<ConversationContent> = {}): Partial<InboxSnapshot> => {
  const content = { ...emptyConversation('contact', BEN, 0), approved: true, approvedMe: true, ...part };
  const row = { id: '0'.repeat(32), rev: 1, sealed: new Uint8Array(), accountHash: '', order: 0 };
  return { conversations: new Map([[BEN, { row, content }]]) };
};

const apply = (items: ContentItem[], snapshot: Partial<InboxSnapshot> = withBen()) =>
  applyContents(items, emptySnapshot(snapshot), { ownId: OWN, nowMs: NOW_MS });
const synced = (init: { dataMessage: object }, target: AccountId = BEN) => ({
  ...init,
  dataMessage: { ...init.dataMessage, syncTarget: target }
});
const readUpTo = (ms: number) => withBen({ readUpToSort: ms * 1024 });

describe('a received message', () => {
  test('without a timer does not disappear', () => {
    const { messages, chores } = apply([item(BEN, text)]);
    expect(messages[0]?.content.disappears).toBeUndefined();
    expect(messages[0]?.content.expiresAtMs).toBe(NOW_MS + 14 * DAY_MS);
    expect(chores).toEqual([]);
  });

  test('after read waits to be read', () => {
    const { messages, chores } = apply([item(BEN, { ...text, ...afterRead(300) })]);
    expect(messages[0]?.content.disappears).toEqual({ mode: 'after-read', seconds: 300, atMs: null });
    expect(chores).toEqual([]);
  });

  test('after send ends when its node forgets it', () => {
    const expiresAtMs = SENT_MS + 43_200_000 + 700;
    const { messages } = apply([item(BEN, { ...text, ...afterSend(43_200) }, { expiresAtMs })]);
    expect(messages[0]?.content.disappears).toEqual({
      mode: 'after-send',
      seconds: 43_200,
      atMs: expiresAtMs
    });
  });

  test('that has ended is not kept, begins no conversation and is not read again', () => {
    const ended = item(
      BEN,
      { ...text, ...afterSend(12) },
      { sentAtMs: NOW_MS - 60_000, expiresAtMs: NOW_MS - 1 }
    );
    const { messages, conversations, seen } = apply([ended], {});
    expect([messages, [...conversations]]).toEqual([[], []]);
    expect(seen.map(({ hash }) => hash)).toEqual([ended.hash]);
    const control = apply([item(BEN, { ...text, ...afterSend(12) }, { expiresAtMs: NOW_MS + 5_000 })], {});
    expect(control.messages).toHaveLength(1);
  });

  test('after read that another device has read and shortened ends with its copy', () => {
    const expiresAtMs = NOW_MS + 200_000;
    const { messages, chores } = apply(
      [item(BEN, { ...text, ...afterRead(300) }, { sentAtMs: NOW_MS - DAY_MS, expiresAtMs })],
      readUpTo(NOW_MS - 1)
    );
    expect(messages[0]?.content.disappears?.atMs).toBe(expiresAtMs);
    expect(chores).toEqual([]);
  });

  test('after read that another device has read and not shortened starts now, and is shortened', () => {
    const { messages, chores } = apply([item(BEN, { ...text, ...afterRead(300) })], readUpTo(NOW_MS - 1));
    expect(messages[0]?.content.disappears?.atMs).toBe(NOW_MS + 300_000);
    expect(chores).toEqual([{ kind: 'expire', hashes: [`h${SENT_MS}`], expiryMs: NOW_MS + 300_000 }]);
  });

  test('of ours, from another device, runs from its copy', () => {
    const expiresAtMs = NOW_MS + 290_000;
    const { messages } = apply([item(OWN, synced({ ...text, ...afterRead(300) }), { expiresAtMs })]);
    expect(messages[0]?.content).toMatchObject({ direction: 'out', disappears: { atMs: expiresAtMs } });
  });

  test('in Note to Self runs from sending though it says after read', () => {
    const own = item(OWN, synced({ ...text, ...afterRead(300) }, OWN), { expiresAtMs: NOW_MS + 290_000 });
    const { messages } = apply([own], {});
    expect(messages[0]?.content.disappears).toMatchObject({ mode: 'after-send', seconds: 300 });
  });
});

describe('a line for a call or saved media', () => {
  const call = { callMessage: { type: CallMessage_Type.PRE_OFFER, uuid: 'u' } };
  const saved = {
    dataExtractionNotification: { type: DataExtractionNotification_Type.MEDIA_SAVED, timestamp: 1n }
  };
  test.each([
    ['call', call],
    ['saved media', saved]
  ])('%s waits to be read, whatever kind of timer it carries', (_, init) => {
    for (const timer of [afterRead(43_200), afterSend(43_200)]) {
      const { messages } = apply([item(BEN, { ...init, ...timer }, { expiresAtMs: NOW_MS + 200_000 })]);
      expect(messages[0]?.content.disappears).toEqual({ mode: 'after-read', seconds: 43_200, atMs: null });
    }
    expect(apply([item(BEN, init)]).messages[0]?.content.disappears).toBeUndefined();
  });

  test('already read, it runs its whole timer, though its copy goes after minutes', () => {
    const record = item(BEN, { ...call, ...afterRead(43_200) }, { expiresAtMs: NOW_MS + 200_000 });
    const { messages, chores } = apply([record], readUpTo(NOW_MS - 1));
    expect(messages[0]?.content.disappears?.atMs).toBe(NOW_MS + 43_200_000);
    expect(chores).toEqual([]);
  });
});

describe('a change of timer', () => {
  test('of theirs is a line, and theirs; our setting stays', () => {
    const timer = { mode: 'after-read' as const, seconds: 3_600 };
    const { messages, conversations } = apply(
      [item(BEN, { ...change, ...afterSend(86_400) })],
      withBen({ timer })
    );
    expect(messages[0]?.content).toMatchObject({
      direction: 'in',
      text: '',
      notice: { type: 'timer', byMe: false, mode: 'after-send', seconds: 86_400 },
      disappears: { mode: 'after-send', seconds: 86_400 }
    });
    expect(conversations.get(BEN)).toMatchObject({
      timer,
      theirTimer: { mode: 'after-send', seconds: 86_400 }
    });
  });

  test('of ours from another device is our setting; theirs stays', () => {
    const { messages, conversations } = apply([item(OWN, synced({ ...change, ...afterRead(300) }))]);
    expect(messages[0]?.content.notice).toMatchObject({ type: 'timer', byMe: true, mode: 'after-read' });
    expect(conversations.get(BEN)?.timer).toEqual({ mode: 'after-read', seconds: 300 });
    expect(conversations.get(BEN)?.theirTimer ?? null).toBeNull();
  });

  test('to off says so, and its line does not disappear', () => {
    const theirTimer = { mode: 'after-send' as const, seconds: 43_200 };
    const { messages, conversations } = apply([item(BEN, change)], withBen({ theirTimer }));
    expect(conversations.get(BEN)?.theirTimer).toEqual({ mode: 'off', seconds: 0 });
    expect(messages[0]?.content.notice).toMatchObject({ mode: 'off', seconds: 0 });
    expect(messages[0]?.content.disappears).toBeUndefined();
  });

  test('that comes after a later one is a line only', () => {
    const late = item(BEN, { ...change, ...afterSend(43_200) }, { sentAtMs: SENT_MS });
    const early = item(BEN, { ...change, ...afterSend(86_400) }, { sentAtMs: SENT_MS - 5 });
    const { messages, conversations } = apply([late, early]);
    expect(messages).toHaveLength(2);
    expect(conversations.get(BEN)?.theirTimer?.seconds).toBe(43_200);
  });

  test('with body and files is a change of timer only', () => {
    const both = item(BEN, { ...afterRead(300), dataMessage: { flags: FLAG_TIMER_UPDATE, body: 'hidden' } });
    expect(apply([both]).messages.map(({ content }) => content.text)).toEqual(['']);
  });
});
