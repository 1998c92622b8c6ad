import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  copyTtlMs,
  expirationFields,
  MAX_TIMER_SECONDS,
  messageTtlMs,
  OFFERED_SECONDS,
  parseTimer,
  startedBySending,
  timerOfContent,
  timerOfRecord,
  timerOnReading,
  timerOnReceiving,
  timerOnShortened,
  waitingTimer,
  type StoredKind,
  type Timer
} from '../../../src/lib/messenger/timers.ts';
import { NO_TIMER, type TimerSetting } from '../../../src/lib/storage/index.ts';
import { Content_ExpirationType } from '../../../src/lib/wire/index.ts';

const { UNKNOWN, DELETE_AFTER_READ, DELETE_AFTER_SEND } = Content_ExpirationType;
const NOW_MS = 1_750_000_000_000;
const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
const FOURTEEN_DAYS_MS = 14 * DAY_MS;

const afterRead = (seconds: number): Timer => ({ mode: 'after-read', seconds });
const afterSend = (seconds: number): Timer => ({ mode: 'after-send', seconds });

describe('the timer of a content', () => {
  test.each<[string, Content_ExpirationType, number, boolean, TimerSetting]>([
    ['unknown type is off', UNKNOWN, 43_200, false, NO_TIMER],
    ['no seconds are off, after read', DELETE_AFTER_READ, 0, false, NO_TIMER],
    ['no seconds are off, after send', DELETE_AFTER_SEND, 0, false, NO_TIMER],
    ['a type nobody knows is off', 7 as Content_ExpirationType, 43_200, false, NO_TIMER],
    ['after read', DELETE_AFTER_READ, 43_200, false, afterRead(43_200)],
    ['after send', DELETE_AFTER_SEND, 86_400, false, afterSend(86_400)],
    ['any positive number counts', DELETE_AFTER_READ, 1, false, afterRead(1)],
    ['the largest number counts', DELETE_AFTER_SEND, MAX_TIMER_SECONDS, false, afterSend(MAX_TIMER_SECONDS)],
    ['after read in Note to Self is after send', DELETE_AFTER_READ, 300, true, afterSend(300)],
    ['after send in Note to Self', DELETE_AFTER_SEND, 300, true, afterSend(300)]
  ])('%s', (_, expirationType, expirationTimer, isNoteToSelf, expected) => {
    expect(timerOfContent({ expirationType, expirationTimer }, isNoteToSelf)).toEqual(expected);
  });

  test.each<[TimerSetting, number, number]>([
    [NO_TIMER, UNKNOWN, 0],
    [afterRead(300), DELETE_AFTER_READ, 300],
    [afterSend(43_200), DELETE_AFTER_SEND, 43_200]
  ])('%j is written into both fields', (setting, expirationType, expirationTimer) => {
    expect(expirationFields(setting)).toEqual({ expirationType, expirationTimer });
  });

  test('a setting that says off but has seconds is written as zero', () => {
    expect(expirationFields({ mode: 'off', seconds: 300 })).toEqual({
      expirationType: UNKNOWN,
      expirationTimer: 0
    });
  });

  test('a call record or media-saved notice turns after send into after read, and leaves the rest', () => {
    expect(timerOfRecord(afterSend(43_200))).toEqual(afterRead(43_200));
    expect(timerOfRecord(afterRead(300))).toEqual(afterRead(300));
    expect(timerOfRecord(NO_TIMER)).toEqual(NO_TIMER);
  });

  test('a waiting timer has no end; off is none', () => {
    expect(waitingTimer(afterRead(300))).toEqual({ ...afterRead(300), atMs: null });
    expect(waitingTimer(NO_TIMER)).toBeNull();
  });
});

