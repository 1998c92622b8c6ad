// Answering a search: newest first over sealed segments, opened a few at a time and only as far back as needed, plus what
// waits to be taken in. The index only proposes; every hit was read from its message and matched again.
import { utf8ToBytes } from '../bytes/index.ts';
import { errorCode } from '../errors.ts';
import type { Clock } from '../clock.ts';
import { conversationOfKey, isOwnKey, sortOfKey, timeOfSort } from './message-key.ts';
import { loadMeta } from './meta.ts';
import { openTexts } from './search-build.ts';
import type { OpenedSegments } from './search-opened.ts';
import { openSegment } from './search-rows.ts';
import type { SearchSegmentRow } from './rows.ts';
import {
  MAX_QUERY_TERMS,
  readSegmentTable,
  searchSegment,
  SEGMENT_VERSION,
  tailAt
} from './search-segment.ts';
import { findMatches, parseQuery, type SearchQuery, type TextRange } from './search-text.ts';
import { reading, type ProfileStore } from './store.ts';

export interface SearchInput {
  readonly text: string;
  /** Only in this conversation. */
  readonly conversationId?: string;
  /** At most so many hits, and never more than `MAX_SEARCH_HITS`. */
  readonly limit: number;
  /** Goes on where a page ended: its `next`. */
  readonly before?: SearchPosition;
}

/** A place in the order of all messages, newest first; what lies before it in time follows. */
export interface SearchPosition {
  readonly sort: number;
  readonly messageId: string;
}

export interface SearchHit {
  readonly messageId: string;
  readonly conversationId: string;
  readonly sort: number;
  readonly sentAtMs: number;
  readonly direction: 'in' | 'out';
  /** Where in the message's text; empty when what was found is not in the text itself. */
  readonly ranges: readonly TextRange[];
}

export interface SearchPage {
  /** Newest first. */
  readonly hits: readonly SearchHit[];
  /** Where to go on; null: there is no more. A page ends early once there are hits and further ones take their time. */
  readonly next: SearchPosition | null;
  /** False while messages of this profile are still to be taken in: further hits may come. */
  readonly isComplete: boolean;
}

export const MAX_SEARCH_HITS = 200;

/** With hits at hand no more segments are opened after so long. */
const FIRST_HITS_WITHIN_MS = 60;
/** Messages read and matched at once. */
const MATCHES_PER_STEP = 32;
/** Segments opened at once: few at first, since a common word is found in the newest ones. */
const FIRST_SEGMENTS = 4;
const MOST_SEGMENTS = 64;
/** Waiting messages that are looked through one by one; newest first. */
const MAX_WAITING = 512;
/** How often a search begins again where segments changed under it. */
const MAX_RESTARTS = 3;

export interface SearchDependencies {
  readonly store: ProfileStore;
  readonly opened: OpenedSegments;
  readonly clock: Clock;
}

interface Planned {
  readonly id: string;
  readonly rev: number;
  readonly newest: number;
}

interface Run {
  readonly input: SearchInput;
  readonly query: SearchQuery;
  readonly terms: readonly Uint8Array[];
  readonly begunAtMs: number;
  /** Newest last. */
  readonly candidates: SearchPosition[];
  readonly proposed: Set<string>;
  readonly hits: SearchHit[];
}

/**
 * @throws StorageError; the signal's reason when aborted
 */
export async function searchMessages(
  deps: SearchDependencies,
  input: SearchInput,
  signal?: AbortSignal
): Promise<SearchPage> {
  const query = parseQuery(input.text);
  if (query === null) return { hits: [], next: null, isComplete: true };
  const terms = [...new Set(query.flatMap((part) => part.terms))].slice(0, MAX_QUERY_TERMS).map(utf8ToBytes);
  for (let attempt = 0; ; attempt++) {
    const run: Run = {
      input,
      query,
      terms,
      begunAtMs: deps.clock.monotonic(),
      candidates: [],
      proposed: new Set(),
      hits: []
    };
    const page = await answer(deps, run, attempt < MAX_RESTARTS, signal);
    if (page) return page;
  }
}

/** Null: segments changed meanwhile, and `mayRestart`. */
async function answer(
  deps: SearchDependencies,
  run: Run,
  mayRestart: boolean,
  signal: AbortSignal | undefined
): Promise<SearchPage | null> {
  const limit = Math.min(Math.max(1, Math.floor(run.input.limit) || 1), MAX_SEARCH_HITS);
  // Before the segments: what moves from here into one in between is seen twice rather than not at all.
  const isComplete = await proposeWaiting(deps.store, run);
  const plan = await planSegments(deps.store, run.input);
  let step = FIRST_SEGMENTS;
  for (let at = 0; ;) {
    signal?.throwIfAborted();
    const threshold = plan[at]?.newest ?? -Infinity;
    const next = await matchAbove(deps.store, run, threshold, limit, at >= plan.length);
    if (next !== undefined) return { hits: run.hits, next, isComplete };
    if (at >= plan.length) return { hits: run.hits, next: null, isComplete };
    const isSlow = deps.clock.monotonic() - run.begunAtMs > FIRST_HITS_WITHIN_MS;
    if (run.hits.length > 0 && isSlow)
      return { hits: run.hits, next: { sort: threshold, messageId: '~' }, isComplete };
    const some = plan.slice(at, at + step);
    const isUnchanged = await proposeFrom(deps, run, some);
    if (!isUnchanged && mayRestart) return null;
    at += some.length;
    step = Math.min(2 * step, MOST_SEGMENTS);
  }
}

const isBefore = (a: SearchPosition, b: SearchPosition) =>
  a.sort < b.sort || (a.sort === b.sort && a.messageId < b.messageId);

