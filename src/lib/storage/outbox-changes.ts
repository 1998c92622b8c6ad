// Outbox entries: one store request each, persisted until a swarm confirmed it. Every function is one transaction.
import { Dexie } from 'dexie';
import type { AccountId } from '../account-id.ts';
import { conversationChange, loadStoredConversation, withMessage } from './conversation-changes.ts';
import { deadlinePart } from './deadlines.ts';
import { storageError } from './errors.ts';
import { messageKey, OWN_AUTHOR_TAG, sortOfKey, timeOfSort } from './message-key.ts';
import { seenChange, type SeenEntry } from './seen.ts';
import { loadMeta, metaChange } from './meta.ts';
import { loadStoredMessage, messageUpdate } from './message-changes.ts';
import {
  COPY_LANE,
  type ConversationContent,
  type MessageContent,
  type OutboxContent,
  type OutboxRow,
  type OutgoingContent,
  type TableName
} from './rows.ts';
import { isApproved, isApprovedMe, NO_TIMER } from './row-views.ts';
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
import type { TimerSetting } from './views.ts';

export interface OutboxEntry {
  readonly row: OutboxRow;
  readonly content: OutboxContent;
}

/** How far ahead of ours the clock of an honest device may be: what nodes tolerate of a signature (network.md §5.3). */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/** Most entries held in memory at once; the rest follow when these are gone. */
const MAX_HEADS = 200;

/** What a person's message is made of. */
export type NewMessage = Pick<MessageContent, 'text' | 'quote' | 'attachments'>;

/** What to queue: a message of the person, or something the timeline does not show as one. */
export interface Enqueue {
  readonly conversationId: string;
  readonly ownId: AccountId;
  /** Network time. */
  readonly nowMs: number;
  readonly outgoing: OutgoingContent;
  /** With `outgoing` of kind `message`: the message; with others a line of the timeline, if any. */
  readonly message?: NewMessage & Pick<MessageContent, 'notice'>;
  /** To our other devices alone. */
  readonly onlyToSelf?: boolean;
  /** Changes the conversation in the same transaction. */
  readonly update?: (content: ConversationContent) => ConversationContent;
}

/**
 * Stores a message of the person as queued, its outbox entry, the conversation's new order and the used sent time.
 * Writing to somebody is accepting them: where they wrote first, the answer that says so leaves before the message.
 * The sent time is `nowMs`, or one more than the largest this account ever used here, or one more than that of the
 * conversation's last message if that is at most a minute ahead, whichever is latest.
 * @throws StorageError `not-found` (the conversation)
 */
export function enqueueMessage(
  store: ProfileStore,
  input: { conversationId: string; ownId: AccountId; nowMs: number } & NewMessage
): Promise<{ messageId: string; timestampMs: number }> {
  const { conversationId, ownId, nowMs, ...message } = input;
  return enqueue(store, { conversationId, ownId, nowMs, outgoing: { kind: 'message' }, message });
}

/**
 * Stores an outbox entry that is no message of the person: a reaction, a receipt, a request to delete.
 * @param also further changes for the same transaction, built from what is stored now; null: nothing is queued
 * @throws StorageError `not-found` (the conversation)
 */
export function enqueueSignal(
  store: ProfileStore,
  input: Omit<Enqueue, 'message'>,
  also: () => Promise<Partial<ChangeSet> | null> = async () => ({})
): Promise<void> {
  return commitBuilt(store, async () => {
    const extra = await also();
    if (!extra) return { changes: null, result: undefined };
    const { change } = await enqueueChange(store, input);
    return { changes: mergeChanges('enqueue signal', 'any', [change, extra]), result: undefined };
  });
}

/**
 * Sets when what we send in a conversation disappears, tells the other side and leaves a line. Nothing happens when it is
 * set so already.
 * @param input.timer seconds; 0 with `off`
 * @throws StorageError `not-found`
 */
export function enqueueTimer(
  store: ProfileStore,
  input: Pick<Enqueue, 'conversationId' | 'ownId' | 'nowMs'> & { readonly timer: TimerSetting }
): Promise<void> {
  const { timer, ...place } = input;
  return commitBuilt(store, async () => {
    const { content } = await loadStoredConversation(store, place.conversationId);
    const { mode, seconds } = content.timer ?? NO_TIMER;
    if (mode === timer.mode && seconds === timer.seconds) return { changes: null, result: undefined };
    const { change } = await enqueueChange(store, {
      ...place,
      outgoing: { kind: 'timer', timer },
      message: { text: '', notice: { type: 'timer', byMe: true, ...timer } },
      update: (current) => ({ ...current, timer, timerAtMs: place.nowMs })
    });
    return { changes: mergeChanges('set timer', 'any', [change]), result: undefined };
  });
}

