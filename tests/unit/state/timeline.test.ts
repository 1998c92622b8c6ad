import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildTimeline,
  createTimelineBuilder,
  listSteps,
  nextMessage
} from '../../../src/lib/state/timeline.ts';
import type { MessageView } from '../../../src/lib/storage/views.ts';
import { sampleMessage } from '../../support/views.ts';
import { createFormats } from '../../../src/lib/text/format.ts';

const formats = createFormats({ locale: 'en-GB', timeZone: 'UTC' });
const NOON = Date.UTC(2026, 4, 20, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;

const message = (part: Partial<MessageView> & { sort: number }) => sampleMessage({ sentAtMs: NOON, ...part });

const groups = (messages: MessageView[], unread: number | null = null) =>
  buildTimeline(messages, unread, formats).map((line) => [line.startsGroup, line.endsGroup]);

describe('a timeline', () => {
  it('groups what one author wrote within a minute', () => {
    const lines = [
      message({ sort: 1, sentAtMs: NOON + 1_000 }),
      message({ sort: 2, sentAtMs: NOON + 59_000 }),
      message({ sort: 3, sentAtMs: NOON + MINUTE }),
      message({ sort: 4, sentAtMs: NOON + MINUTE, direction: 'out' })
    ];
    expect(groups(lines)).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true]
    ]);
  });

  it('gives a failed message a postmark of its own, and one to each state', () => {
    const own = { direction: 'out', sentAtMs: NOON } as const;
    const lines = [
      message({ sort: 1, ...own, state: 'sent' }),
      message({ sort: 2, ...own, state: 'failed' }),
      message({ sort: 3, ...own, state: 'failed' }),
      message({ sort: 4, ...own, state: 'queued' }),
      message({ sort: 5, ...own, state: 'queued' })
    ];
    expect(groups(lines).map(([, ends]) => ends)).toEqual([true, true, true, false, true]);
  });

  it('gives a postmark of its own to what was read, disappears, or was deleted', () => {
    const own = { direction: 'out', sentAtMs: NOON } as const;
    const disappears = { mode: 'after-send', seconds: 60, atMs: null } as const;
    const lines = [
      message({ sort: 1, ...own, readByThem: true }),
      message({ sort: 2, ...own }),
      message({ sort: 3, ...own, disappears }),
      message({ sort: 4, ...own, disappears }),
      message({ sort: 5, ...own, disappears, deleted: true })
    ];
    expect(groups(lines).map(([, ends]) => ends)).toEqual([true, true, false, true, true]);
  });

  it('lets lines that nobody wrote stand alone, and passes over them when messages are walked', () => {
    const notice = { type: 'you-accepted' } as const;
    const lines = [
      message({ sort: 1 }),
      message({ sort: 2, notice }),
      message({ sort: 3, notice }),
      message({ sort: 4 })
    ];
    expect(groups(lines).every(([starts, ends]) => starts && ends)).toBe(true);
    const timeline = buildTimeline(lines, null, formats);
    expect(nextMessage(timeline, 1, 1)).toBe(3);
    expect(nextMessage(timeline, 2, -1)).toBe(0);
    expect(nextMessage(timeline, 4, 1)).toBe(-1);
    expect(nextMessage(timeline, -1, -1)).toBe(-1);
    expect(nextMessage(timeline.slice(1, 3), 0, 1)).toBe(-1);
  });

  it('begins a day where the calendar does, also at its very start', () => {
    const midnight = Date.UTC(2026, 4, 21);
    const lines = [
      message({ sort: 1, sentAtMs: midnight - 2 }),
      message({ sort: 2, sentAtMs: midnight - 1 }),
      message({ sort: 3, sentAtMs: midnight })
    ];
    expect(buildTimeline(lines, null, formats).map((line) => line.startsDay)).toEqual([true, false, true]);
  });

  it('marks the first unread message once, and closes the group before it', () => {
    const lines = [message({ sort: 1 }), message({ sort: 2 }), message({ sort: 5 })];
    // The unread message itself may be gone: the next one takes the mark.
    const marked = buildTimeline(lines, 3, formats);
    expect(marked.map((line) => line.startsUnread)).toEqual([false, false, true]);
    expect(marked[1]?.endsGroup).toBe(true);
    expect(buildTimeline(lines, null, formats).some((line) => line.startsUnread)).toBe(false);
  });

  it('marks no stretch that begins within what is unread', () => {
    const lines = [message({ sort: 5 }), message({ sort: 6 })];
    const marks = (unreadFromSort: number, hasOlder: boolean) =>
      buildTimeline(lines, unreadFromSort, formats, hasOlder).map((line) => line.startsUnread);
    expect(marks(3, true)).toEqual([false, false]);
    expect(marks(5, true)).toEqual([true, false]);
    expect(marks(3, false)).toEqual([true, false]);
  });

  it('is empty for no messages', () => {
    expect(buildTimeline([], 1, formats)).toEqual([]);
  });
});

