// Brings the files of a message to the file server before the message leaves (accounts-and-messages.md §5.5): one after the
// other, and what each came to is kept at once, so that a later attempt goes on with the next file.
import { base64ToBytes, bytesToBase64 } from '../bytes/index.ts';
import { errorCode } from '../errors.ts';
import { uploadAttachment, type AttachmentDependencies } from '../files/index.ts';
import {
  loadMessage,
  saveUploaded,
  type MediaReader,
  type ProfileStore,
  type StoredAttachment
} from '../storage/index.ts';
import { MessengerError } from './errors.ts';
import type { TransferEvent } from './events.ts';

export interface Uploads {
  /**
   * Uploads what of a message's files is not uploaded yet; nothing to do for one without files, or that is gone.
   * @throws MessengerError `file-missing`, `upload-cancelled`; AttachmentError, FilesError and OnionError as `uploadAttachment`;
   *   StorageError; the signal's reason
   */
  run(messageId: string, signal: AbortSignal): Promise<void>;
  /** Ends what is under way for a message; nothing happens when nothing is. */
  cancel(messageId: string): void;
}

export interface UploadDependencies {
  readonly store: ProfileStore;
  readonly media: Pick<MediaReader, 'range'>;
  readonly link: AttachmentDependencies;
  readonly emit: (event: TransferEvent) => void;
}

export function createUploads({ store, media, link, emit }: UploadDependencies): Uploads {
  const running = new Map<string, AbortController>();

  async function load(attachment: StoredAttachment): Promise<Uint8Array> {
    const missing = (cause?: unknown) => new MessengerError('file-missing', { retry: 'never', cause });
    if (attachment.mediaId === null) throw missing();
    try {
      return await media.range(attachment.mediaId, 0, attachment.bytes);
    } catch (error) {
      const code = errorCode(error);
      throw code === 'not-found' || code === 'row-damaged' ? missing(error) : error;
    }
  }

  async function upload(messageId: string, attachment: StoredAttachment, signal: AbortSignal): Promise<void> {
    const { id: attachmentId } = attachment;
    const tell = (phase: TransferEvent['phase']) =>
      emit({ type: 'transfer', messageId, attachmentId, phase, fraction: null });
    try {
      const uploaded = await uploadAttachment(link, await load(attachment), {
        signal,
        onProgress: ({ phase }) => tell(phase === 'waiting' ? 'waiting' : 'uploading')
      });
      const { id, url, key, digest, size } = uploaded;
      await saveUploaded(store, messageId, attachmentId, {
        url,
        keyBase64: bytesToBase64(key),
        digestBase64: digest.length === 0 ? null : bytesToBase64(digest),
        bytes: size,
        ...(id === 0n ? {} : { fileNumber: String(id) })
      });
    } finally {
      tell('ended');
    }
  }

  return {
    async run(messageId, signal) {
      const waiting =
        (await loadMessage(store, messageId))?.attachments?.filter(({ remote }) => !remote) ?? [];
      if (waiting.length === 0) return;
      const controller = new AbortController();
      running.set(messageId, controller);
      try {
        for (const attachment of waiting) {
          await upload(messageId, attachment, AbortSignal.any([signal, controller.signal]));
        }
      } finally {
        running.delete(messageId);
      }
    },
    cancel: (messageId) =>
      running.get(messageId)?.abort(new MessengerError('upload-cancelled', { retry: 'never' }))
  };
}

/** What opens an uploaded file. */
export function linkOf(remote: NonNullable<StoredAttachment['remote']>) {
  return {
    url: remote.url,
    key: base64ToBytes(remote.keyBase64),
    digest: remote.digestBase64 === null ? new Uint8Array(0) : base64ToBytes(remote.digestBase64),
    size: remote.bytes
  };
}