describe('a chosen timer', () => {
  test('takes every duration that is offered', () => {
    for (const mode of ['after-read', 'after-send'] as const) {
      for (const seconds of OFFERED_SECONDS[mode]) {
        expect(parseTimer(mode, seconds, false)).toEqual({ mode, seconds });
      }
    }
    expect(OFFERED_SECONDS['after-read']).toEqual([300, 3600, 43200, 86400, 604800, 1209600]);
    expect(OFFERED_SECONDS['after-send']).toEqual([43200, 86400, 604800, 1209600]);
  });

  test('takes a number that is not offered, as others may use it', () => {
    expect(parseTimer('after-send', 12, false)).toEqual(afterSend(12));
  });

  test('off needs no seconds', () => {
    expect(parseTimer('off', 300, false)).toEqual(NO_TIMER);
  });

  test('is after send in Note to Self', () => {
    expect(parseTimer('after-read', 86_400, true)).toEqual(afterSend(86_400));
  });

  test.each([0, -1, 1.5, NaN, Infinity, MAX_TIMER_SECONDS + 1])('%d seconds are refused', (seconds) => {
    expect(() => parseTimer('after-read', seconds, false)).toThrow(
      expect.objectContaining({ code: 'timer-invalid' })
    );
  });

  test('an unknown mode is refused', () => {
    expect(() => parseTimer('toString' as 'after-read', 300, false)).toThrow(
      expect.objectContaining({ code: 'timer-invalid' })
    );
  });
});

describe('the life of a store', () => {
  const ofRecipient: [StoredKind, TimerSetting, number][] = [
    ['visible', NO_TIMER, FOURTEEN_DAYS_MS],
    ['visible', afterRead(300), FOURTEEN_DAYS_MS],
    ['visible', afterSend(43_200), 43_200_000],
    ['reaction', NO_TIMER, FOURTEEN_DAYS_MS],
    ['reaction', afterSend(86_400), 86_400_000],
    ['timer', afterSend(604_800), 604_800_000],
    ['timer', afterRead(604_800), FOURTEEN_DAYS_MS],
    ['unsend', afterSend(43_200), FOURTEEN_DAYS_MS],
    ['receipt', afterSend(43_200), FOURTEEN_DAYS_MS],
    ['request-response', afterSend(43_200), FOURTEEN_DAYS_MS],
    ['media-saved', afterSend(43_200), FOURTEEN_DAYS_MS],
    ['typing', afterSend(43_200), 20_000],
    ['typing', NO_TIMER, 20_000],
    ['call', afterSend(43_200), 300_000],
    ['call', NO_TIMER, 300_000]
  ];
  test.each(ofRecipient)('%s with %j, to the recipient: %d ms', (kind, setting, expected) => {
    expect(messageTtlMs(kind, setting)).toBe(expected);
  });

  test.each([1, 9])('%d seconds are stored for the 10 s a node takes at least', (seconds) => {
    expect(messageTtlMs('visible', afterSend(seconds))).toBe(10_000);
    expect(copyTtlMs('visible', afterRead(seconds), { endsAtMs: null, nowMs: NOW_MS })).toBe(10_000);
  });

  test('no store asks for more than 14 days', () => {
    expect(messageTtlMs('visible', afterSend(MAX_TIMER_SECONDS))).toBe(FOURTEEN_DAYS_MS);
  });

  const prompt = { endsAtMs: null, nowMs: NOW_MS };
  test.each<[StoredKind, TimerSetting, number]>([
    ['visible', NO_TIMER, FOURTEEN_DAYS_MS],
    ['visible', afterRead(300), 300_000],
    ['visible', afterSend(43_200), 43_200_000],
    ['timer', afterRead(3_600), 3_600_000],
    ['reaction', afterRead(3_600), 3_600_000],
    ['unsend', afterRead(300), FOURTEEN_DAYS_MS],
    ['call', afterRead(300), 300_000]
  ])('the copy of %s with %j: %d ms', (kind, setting, expected) => {
    expect(copyTtlMs(kind, setting, prompt)).toBe(expected);
  });

  test('a copy stored at once gets the whole timer, a late one what is left', () => {
    const endsAtMs = NOW_MS + 300_000;
    expect(copyTtlMs('visible', afterRead(300), { endsAtMs, nowMs: NOW_MS + 2_000 })).toBe(300_000);
    expect(copyTtlMs('visible', afterRead(300), { endsAtMs, nowMs: NOW_MS + 100_000 })).toBe(200_000);
    expect(copyTtlMs('visible', afterRead(300), { endsAtMs, nowMs: NOW_MS + 299_000 })).toBe(10_000);
  });
});

describe('a message of ours that was stored', () => {
  test.each([afterRead(300), afterSend(43_200)])('%j runs from the time of the store answer', (timer) => {
    expect(startedBySending(timer, NOW_MS)).toEqual({ ...timer, atMs: NOW_MS + timer.seconds * SECOND_MS });
  });
});

