// Rows of the search index (docs/decisions/search-index.md): sealed segments, messages that wait to be taken in, and one
// value in `meta` that every change of the index raises, so that of two at once the second starts over.
import { openBytes, sealBytes } from '../crypto/vault.ts';
import { storageError } from './errors.ts';
import { conversationEnd, conversationOfKey } from './message-key.ts';
import type { MessageContent, SearchSegmentRow } from './rows.ts';
import { reading, type ProfileStore } from './store.ts';

const placeOf = (id: string) => `searchSegments/${id}`;

/** The row of a segment. Outside transactions only. @param bytes as search-segment.ts has them */
export async function sealSegment(
  store: ProfileStore,
  previous: { id: string; rev: number },
  newest: number,
  bytes: Uint8Array
): Promise<SearchSegmentRow> {
  const { id, rev } = previous;
  return {
    id,
    rev: rev + 1,
    newest,
    sealed: await sealBytes(store.keys.rows, bytes, placeOf(id), store.random)
  };
}

/** Outside transactions only. @throws StorageError `row-damaged` */
export async function openSegment(store: ProfileStore, row: SearchSegmentRow): Promise<Uint8Array> {
  try {
    return await openBytes(store.keys.rows, row.sealed, placeOf(row.id));
  } catch (cause) {
    throw storageError('row-damaged', cause, { table: 'searchSegments' });
  }
}

/** Ids of the segments of a conversation, in order. */
export function loadSegmentIds(store: ProfileStore, conversationId: string): Promise<string[]> {
  return reading(() =>
    store.db.searchSegments
      .where(':id')
      .between(conversationId, conversationEnd(conversationId), true, false)
      .primaryKeys()
  );
}

/** Keys of messages by the segment they belong to, existing or to be begun. */
export async function groupBySegment(
  store: ProfileStore,
  messageIds: readonly string[]
): Promise<{ segmentId: string; isLast: boolean; messageIds: string[] }[]> {
  const groups: { segmentId: string; isLast: boolean; messageIds: string[] }[] = [];
  for (const [conversationId, own] of Map.groupBy(messageIds, conversationOfKey)) {
    const segmentIds = await loadSegmentIds(store, conversationId);
    const bySegment = Map.groupBy(
      own,
      (key) => segmentIds.findLast((segmentId) => segmentId <= key) ?? conversationId
    );
    for (const [segmentId, keys] of bySegment) {
      const isLast = !segmentIds.some((other) => other > segmentId);
      groups.push({ segmentId, isLast, messageIds: keys });
    }
  }
  return groups;
}

/**
 * What of a message can be found; the first is the text that is shown, where places are marked.
 * @returns nothing for a message with nothing to find
 */
export function searchableTexts(content: MessageContent): string[] {
  const { text, attachments = [], preview, invitation } = content;
  const further = [
    ...attachments.flatMap(({ name, caption }) => [name, caption ?? '']),
    preview?.title ?? '',
    invitation?.name ?? ''
  ].filter((other) => other !== '');
  return text === '' && further.length === 0 ? [] : [text, ...further];
}