describe('steps from one list to the next', () => {
  const list = (from: number, to: number) =>
    Array.from({ length: to - from }, (_unused, index) => ({ id: `m${from + index}` }));

  it('counts from the end when only the start changed', () => {
    const after = list(0, 20);
    expect(listSteps(after.slice(10), after)).toEqual([{ items: after, shift: true }]);
    expect(listSteps(after, after.slice(5))).toEqual([{ items: after.slice(5), shift: true }]);
  });

  it('counts from the start when only the end changed', () => {
    const all = list(0, 20);
    expect(listSteps(all.slice(0, 10), all)).toEqual([{ items: all, shift: false }]);
  });

  it('never changes both ends in one step', () => {
    const window = fc
      .tuple(fc.nat(40), fc.nat(40))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
    fc.assert(
      fc.property(window, window, ([a, b], [c, d]) => {
        const all = list(0, 60);
        let shown: readonly { id: string }[] = all.slice(a, b);
        const after = all.slice(c, d);
        const overlap = c < b && a < d;
        for (const step of listSteps(shown, after)) {
          const firstStays = shown[0]?.id === step.items[0]?.id;
          const lastStays = shown.at(-1)?.id === step.items.at(-1)?.id;
          // Lists without a common part are shown afresh.
          if (overlap) expect(step.shift ? lastStays : firstStays).toBe(true);
          shown = step.items;
        }
        expect(shown).toEqual(after);
      })
    );
  });

  it('shows what is new when a message in the middle changed', () => {
    const before = [{ id: 'a', state: 'queued' }];
    const after = [{ id: 'a', state: 'sent' }];
    expect(listSteps(before, after)).toEqual([{ items: after, shift: false }]);
  });

  it('shows a first list, and an emptied one', () => {
    expect(listSteps([], list(0, 2))).toEqual([{ items: list(0, 2), shift: false }]);
    expect(listSteps(list(0, 2), [])).toEqual([{ items: [], shift: false }]);
  });
});

describe('times as people read them', () => {
  const now = Date.UTC(2026, 4, 20, 14, 10);
  it('gets coarser with distance', () => {
    expect(formats.listTime(now - 5 * 3_600_000, now)).toBe('09:10');
    expect(formats.listTime(now - DAY, now)).toBe('Yesterday');
    expect(formats.listTime(now - 2 * DAY, now)).toBe('Mon');
    expect(formats.listTime(now - 7 * DAY, now)).toBe('13 May');
    expect(formats.listTime(Date.UTC(2025, 11, 31), now)).toBe('31 Dec 2025');
  });

  it('says today for a time that lies ahead by a wrong clock', () => {
    expect(formats.listTime(now + 5 * MINUTE, now)).toBe('14:15');
  });

  it('names the days of dividers', () => {
    expect(formats.day(now, now)).toBe('Today');
    expect(formats.day(now - DAY, now)).toBe('Yesterday');
    expect(formats.day(now - 3 * DAY, now)).toMatch(/^Sunday,? 17 May$/);
    expect(formats.day(Date.UTC(2025, 11, 31), now)).toBe('31 December 2025');
  });

  it('counts days by the calendar of the time zone, not by hours', () => {
    const berlin = createFormats({ locale: 'en-GB', timeZone: 'Europe/Berlin' });
    // 23:30 and 00:30 in Berlin, an hour apart.
    expect(berlin.listTime(Date.UTC(2026, 4, 19, 21, 30), Date.UTC(2026, 4, 19, 22, 30))).toBe('Yesterday');
  });

  it('leaves out the leading zero on a clock of twelve hours', () => {
    const american = createFormats({ locale: 'en-US', hourCycle: () => 'h12', timeZone: 'UTC' });
    expect(american.time(Date.UTC(2026, 4, 20, 9, 5)).replace(/\s/g, ' ')).toBe('9:05 AM');
  });
});

describe('timelines built one after the other', () => {
  it('keep the lines that did not change, and no other', () => {
    const build = createTimelineBuilder();
    const messages = [1, 2, 3].map((sort) => message({ sort, id: `m${sort}` }));
    const first = build(messages, null, formats);
    const more = [...messages, message({ sort: 4, id: 'm4' })];
    const second = build(more, null, formats);
    expect(second).toEqual(buildTimeline(more, null, formats));
    // The third ends no group any more.
    expect(second.map((line, index) => line === first[index])).toEqual([true, true, false, false]);
    const changed = more.with(1, { ...(more[1] as MessageView), text: 'other' });
    const third = build(changed, null, formats);
    expect(third.map((line, index) => line === second[index])).toEqual([true, false, true, true]);
  });
});
