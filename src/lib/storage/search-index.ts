// The search index of a profile (docs/decisions/search-index.md): keeps up with the messages, and answers.
import { systemClock, type Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import { silentLog, type Log } from '../log.ts';
import { indexNext, resetSearch } from './search-build.ts';
import { OpenedSegments } from './search-opened.ts';
import { searchMessages, type SearchInput, type SearchPage } from './search-query.ts';
import { reading, type ProfileStore } from './store.ts';

export interface SearchIndex {
  /**
   * Takes in everything that waits. Safe in several contexts at once; one run at a time in this one.
   * @throws StorageError; the signal's reason when aborted
   */
  catchUp(signal: AbortSignal): Promise<void>;
  /** Newest first. @throws StorageError; the signal's reason when aborted */
  search(input: SearchInput, signal?: AbortSignal): Promise<SearchPage>;
  /** Forgets all of the index, and builds it from the stored messages. @throws as `catchUp` */
  rebuild(signal: AbortSignal): Promise<void>;
  /** Keeps up until the signal aborts or the database is closed; waits for quiet moments. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** How often it looks for what waits. Search looks through that itself, so nothing hurries. */
const LOOK_EVERY_MS = 5_000;
/** While more keeps coming so many looks are let pass, so that receiving has the worker to itself. */
const LOOKS_LET_PASS = 6;
/** After a failure. */
const RETRY_MS = 30_000;
/** Changes by others in a row before a run gives up until next time. */
const MAX_CONFLICTS = 100;

export function createSearchIndex(deps: { store: ProfileStore; clock?: Clock; log?: Log }): SearchIndex {
  const { store, clock = systemClock, log = silentLog } = deps;
  const opened = new OpenedSegments();
  let running: Promise<void> | null = null;

  async function takeAll(signal: AbortSignal): Promise<void> {
    const pause = async () => {
      await clock.sleep(0);
      signal.throwIfAborted();
    };
    for (let conflicts = 0; ;) {
      signal.throwIfAborted();
      try {
        if (!(await indexNext(store, pause))) return;
        conflicts = 0;
      } catch (error) {
        if (errorCode(error) !== 'stale' || ++conflicts > MAX_CONFLICTS) throw error;
      }
      await pause();
    }
  }

  async function catchUp(signal: AbortSignal): Promise<void> {
    // Somebody else's run may end early, by their signal or before what came last.
    while (running) await running.catch(() => {});
    running = takeAll(signal);
    try {
      await running;
    } finally {
      running = null;
    }
  }

  async function reset(): Promise<void> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await resetSearch(store);
      } catch (error) {
        if (errorCode(error) !== 'stale' || conflicts >= MAX_CONFLICTS) throw error;
      }
    }
  }

  return {
    catchUp,
    search: (input, signal) => searchMessages({ store, opened, clock }, input, signal),
    async rebuild(signal) {
      opened.clear();
      await reset();
      await catchUp(signal);
    },
    async run(signal) {
      let isCaughtUp = false;
      let before = 0;
      let passed = 0;
      for (let pauseMs = LOOK_EVERY_MS; !signal.aborted;) {
        try {
          await clock.sleep(pauseMs, signal);
          pauseMs = LOOK_EVERY_MS;
          const waiting = await reading(() => store.db.searchQueue.count());
          const isGrowing = waiting > before && passed < LOOKS_LET_PASS;
          before = waiting;
          passed = isGrowing ? passed + 1 : 0;
          if (isGrowing || (waiting === 0 && isCaughtUp)) continue;
          await catchUp(signal);
          isCaughtUp = true;
          before = 0;
        } catch (error) {
          if (signal.aborted) return;
          const code = errorCode(error);
          log.warn('search-index', { code });
          if (code === 'closed') return;
          pauseMs = RETRY_MS;
        }
      }
    }
  };
}
