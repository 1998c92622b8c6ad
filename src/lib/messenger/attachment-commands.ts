// What the person does with files of messages and with their own picture (accounts-and-messages.md §4.11, §4.12, §5.5).
import type { AccountId } from '../account-id.ts';
import { FilesError, MAX_SENT_BYTES } from '../files/index.ts';
import { guessContentType, recogniseFile, safeFileName, UNKNOWN_TYPE } from '../media/index.ts';
import {
  chooseForConversation,
  conversationOfKey,
  describeStaged,
  enqueueSignal,
  isApproved,
  loadConversationContent,
  loadStoredMessages,
  OWN_PICTURE_OWNER,
  setOwnPicture,
  stagedOwner,
  storageError,
  type MediaStore,
  type ProfileStore,
  type TrayFacts
} from '../storage/index.ts';
import { MessengerError } from './errors.ts';
import { cutToCodePoints, MAX_CAPTION } from './limits.ts';

/** A file for a message to come, as the page hands it over: pictures drawn anew, without their notes. */
export interface NewAttachment {
  readonly conversationId: string;
  readonly file: Blob;
  readonly name: string;
  readonly contentType: string;
  readonly kind?: 'voice';
  readonly thumbnail: Blob | null;
  /** Pixels; null: as the bytes say, if they do. */
  readonly width: number | null;
  readonly height: number | null;
  readonly caption?: string | null;
  /** For one that is shown in the composer until it is sent, across reloads. */
  readonly tray?: TrayFacts;
}

/** A file of a message. */
export interface AttachmentPlace {
  readonly messageId: string;
  readonly attachmentId: string;
}

export interface AttachmentCommands {
  /**
   * Seals a file until its message is sent.
   * @throws FilesError `file-too-large`; StorageError `not-found` (the conversation), `quota`; the signal's reason
   */
  stage(file: NewAttachment, signal?: AbortSignal): Promise<{ stagedId: string }>;
  /** Nothing happens when it was sent or is gone. */
  unstage(stagedId: string): Promise<void>;
  /** Keeps what is on a picture that waits; nothing happens when it was sent or is gone. */
  describe(stagedId: string, caption: string): Promise<void>;
  /** @throws StorageError `not-found` */
  setAutoDownload(conversationId: string, on: boolean): Promise<void>;
  /** Tells whoever sent a message that a file of it was saved, where that is due. @throws StorageError `not-found` */
  tellSaved(messageId: string): Promise<void>;
  /** @throws MessengerError `picture-unreadable`; FilesError `file-too-large`; StorageError `quota` */
  setPicture(file: Blob | null): Promise<void>;
}

const MAX_SIDE = 100_000;

export function createAttachmentCommands(deps: {
  store: ProfileStore;
  media: MediaStore;
  ownId: AccountId;
  networkNow: () => Promise<number>;
  ringOutbox: () => void;
  ringPictures: () => void;
}): AttachmentCommands {
  const { store, media, ownId, networkNow, ringOutbox, ringPictures } = deps;

  return {
    async stage(input, signal) {
      const bytes = await bytesWithinLimit(input.file);
      await loadConversationContent(store, input.conversationId);
      const name = safeFileName(input.name);
      const found = recogniseFile(bytes, {
        contentType: input.contentType,
        voice: input.kind === 'voice'
      });
      const contentType = found.contentType === UNKNOWN_TYPE ? guessContentType(name) : found.contentType;
      const owner = stagedOwner(input.conversationId);
      const thumbnail =
        input.thumbnail &&
        (await media.save(
          { owner, kind: 'thumbnail', name: '', contentType: input.thumbnail.type },
          input.thumbnail,
          signal
        ));
      const staged = {
        width: sideOf(found.width ?? input.width),
        height: sideOf(found.height ?? input.height),
        caption: captionOf(input.caption),
        thumbnailMediaId: thumbnail?.id ?? null,
        ...(input.tray && { tray: input.tray })
      };
      try {
        const file = { owner, kind: found.kind, name, contentType, staged };
        return { stagedId: (await media.save(file, bytes, signal)).id };
      } catch (error) {
        if (thumbnail) await media.remove([thumbnail.id]);
        throw error;
      }
    },
    async unstage(stagedId) {
      const facts = await media.facts(stagedId);
      if (!facts?.staged) return;
      const { thumbnailMediaId } = facts.staged;
      await media.remove([stagedId, ...(thumbnailMediaId === null ? [] : [thumbnailMediaId])]);
    },
    describe: (stagedId, caption) => describeStaged(store, stagedId, captionOf(caption)),
    setAutoDownload: (conversationId, autoDownload) =>
      chooseForConversation(store, conversationId, { autoDownload }),
    async tellSaved(messageId) {
      const [message] = await loadStoredMessages(store, [messageId]);
      if (!message) throw storageError('not-found', undefined, { table: 'messages' });
      const conversationId = conversationOfKey(messageId);
      const conversation = await loadConversationContent(store, conversationId);
      const { direction, sentAtMs } = message.content;
      const isDue = conversation.kind === 'contact' && isApproved(conversation) && !conversation.blocked;
      if (direction !== 'in' || !isDue) return;
      const outgoing = { kind: 'media-saved', targetTimestampMs: sentAtMs } as const;
      await enqueueSignal(store, { conversationId, ownId, nowMs: await networkNow(), outgoing });
      ringOutbox();
    },
    async setPicture(file) {
      if (file) {
        const bytes = await bytesWithinLimit(file);
        const { kind, contentType } = recogniseFile(bytes, { contentType: file.type });
        if (kind !== 'image') throw new MessengerError('picture-unreadable', { retry: 'never' });
        const picture = { owner: OWN_PICTURE_OWNER, kind: 'picture', name: '', contentType } as const;
        await setOwnPicture(store, (await media.save(picture, bytes)).id, await networkNow());
      } else await setOwnPicture(store, null, await networkNow());
      ringPictures();
    }
  };
}

async function bytesWithinLimit(file: Blob): Promise<Uint8Array> {
  if (file.size > MAX_SENT_BYTES) {
    const details = { limit: MAX_SENT_BYTES, length: file.size };
    throw new FilesError('file-too-large', { retry: 'never', details });
  }
  return new Uint8Array(await file.arrayBuffer());
}

function captionOf(said: string | null | undefined): string | null {
  const caption = said?.trim();
  return caption ? cutToCodePoints(caption.toWellFormed(), MAX_CAPTION) : null;
}

function sideOf(side: number | null): number | null {
  return side !== null && Number.isSafeInteger(side) && side > 0 && side <= MAX_SIDE ? side : null;
}
