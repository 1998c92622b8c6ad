// A conversation's messages as the lines of a timeline: what starts a day, what belongs together, where reading
// stopped. Pure, so that it is tested without a screen.
import type { MessageView } from '../storage/views.ts';
import type { Formats } from '../text/format.ts';

export interface TimelineLine {
  readonly message: MessageView;
  /** A new day begins here. */
  readonly startsDay: boolean;
  /** The first message that was unread when the conversation was opened. */
  readonly startsUnread: boolean;
  /** First and last of its group: same author, same minute, nothing between. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
}

/** Builds timelines one after the other; a line that did not change is the same object as before. */
export function createTimelineBuilder(): typeof buildTimeline {
  let known = new Map<string, TimelineLine>();
  return (messages, unreadFromSort, formats, hasOlder) => {
    const lines = buildTimeline(messages, unreadFromSort, formats, hasOlder).map((line) => {
      const before = known.get(line.message.id);
      return before && isSameLine(before, line) ? before : line;
    });
    known = new Map(lines.map((line) => [line.message.id, line]));
    return lines;
  };
}

function isSameLine(a: TimelineLine, b: TimelineLine): boolean {
  return (
    a.message === b.message &&
    a.startsDay === b.startsDay &&
    a.startsUnread === b.startsUnread &&
    a.startsGroup === b.startsGroup &&
    a.endsGroup === b.endsGroup
  );
}

/**
 * @param messages in order of time
 * @param unreadFromSort sort of the first unread message, or null
 * @param hasOlder there are messages before these: what was read last may be among them, and so may what is unread
 */
export function buildTimeline(
  messages: readonly MessageView[],
  unreadFromSort: number | null,
  formats: Pick<Formats, 'dayKey' | 'minuteKey'>,
  hasOlder = false
): TimelineLine[] {
  const days = messages.map(({ sentAtMs }) => formats.dayKey(sentAtMs));
  const starts = messages.map((message, index) => {
    const before = messages[index - 1];
    const startsDay = !before || days[index - 1] !== days[index];
    const startsUnread =
      unreadFromSort !== null &&
      message.sort >= unreadFromSort &&
      (before ? before.sort < unreadFromSort : !hasOlder || message.sort === unreadFromSort);
    const startsGroup = startsDay || startsUnread || !belongTogether(before, message, formats);
    return { startsDay, startsUnread, startsGroup };
  });
  return messages.map((message, index) => ({
    message,
    startsDay: starts[index]?.startsDay ?? false,
    startsUnread: starts[index]?.startsUnread ?? false,
    startsGroup: starts[index]?.startsGroup ?? false,
    endsGroup: starts[index + 1]?.startsGroup ?? true
  }));
}

/**
 * A failed message stands alone, so do lines nobody wrote, and so do states that differ: one postmark speaks for the
 * whole group.
 */
function belongTogether(
  before: MessageView | undefined,
  message: MessageView,
  formats: Pick<Formats, 'minuteKey'>
): boolean {
  return (
    before !== undefined &&
    before.notice === null &&
    message.notice === null &&
    before.direction === message.direction &&
    formats.minuteKey(before.sentAtMs) === formats.minuteKey(message.sentAtMs) &&
    before.state === message.state &&
    before.readByThem === message.readByThem &&
    before.disappears?.seconds === message.disappears?.seconds &&
    before.deleted === message.deleted &&
    message.state !== 'failed'
  );
}

/**
 * The nearest line a person wrote, from an index on: lines that nobody wrote are passed over when messages are walked.
 * @returns -1 when there is none in that direction
 */
export function nextMessage(lines: readonly TimelineLine[], from: number, step: 1 | -1): number {
  for (let index = from; index >= 0 && index < lines.length; index += step) {
    if (lines[index]?.message.notice === null) return index;
  }
  return -1;
}

/** One step of changing a list that is shown virtualised: `shift` when lines came or went at its start. */
export interface ListStep<Item> {
  readonly items: readonly Item[];
  readonly shift: boolean;
}

/**
 * The steps from one list to the next, at most two: what changes at the start keeps the scroll position by counting
 * from the end, what changes at the end by counting from the start, so the two never happen at once.
 * @param keyOf tells which item of one list is which of the other
 */
export function listSteps<Item extends { readonly id: string }>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string = ({ id }) => id
): ListStep<Item>[] {
  const firstBefore = before[0];
  const firstAfter = after[0];
  if (!firstBefore || !firstAfter || keyOf(firstBefore) === keyOf(firstAfter))
    return [{ items: after, shift: false }];
  const added = after.findIndex((item) => keyOf(item) === keyOf(firstBefore));
  const removed = before.findIndex((item) => keyOf(item) === keyOf(firstAfter));
  if (added === -1 && removed === -1) return [{ items: after, shift: false }];
  const kept = added === -1 ? before.slice(removed) : [...after.slice(0, added), ...before];
  const steps: ListStep<Item>[] = [{ items: kept, shift: true }];
  if (kept.length !== after.length || kept.some((item, index) => item !== after[index])) {
    steps.push({ items: after, shift: false });
  }
  return steps;
}
