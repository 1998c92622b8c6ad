// Jumping to a date: reads of message keys alone, so that neither rows nor keys of the profile are needed.
import { conversationEnd, keyBound, MAX_TIMESTAMP_MS, sortOfKey } from './message-key.ts';
import type { ProfileDatabase } from './schema.ts';

/** Days asked about at once: the six weeks a calendar shows. */
const MAX_DAYS = 42;

const boundAt = (conversationId: string, atMs: number) =>
  keyBound(conversationId, atMs >= MAX_TIMESTAMP_MS ? Infinity : sortAt(atMs));

/** The first position of a time. */
function sortAt(atMs: number): number {
  return Math.ceil(atMs) * 1_024;
}

/**
 * The first message sent at `atMs` or later, else the last one before.
 * @param atMs network time, milliseconds since 1970
 * @returns null when the conversation has no messages
 */
export async function findMessageAtDate(
  db: ProfileDatabase,
  conversationId: string,
  atMs: number
): Promise<{ messageId: string; sort: number } | null> {
  const bound = boundAt(conversationId, atMs);
  const [after] = await db.messages
    .where(':id')
    .between(bound, conversationEnd(conversationId), true, false)
    .limit(1)
    .primaryKeys();
  const [found = null] =
    after === undefined
      ? await db.messages
          .where(':id')
          .between(conversationId, bound, true, false)
          .reverse()
          .limit(1)
          .primaryKeys()
      : [after];
  return found === null ? null : { messageId: found, sort: sortOfKey(found) };
}

/**
 * Which days of a calendar have messages.
 * @param boundsMs beginnings of up to 42 days, and the end of the last, in order
 * @returns one answer a day
 */
export async function findDaysWithMessages(
  db: ProfileDatabase,
  conversationId: string,
  boundsMs: readonly number[]
): Promise<boolean[]> {
  const days = boundsMs.slice(0, MAX_DAYS + 1).map((atMs) => boundAt(conversationId, atMs));
  return Promise.all(
    days.slice(0, -1).map(async (from, index) => {
      const to = days[index + 1] as string;
      if (to <= from) return false;
      const keys = await db.messages.where(':id').between(from, to, true, false).limit(1).primaryKeys();
      return keys.length > 0;
    })
  );
}
