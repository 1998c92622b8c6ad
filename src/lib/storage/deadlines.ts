// When messages of this device disappear (accounts-and-messages.md §4.10). A deadline is set in the transaction that
// starts the message's timer, and goes with the message.
import { errorCode } from '../errors.ts';
import { conversationChange, loadStoredConversation, type LoadedMessage } from './conversation-changes.ts';
import { loadStoredMessages, removeMessages } from './message-changes.ts';
import { conversationOfKey, isOwnKey, keyBound } from './message-key.ts';
import type { DeadlineRow, MessageContent } from './rows.ts';
import {
  commitBuilt,
  mergeChanges,
  reading,
  type ChangeSet,
  type ProfileStore,
  type TableRow
} from './store.ts';

/** Messages removed in one transaction. */
const MAX_BATCH = 100;

/** In place of a time, for messages whose timer waits to be read: found by their conversation, due never. */
export const WAITING_MS = Number.MAX_SAFE_INTEGER;

/** Deadlines of messages that are stored now; outgoing ones that wait are found by their outbox entries. */
export function deadlinesOf(
  messages: readonly { readonly id: string; readonly message: MessageContent }[]
): TableRow[] {
  return messages.flatMap(({ id, message: { disappears, direction } }) => {
    if (!disappears || (disappears.atMs === null && direction === 'out')) return [];
    const row: DeadlineRow = { id, atMs: disappears.atMs ?? WAITING_MS };
    return [{ table: 'deadlines' as const, row }];
  });
}

/** The part that sets when a message disappears. @param atMs network time; null: not, or not yet */
export function deadlinePart(messageId: string, atMs: number | null): Partial<ChangeSet> {
  if (atMs === null) return { remove: [{ table: 'deadlines', id: messageId }] };
  const row: DeadlineRow = { id: messageId, atMs };
  return { put: [{ table: 'deadlines', row }] };
}

/** The earliest deadline, network time; null when no timer runs. */
export async function loadNextDeadline(store: ProfileStore): Promise<number | null> {
  const first = await reading(() => store.db.deadlines.where('atMs').below(WAITING_MS).first());
  return first?.atMs ?? null;
}

/** Received messages up to a position whose timers wait for their being read. */
export async function loadWaiting(
  store: ProfileStore,
  conversationId: string,
  upToSort: number
): Promise<LoadedMessage[]> {
  const rows = await reading(() =>
    store.db.deadlines
      .where(':id')
      .between(conversationId, keyBound(conversationId, upToSort + 1), true, false)
      .toArray()
  );
  const ids = rows.filter(({ id, atMs }) => atMs === WAITING_MS && !isOwnKey(id)).map(({ id }) => id);
  return loadStoredMessages(store, ids);
}

/**
 * Removes messages whose time is over, a batch in one transaction: with what waits to be sent of them and what the list
 * shows of them. Nothing is left of them but their hashes among the seen ones.
 * @param nowMs network time
 * @returns what was removed, for those who keep more of a message, and whether there is more to remove
 */
export async function removeDueMessages(
  store: ProfileStore,
  nowMs: number
): Promise<{ removed: readonly LoadedMessage[]; more: boolean }> {
  const ids = await dueIds(store, nowMs);
  if (ids.length === 0) return { removed: [], more: false };
  const removed: LoadedMessage[] = [];
  try {
    removed.push(...(await removeBatch(store, ids, nowMs)));
  } catch (error) {
    if (errorCode(error) !== 'row-damaged') throw error;
    // One that does not open must not keep the others.
    for (const id of ids) removed.push(...(await removeSingle(store, id, nowMs)));
  }
  return { removed, more: ids.length === MAX_BATCH };
}

function dueIds(store: ProfileStore, nowMs: number): Promise<string[]> {
  return reading(() => store.db.deadlines.where('atMs').belowOrEqual(nowMs).limit(MAX_BATCH).primaryKeys());
}

function removeBatch(
  store: ProfileStore,
  ids: readonly string[],
  nowMs: number
): Promise<readonly LoadedMessage[]> {
  return commitBuilt(store, async () => {
    // Another tab may have removed them, or put their end off.
    const deadlines = await reading(() => store.db.deadlines.bulkGet([...ids]));
    const due = deadlines.filter((row) => row !== undefined && row.atMs <= nowMs).map((row) => row?.id ?? '');
    if (due.length === 0) return { changes: null, result: [] };
    const messages = await loadStoredMessages(store, due);
    const own: Partial<ChangeSet> = { remove: due.map((id) => ({ table: 'deadlines' as const, id })) };
    const parts = [own, await withoutDue(store, messages)];
    return { changes: mergeChanges('disappear', 'any', parts), result: messages };
  });
}

async function removeSingle(
  store: ProfileStore,
  id: string,
  nowMs: number
): Promise<readonly LoadedMessage[]> {
  try {
    return await removeBatch(store, [id], nowMs);
  } catch (error) {
    if (errorCode(error) !== 'row-damaged') throw error;
  }
  await commitBuilt(store, async () => {
    const entries = await reading(() => store.db.outbox.where('messageId').equals(id).primaryKeys());
    const remove = [
      { table: 'messages' as const, id },
      { table: 'deadlines' as const, id },
      ...entries.map((entry) => ({ table: 'outbox' as const, id: entry }))
    ];
    return { changes: { name: 'disappear', by: 'any', remove }, result: undefined };
  });
  return [];
}

/** The part that removes messages of any conversations for good, and keeps no record that they were there. */
export async function withoutDue(
  store: ProfileStore,
  messages: readonly LoadedMessage[]
): Promise<Partial<ChangeSet>> {
  const parts: Partial<ChangeSet>[] = [];
  for (const [conversationId, group] of Map.groupBy(messages, ({ row }) => conversationOfKey(row.id))) {
    const conversation = await loadStoredConversation(store, conversationId);
    const { change, content } = await removeMessages(store, conversation.content, group);
    const put = (change.put ?? []).filter(({ table }) => table !== 'graves');
    parts.push({ ...change, put }, await conversationChange(store, conversation, content));
  }
  return mergeChanges('without due', 'any', parts);
}
