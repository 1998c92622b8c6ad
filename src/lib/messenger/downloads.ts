// Loads files of messages: what the person asked for, and by itself what comes from those they trust
// (accounts-and-messages.md §5.5). What came of it stands in the message.
import { errorCode } from '../errors.ts';
import { downloadAttachment, MAX_SENT_BYTES, type AttachmentDependencies } from '../files/index.ts';
import type { Log } from '../log.ts';
import { recogniseFile } from '../media/index.ts';
import {
  conversationOfKey,
  incomingOwner,
  isApproved,
  loadConversationContent,
  loadMessage,
  saveDownloaded,
  saveDownloadFailure,
  storageError,
  type ConversationContent,
  type InboxResult,
  type MediaStore,
  type MessageContent,
  type ProfileStore,
  type StoredAttachment
} from '../storage/index.ts';
import type { AttachmentPlace } from './attachment-commands.ts';
import type { TransferEvent } from './events.ts';
import { linkOf } from './uploads.ts';

export interface Downloads {
  /**
   * Loads a file; resolves when that has ended. Whoever asks for one that is under way waits for the same.
   * @throws StorageError `not-found` (no such file)
   */
  download(place: AttachmentPlace): Promise<void>;
  /** Nothing happens when it is not under way. */
  cancel(place: AttachmentPlace): void;
  /** Ends all of these messages. */
  cancelOf(messageIds: readonly string[]): void;
  /** Messages came: loads what of them loads by itself. */
  offer(added: InboxResult['added']): void;
  stop(): Promise<void>;
}

export interface DownloadDependencies {
  readonly store: ProfileStore;
  readonly media: MediaStore;
  readonly link: AttachmentDependencies;
  readonly log: Log;
  readonly emit: (event: TransferEvent) => void;
}