/**
 * Accepts who wrote to us, and queues the answer that says so. Nothing happens when they are accepted already.
 * @throws StorageError `not-found`
 */
export function acceptRequest(
  store: ProfileStore,
  input: Pick<Enqueue, 'conversationId' | 'ownId' | 'nowMs'>
): Promise<void> {
  return commitBuilt(store, async () => {
    const { content } = await loadStoredConversation(store, input.conversationId);
    if (isApproved(content)) return { changes: null, result: undefined };
    const outgoing = { kind: 'request-response' } as const;
    const update = (current: ConversationContent) => ({ ...current, approved: true, hidden: false });
    const { change } = await enqueueChange(store, { ...input, outgoing, update, message: ACCEPTED });
    return { changes: mergeChanges('accept request', 'any', [change]), result: undefined };
  });
}

/**
 * A sent time for what is not queued, such as signals of typing: later than every one this account used here.
 * @param nowMs network time
 */
export function takeSendTime(store: ProfileStore, nowMs: number): Promise<number> {
  return commitBuilt(store, async () => {
    const loaded = await loadMeta(store, 'send-clock');
    const timestampMs = Math.max(Math.floor(nowMs), (loaded?.content.lastTimestampMs ?? 0) + 1);
    const content = { lastTimestampMs: timestampMs, offsetMs: loaded?.content.offsetMs ?? null };
    const change = await metaChange(store, 'send-clock', loaded, content);
    return { changes: mergeChanges('take send time', 'any', [change]), result: timestampMs };
  });
}

function enqueue(store: ProfileStore, input: Enqueue): Promise<{ messageId: string; timestampMs: number }> {
  return commitBuilt(store, async () => {
    const { change, messageId, timestampMs } = await enqueueChange(store, input);
    return { changes: mergeChanges('enqueue', 'any', [change]), result: { messageId, timestampMs } };
  });
}

/** Between the answer to a request and the message that gave it, milliseconds (accounts-and-messages.md §4.1). */
const ANSWER_BEFORE_MS = 100;

/** The change that queues something. */
export async function enqueueChange(
  store: ProfileStore,
  input: Enqueue
): Promise<{ change: Partial<ChangeSet>; messageId: string; timestampMs: number }> {
  const { conversationId, nowMs, outgoing } = input;
  const [conversation, sendClock] = await Promise.all([
    loadStoredConversation(store, conversationId),
    loadMeta(store, 'send-clock')
  ]);
  const isMessage = outgoing.kind === 'message' || input.message !== undefined;
  const accepts = ACCEPTING_KINDS.has(outgoing.kind) && !isApproved(conversation.content);
  const answers = accepts && isApprovedMe(conversation.content) && !input.onlyToSelf;
  const timestampMs = Math.max(
    Math.floor(nowMs),
    (sendClock?.content.lastTimestampMs ?? 0) + 1 + (answers ? ANSWER_BEFORE_MS : 0),
    isMessage ? timeAfterLast(conversation.content, nowMs) : 0
  );
  const parts: Partial<ChangeSet>[] = [];
  let content: ConversationContent = accepts
    ? { ...conversation.content, approved: true, hidden: false }
    : conversation.content;
  content = input.update?.(content) ?? content;
  if (answers) {
    const answer = { outgoing: { kind: 'request-response' } as const, message: ACCEPTED };
    const at = { ...input, ...answer, timestampMs: timestampMs - ANSWER_BEFORE_MS };
    const accepted = await placeEntry(store, conversationId, content, at);
    parts.push(accepted.change);
    content = accepted.content;
  }
  const placed = await placeEntry(store, conversationId, content, { ...input, timestampMs });
  const listed = outgoing.kind === 'message' ? { ...placed.content, draft: null } : placed.content;
  parts.push(
    placed.change,
    await conversationChange(store, conversation, listed),
    await metaChange(store, 'send-clock', sendClock, {
      lastTimestampMs: timestampMs,
      offsetMs: sendClock?.content.offsetMs ?? null
    })
  );
  const messageId = messageKey(conversationId, timestampMs, OWN_AUTHOR_TAG);
  return { change: mergeChanges('enqueue', 'any', parts), messageId, timestampMs };
}

/** What says by itself that we accept them (accounts-and-messages.md §4.1). */
const ACCEPTING_KINDS: ReadonlySet<OutgoingContent['kind']> = new Set(['message', 'reaction', 'timer']);

const ACCEPTED: NewMessage & Pick<MessageContent, 'notice'> = { text: '', notice: { type: 'you-accepted' } };

