import { expect, test } from 'vitest';
import {
  bytesOlder,
  firstAge,
  largestFiles,
  roomShare,
  sortChats,
  sumByChat,
  sumByKind
} from '../../../src/lib/state/storage-sums.ts';
import { keepRule, ruleDays } from '../../../src/lib/state/storage-rules.ts';
import { someNames, sumWords } from '../../../src/lib/state/storage-words.ts';
import type { StoredItem } from '../../../src/lib/storage/usage.ts';
import { formatBytes } from '../../../src/lib/text/sizes.ts';
import { sampleConversation } from '../../support/views.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;
let next = 0;

function item(part: Partial<StoredItem> & { ageDays?: number } = {}): StoredItem {
  const { ageDays = 0, ...rest } = part;
  const sentAtMs = NOW_MS - ageDays * DAY_MS;
  const id = `m${next++}`;
  return {
    mediaId: id,
    conversationId: 'c1',
    messageId: `message of ${id}`,
    kind: 'image',
    name: `${id}.png`,
    bytes: 1_000,
    sentAtMs,
    keptSinceMs: sentAtMs,
    ...rest
  };
}

test('every kind of file is counted to one part of the bar', () => {
  const items = [
    item({ kind: 'image', bytes: 1 }),
    item({ kind: 'thumbnail', bytes: 2 }),
    item({ kind: 'picture', bytes: 4, messageId: null, conversationId: null }),
    item({ kind: 'video', bytes: 8 }),
    item({ kind: 'file', bytes: 16 }),
    item({ kind: 'audio', bytes: 32 }),
    item({ kind: 'voice', bytes: 64 })
  ];
  expect(sumByKind(items, 128)).toEqual({ pictures: 7, videos: 8, files: 16, voice: 96, text: 128 });
});

test('a chat has the bytes of all its files and its text, and counts the files of its messages', () => {
  const views = [sampleConversation({ id: 'c1' }), sampleConversation({ id: 'c2' })];
  const items = [
    item({ kind: 'file' }),
    item({ kind: 'image' }),
    item({ kind: 'image' }),
    item({ kind: 'thumbnail' }),
    item({ kind: 'picture', messageId: null }),
    item({ conversationId: 'gone' })
  ];
  const [first, second] = sumByChat(views, items, new Map([['c2', 50]]));
  expect(first).toMatchObject({
    bytes: 5_000,
    mediaBytes: 5_000,
    counts: [
      ['image', 2],
      ['file', 1]
    ]
  });
  expect(second).toMatchObject({ bytes: 50, mediaBytes: 0, counts: [] });
});

test('chats stand in the order asked for', () => {
  const room = (id: string, name: string, bytes: number, lastAtMs: number) => ({
    view: sampleConversation({ id, name, lastAtMs }),
    bytes,
    mediaBytes: bytes,
    counts: []
  });
  const chats = [room('a', 'Zoë', 1, 30), room('b', 'Åsa', 3, 10), room('c', 'Ben', 2, 20)];
  const ids = (order: 'largest' | 'latest' | 'name') => sortChats(chats, order).map(({ view }) => view.id);
  expect(ids('largest')).toEqual(['b', 'c', 'a']);
  expect(ids('latest')).toEqual(['a', 'c', 'b']);
  expect(ids('name')).toEqual(['b', 'c', 'a']);
});

test('the largest files come first, without small versions and what belongs to no message', () => {
  const [small, large, other] = [item({ bytes: 5 }), item({ bytes: 9 }), item({ conversationId: 'c2' })];
  const items = [small, item({ kind: 'thumbnail', bytes: 99 }), large, item({ messageId: null }), other];
  expect(largestFiles(items, 'c1')).toEqual([large, small]);
  expect(largestFiles(items, null)).toEqual([other, large, small]);
});

test('the age offered first is three months where anything is that old, else the next there is something of', () => {
  const ids = new Set(['c1']);
  const aged = (...days: number[]) => days.map((ageDays) => item({ ageDays }));
  expect(firstAge(aged(400, 1), ids, NOW_MS)).toBe(90);
  expect(firstAge(aged(40, 1), ids, NOW_MS)).toBe(30);
  expect(firstAge(aged(8, 1), ids, NOW_MS)).toBe(7);
  expect(firstAge(aged(1), ids, NOW_MS)).toBe(0);
  expect(firstAge(aged(1), new Set(['c2']), NOW_MS)).toBeNull();
  expect(bytesOlder(aged(100, 91, 89), null, NOW_MS - 90 * DAY_MS)).toBe(2_000);
});

test('how full it is, where the browser says', () => {
  expect(roomShare({ used: 70, allowed: 100 })).toBe(0.7);
  expect(roomShare({ used: 170, allowed: 100 })).toBe(1);
  expect(roomShare({ used: null, allowed: 100 })).toBeNull();
  expect(roomShare({ used: 1, allowed: 0 })).toBeNull();
});

test('rules and days stand for each other', () => {
  expect([null, 30, 90, 365, 17].map(keepRule)).toEqual(['always', 30, 90, 365, 'always']);
  expect((['always', 30, 90, 365] as const).map(ruleDays)).toEqual([null, 30, 90, 365]);
});

test('figures are told in words', () => {
  expect(sumWords({ byKind: { file: 1, image: 1_204, voice: 2 } })).toBe(
    '1,204 pictures, 2 voice messages, and 1 file'
  );
  expect(sumWords({ byKind: {} })).toBe('');
  expect(someNames(['a', 'b', 'c', 'd'])).toBe('a, b, c, and d');
  expect(someNames(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, and 2 more');
  expect([999, 12_345, 999_600, 1_800_000_000].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
    '999 bytes',
    '12 kB',
    '1 MB',
    '1.8 GB'
  ]);
});
