// What the person does to messages (accounts-and-messages.md §3.1, §4.5, §4.6, §4.9).
import type { AccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';
import {
  allowClassic,
  conversationOfKey,
  deleteForEveryone,
  deleteOnMyDevices,
  deleteStoredMessages,
  enqueueMessage,
  enqueueSignal,
  enqueueWithFiles,
  loadStoredMessages,
  messageUpdate,
  retryMessage,
  storageError,
  type LoadedMessage,
  type MediaStore,
  type NewMessage,
  type ProfileStore
} from '../storage/index.ts';
import { parseOutgoingText } from './build-message.ts';
import { MessengerError } from './errors.ts';
import { forwardedFiles } from './forward-files.ts';
import { MAX_ATTACHMENTS } from './limits.ts';
import { isEmoji, withReaction } from './receive-reaction.ts';

export type DeletionReach = 'device' | 'my-devices' | 'everyone';

/** Where a message is, as far as this device knows. */
export interface MessageWhereabouts {
  /** Our own swarm, from which our other devices take it. */
  readonly ownDevices: 'copied' | 'waiting' | 'unknown';
  /** The sealed copy in the network; null: none that we know of. */
  readonly network: { readonly untilMs: number } | null;
  readonly recipient: 'waiting' | 'in-swarm' | 'read' | 'not-sent';
  readonly messageHash: string | null;
  /** Network time at which this device took it in; null for own messages. */
  readonly receivedAtMs: number | null;
}

export interface SendOptions {
  readonly quoteMessageId?: string;
  /** Files that were staged, in their order; with them the text may be empty. */
  readonly stagedIds?: readonly string[];
}

export interface MessageCommands {
  /**
   * @throws MessengerError `message-empty`, `message-too-long`, `too-many-files`; StorageError `not-found`
   */
  send(conversationId: string, text: string, options?: SendOptions): Promise<{ messageId: string }>;
  retry(messageId: string): Promise<void>;
  /**
   * Lets a message go classic that waits as `stale`; nothing happens to others.
   * @param always as all to the contact until keys of theirs are found
   */
  sendBasic(messageId: string, always: boolean): Promise<void>;
  deleteMessages(messageIds: readonly string[], reach: DeletionReach): Promise<void>;
  /** @throws MessengerError `too-many-reactions` (20 a minute), `not-an-emoji`; StorageError `not-found` */
  react(messageId: string, emoji: string, remove: boolean): Promise<void>;
  /** Sends texts and files of messages, in order, to each conversation. */
  forward(messageIds: readonly string[], conversationIds: readonly string[]): Promise<void>;
  /** @throws StorageError `not-found` */
  whereabouts(messageId: string): Promise<MessageWhereabouts>;
}

/** Reactions an account may send (accounts-and-messages.md §3.6). */
const REACTIONS_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

export function createMessageCommands(deps: {
  store: ProfileStore;
  ownId: AccountId;
  clock: Clock;
  networkNow: () => Promise<number>;
  ringOutbox: () => void;
  media: MediaStore;
  /** A request to our own swarm was queued. */
  ringChores: () => void;
  /** What is under way for them is to end. */
  onDeleted: (messageIds: readonly string[]) => void;
}): MessageCommands {
  const { store, media, ownId, clock, networkNow, ringOutbox } = deps;
  /** Monotonic times of the latest reactions. */
  let reactedAtMs: number[] = [];

  async function find(messageId: string) {
    const [message] = await loadStoredMessages(store, [messageId]);
    if (!message) throw storageError('not-found', undefined, { table: 'messages' });
    return message;
  }

  async function send(
    conversationId: string,
    message: NewMessage,
    stagedIds: readonly string[] = []
  ): Promise<{ messageId: string }> {
    const input = { conversationId, ownId, nowMs: await networkNow(), ...message };
    const { messageId } =
      stagedIds.length === 0
        ? await enqueueMessage(store, input)
        : await enqueueWithFiles(store, { ...input, stagedIds });
    ringOutbox();
    return { messageId };
  }

  async function forwardOne({ content }: LoadedMessage, conversationId: string): Promise<void> {
    const { text, attachments = [] } = content;
    const files = await forwardedFiles(
      media,
      { attachments, sentAtMs: content.sentAtMs },
      conversationId,
      await networkNow()
    );
    if (text === '' && files.attachments.length + files.stagedIds.length === 0) return;
    const message = { text, ...(files.attachments.length > 0 && { attachments: files.attachments }) };
    await send(conversationId, message, files.stagedIds);
  }

  function countReaction(): void {
    const now = clock.monotonic();
    reactedAtMs = reactedAtMs.filter((atMs) => now - atMs < MINUTE_MS);
    if (reactedAtMs.length >= REACTIONS_PER_MINUTE) throw new MessengerError('too-many-reactions');
    reactedAtMs.push(now);
  }

  return {
    async send(conversationId, text, { quoteMessageId, stagedIds = [] } = {}) {
      if (stagedIds.length > MAX_ATTACHMENTS) {
        throw new MessengerError('too-many-files', { details: { limit: MAX_ATTACHMENTS } });
      }
      const body = stagedIds.length > 0 && text.trim() === '' ? '' : parseOutgoingText(text);
      if (quoteMessageId === undefined) return send(conversationId, { text: body }, stagedIds);
      const { content } = await find(quoteMessageId);
      const quote = { authorId: content.authorId, timestampMs: content.sentAtMs };
      return send(conversationId, { text: body, quote }, stagedIds);
    },
    async retry(messageId) {
      await retryMessage(store, messageId);
      ringOutbox();
    },
    async sendBasic(messageId, always) {
      await allowClassic(store, messageId, always ? 'always' : 'once');
      ringOutbox();
    },
    async deleteMessages(messageIds, reach) {
      if (reach === 'device') {
        await deleteStoredMessages(store, messageIds);
        deps.onDeleted(messageIds);
        return;
      }
      const deletion = { messageIds, ownId, nowMs: await networkNow() };
      await (reach === 'everyone' ? deleteForEveryone : deleteOnMyDevices)(store, deletion);
      deps.onDeleted(messageIds);
      ringOutbox();
      deps.ringChores();
    },
    async react(messageId, emoji, remove) {
      if (!isEmoji(emoji)) throw new MessengerError('not-an-emoji');
      const { row, content } = await find(messageId);
      countReaction();
      const nowMs = await networkNow();
      const outgoing = {
        kind: 'reaction',
        targetAuthorId: content.authorId,
        targetTimestampMs: content.sentAtMs,
        emoji,
        remove
      } as const;
      const conversationId = conversationOfKey(row.id);
      await enqueueSignal(store, { conversationId, ownId, nowMs, outgoing }, async () => {
        const change = await messageUpdate(store, messageId, (current) =>
          current.deleted || current.notice
            ? null
            : withReaction(current, { emoji, authorId: ownId, timestampMs: nowMs, remove })
        );
        return change.put ? change : null;
      });
      ringOutbox();
    },
    async forward(messageIds, conversationIds) {
      const messages = (await loadStoredMessages(store, messageIds)).filter(
        ({ content }) => !content.notice && !content.deleted
      );
      messages.sort((a, b) => a.content.sentAtMs - b.content.sentAtMs);
      for (const conversationId of conversationIds) {
        for (const message of messages) await forwardOne(message, conversationId);
      }
    },
    async whereabouts(messageId) {
      const { content } = await find(messageId);
      const { direction, state, messageHash, expiresAtMs, receivedAtMs, readByThemAtMs } = content;
      const isSent = direction === 'in' || state === 'sent';
      return {
        ownDevices: messageHash !== null ? 'copied' : isSent ? 'unknown' : 'waiting',
        network: expiresAtMs === null ? null : { untilMs: expiresAtMs },
        recipient: readByThemAtMs !== undefined ? 'read' : isSent ? 'in-swarm' : recipientOf(state),
        messageHash,
        receivedAtMs: direction === 'in' ? receivedAtMs : null
      };
    }
  };
}

function recipientOf(state: string): 'waiting' | 'not-sent' {
  return state === 'failed' ? 'not-sent' : 'waiting';
}
