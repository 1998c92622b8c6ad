import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  authorTag,
  conversationEnd,
  conversationOfKey,
  isOwnKey,
  keyBound,
  MAX_TIMESTAMP_MS,
  messageKey,
  OWN_AUTHOR_TAG,
  sortOfKey
} from '../../../src/lib/storage/message-key.ts';

const conversation = fc.stringMatching(/^[0-9a-f]{32}$/);
const time = fc.oneof(
  fc.integer({ min: 0, max: MAX_TIMESTAMP_MS - 1 }),
  fc.constantFrom(0, 1, MAX_TIMESTAMP_MS - 1)
);
const tag = fc.oneof(fc.constant(OWN_AUTHOR_TAG), conversation.map(authorTag));

describe('message keys', () => {
  test('order messages as their positions do, and positions stay exact', () => {
    fc.assert(
      fc.property(conversation, time, tag, time, tag, (id, timeA, tagA, timeB, tagB) => {
        const [a, b] = [messageKey(id, timeA, tagA), messageKey(id, timeB, tagB)];
        expect(Number.isSafeInteger(sortOfKey(a))).toBe(true);
        if (timeA !== timeB) expect(sortOfKey(a) < sortOfKey(b)).toBe(timeA < timeB);
        if (sortOfKey(a) !== sortOfKey(b)) expect(a < b).toBe(sortOfKey(a) < sortOfKey(b));
        expect(conversationOfKey(a)).toBe(id);
        expect(a >= id && a < conversationEnd(id)).toBe(true);
      })
    );
  });

  test('a bound parts keys at a position', () => {
    fc.assert(
      fc.property(conversation, time, tag, time, tag, (id, timeA, tagA, timeB, tagB) => {
        const key = messageKey(id, timeA, tagA);
        const position = sortOfKey(messageKey(id, timeB, tagB));
        expect(key >= keyBound(id, position)).toBe(sortOfKey(key) >= position);
        expect(key >= keyBound(id, position + 1)).toBe(sortOfKey(key) > position);
      })
    );
  });

  test('positions that cannot be are the beginning or the end', () => {
    const id = 'ab'.repeat(16);
    const key = messageKey(id, 1_750_000_000_000, OWN_AUTHOR_TAG);
    for (const low of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(key >= keyBound(id, low)).toBe(true);
    for (const high of [Number.MAX_SAFE_INTEGER + 1, Number.POSITIVE_INFINITY]) {
      expect(key < keyBound(id, high)).toBe(true);
    }
  });

  test('nobody else’s message looks like our own, and two authors of one moment differ', () => {
    fc.assert(
      fc.property(conversation, time, conversation, conversation, (id, timestampMs, authorA, authorB) => {
        const [a, b] = [authorA, authorB].map((author) => messageKey(id, timestampMs, authorTag(author)));
        expect(isOwnKey(a as string)).toBe(false);
        expect(isOwnKey(messageKey(id, timestampMs, OWN_AUTHOR_TAG))).toBe(true);
        if (authorA.slice(0, 16) !== authorB.slice(0, 16)) expect(a).not.toBe(b);
      })
    );
  });
});
