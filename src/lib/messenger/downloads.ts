// Loads files of messages: what the person asked for, and by itself what comes from those they trust
// (accounts-and-messages.md §5.5). What came of it stands in the message.
import type { Clock } from '../clock.ts';
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
import { createAwaitedFiles, type LoadOutcome } from './awaited-files.ts';
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
  start(): void;
  /** The network came back. */
  ring(): void;
  /** Messages came: loads what of them loads by itself, again and again while that may succeed. */
  offer(added: InboxResult['added']): void;
  stop(): Promise<void>;
}

export interface DownloadDependencies {
  readonly store: ProfileStore;
  readonly media: MediaStore;
  readonly link: AttachmentDependencies;
  readonly isConnected: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: (event: TransferEvent) => void;
}

interface Running {
  readonly place: AttachmentPlace;
  readonly controller: AbortController;
  readonly done: Promise<LoadOutcome>;
}

/** Progress that grew by less is not told. */
const TOLD_STEP = 0.02;

export function createDownloads(deps: DownloadDependencies): Downloads {
  const { store, media, link, log, emit } = deps;
  const running = new Map<string, Running>();
  const stopped = new AbortController();
  const awaited = createAwaitedFiles({ ...deps, load: loadAwaited });
  /** What came is looked at in its order. */
  let offered: Promise<void> = Promise.resolve();

  async function run(place: AttachmentPlace, signal: AbortSignal, asked: boolean): Promise<LoadOutcome> {
    const { messageId, attachmentId } = place;
    const message = await loadMessage(store, messageId);
    const attachment = message?.attachments?.find(({ id }) => id === attachmentId);
    if (!attachment) throw storageError('not-found', undefined, { table: 'messages' });
    if (!attachment.remote || attachment.mediaId !== null) return 'ended';
    try {
      await fetchInto(place, attachment, signal);
      return 'ended';
    } catch (error) {
      if (signal.aborted) return stopped.signal.aborted ? 'stopped' : 'ended';
      const code = errorCode(error);
      log.debug('file-not-downloaded', { code });
      if (code === 'deposed' || code === 'closed') return 'stopped';
      const failure = failureOf(error, asked);
      await saveDownloadFailure(store, messageId, attachmentId, failure);
      return failure.state === 'remote' ? 'later' : 'ended';
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

  function begin(place: AttachmentPlace, asked: boolean): Promise<LoadOutcome> {
    const { messageId, attachmentId } = place;
    const key = `${messageId}/${attachmentId}`;
    const known = running.get(key);
    if (known) return known.done;
    if (stopped.signal.aborted) return Promise.resolve('stopped');
    const controller = new AbortController();
    const done = run(place, AbortSignal.any([controller.signal, stopped.signal]), asked).finally(() => {
      running.delete(key);
      emit({ type: 'transfer', messageId, attachmentId, phase: 'ended', fraction: null });
    });
    running.set(key, { place, controller, done });
    return done;
  }

  /** The files of a message that load by themselves; what was decided may be otherwise by the next attempt. */
  async function wantedOf(messageId: string): Promise<AttachmentPlace[]> {
    const message = await loadMessage(store, messageId);
    if (!message?.attachments) return [];
    const conversation = await loadConversationContent(store, conversationOfKey(messageId));
    return message.attachments
      .filter((attachment) => loadsByItself(conversation, message, attachment))
      .map(({ id }) => ({ messageId, attachmentId: id }));
  }

  async function loadAwaited(place: AttachmentPlace, signal: AbortSignal): Promise<LoadOutcome> {
    const wanted = await wantedOf(place.messageId);
    if (!wanted.some(({ attachmentId }) => attachmentId === place.attachmentId)) return 'ended';
    return signal.aborted ? 'stopped' : begin(place, false);
  }

  return {
    start: () => awaited.start(),
    ring: () => awaited.ring(),
    download: async (place) => void (await begin(place, true)),
    cancel: ({ messageId, attachmentId }) => running.get(`${messageId}/${attachmentId}`)?.controller.abort(),
    cancelOf(messageIds) {
      for (const { place, controller } of running.values()) {
        if (messageIds.includes(place.messageId)) controller.abort();
      }
      awaited.forget(messageIds);
    },
    offer(added) {
      for (const { messageId, hasFiles } of added) {
        // A backlog is mostly text; to read every message of it again would take longer than writing it.
        if (!hasFiles) continue;
        offered = offered
          .then(async () => awaited.add(await wantedOf(messageId)))
          .catch((error: unknown) => log.debug('file-not-offered', { code: errorCode(error) }));
      }
    },
    async stop() {
      stopped.abort();
      await Promise.allSettled([offered, awaited.stop(), ...[...running.values()].map(({ done }) => done)]);
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