describe('a message that was received', () => {
  const unread = { isRead: false, sentAtMs: NOW_MS - 60_000, nowMs: NOW_MS };
  const read = { ...unread, isRead: true };
  const kept = (timer: Timer, atMs: number | null, shortenToMs: number | null = null) => ({
    kind: 'kept',
    timer: { ...timer, atMs },
    shortenToMs
  });

  test('after read and unread never starts, whatever the node says', () => {
    const timer = afterRead(300);
    for (const expiresAtMs of [null, 0, NOW_MS - 1, NOW_MS + FOURTEEN_DAYS_MS]) {
      expect(timerOnReceiving(timer, { ...unread, expiresAtMs })).toEqual(kept(timer, null));
    }
  });

  test('after send ends at the reported expiration, read or not', () => {
    const timer = afterSend(43_200);
    const expiresAtMs = NOW_MS + 43_200_000 - 30_000;
    expect(timerOnReceiving(timer, { ...unread, expiresAtMs })).toEqual(kept(timer, expiresAtMs));
    expect(timerOnReceiving(timer, { ...read, expiresAtMs })).toEqual(kept(timer, expiresAtMs));
  });

  test('after send without a reported expiration runs from the sent time', () => {
    const timer = afterSend(43_200);
    const expected = kept(timer, unread.sentAtMs + 43_200_000);
    expect(timerOnReceiving(timer, { ...unread, expiresAtMs: null })).toEqual(expected);
  });

  test('after send from a sender whose clock is ahead runs from now at the latest', () => {
    const timer = afterSend(43_200);
    const ahead = { ...unread, sentAtMs: NOW_MS + DAY_MS, expiresAtMs: null };
    expect(timerOnReceiving(timer, ahead)).toEqual(kept(timer, NOW_MS + 43_200_000));
  });

  test('after send with a life longer than its timer runs from now at the latest', () => {
    const timer = afterSend(43_200);
    const message = { ...unread, expiresAtMs: NOW_MS + FOURTEEN_DAYS_MS };
    expect(timerOnReceiving(timer, message)).toEqual(kept(timer, NOW_MS + 43_200_000));
  });

  test('a node that reports an early expiration cannot end a message before its timer', () => {
    const timer = afterSend(43_200);
    const expected = kept(timer, unread.sentAtMs + 43_200_000);
    expect(timerOnReceiving(timer, { ...unread, expiresAtMs: 0 })).toEqual(expected);
  });

  test('after send that is over is not kept', () => {
    const old = { isRead: false, sentAtMs: NOW_MS - DAY_MS, nowMs: NOW_MS };
    expect(timerOnReceiving(afterSend(43_200), { ...old, expiresAtMs: NOW_MS })).toEqual({ kind: 'ended' });
    expect(timerOnReceiving(afterSend(43_200), { ...old, expiresAtMs: null })).toEqual({ kind: 'ended' });
    expect(timerOnReceiving(afterSend(43_200), { ...old, expiresAtMs: NOW_MS + 1 })).toMatchObject({
      timer: { atMs: NOW_MS + 1 }
    });
  });

  test('after read, read elsewhere and shortened there: ends when the swarm forgets it', () => {
    const timer = afterRead(300);
    const expiresAtMs = NOW_MS + 300_000 - 5_000;
    expect(timerOnReceiving(timer, { ...read, expiresAtMs })).toEqual(kept(timer, expiresAtMs));
  });

  test('after read, read elsewhere and shortened to exactly now plus the timer counts as shortened', () => {
    const timer = afterRead(300);
    const expiresAtMs = NOW_MS + 300_000;
    expect(timerOnReceiving(timer, { ...read, expiresAtMs })).toEqual(kept(timer, expiresAtMs));
  });

  test.each([NOW_MS + 300_001, NOW_MS + FOURTEEN_DAYS_MS, null])(
    'after read, read elsewhere and not shortened (%s): starts now and is shortened here',
    (expiresAtMs) => {
      const timer = afterRead(300);
      const expected = kept(timer, NOW_MS + 300_000, NOW_MS + 300_000);
      expect(timerOnReceiving(timer, { ...read, expiresAtMs })).toEqual(expected);
    }
  );

  test('our own copy after read ends when the swarm forgets it', () => {
    const timer = afterRead(3_600);
    const message = { ...read, expiresAtMs: NOW_MS + 3_600_000 - 60_000 };
    expect(timerOnReceiving(timer, message)).toEqual(kept(timer, message.expiresAtMs));
  });

  test('hostile numbers never give an end that is not a time, nor one later than a timer begun now', () => {
    const anyTime = fc.integer({ min: 0, max: 2 ** 43 - 1 });
    fc.assert(
      fc.property(
        fc.constantFrom('after-read' as const, 'after-send' as const),
        fc.integer({ min: 1, max: MAX_TIMER_SECONDS }),
        fc.record({
          isRead: fc.boolean(),
          sentAtMs: anyTime,
          expiresAtMs: fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
          nowMs: fc.integer({ min: 1_609_419_600_000, max: 4_102_444_800_000 })
        }),
        (mode, seconds, message) => {
          const result = timerOnReceiving({ mode, seconds }, message);
          if (result.kind === 'ended') return mode === 'after-send' || message.isRead;
          const { atMs } = result.timer;
          if (atMs === null) return mode === 'after-read' && !message.isRead && result.shortenToMs === null;
          return (
            Number.isSafeInteger(atMs) &&
            atMs > message.nowMs &&
            atMs <= message.nowMs + seconds * 1000 &&
            (result.shortenToMs === null || result.shortenToMs === atMs)
          );
        }
      )
    );
  });
});

