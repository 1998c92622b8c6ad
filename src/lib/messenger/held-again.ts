// Which of the messages that no key opens have come again (v2-forward-secrecy-and-pq.md §15.3). A sealed message shows neither who wrote it
// nor when, so what came late is matched by time: with the first one kept that was stored after it was written. Pure.
import type { HeldMessage } from '../storage/index.ts';

/** A message that opened. */
export interface CameMessage {
  /** Sent time. */
  readonly timestampMs: number;
  /** When the node says it was stored. */
  readonly storedAtMs: number;
}

/** Between writing and storing, and between clocks, without anything being late (§10.3). */
const SLACK_MS = 5 * 60_000;

/** @returns hashes of kept messages, each matched with one that came */
export function matchCameAgain(held: readonly HeldMessage[], came: readonly CameMessage[]): string[] {
  const open = held
    .filter(({ cameAgain, isNewer }) => !cameAgain && !isNewer)
    .map(({ hash, storedAtMs, heldAtMs }) => ({ hash, atMs: storedAtMs ?? heldAtMs }))
    .sort((a, b) => a.atMs - b.atMs);
  const late = came
    .filter(({ timestampMs, storedAtMs }) => storedAtMs - timestampMs > SLACK_MS)
    .sort((a, b) => a.timestampMs - b.timestampMs);
  const matched: string[] = [];
  for (const { timestampMs, storedAtMs } of late) {
    const index = open.findIndex(({ atMs }) => atMs >= timestampMs - SLACK_MS && atMs < storedAtMs);
    if (index === -1) continue;
    matched.push(...open.splice(index, 1).map(({ hash }) => hash));
  }
  return matched;
}
