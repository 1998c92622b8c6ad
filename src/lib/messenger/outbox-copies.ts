// Copies for our other devices: all go to our own swarm, so those that wait leave together, in order.
import { base64ToBytes } from '../bytes/index.ts';
import type { Identity } from '../crypto/index.ts';
import { AppError, InvariantError } from '../errors.ts';
import { COPY_LANE, finishCopy, loadLane, type OutboxEntry } from '../storage/index.ts';
import { afterFailure, ttlOf, type AttemptDependencies, type MessageStoreClient } from './send-attempt.ts';

export interface CopyDependencies extends AttemptDependencies {
  readonly identity: Identity;
  readonly swarm: Pick<MessageStoreClient, 'storeSeries'>;
  readonly onDelivered?: () => void;
}

/** Copies of one request, and how much base64 they may make together: a slow way carries it within its time. */
const MAX_COPIES = 20;
const MAX_COPIES_LENGTH = 256 * 1024;

/** One attempt for the copies at the head of the lane, and what follows from its outcome. */
export async function sendCopies(deps: CopyDependencies, signal: AbortSignal): Promise<void> {
  const entries = withinBounds(await loadLane(deps.store, COPY_LANE, MAX_COPIES));
  const [head] = entries;
  if (!head) return;
  try {
    await storeTogether(deps, entries, signal).catch((error: unknown) => {
      // One that no node takes has all of its request refused: the head is judged by what it meets alone.
      if (entries.length === 1 || !(error instanceof AppError) || error.retry !== 'never') throw error;
      return storeTogether(deps, [head], signal);
    });
    deps.onDelivered?.();
  } catch (error) {
    await afterFailure(deps, head, error, signal);
  }
}

/** @throws what `storeSeries` throws when not even the first one was stored */
async function storeTogether(
  deps: CopyDependencies,
  entries: readonly OutboxEntry[],
  signal: AbortSignal
): Promise<void> {
  const { store, swarm, identity } = deps;
  const items = await Promise.all(
    entries.map(async (entry) => ({
      data: base64ToBytes(sealedOf(entry)),
      ttlMs: Math.min(await ttlOf(deps, entry), entry.content.maxTtlMs ?? Infinity)
    }))
  );
  const stored = await swarm.storeSeries({ accountId: identity.accountId, items, signal });
  for (const [index, { hash: messageHash, expiresAtMs, storedAtMs }] of stored.entries()) {
    const entry = entries[index];
    if (entry) await finishCopy(store, entry, { messageHash, expiresAtMs, storedAtMs });
  }
}

function sealedOf({ content }: OutboxEntry): string {
  if (content.dataBase64 === null) throw new InvariantError('sealed data on a copy');
  return content.dataBase64;
}

/** The leading entries that fit into one request; the first one always does. */
function withinBounds(entries: readonly OutboxEntry[]): readonly OutboxEntry[] {
  let length = 0;
  const end = entries.findIndex((entry, index) => {
    length += sealedOf(entry).length;
    return index > 0 && length > MAX_COPIES_LENGTH;
  });
  return end < 0 ? entries : entries.slice(0, end);
}