describe('a message that is read', () => {
  const waiting = { ...afterRead(300), atMs: null };
  const endsAtMs = NOW_MS + 300_000;

  test('after read starts, and the copy in our swarm is shortened to its end', () => {
    const message = { expiresAtMs: NOW_MS + DAY_MS, readAtMs: NOW_MS };
    expect(timerOnReading(waiting, message)).toEqual({
      timer: { ...waiting, atMs: endsAtMs },
      shortenToMs: endsAtMs
    });
  });

  test('a copy that goes by itself before is left', () => {
    for (const expiresAtMs of [endsAtMs, NOW_MS + 1_000]) {
      expect(timerOnReading(waiting, { expiresAtMs, readAtMs: NOW_MS })).toEqual({
        timer: { ...waiting, atMs: endsAtMs },
        shortenToMs: null
      });
    }
  });

  test('a copy that is gone already is not asked for, and the timer runs all the same', () => {
    const timer = { ...afterRead(1_209_600), atMs: null };
    const result = timerOnReading(timer, { expiresAtMs: NOW_MS - DAY_MS, readAtMs: NOW_MS });
    expect(result).toEqual({ timer: { ...timer, atMs: NOW_MS + FOURTEEN_DAYS_MS }, shortenToMs: null });
  });

  test('a copy of which nothing is known is shortened', () => {
    expect(timerOnReading(waiting, { expiresAtMs: null, readAtMs: NOW_MS })?.shortenToMs).toBe(endsAtMs);
  });

  test('reading again, and reading what runs from sending, change nothing', () => {
    const message = { expiresAtMs: NOW_MS + DAY_MS, readAtMs: NOW_MS };
    expect(timerOnReading({ ...waiting, atMs: endsAtMs }, message)).toBeNull();
    expect(timerOnReading({ ...afterSend(43_200), atMs: endsAtMs }, message)).toBeNull();
    expect(timerOnReading({ ...afterSend(43_200), atMs: null }, message)).toBeNull();
  });
});

describe("our swarm's answer to shortening", () => {
  const requestedMs = NOW_MS + 300_000;

  test('taken over: it ends as asked', () => {
    const answer = { updated: true, unchangedMs: null };
    expect(timerOnShortened(answer, requestedMs)).toEqual({ kind: 'ends', atMs: requestedMs });
  });

  test('unchanged: another device has read it before, and its end holds', () => {
    const answer = { updated: false, unchangedMs: NOW_MS + 100_000 };
    expect(timerOnShortened(answer, requestedMs)).toEqual({ kind: 'ends', atMs: NOW_MS + 100_000 });
  });

  test('unchanged with a later end, as only a lying node says it: ours holds', () => {
    const answer = { updated: false, unchangedMs: NOW_MS + DAY_MS };
    expect(timerOnShortened(answer, requestedMs)).toEqual({ kind: 'ends', atMs: requestedMs });
  });

  test('neither: it has ended', () => {
    expect(timerOnShortened({ updated: false, unchangedMs: null }, requestedMs)).toEqual({ kind: 'ended' });
  });
});
