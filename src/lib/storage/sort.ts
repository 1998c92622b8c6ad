// Position of a message in its conversation: by sent time, with a tie-break between authors. Fits a double exactly.

/** Sent times from here on (year 2248) are refused, so that a position stays below 2^53. */
export const MAX_TIMESTAMP_MS = 2 ** 43;

const SLOTS = 1024;

/**
 * @param timestampMs sent time, 0 to `MAX_TIMESTAMP_MS` exclusive
 * @param authorSlot 0 for our own messages, 1 to 1023 for an author; one author never sends two with one time
 */
export function sortOf(timestampMs: number, authorSlot: number): number {
  return timestampMs * SLOTS + authorSlot;
}

/** Stable slot of an author, from a keyed hash in hex. */
export function authorSlot(keyedHashHex: string): number {
  return 1 + (Number.parseInt(keyedHashHex.slice(0, 8), 16) % (SLOTS - 1));
}
