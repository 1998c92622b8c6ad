// What is to be asked of our own swarm about messages it holds: deleted by hash, or their life shortened
// (accounts-and-messages.md §4.9, §4.10). A persisted queue and the loop that empties it; one engine runs it.
import type { Clock } from '../clock.ts';
import type { Identity } from '../crypto/index.ts';
import { AppError, errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import {
  dropChore,
  finishShortening,
  loadNextChore,
  postponeChore,
  StorageError,
  type Chore,
  type ProfileStore
} from '../storage/index.ts';
import { createBell } from './bell.ts';
import {
  chorePause,
  endsOfAnswer,
  isChoreOver,
  isDue,
  stepAfterAnswer,
  stepAfterError
} from './chore-policy.ts';

/** Which members of the swarm signed for a change. */
export interface MemberAnswers {
  readonly confirmed: readonly string[];
  readonly failed: readonly string[];
}

/** The part of the swarm floor that chores need. */
export interface MessageChoreClient {
  delete(input: {
    identity: Identity;
    hashes: readonly string[];
    signal?: AbortSignal;
  }): Promise<MemberAnswers>;
  expire(input: {
    identity: Identity;
    hashes: readonly string[];
    expiryMs: number;
    mode: 'shorten';
    signal?: AbortSignal;
  }): Promise<
    MemberAnswers & {
      readonly updated: readonly string[];
      /** Expiry by hash of those that were to end earlier already. */
      readonly unchanged: Readonly<Record<string, number>>;
    }
  >;
}

export interface Chores {
  /** Runs until `stop`. @param onEnd called when storage refuses to go on: `deposed` or `closed` */
  start(onEnd: (code: string) => void): void;
  stop(): Promise<void>;
  /** A chore was added, or the network came back. */
  ring(): void;
}

export interface ChoresDependencies {
  readonly store: ProfileStore;
  readonly identity: Identity;
  readonly swarm: MessageChoreClient;
  /** Whether it makes sense to try now. */
  readonly isConnected: () => boolean;
  /** Network time, milliseconds. */
  readonly now: () => number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Deadlines may have come nearer. */
  readonly onShortened?: () => void;
}

/** Longest wait for a ring: chores come also from tabs that have just become the engine's. */
const MAX_WAIT_MS = 60_000;

/** Pause after something failed that is no answer of a swarm, e.g. the database for lack of room. */
const PAUSE_MS = 5_000;

export function createChores(deps: ChoresDependencies): Chores {
  const { store, clock, log } = deps;
  const bell = createBell(clock);
  let running: { controller: AbortController; done: Promise<void> } | null = null;

  /** @returns how long until the next is due; 0 after one was tried */
  async function step(signal: AbortSignal): Promise<number> {
    if (!deps.isConnected()) return MAX_WAIT_MS;
    const chore = await loadNextChore(store);
    if (!chore) return MAX_WAIT_MS;
    const nowMs = deps.now();
    if (isChoreOver(chore.content, nowMs)) await dropChore(store, chore.row);
    else if (!isDue(chore.row, nowMs)) return Math.min(chore.row.notBeforeMs - nowMs, MAX_WAIT_MS);
    else await tryChore(deps, chore, signal);
    return 0;
  }

  async function loop(signal: AbortSignal, onEnd: (code: string) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        const waitMs = await step(signal);
        if (waitMs !== 0) await bell.wait(waitMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        const code = errorCode(error);
        if (code === 'deposed' || code === 'closed') return onEnd(code);
        log.warn('chores-paused', { code });
        await clock.sleep(PAUSE_MS, signal).catch(() => {});
      }
    }
  }

  return {
    start(onEnd) {
      if (running) return;
      const controller = new AbortController();
      running = { controller, done: loop(controller.signal, onEnd) };
    },
    async stop() {
      const stopping = running;
      running = null;
      stopping?.controller.abort();
      bell.ring();
      await stopping?.done;
    },
    ring: () => bell.ring()
  };
}

/** One attempt, and what follows from its outcome. */
async function tryChore(deps: ChoresDependencies, chore: Chore, signal: AbortSignal): Promise<void> {
  const { store } = deps;
  let next: 'done' | 'again' | 'drop';
  try {
    next = await ask(deps, chore, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError) || error instanceof StorageError) throw error;
    next = stepAfterError(error, chore.content);
    deps.log.debug('chore-failed', { kind: chore.content.kind, code: error.code, step: next });
    if (next === 'drop') await dropChore(store, chore.row);
  }
  if (next !== 'again') return;
  const pauseMs = chorePause(chore.content.attempts);
  const jitteredMs = Math.round(pauseMs * (0.8 + randomBelow(deps.random, 400) / 1000));
  await postponeChore(store, chore, deps.now() + jitteredMs);
}

async function ask(deps: ChoresDependencies, chore: Chore, signal: AbortSignal): Promise<'done' | 'again'> {
  const { store, identity, swarm } = deps;
  const { content } = chore;
  const { hashes } = content;
  if (content.kind === 'delete') {
    const next = stepAfterAnswer(await swarm.delete({ identity, hashes, signal }), content);
    if (next === 'done') await dropChore(store, chore.row);
    return next;
  }
  // A time that has passed is refused; what should have ended then ends now.
  const expiryMs = Math.max(content.expiryMs, deps.now());
  const answer = await swarm.expire({ identity, hashes, expiryMs, mode: 'shorten', signal });
  const next = stepAfterAnswer(answer, content);
  if (next === 'again') return next;
  await finishShortening(store, chore, endsOfAnswer(hashes, answer, content.expiryMs));
  deps.onShortened?.();
  return next;
}
