// Queues what this account sends. Every function is one transaction, except the one that builds a change for others.
import { conversationChange, loadStoredConversation } from './conversation-changes.ts';
import { loadMeta, metaChange } from './meta.ts';
import { messageKey, OWN_AUTHOR_TAG, timeOfSort } from './message-key.ts';
import { placeEntry, type Enqueue, type NewMessage } from './outbox-entry.ts';
import { isApproved, isApprovedMe, NO_TIMER } from './row-views.ts';
import type { ConversationContent, MessageContent, OutgoingContent, ProfileContent } from './rows.ts';
import { commitBuilt, mergeChanges, type ChangeSet, type ProfileStore } from './store.ts';
import type { AccountId } from '../account-id.ts';
import type { TimerSetting } from './views.ts';

/** How far ahead of ours the clock of an honest device may be: what nodes tolerate of a signature (network.md §5.3). */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/** What says by itself that we accept them (accounts-and-messages.md §4.1). */
const ACCEPTING_KINDS: ReadonlySet<OutgoingContent['kind']> = new Set(['message', 'reaction', 'timer']);

const ACCEPTED: NewMessage & Pick<MessageContent, 'notice'> = { text: '', notice: { type: 'you-accepted' } };

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

/** Times this far apart are this device's. Divides `ANSWER_BEFORE_MS`. */
const DEVICE_STEP_MS = 4;

/**
 * The first of this device's own times. A message is known by author and sent time, and two devices of an account that
 * answer the same message at once would take the same one: one of the two would be lost as the other's double. Which
 * times are whose the devices cannot agree on, but the one the account was created on takes none of the others'.
 */
function timeOfDevice(profile: ProfileContent | undefined, earliestMs: number): number {
  const { createdHere = true, profileId = '0' } = profile ?? {};
  const place = createdHere ? 0 : 1 + (Number.parseInt(profileId.slice(0, 8), 16) % (DEVICE_STEP_MS - 1));
  const past = (earliestMs - place) % DEVICE_STEP_MS;
  return past === 0 ? earliestMs : earliestMs + DEVICE_STEP_MS - past;
}

/** The change that queues something. */
export async function enqueueChange(
  store: ProfileStore,
  input: Enqueue
): Promise<{ change: Partial<ChangeSet>; messageId: string; timestampMs: number }> {
  const { conversationId, nowMs, outgoing } = input;
  const [conversation, sendClock, profile] = await Promise.all([
    loadStoredConversation(store, conversationId),
    loadMeta(store, 'send-clock'),
    loadMeta(store, 'profile')
  ]);
  const isMessage = outgoing.kind === 'message' || input.message !== undefined;
  const accepts = ACCEPTING_KINDS.has(outgoing.kind) && !isApproved(conversation.content);
  const answers = accepts && isApprovedMe(conversation.content) && !input.onlyToSelf;
  const earliestMs = Math.max(
    Math.floor(nowMs),
    (sendClock?.content.lastTimestampMs ?? 0) + 1 + (answers ? ANSWER_BEFORE_MS : 0),
    isMessage ? timeAfterLast(conversation.content, nowMs) : 0
  );
  const timestampMs = timeOfDevice(profile?.content, earliestMs);
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

/**
 * A time that puts an answer below what it answers, though the clocks of two devices differ. A message from far ahead
 * does not count: its sender could drag our times with it.
 */
function timeAfterLast({ lastMessage }: ConversationContent, nowMs: number): number {
  const afterMs = lastMessage === null ? 0 : timeOfSort(lastMessage.sort) + 1;
  return afterMs - nowMs <= MAX_CLOCK_DIFFERENCE_MS ? afterMs : 0;
}
