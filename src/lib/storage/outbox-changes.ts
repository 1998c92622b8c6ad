// What becomes of outbox entries: one store request each, persisted until a swarm confirmed it. Every function that
// writes is one transaction.
import { Dexie } from 'dexie';
import { deadlinePart } from './deadlines.ts';
import { storageError } from './errors.ts';
import { messageKey, OWN_AUTHOR_TAG } from './message-key.ts';
import { loadStoredMessage, messageUpdate } from './message-changes.ts';
import { COPY_LANE, type MessageContent, type OutboxContent, type OutboxRow } from './rows.ts';
import { seenChange, type SeenEntry } from './seen.ts';
import type { Protection, WaitReason } from './views.ts';
import {
  commitBuilt,
  mergeChanges,
  openRow,
  randomId,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore
} from './store.ts';

export interface OutboxEntry {
  readonly row: OutboxRow;
  readonly content: OutboxContent;
}

/** Most entries held in memory at once; the rest follow when these are gone. */
const MAX_HEADS = 200;

/** The first entry of every lane, in order of sent time; at most 200. */
export async function loadOutboxHeads(store: ProfileStore): Promise<OutboxEntry[]> {
  const rows: OutboxRow[] = [];
  let after: IDBValidKey = [Dexie.minKey as unknown as string, 0];
  while (rows.length < MAX_HEADS) {
    const row = await reading(() => store.db.outbox.where('[lane+sort]').above(after).first());
    if (!row?.lane) break;
    rows.push(row);
    after = [row.lane, Dexie.maxKey as unknown as string];
  }
  const entries = await openEntries(store, rows);
  return entries.sort((a, b) => a.row.sort - b.row.sort);
}

/** The first `limit` entries of one lane, in order. */
export async function loadLane(store: ProfileStore, lane: string, limit: number): Promise<OutboxEntry[]> {
  const ofLane = () =>
    store.db.outbox.where('[lane+sort]').between([lane, Dexie.minKey], [lane, Dexie.maxKey]).limit(limit);
  return openEntries(store, await reading(() => ofLane().toArray()));
}

function openEntries(store: ProfileStore, rows: readonly OutboxRow[]): Promise<OutboxEntry[]> {
  return Promise.all(
    rows.map(async (row) => ({ row, content: await openRow<OutboxContent>(store, 'outbox', row) }))
  );
}

async function entryPut(store: ProfileStore, entry: OutboxEntry, content: OutboxContent, waits = true) {
  const { row } = entry;
  const indexed = { ...(waits ? { lane: row.lane } : {}), sort: row.sort, messageId: row.messageId };
  return sealRow(store, 'outbox', row.id, row, indexed, content);
}

const expectEntry = ({ row }: OutboxEntry) => ({ table: 'outbox' as const, id: row.id, rev: row.rev });

/**
 * Keeps the sealed data on the entry and shows the message as being sent. The hash our copy will have counts as seen
 * from now on, so that no poll can bring it as a second message.
 * @returns the entry as stored; null when it was deleted meanwhile
 */
export async function saveSealedEntry(
  store: ProfileStore,
  entry: OutboxEntry,
  sealed: {
    dataBase64: string | null;
    copyDataBase64: string | null;
    copyHash: string | null;
    copyExpiresAtMs: number;
    protection?: Protection;
    maxTtlMs?: number;
    telling?: OutboxContent['telling'];
  }
): Promise<OutboxEntry | null> {
  const { maxTtlMs, telling, protection } = sealed;
  const content: OutboxContent = {
    ...entry.content,
    dataBase64: sealed.dataBase64,
    copyDataBase64: sealed.copyDataBase64,
    ...(maxTtlMs !== undefined && { maxTtlMs }),
    ...(telling !== undefined && { telling })
  };
  const seen =
    sealed.copyHash === null ? [] : [{ hash: sealed.copyHash, expiresAtMs: sealed.copyExpiresAtMs }];
  const message = {
    state: 'sending' as const,
    waitsFor: undefined,
    ...(protection === 'hybrid' && { protection })
  };
  return changeEntry(store, 'save sealed', entry, content, message, seen);
}

/** Shows the message as being sent. @returns as `saveSealedEntry` */
export function markEntrySending(store: ProfileStore, entry: OutboxEntry): Promise<OutboxEntry | null> {
  return changeEntry(store, 'mark sending', entry, entry.content, { state: 'sending' }, []);
}

