// What every attempt to store an outbox entry needs: how long nodes are to keep it, and what follows from a failure.
import type { AccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import {
  failEntry,
  loadMessage,
  NO_TIMER,
  postponeEntry,
  StorageError,
  type OutboxEntry,
  type ProfileStore
} from '../storage/index.ts';
import { nextStep } from './send-policy.ts';
import { copyTtlMs, messageTtlMs, type StoredKind } from './timers.ts';

/** The part of the swarm floor that sending needs. */
export interface MessageStoreClient {
  store(input: {
    accountId: AccountId;
    namespace: number;
    data: Uint8Array;
    ttlMs: number;
    signal?: AbortSignal;
    /** `storedAtMs`: clock of the node that took it. */
  }): Promise<{ hash: string; expiresAtMs: number; storedAtMs: number }>;
  /** One entry for each of the leading items that were stored; at least one. */
  storeSeries(input: {
    accountId: AccountId;
    items: readonly { data: Uint8Array; ttlMs: number }[];
    signal?: AbortSignal;
  }): Promise<readonly { hash: string; expiresAtMs: number; storedAtMs: number }[]>;
}

export interface AttemptDependencies {
  readonly store: ProfileStore;
  /** Network time, milliseconds. */
  readonly now: () => number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** What follows from a failed attempt; what is none of the network's is thrown on. */
export async function afterFailure(
  { store, clock, random, log }: AttemptDependencies,
  entry: OutboxEntry,
  error: unknown,
  signal: AbortSignal
): Promise<void> {
  if (signal.aborted || !(error instanceof AppError) || error instanceof StorageError) throw error;
  const step = nextStep(error, entry.content, clock.now());
  log.debug('send-attempt-failed', { code: error.code, step: step.kind });
  if (step.kind === 'fail') await failEntry(store, entry, error.code);
  else {
    const jitter = 0.8 + randomBelow(random, 400) / 1000;
    const notBeforeMs = clock.now() + Math.round(step.waitMs * jitter);
    await postponeEntry(store, entry, { ...step.next, notBeforeMs });
  }
}

/** How long service nodes are to keep it (§3.2). */
export async function ttlOf(deps: AttemptDependencies, { row, content }: OutboxEntry): Promise<number> {
  const { kind, outgoing = { kind: 'message' }, timer = NO_TIMER } = content;
  const stored: StoredKind = outgoing.kind === 'message' ? 'visible' : outgoing.kind;
  if (kind === 'message' || timer.mode === 'off') return messageTtlMs(stored, timer);
  const message = row.messageId === '' ? null : await loadMessage(deps.store, row.messageId);
  const endsAtMs = message?.disappears?.atMs ?? null;
  return copyTtlMs(stored, timer, { endsAtMs, nowMs: deps.now() });
}