function propose(run: Run, positions: readonly SearchPosition[]): void {
  const { before } = run.input;
  for (const position of positions) {
    if (before && !isBefore(position, before)) continue;
    if (run.proposed.has(position.messageId)) continue;
    run.proposed.add(position.messageId);
    run.candidates.push(position);
  }
}

function sortCandidates(run: Run): void {
  run.candidates.sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

/** @returns whether everything else is in the index */
async function proposeWaiting(store: ProfileStore, run: Run): Promise<boolean> {
  const { conversationId } = run.input;
  const [queue, state] = await Promise.all([
    reading(() => store.db.searchQueue.toArray()),
    loadMeta(store, 'search').catch((error: unknown) => {
      if (errorCode(error) !== 'row-damaged') throw error;
      return null;
    })
  ]);
  const waiting = queue
    .flatMap(({ messageIds }) => messageIds)
    .filter((id) => conversationId === undefined || conversationOfKey(id) === conversationId)
    .map((messageId) => ({ messageId, sort: sortOfKey(messageId) }))
    .sort((a, b) => b.sort - a.sort);
  propose(run, waiting.slice(0, MAX_WAITING));
  sortCandidates(run);
  const isScanned = state?.content.version === SEGMENT_VERSION && state.content.scannedTo === null;
  return isScanned && waiting.length <= MAX_WAITING;
}

/** Segments that may hold hits, by their newest message, latest first. Reads keys only. */
async function planSegments(store: ProfileStore, input: SearchInput): Promise<Planned[]> {
  const { conversationId, before } = input;
  const { db } = store;
  const latest = () => db.searchSegments.orderBy('[newest+rev]').reverse();
  const [keys, ids] = await reading(() =>
    db.transaction('r', db.searchSegments, () => Promise.all([latest().keys(), latest().primaryKeys()]))
  );
  return ids
    .map((id, index): Planned => {
      const [newest, rev] = keys[index] as unknown as [number, number];
      return { id, rev, newest };
    })
    .filter(
      ({ id }) =>
        (conversationId === undefined || conversationOfKey(id) === conversationId) &&
        // The first of a conversation may begin at any time.
        (before === undefined || id === conversationOfKey(id) || sortOfKey(id) <= before.sort)
    );
}

/** Adds what the segments propose. @returns whether they still were as planned */
async function proposeFrom(
  { store, opened }: SearchDependencies,
  run: Run,
  planned: readonly Planned[]
): Promise<boolean> {
  const missing = planned.filter(({ id, rev }) => !opened.has(id, rev));
  const rows = await reading(() => store.db.searchSegments.bulkGet(missing.map(({ id }) => id)));
  let isUnchanged = true;
  const fresh = new Map<string, Uint8Array | null>();
  await Promise.all(
    missing.map(async ({ id, rev }, index) => {
      const row = rows[index];
      if (row?.rev !== rev) isUnchanged = false;
      if (!row) return;
      const bytes = await openOrNull(store, row);
      fresh.set(id, bytes);
      if (bytes) opened.set(id, row.rev, bytes);
    })
  );
  for (const { id, rev } of planned) {
    const bytes = fresh.has(id) ? fresh.get(id) : opened.get(id, rev);
    if (bytes) proposeOf(run, id, bytes);
  }
  sortCandidates(run);
  return isUnchanged;
}

/** Null for a damaged one, which the next change of it repairs. */
async function openOrNull(store: ProfileStore, row: SearchSegmentRow): Promise<Uint8Array | null> {
  try {
    return await openSegment(store, row);
  } catch (error) {
    if (errorCode(error) !== 'row-damaged') throw error;
    return null;
  }
}

function proposeOf(run: Run, segmentId: string, bytes: Uint8Array): void {
  const places = searchSegment(bytes, run.terms);
  if (places.length === 0) return;
  const table = readSegmentTable(bytes);
  const conversationId = conversationOfKey(segmentId);
  propose(
    run,
    places.map((place) => {
      const messageId = conversationId + tailAt(table, place);
      return { messageId, sort: sortOfKey(messageId) };
    })
  );
}

/**
 * Reads and matches the candidates newer than `threshold`.
 * @returns where to go on once the page is full; undefined while it is not
 */
async function matchAbove(
  store: ProfileStore,
  run: Run,
  threshold: number,
  limit: number,
  isEnd: boolean
): Promise<SearchPosition | null | undefined> {
  for (;;) {
    const some: SearchPosition[] = [];
    while (some.length < MATCHES_PER_STEP && (run.candidates.at(-1)?.sort ?? -Infinity) > threshold) {
      some.push(run.candidates.pop() as SearchPosition);
    }
    if (some.length === 0) return undefined;
    const rows = await reading(() => store.db.messages.bulkGet(some.map(({ messageId }) => messageId)));
    const texts = await Promise.all(rows.map(async (row) => row && openTexts(store, row)));
    for (const [index, position] of some.entries()) {
      const matches = findMatches(texts[index] ?? [], run.query);
      if (!matches) continue;
      run.hits.push(hitOf(position, matches[0] ?? []));
      if (run.hits.length < limit) continue;
      const isLast = isEnd && index === some.length - 1 && run.candidates.length === 0;
      return isLast ? null : position;
    }
  }
}

function hitOf({ messageId, sort }: SearchPosition, ranges: readonly TextRange[]): SearchHit {
  return {
    messageId,
    conversationId: conversationOfKey(messageId),
    sort,
    sentAtMs: timeOfSort(sort),
    direction: isOwnKey(messageId) ? 'out' : 'in',
    ranges
  };
}
