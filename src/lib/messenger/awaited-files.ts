// Files that load by themselves (accounts-and-messages.md §5.5): remembered until they are here or the reason that they are
// not is final, so that neither a server that is away nor a restart leaves them out.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { loadMeta, updateMeta, type AwaitedFile, type ProfileStore } from '../storage/index.ts';
import type { AttachmentPlace } from './attachment-commands.ts';
import { createBell } from './bell.ts';

/** `later`: for a reason that may pass. `stopped`: the engine ends. */
export type LoadOutcome = 'ended' | 'later' | 'stopped';

export interface AwaitedFiles {
  start(): void;
  /** Files that came; each is tried at once. */
  add(places: readonly AttachmentPlace[]): Promise<void>;
  /** Their messages are gone. */
  forget(messageIds: readonly string[]): void;
  /** The network came back. */
  ring(): void;
  stop(): Promise<void>;
}

const MINUTE_MS = 60_000;
/** Pauses before the attempts that follow the first; after the last of them the person has to ask. */
export const PAUSES_MS: readonly number[] = [1, 5, 30, 120, 360, 720, 1_440, 1_440, 1_440].map(
  (minutes) => minutes * MINUTE_MS
);
const LONGEST_PAUSE_MS = Math.max(...PAUSES_MS);
/** Most that are remembered: the oldest are left to be asked for. */
export const MAX_AWAITED = 500;
/** After a fault of the storage. */
const FAULT_PAUSE_MS = MINUTE_MS;

/** @param deps.load tries one; never rejects for a reason of the file or the network */
export function createAwaitedFiles(deps: {
  readonly store: ProfileStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly isConnected: () => boolean;
  readonly load: (place: AttachmentPlace, signal: AbortSignal) => Promise<LoadOutcome>;
}): AwaitedFiles {
  const { store, clock, log } = deps;
  const bell = createBell(clock);
  let running: { controller: AbortController; done: Promise<void> } | null = null;

  const change = (update: (files: readonly AwaitedFile[]) => readonly AwaitedFile[]) =>
    updateMeta(store, 'awaited-files', 'engine', (current) => {
      const files = current?.files ?? [];
      const next = update(files);
      return next === files ? null : { files: next.slice(-MAX_AWAITED) };
    });

  async function attempt(file: AwaitedFile, signal: AbortSignal): Promise<void> {
    const outcome = await deps.load(file, signal);
    if (outcome === 'stopped') return;
    const pauseMs = outcome === 'later' ? PAUSES_MS[file.attempts] : undefined;
    await change((files) =>
      pauseMs === undefined
        ? files.filter((each) => !isSame(each, file))
        : files.map((each) =>
            isSame(each, file)
              ? { ...each, attempts: file.attempts + 1, notBeforeMs: clock.now() + pauseMs }
              : each
          )
    );
  }

  /** @returns milliseconds until the next is due; null when none waits */
  async function round(signal: AbortSignal): Promise<number | null> {
    for (;;) {
      const files = (await loadMeta(store, 'awaited-files'))?.content.files ?? [];
      if (files.length === 0 || !deps.isConnected()) return null;
      const waits = files.map(({ notBeforeMs }) => waitOf(notBeforeMs, clock.now()));
      const due = files[waits.indexOf(0)];
      if (!due) return Math.min(...waits);
      signal.throwIfAborted();
      await attempt(due, signal);
    }
  }

  async function loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let waitMs: number | null = FAULT_PAUSE_MS;
      try {
        waitMs = await round(signal);
      } catch (error) {
        const code = errorCode(error);
        if (signal.aborted || code === 'closed' || code === 'deposed') return;
        log.warn('awaited-files-paused', { code });
      }
      await bell.wait(waitMs, signal);
    }
  }

  return {
    start() {
      if (running) return;
      const controller = new AbortController();
      running = { controller, done: loop(controller.signal) };
    },
    async add(places) {
      if (places.length === 0) return;
      await change((files) => {
        const fresh = places.filter((place) => !files.some((each) => isSame(each, place)));
        const added = fresh.map(({ messageId, attachmentId }) => ({
          messageId,
          attachmentId,
          attempts: 0,
          notBeforeMs: 0
        }));
        return added.length === 0 ? files : [...files, ...added];
      });
      bell.ring();
    },
    forget(messageIds) {
      const gone = new Set(messageIds);
      change((files) =>
        files.some(({ messageId }) => gone.has(messageId))
          ? files.filter(({ messageId }) => !gone.has(messageId))
          : files
      ).catch((error: unknown) => log.debug('awaited-files-kept', { code: errorCode(error) }));
    },
    ring: () => bell.ring(),
    async stop() {
      const stopping = running;
      running = null;
      stopping?.controller.abort();
      await stopping?.done;
    }
  };
}

const isSame = (a: AttachmentPlace, b: AttachmentPlace) =>
  a.messageId === b.messageId && a.attachmentId === b.attachmentId;

/** A clock that was set back makes nobody wait longer than the longest pause. */
function waitOf(notBeforeMs: number, nowMs: number): number {
  const waitMs = notBeforeMs - nowMs;
  return waitMs > LONGEST_PAUSE_MS ? 0 : Math.max(0, waitMs);
}