/**
 * Puts the entry off after a failed attempt, and shows the message as queued again.
 * @param waitsFor keys it waits for; absent: for none
 * @returns as `saveSealedEntry`
 */
export function postponeEntry(
  store: ProfileStore,
  entry: OutboxEntry,
  next: Pick<OutboxContent, 'attempts' | 'firstAttemptAtMs' | 'notBeforeMs'>,
  waitsFor?: WaitReason
): Promise<OutboxEntry | null> {
  const message = { state: 'queued' as const, waitsFor };
  return changeEntry(store, 'postpone', entry, { ...entry.content, ...next }, message, []);
}

async function changeEntry(
  store: ProfileStore,
  name: string,
  entry: OutboxEntry,
  content: OutboxContent,
  message: Partial<Omit<MessageContent, 'waitsFor'>> & { waitsFor?: WaitReason | undefined },
  seen: readonly SeenEntry[]
): Promise<OutboxEntry | null> {
  return commitBuilt(store, async () => {
    const current = await reading(() => store.db.outbox.get(entry.row.id));
    if (current?.rev !== entry.row.rev) return { changes: null, result: null };
    const row = await entryPut(store, entry, content);
    const remembered = await seenChange(store, seen);
    const own: Partial<ChangeSet> = { expect: [expectEntry(entry)], put: [{ table: 'outbox', row }] };
    // A copy of a message already delivered changes nothing that is shown.
    const shown = isShown(entry)
      ? await messageUpdate(store, row.messageId, (current) => ({ ...current, ...message }))
      : {};
    return {
      changes: mergeChanges(name, 'engine', [own, shown, remembered.change]),
      result: { row, content },
      committed: remembered.remember
    };
  });
}

/** Whether the entry's progress is the message's: not so for the copy that follows a delivered message. */
function isShown({ row }: OutboxEntry): boolean {
  return row.lane !== COPY_LANE && row.messageId !== '';
}

/**
 * The recipient's swarm has it: the message is sent, and its copy for our other devices becomes an entry of its own.
 * @returns whether the entry was still there
 */
export function finishDelivery(
  store: ProfileStore,
  entry: OutboxEntry,
  { expiresAtMs, storedAtMs }: { expiresAtMs: number; storedAtMs: number }
): Promise<boolean> {
  const patch = { state: 'sent' as const, failureCode: null, expiresAtMs };
  return finishEntry(store, entry, 'delivered', patch, storedAtMs);
}

/**
 * Our own swarm has the copy: its hash is the one for later deletion.
 * @returns whether the entry was still there
 */
export async function finishCopy(
  store: ProfileStore,
  entry: OutboxEntry,
  { messageHash, expiresAtMs, storedAtMs }: { messageHash: string; expiresAtMs: number; storedAtMs: number }
): Promise<boolean> {
  const state = isShown(entry) ? { state: 'sent' as const, failureCode: null } : {};
  return finishEntry(store, entry, 'copied', { messageHash, expiresAtMs, ...state }, storedAtMs);
}

function finishEntry(
  store: ProfileStore,
  entry: OutboxEntry,
  name: string,
  patch: Partial<MessageContent>,
  storedAtMs: number
): Promise<boolean> {
  return commitBuilt(store, async () => {
    const current = await reading(() => store.db.outbox.get(entry.row.id));
    if (current?.rev !== entry.row.rev) return { changes: null, result: false };
    const own: Partial<ChangeSet> = {
      expect: [expectEntry(entry)],
      remove: [{ table: 'outbox', id: entry.row.id }]
    };
    const copy = entry.content.copyDataBase64 === null ? {} : await copyEntry(store, entry);
    const messageId = lineOf(entry);
    let deadline: Partial<ChangeSet> = {};
    const shown = await messageUpdate(store, messageId, (current) => {
      const started = startedBySending(current, storedAtMs);
      if (started) deadline = deadlinePart(messageId, started.atMs);
      return { ...current, ...patch, ...(started ? { disappears: started } : {}) };
    });
    return { changes: mergeChanges(name, 'engine', [own, copy, shown, deadline]), result: true };
  });
}

