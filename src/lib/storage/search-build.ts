// Taking messages into the search index, a step at a time. A step reads and computes with no transaction open and without
// holding up other writers of this context; when the index was changed meanwhile it writes nothing and is made again.
import { errorCode } from '../errors.ts';
import { conversationOfKey, sortOfKey } from './message-key.ts';
import { loadMeta, metaChange } from './meta.ts';
import type { MessageContent, MessageRow, SearchSegmentRow, SearchStateContent } from './rows.ts';
import { messagesOfSegment } from './search-changes.ts';
import { groupBySegment, openSegment, sealSegment, searchableTexts } from './search-rows.ts';
import { decodeSegment, encodeSegment, SEGMENT_VERSION, type SegmentEntry } from './search-segment.ts';
import { termsOf } from './search-text.ts';
import { commit, mergeChanges, openRow, reading, type ChangeSet, type ProfileStore } from './store.ts';

/** Messages in a segment, and its bytes, before it is divided. */
const MAX_MESSAGES = 1_024;
const MAX_SEGMENT_BYTES = 131_072;
/** Messages taken in by one step. */
const STEP_MESSAGES = 1_024;
/** Rows of the queue read by one step. */
const STEP_QUEUE_ROWS = 32;
/** Texts taken apart before other work gets its turn: some milliseconds. */
const TEXTS_PER_TURN = 64;

type State = NonNullable<Awaited<ReturnType<typeof loadMeta<'search'>>>>;

/** Lets other work of this context go first. */
export type Yield = () => Promise<void>;

/**
 * Takes the next messages in.
 * @returns whether there may be more
 * @throws StorageError `stale`: the index was changed meanwhile; nothing was written
 */
export async function indexNext(store: ProfileStore, pause: Yield): Promise<boolean> {
  const state = await loadState(store);
  if (state?.content.version !== SEGMENT_VERSION) {
    await resetSearch(store);
    return true;
  }
  const queue = await reading(() => store.db.searchQueue.limit(STEP_QUEUE_ROWS).toArray());
  // Messages of one chat in their order fill one segment after the other.
  queue.sort((a, b) => ((a.messageIds[0] ?? '') < (b.messageIds[0] ?? '') ? -1 : 1));
  if (queue.length > 0) {
    const taken: typeof queue = [];
    const ids = new Set<string>();
    for (const row of queue) {
      if (ids.size > 0 && ids.size + row.messageIds.length > STEP_MESSAGES) break;
      for (const id of row.messageIds) ids.add(id);
      taken.push(row);
    }
    const sorted = [...ids].sort();
    const rows = await readRows(store, sorted);
    await takeIn(store, pause, state, state.content, sorted, rows, {
      remove: taken.map(({ id }) => ({ table: 'searchQueue', id }))
    });
    return true;
  }
  const { scannedTo } = state.content;
  if (scannedTo === null) return false;
  const rows = await reading(() =>
    store.db.messages.where(':id').above(scannedTo).limit(STEP_MESSAGES).toArray()
  );
  const isEnd = rows.length < STEP_MESSAGES;
  const next = { ...state.content, scannedTo: isEnd ? null : (rows.at(-1)?.id ?? null) };
  await takeIn(
    store,
    pause,
    state,
    next,
    rows.map(({ id }) => id),
    rows,
    {}
  );
  return true;
}

/** Rows of a chat are read by their range when it holds little else: far faster than one by one. */
const RANGE_FACTOR = 2;
const KEYS_FOR_RANGE = 8;

/** Those of the messages that are still there. @param messageIds in order */
async function readRows(store: ProfileStore, messageIds: readonly string[]): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  for (const ids of Map.groupBy(messageIds, conversationOfKey).values()) {
    const limit = RANGE_FACTOR * ids.length;
    if (ids.length >= KEYS_FOR_RANGE) {
      const range = await reading(() =>
        store.db.messages.where(':id').between(ids[0], ids.at(-1), true, true).limit(limit).toArray()
      );
      if (range.length < limit) {
        const wanted = new Set(ids);
        rows.push(...range.filter(({ id }) => wanted.has(id)));
        continue;
      }
    }
    const found = await reading(() => store.db.messages.bulkGet(ids));
    rows.push(...found.filter((row) => row !== undefined));
  }
  return rows;
}

async function loadState(store: ProfileStore): Promise<State | null> {
  try {
    return await loadMeta(store, 'search');
  } catch (error) {
    if (errorCode(error) !== 'row-damaged') throw error;
    return null;
  }
}

/** Empties the index, so that it is built from the stored messages again. */
export async function resetSearch(store: ProfileStore): Promise<void> {
  const row = await reading(() => store.db.meta.get('search'));
  const segmentIds = await reading(() => store.db.searchSegments.toCollection().primaryKeys());
  const content: SearchStateContent = { version: SEGMENT_VERSION, scannedTo: '' };
  await commit(
    store,
    mergeChanges('reset search', 'any', [
      await metaChange(store, 'search', row ? { row } : null, content),
      { remove: segmentIds.map((id) => ({ table: 'searchSegments', id })) }
    ])
  );
}

