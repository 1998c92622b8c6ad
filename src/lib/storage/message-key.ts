// Primary key of a message, and its position in the conversation. The key says where the message stands, so that reading
// a page, finding a duplicate and removing a conversation need no further index:
//
//   0               32          45        48           56
//   +---------------+-----------+---------+------------+
//   | conversation  | sent time | slot    | author     |
//   | id, 32 hex    | 13 digits | 3 hex   | 8 hex      |
//   +---------------+-----------+---------+------------+
//
// Slot and author come from a keyed hash; both are zero for our own messages. One author never sends two messages with
// one time (accounts-and-messages.md §3.1), so the key also is the message's identity in its conversation (§3.4 step 12).
// The position as a number is time · 1024 + slot and orders messages as the key does.

/** Sent times from here on (year 2248) are refused, so that a position stays below 2^53. */
export const MAX_TIMESTAMP_MS = 2 ** 43;

const SLOTS = 1024;
const CONVERSATION_END = 32;
const TIME_DIGITS = 13;
const TIME_END = CONVERSATION_END + TIME_DIGITS;
const SLOT_DIGITS = 3;
const SLOT_END = TIME_END + SLOT_DIGITS;
const AUTHOR_DIGITS = 8;

/** Slot and author of our own messages. */
export const OWN_AUTHOR_TAG = '0'.repeat(SLOT_DIGITS + AUTHOR_DIGITS);

/** Slot (1 to 1023) and author of somebody else's messages. @param keyedHashHex of the account, 32 hex characters */
export function authorTag(keyedHashHex: string): string {
  const slot = 1 + (Number.parseInt(keyedHashHex.slice(0, 8), 16) % (SLOTS - 1));
  return slot.toString(16).padStart(SLOT_DIGITS, '0') + keyedHashHex.slice(8, 8 + AUTHOR_DIGITS);
}

/**
 * @param timestampMs sent time, 0 to `MAX_TIMESTAMP_MS` exclusive
 */
export function messageKey(conversationId: string, timestampMs: number, tag: string): string {
  return conversationId + String(timestampMs).padStart(TIME_DIGITS, '0') + tag;
}

/** The conversation a message belongs to. */
export function conversationOfKey(messageId: string): string {
  return messageId.slice(0, CONVERSATION_END);
}

/** The position of a message. */
export function sortOfKey(messageId: string): number {
  const timestampMs = Number(messageId.slice(CONVERSATION_END, TIME_END));
  return timestampMs * SLOTS + Number.parseInt(messageId.slice(TIME_END, SLOT_END), 16);
}

/** The sent time within a position, milliseconds. */
export function timeOfSort(sort: number): number {
  return Math.floor(sort / SLOTS);
}

/** The last position of a sent time, milliseconds. */
export function sortAfterTime(timestampMs: number): number {
  return timestampMs * SLOTS + SLOTS - 1;
}

/** Whether a message is our own. */
export function isOwnKey(messageId: string): boolean {
  return messageId.endsWith(OWN_AUTHOR_TAG);
}

/**
 * The smallest key a message at this position or after it can have.
 * @param sort any number; outside the possible positions it is the beginning or the end of the conversation
 */
export function keyBound(conversationId: string, sort: number): string {
  if (!(sort > 0)) return conversationId;
  if (sort >= MAX_TIMESTAMP_MS * SLOTS) return conversationEnd(conversationId);
  const timestampMs = Math.floor(sort / SLOTS);
  const slot = (sort - timestampMs * SLOTS).toString(16).padStart(SLOT_DIGITS, '0');
  return messageKey(conversationId, timestampMs, slot);
}

/** Greater than every key of the conversation, smaller than those of the next. */
export function conversationEnd(conversationId: string): string {
  return `${conversationId}~`;
}
