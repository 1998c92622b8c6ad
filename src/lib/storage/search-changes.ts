// What follows for the search index from a change of messages, in the same transaction: new messages are noted to be taken
// in later, and what goes away leaves the index at once.
import { errorCode } from '../errors.ts';
import { conversationEnd, conversationOfKey, sortOfKey } from './message-key.ts';
import type { MessageContent, MessageRow, MetaRow, SearchQueueRow } from './rows.ts';
import type { ProfileDatabase } from './schema.ts';
import { groupBySegment, loadSegmentIds, openSegment, sealSegment, searchableTexts } from './search-rows.ts';
import { decodeSegment, encodeSegment } from './search-segment.ts';
import {
  mergeChanges,
  openRow,
  randomId,
  reading,
  type ChangeSet,
  type ProfileStore,
  type TableRow
} from './store.ts';

/** Keys in one row of the queue at most. */
const IDS_PER_QUEUE_ROW = 1_024;

/** The part of a change set that keeps the index true to it; null when it touches no message. */
export async function searchChanges(
  store: ProfileStore,
  changes: ChangeSet
): Promise<Partial<ChangeSet> | null> {
  const removed = (changes.remove ?? []).filter(({ table }) => table === 'messages').map(({ id }) => id);
  const queued = messagesOf(changes.add).map(({ id }) => id);
  for (const row of messagesOf(changes.put)) {
    if (row.rev <= 1) {
      queued.push(row.id);
      continue;
    }
    const content = await openRow<MessageContent>(store, 'messages', row);
    const texts = searchableTexts(content);
    if (texts.length === 0) removed.push(row.id);
    // The text itself never changes, except to nothing.
    else if (texts.length > 1) queued.push(row.id);
  }
  if (removed.length === 0 && queued.length === 0) return null;
  const removal = removed.length === 0 ? {} : await searchRemoval(store, removed);
  return mergeChanges(changes.name, changes.by, [{ add: queueRows(store, queued) }, removal]);
}

function messagesOf(rows: readonly TableRow[] = []): MessageRow[] {
  return rows.filter(({ table }) => table === 'messages').map(({ row }) => row as MessageRow);
}

function queueRows(store: ProfileStore, messageIds: readonly string[]): TableRow[] {
  const rows: TableRow[] = [];
  for (let start = 0; start < messageIds.length; start += IDS_PER_QUEUE_ROW) {
    const row: SearchQueueRow = {
      id: randomId(store.random),
      rev: 1,
      messageIds: messageIds.slice(start, start + IDS_PER_QUEUE_ROW)
    };
    rows.push({ table: 'searchQueue', row });
  }
  return rows;
}

/**
 * The change that takes messages out of the index and out of what waits for it. Every change set that removes rows of
 * `messages` gets it by itself; what removes them in a transaction of its own has to add it.
 */
export async function searchRemoval(
  store: ProfileStore,
  messageIds: readonly string[]
): Promise<Partial<ChangeSet>> {
  // Read first: whatever changes the index after this makes the whole set stale.
  const state = await reading(() => store.db.meta.get('search'));
  const put: TableRow[] = [];
  if (state) {
    const raised: MetaRow = { ...state, rev: state.rev + 1 };
    put.push({ table: 'meta', row: raised });
  }
  const expect = [{ table: 'meta' as const, id: 'search', rev: state?.rev ?? null }];
  const parts: Partial<ChangeSet>[] = [{ expect, put }, await queueRemoval(store, new Set(messageIds))];
  for (const group of await groupBySegment(store, messageIds)) {
    parts.push(await segmentRemoval(store, group.segmentId, group.messageIds));
  }
  return mergeChanges('search removal', 'any', parts);
}

async function segmentRemoval(
  store: ProfileStore,
  segmentId: string,
  messageIds: readonly string[]
): Promise<Partial<ChangeSet>> {
  const row = await reading(() => store.db.searchSegments.get(segmentId));
  if (!row) return {};
  const remove = [{ table: 'searchSegments' as const, id: segmentId }];
  const conversationId = conversationOfKey(segmentId);
  const gone = new Set(messageIds);
  try {
    const entries = decodeSegment(await openSegment(store, row));
    const left = entries.filter(({ tail }) => !gone.has(conversationId + tail));
    const last = left.at(-1);
    if (left.length === entries.length) return {};
    if (!last) return { remove };
    const newest = sortOfKey(conversationId + last.tail);
    const put = await sealSegment(store, row, newest, encodeSegment(left));
    return { put: [{ table: 'searchSegments', row: put }] };
  } catch (error) {
    if (errorCode(error) !== 'row-damaged') throw error;
    // Nobody can tell what it held: it goes, and its messages are taken in again.
    const again = (await messagesOfSegment(store, segmentId)).filter((id) => !gone.has(id));
    return { remove, add: queueRows(store, again) };
  }
}

/** Keys of the stored messages that a segment covers. */
export async function messagesOfSegment(store: ProfileStore, segmentId: string): Promise<string[]> {
  const conversationId = conversationOfKey(segmentId);
  const segmentIds = await loadSegmentIds(store, conversationId);
  const end = segmentIds.find((other) => other > segmentId) ?? conversationEnd(conversationId);
  return reading(() => store.db.messages.where(':id').between(segmentId, end, true, false).primaryKeys());
}

async function queueRemoval(store: ProfileStore, gone: ReadonlySet<string>): Promise<Partial<ChangeSet>> {
  const rows = await reading(() => store.db.searchQueue.toArray());
  return withoutQueued(rows, (id) => gone.has(id));
}

function withoutQueued(
  rows: readonly SearchQueueRow[],
  isGone: (messageId: string) => boolean
): Pick<ChangeSet, 'put' | 'remove'> {
  const put: TableRow[] = [];
  const remove: { table: 'searchQueue'; id: string }[] = [];
  for (const row of rows) {
    const messageIds = row.messageIds.filter((id) => !isGone(id));
    if (messageIds.length === row.messageIds.length) continue;
    if (messageIds.length === 0) remove.push({ table: 'searchQueue', id: row.id });
    else put.push({ table: 'searchQueue', row: { ...row, rev: row.rev + 1, messageIds } as SearchQueueRow });
  }
  return { put, remove };
}

/**
 * Takes a conversation out of the index. Waits for nothing but the database, so it belongs into the transaction that
 * removes the conversation's messages, which then spans `SEARCH_TABLES` too.
 */
export async function removeConversationFromSearch(
  db: ProfileDatabase,
  conversationId: string
): Promise<void> {
  await db.searchSegments
    .where(':id')
    .between(conversationId, conversationEnd(conversationId), true, false)
    .delete();
  const { put, remove } = withoutQueued(
    await db.searchQueue.toArray(),
    (id) => conversationOfKey(id) === conversationId
  );
  await db.searchQueue.bulkPut((put ?? []).map(({ row }) => row as SearchQueueRow));
  await db.searchQueue.bulkDelete((remove ?? []).map(({ id }) => id));
  const state = await db.meta.get('search');
  if (state) await db.meta.put({ ...state, rev: state.rev + 1 });
}

/** What `removeConversationFromSearch` reads and writes. */
export const SEARCH_TABLES = ['searchSegments', 'searchQueue', 'meta'] as const;