/** The rows of one entry: the message where there is one, and the entry itself. */
async function placeEntry(
  store: ProfileStore,
  conversationId: string,
  conversation: ConversationContent,
  input: Pick<Enqueue, 'ownId' | 'outgoing' | 'message' | 'onlyToSelf'> & { readonly timestampMs: number }
): Promise<{ change: Partial<ChangeSet>; content: ConversationContent }> {
  const { ownId, outgoing, timestampMs } = input;
  const messageId = messageKey(conversationId, timestampMs, OWN_AUTHOR_TAG);
  const sort = sortOfKey(messageId);
  const isPersons = outgoing.kind === 'message';
  const toSelf = conversation.kind === 'note-to-self' || input.onlyToSelf === true;
  const entry: OutboxContent = {
    kind: toSelf ? 'copy' : 'message',
    conversationId,
    recipientId: conversation.accountId,
    timestampMs,
    outgoing,
    timer: timerOfEntry(outgoing, conversation),
    dataBase64: null,
    copyDataBase64: null,
    attempts: 0,
    firstAttemptAtMs: null,
    notBeforeMs: 0
  };
  const outboxRow = await sealRow(
    store,
    'outbox',
    randomId(store.random),
    null,
    { lane: conversationId, sort, messageId: isPersons ? messageId : '' },
    entry
  );
  const add: { table: TableName; row: { id: string } }[] = [{ table: 'outbox', row: outboxRow }];
  if (!input.message) return { change: { add }, content: conversation };
  const { mode, seconds } = entry.timer ?? NO_TIMER;
  const message: MessageContent = {
    direction: 'out',
    authorId: ownId,
    sentAtMs: timestampMs,
    receivedAtMs: timestampMs,
    state: isPersons ? 'queued' : 'sent',
    failureCode: null,
    messageHash: null,
    expiresAtMs: null,
    ...(mode === 'off' ? {} : { disappears: { mode, seconds, atMs: null } }),
    ...input.message
  };
  add.push({ table: 'messages', row: await sealRow(store, 'messages', messageId, null, {}, message) });
  return { change: { add }, content: withMessage(conversation, { ...message, messageId, sort }) };
}

/** The timer something carries; a change of timer carries the new one (accounts-and-messages.md §4.10). */
function timerOfEntry(
  outgoing: OutgoingContent,
  { kind, timer = NO_TIMER }: ConversationContent
): TimerSetting {
  switch (outgoing.kind) {
    case 'message':
    case 'reaction':
      // Nobody reads what we write to ourselves.
      return kind === 'note-to-self' && timer.mode === 'after-read'
        ? { ...timer, mode: 'after-send' }
        : timer;
    case 'timer':
      return outgoing.timer;
    case 'media-saved':
      // Service nodes keep it for a time of its own, so only its being read can start the timer.
      return timer.mode === 'off' ? NO_TIMER : { mode: 'after-read', seconds: timer.seconds };
    default:
      return NO_TIMER;
  }
}

/**
 * A time that puts an answer below what it answers, though the clocks of two devices differ. A message from far ahead
 * does not count: its sender could drag our times with it.
 */
function timeAfterLast({ lastMessage }: ConversationContent, nowMs: number): number {
  const afterMs = lastMessage === null ? 0 : timeOfSort(lastMessage.sort) + 1;
  return afterMs - nowMs <= MAX_CLOCK_DIFFERENCE_MS ? afterMs : 0;
}

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
  const entries = await Promise.all(
    rows.map(async (row) => ({ row, content: await openRow<OutboxContent>(store, 'outbox', row) }))
  );
  return entries.sort((a, b) => a.row.sort - b.row.sort);
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
  }
): Promise<OutboxEntry | null> {
  const content: OutboxContent = {
    ...entry.content,
    dataBase64: sealed.dataBase64,
    copyDataBase64: sealed.copyDataBase64
  };
  const seen =
    sealed.copyHash === null ? [] : [{ hash: sealed.copyHash, expiresAtMs: sealed.copyExpiresAtMs }];
  return changeEntry(store, 'save sealed', entry, content, { state: 'sending' }, seen);
}

/** Shows the message as being sent. @returns as `saveSealedEntry` */
export function markEntrySending(store: ProfileStore, entry: OutboxEntry): Promise<OutboxEntry | null> {
  return changeEntry(store, 'mark sending', entry, entry.content, { state: 'sending' }, []);
}

/**
 * Puts the entry off after a failed attempt, and shows the message as queued again.
 * @returns as `saveSealedEntry`
 */
export function postponeEntry(
  store: ProfileStore,
  entry: OutboxEntry,
  next: Pick<OutboxContent, 'attempts' | 'firstAttemptAtMs' | 'notBeforeMs'>
): Promise<OutboxEntry | null> {
  return changeEntry(store, 'postpone', entry, { ...entry.content, ...next }, { state: 'queued' }, []);
}

async function changeEntry(
  store: ProfileStore,
  name: string,
  entry: OutboxEntry,
  content: OutboxContent,
  message: Partial<MessageContent>,
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
      failureCode: code
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