/** The message an entry is about, or the line of the timeline that stands for it. */
function lineOf({ row, content }: OutboxEntry): string {
  if (content.outgoing?.kind !== 'timer') return row.messageId;
  return messageKey(content.conversationId, content.timestampMs, OWN_AUTHOR_TAG);
}

/** Once it is stored the timer of our message runs; null where none waits. */
function startedBySending(
  { disappears }: MessageContent,
  storedAtMs: number
): MessageContent['disappears'] | null {
  if (!disappears || disappears.atMs !== null) return null;
  return { ...disappears, atMs: storedAtMs + disappears.seconds * 1000 };
}

async function copyEntry(store: ProfileStore, { row, content }: OutboxEntry): Promise<Partial<ChangeSet>> {
  const copy: OutboxContent = {
    ...content,
    kind: 'copy',
    dataBase64: content.copyDataBase64,
    copyDataBase64: null,
    attempts: 0,
    firstAttemptAtMs: null,
    notBeforeMs: 0
  };
  delete (copy as { maxTtlMs?: number }).maxTtlMs;
  delete (copy as { telling?: string }).telling;
  const indexed = { lane: COPY_LANE, sort: row.sort, messageId: row.messageId };
  const copyRow = await sealRow(store, 'outbox', randomId(store.random), null, indexed, copy);
  return { add: [{ table: 'outbox', row: copyRow }] };
}

/** Gives up on an entry: the message shows `code` and waits for the person; what is not shown is dropped. */
export function failEntry(store: ProfileStore, entry: OutboxEntry, code: string): Promise<boolean> {
  return commitBuilt(store, async () => {
    const current = await reading(() => store.db.outbox.get(entry.row.id));
    if (current?.rev !== entry.row.rev) return { changes: null, result: false };
    if (!isShown(entry)) {
      const dropped: ChangeSet = {
        name: 'drop entry',
        by: 'engine',
        expect: [expectEntry(entry)],
        remove: [{ table: 'outbox', id: entry.row.id }]
      };
      return { changes: dropped, result: true };
    }
    const own: Partial<ChangeSet> = {
      expect: [expectEntry(entry)],
      put: [{ table: 'outbox', row: await entryPut(store, entry, entry.content, false) }]
    };
    const shown = await messageUpdate(store, entry.row.messageId, (current) => ({
      ...current,
      state: 'failed',
      failureCode: code,
      waitsFor: undefined
    }));
    return { changes: mergeChanges('fail', 'engine', [own, shown]), result: true };
  });
}

/**
 * Queues a failed message again, with the same sent time and the same sealed data. Nothing happens when it is not failed.
 * @throws StorageError `not-found`
 */
export function retryMessage(store: ProfileStore, messageId: string): Promise<void> {
  return commitBuilt(store, async () => {
    const message = await loadStoredMessage(store, messageId);
    if (!message) throw storageError('not-found', undefined, { table: 'messages' });
    const row = await reading(() => store.db.outbox.where('messageId').equals(messageId).first());
    if (message.content.state !== 'failed' || !row) return { changes: null, result: undefined };
    const entry = { row, content: await openRow<OutboxContent>(store, 'outbox', row) };
    const again = { ...entry.content, attempts: 0, firstAttemptAtMs: null, notBeforeMs: 0 };
    const indexed = { lane: again.conversationId, sort: row.sort, messageId };
    const own: Partial<ChangeSet> = {
      expect: [expectEntry(entry)],
      put: [{ table: 'outbox', row: await sealRow(store, 'outbox', row.id, row, indexed, again) }]
    };
    const shown = await messageUpdate(store, messageId, (current) => ({
      ...current,
      state: 'queued',
      failureCode: null
    }));
    return { changes: mergeChanges('retry', 'any', [own, shown]), result: undefined };
  });
}

/** Shows every message that a former engine left as being sent as queued again. */
export async function requeueInterrupted(store: ProfileStore): Promise<void> {
  for (const entry of await loadOutboxHeads(store)) {
    if (!isShown(entry)) continue;
    await commitBuilt(store, async () => {
      const message = await loadStoredMessage(store, entry.row.messageId);
      if (message?.content.state !== 'sending') return { changes: null, result: undefined };
      const shown = await messageUpdate(store, entry.row.messageId, (current) => ({
        ...current,
        state: 'queued'
      }));
      return { changes: mergeChanges('requeue', 'engine', [shown]), result: undefined };
    });
  }
}