async function takeIn(
  store: ProfileStore,
  pause: Yield,
  state: State,
  next: SearchStateContent,
  messageIds: readonly string[],
  rows: readonly MessageRow[],
  further: Partial<ChangeSet>
): Promise<void> {
  const termsById = await readTerms(store, pause, messageIds, rows);
  const parts: Partial<ChangeSet>[] = [await metaChange(store, 'search', state, next), further];
  for (const group of await groupBySegment(store, messageIds)) {
    parts.push(await mergeIntoSegment(store, pause, group, termsById));
    await pause();
  }
  await commit(store, mergeChanges('index messages', 'any', parts));
}

/** Terms of each message; none for one that is gone, or does not open. */
async function readTerms(
  store: ProfileStore,
  pause: Yield,
  messageIds: readonly string[],
  rows: readonly MessageRow[]
): Promise<Map<string, readonly string[]>> {
  const termsById = new Map<string, readonly string[]>(messageIds.map((id) => [id, []]));
  for (let start = 0; start < rows.length; start += TEXTS_PER_TURN) {
    const some = rows.slice(start, start + TEXTS_PER_TURN);
    const texts = await Promise.all(some.map((row) => openTexts(store, row)));
    some.forEach((row, index) => termsById.set(row.id, termsOf(texts[index] ?? [])));
    await pause();
  }
  return termsById;
}

/** What of a stored message can be found. */
export async function openTexts(store: ProfileStore, row: MessageRow): Promise<string[]> {
  try {
    return searchableTexts(await openRow<MessageContent>(store, 'messages', row));
  } catch (error) {
    if (errorCode(error) !== 'row-damaged') throw error;
    return [];
  }
}

async function mergeIntoSegment(
  store: ProfileStore,
  pause: Yield,
  group: { segmentId: string; isLast: boolean; messageIds: readonly string[] },
  termsById: Map<string, readonly string[]>
): Promise<Partial<ChangeSet>> {
  const { segmentId, isLast } = group;
  const conversationId = conversationOfKey(segmentId);
  const row = await reading(() => store.db.searchSegments.get(segmentId));
  const stored = row ? await openEntries(store, row) : [];
  const byTail = new Map((stored ?? []).map((entry) => [entry.tail, entry]));
  let isChanged = stored === null;
  const terms = new Map(group.messageIds.map((id) => [id, termsById.get(id) ?? []]));
  if (stored === null && row) {
    const ids = await messagesOfSegment(store, segmentId);
    const rows = await readRows(store, ids);
    for (const [id, own] of await readTerms(store, pause, ids, rows)) terms.set(id, own);
  }
  for (const [id, own] of terms) {
    const tail = id.slice(conversationId.length);
    const before = byTail.get(tail);
    if (sameTerms(before?.terms ?? [], own)) continue;
    isChanged = true;
    if (own.length === 0) byTail.delete(tail);
    else byTail.set(tail, { tail, terms: own });
  }
  if (!isChanged) return {};
  const entries = [...byTail.values()].sort((a, b) => (a.tail < b.tail ? -1 : 1));
  if (entries.length === 0) return { remove: [{ table: 'searchSegments', id: segmentId }] };
  const put = [];
  for (const [index, piece] of divide(entries, isLast).entries()) {
    const first = piece.entries[0] as SegmentEntry;
    const last = piece.entries.at(-1) as SegmentEntry;
    const previous =
      index === 0 ? { id: segmentId, rev: row?.rev ?? 0 } : { id: conversationId + first.tail, rev: 0 };
    const newest = sortOfKey(conversationId + last.tail);
    put.push({
      table: 'searchSegments' as const,
      row: await sealSegment(store, previous, newest, piece.bytes)
    });
  }
  return { put };
}

/** Null when it is damaged. */
async function openEntries(store: ProfileStore, row: SearchSegmentRow): Promise<SegmentEntry[] | null> {
  try {
    return decodeSegment(await openSegment(store, row));
  } catch (error) {
    if (errorCode(error) !== 'row-damaged') throw error;
    return null;
  }
}

function sameTerms(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Set(a);
  return b.every((term) => known.has(term));
}

interface Piece {
  readonly entries: readonly SegmentEntry[];
  readonly bytes: Uint8Array;
}

/** Entries as segments of bounded size: full ones where more will follow at the end, else such of equal size. */
function divide(entries: readonly SegmentEntry[], isLast: boolean): Piece[] {
  const count = Math.ceil(entries.length / MAX_MESSAGES);
  const size = isLast ? MAX_MESSAGES : Math.ceil(entries.length / count);
  const pieces: Piece[] = [];
  for (let start = 0; start < entries.length; start += size) {
    pieces.push(...withinBytes(entries.slice(start, start + size)));
  }
  return pieces;
}

function withinBytes(entries: readonly SegmentEntry[]): Piece[] {
  const bytes = encodeSegment(entries);
  if (bytes.length <= MAX_SEGMENT_BYTES || entries.length === 1) return [{ entries, bytes }];
  const middle = Math.ceil(entries.length / 2);
  return [...withinBytes(entries.slice(0, middle)), ...withinBytes(entries.slice(middle))];
}