interface Running {
  readonly place: AttachmentPlace;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** Progress that grew by less is not told. */
const TOLD_STEP = 0.02;

export function createDownloads(deps: DownloadDependencies): Downloads {
  const { store, media, link, log, emit } = deps;
  const running = new Map<string, Running>();
  const stopped = new AbortController();
  /** What loads by itself does so one after the other: the person's wishes have the other turns. */
  let byItself: Promise<void> = Promise.resolve();

  async function run(place: AttachmentPlace, signal: AbortSignal, asked: boolean): Promise<void> {
    const { messageId, attachmentId } = place;
    const message = await loadMessage(store, messageId);
    const attachment = message?.attachments?.find(({ id }) => id === attachmentId);
    if (!attachment) throw storageError('not-found', undefined, { table: 'messages' });
    if (!attachment.remote || attachment.mediaId !== null) return;
    try {
      await fetchInto(place, attachment, signal);
    } catch (error) {
      if (signal.aborted) return;
      const code = errorCode(error);
      log.debug('file-not-downloaded', { code });
      if (code === 'deposed' || code === 'closed') return;
      await saveDownloadFailure(store, messageId, attachmentId, failureOf(error, asked));
    }
  }

  async function fetchInto(
    place: AttachmentPlace,
    attachment: StoredAttachment,
    signal: AbortSignal
  ): Promise<void> {
    const { messageId, attachmentId } = place;
    const remote = attachment.remote as NonNullable<StoredAttachment['remote']>;
    const tell = progressTeller(place, remote.bytes, emit);
    const bytes = await downloadAttachment(link, linkOf(remote), { signal, onProgress: tell });
    const { kind, contentType, width, height } = recogniseFile(bytes, {
      contentType: attachment.contentType,
      voice: attachment.kind === 'voice'
    });
    const owner = incomingOwner(conversationOfKey(messageId));
    const facts = await media.save({ owner, kind, name: attachment.name, contentType }, bytes, signal);
    let isKept = false;
    try {
      isKept = await saveDownloaded(store, messageId, attachmentId, {
        kind,
        contentType,
        bytes: bytes.length,
        // Of film the bytes do not say it here.
        width: width ?? (kind === 'video' ? attachment.width : null),
        height: height ?? (kind === 'video' ? attachment.height : null),
        mediaId: facts.id
      });
    } finally {
      if (!isKept) await media.remove([facts.id]);
    }
  }

  function begin(place: AttachmentPlace, asked: boolean): Promise<void> {
    const { messageId, attachmentId } = place;
    const key = `${messageId}/${attachmentId}`;
    const known = running.get(key);
    if (known) return known.done;
    if (stopped.signal.aborted) return Promise.resolve();
    const controller = new AbortController();
    const done = run(place, AbortSignal.any([controller.signal, stopped.signal]), asked).finally(() => {
      running.delete(key);
      emit({ type: 'transfer', messageId, attachmentId, phase: 'ended', fraction: null });
    });
    running.set(key, { place, controller, done });
    return done;
  }

  async function offerOne({ messageId, conversationId }: InboxResult['added'][number]): Promise<void> {
    const message = await loadMessage(store, messageId);
    if (!message?.attachments) return;
    const conversation = await loadConversationContent(store, conversationId);
    for (const attachment of message.attachments) {
      if (stopped.signal.aborted) return;
      if (loadsByItself(conversation, message, attachment)) {
        await begin({ messageId, attachmentId: attachment.id }, false);
      }
    }
  }

  return {
    download: (place) => begin(place, true),
    cancel: ({ messageId, attachmentId }) => running.get(`${messageId}/${attachmentId}`)?.controller.abort(),
    cancelOf(messageIds) {
      for (const { place, controller } of running.values()) {
        if (messageIds.includes(place.messageId)) controller.abort();
      }
    },
    offer(added) {
      for (const each of added) {
        byItself = byItself
          .then(() => offerOne(each))
          .catch((error: unknown) => log.debug('file-not-offered', { code: errorCode(error) }));
      }
    },
    async stop() {
      stopped.abort();
      await Promise.allSettled([byItself, ...[...running.values()].map(({ done }) => done)]);
    }
  };
}

/** Whether a file is loaded without being asked for: our own from another device, and of accepted people where that is set. */
export function loadsByItself(
  conversation: ConversationContent,
  { direction }: Pick<MessageContent, 'direction'>,
  { state, bytes }: Pick<StoredAttachment, 'state' | 'bytes'>
): boolean {
  // What is declared larger than anything a server takes is not worth the way.
  if (state !== 'remote' || bytes > MAX_SENT_BYTES) return false;
  if (direction === 'out') return true;
  return isApproved(conversation) && !conversation.blocked && conversation.autoDownload === true;
}

/** What a failure leaves in the message; one nobody asked for and that may mend leaves no trace. */
function failureOf(error: unknown, asked: boolean) {
  const failureCode = errorCode(error);
  if (failureCode === 'file-expired') return { state: 'expired', failureCode } as const;
  const mayMend = error instanceof Object && 'retry' in error && error.retry !== 'never';
  if (!asked && mayMend) return { state: 'remote', failureCode: null } as const;
  return { state: 'failed', failureCode } as const;
}

function progressTeller(
  { messageId, attachmentId }: AttachmentPlace,
  bytes: number,
  emit: (event: TransferEvent) => void
) {
  const expected = Math.max(1, bytes);
  let told = -1;
  return (
    progress:
      | { readonly phase: 'waiting' | 'sending' }
      | { readonly phase: 'receiving'; readonly receivedBytes: number }
  ) => {
    const isReceiving = progress.phase === 'receiving';
    const fraction = isReceiving ? Math.min(1, progress.receivedBytes / expected) : null;
    if (fraction !== null && fraction - told < TOLD_STEP) return;
    told = fraction ?? -1;
    const phase = progress.phase === 'waiting' ? 'waiting' : 'downloading';
    emit({ type: 'transfer', messageId, attachmentId, phase, fraction });
  };
}
