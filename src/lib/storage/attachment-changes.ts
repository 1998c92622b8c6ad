// Files of messages on their way: from the staging tray to a message, to the file server, and back. Every function is one
// transaction.
import { storageError } from './errors.ts';
import { messageUpdate } from './message-changes.ts';
import { stagedOwner, type MediaContent, type MediaKind, type MediaRow } from './media-rows.ts';
import { enqueueChange } from './outbox-enqueue.ts';
import type { Enqueue, NewMessage } from './outbox-entry.ts';
import type { MessageContent, StoredAttachment } from './rows.ts';
import {
  commitBuilt,
  mergeChanges,
  openRow,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore,
  type TableRow
} from './store.ts';
import type { AttachmentKind } from './views.ts';

/** Owner of files that were loaded and are not named by their message yet. */
export const incomingOwner = (conversationId: string) => `${conversationId}/incoming`;

interface LoadedMedia {
  readonly row: MediaRow;
  readonly content: MediaContent;
}

async function loadMedia(store: ProfileStore, mediaIds: readonly string[]): Promise<LoadedMedia[]> {
  const rows = await reading(() => store.db.media.bulkGet([...mediaIds]));
  return Promise.all(
    rows
      .filter((row) => row !== undefined)
      .filter(({ writing }) => writing === undefined)
      .map(async (row) => ({ row, content: await openRow<MediaContent>(store, 'media', row) }))
  );
}

/** The part that gives whole files to another owner. */
async function ownerChange(
  store: ProfileStore,
  files: readonly LoadedMedia[],
  owner: string
): Promise<Partial<ChangeSet>> {
  const put: TableRow[] = [];
  for (const { row, content } of files) {
    const { staged: _, ...kept } = content;
    put.push({ table: 'media', row: await sealRow(store, 'media', row.id, row, { owner }, kept) });
  }
  return { expect: files.map(({ row: { id, rev } }) => ({ table: 'media', id, rev })), put };
}

/**
 * Stores a message as `enqueueMessage` does, with staged files, in their order, after those it has already.
 * @throws StorageError `not-found` (the conversation, or a staged file: it was sent or removed meanwhile)
 */
export function enqueueWithFiles(
  store: ProfileStore,
  input: Pick<Enqueue, 'conversationId' | 'ownId' | 'nowMs'> &
    NewMessage & { readonly stagedIds: readonly string[] }
): Promise<{ messageId: string; timestampMs: number }> {
  const { conversationId, ownId, nowMs, stagedIds, attachments: known = [], ...message } = input;
  return commitBuilt(store, async () => {
    const files = await loadMedia(store, stagedIds);
    const isOurs = ({ row, content }: LoadedMedia) =>
      row.owner === stagedOwner(conversationId) && content.staged !== undefined;
    if (files.length !== new Set(stagedIds).size || !files.every(isOurs)) {
      throw storageError('not-found', undefined, { table: 'media' });
    }
    const staged = files.map(stagedAttachment);
    const thumbnails = await loadMedia(
      store,
      staged.flatMap(({ thumbnailMediaId }) => thumbnailMediaId ?? [])
    );
    const { change, messageId, timestampMs } = await enqueueChange(store, {
      conversationId,
      ownId,
      nowMs,
      outgoing: { kind: 'message' },
      message: { ...message, attachments: [...known, ...staged] }
    });
    const moved = await ownerChange(store, [...files, ...thumbnails], messageId);
    return {
      changes: mergeChanges('enqueue with files', 'any', [change, moved]),
      result: { messageId, timestampMs }
    };
  });
}

/** Keeps what the person says is on a file that waits; nothing happens when it was sent or is gone. */
export function describeStaged(store: ProfileStore, stagedId: string, caption: string | null): Promise<void> {
  return commitBuilt(store, async () => {
    const [file] = await loadMedia(store, [stagedId]);
    if (!file?.content.staged || file.content.staged.caption === caption) {
      return { changes: null, result: undefined };
    }
    const { row } = file;
    const content = { ...file.content, staged: { ...file.content.staged, caption } };
    const put = await sealRow(store, 'media', row.id, row, { owner: row.owner }, content);
    const changes: ChangeSet = {
      name: 'describe staged file',
      by: 'any',
      expect: [{ table: 'media', id: row.id, rev: row.rev }],
      put: [{ table: 'media', row: put }]
    };
    return { changes, result: undefined };
  });
}

function stagedAttachment({ row, content }: LoadedMedia): StoredAttachment {
  const { kind, name, bytes, contentType, staged } = content;
  return {
    // As random as ids of files are.
    id: row.id,
    kind: kindOfFile(kind),
    name,
    bytes,
    contentType,
    width: staged?.width ?? null,
    height: staged?.height ?? null,
    caption: staged?.caption ?? null,
    remote: null,
    state: 'queued',
    failureCode: null,
    mediaId: row.id,
    thumbnailMediaId: staged?.thumbnailMediaId ?? null
  };
}

function kindOfFile(kind: MediaKind): AttachmentKind {
  return kind === 'thumbnail' || kind === 'picture' ? 'image' : kind;
}

/**
 * A file of ours lies at the file server.
 * @returns whether its message is still there
 */
export function saveUploaded(
  store: ProfileStore,
  messageId: string,
  attachmentId: string,
  remote: NonNullable<StoredAttachment['remote']>
): Promise<boolean> {
  return changeAttachment(store, 'file uploaded', { messageId, attachmentId }, (attachment) => ({
    ...attachment,
    remote,
    state: 'here',
    failureCode: null
  }));
}

/** What a loaded file was found to be. */
export type LoadedFile = Pick<StoredAttachment, 'kind' | 'contentType' | 'bytes' | 'width' | 'height'> & {
  readonly mediaId: string;
  readonly thumbnailMediaId?: string | null;
};

/**
 * A file of a message lies here; its stored file becomes the message's.
 * @returns false when the message, or its being asked for, is gone: the stored file is then the caller's to remove
 */
export function saveDownloaded(
  store: ProfileStore,
  messageId: string,
  attachmentId: string,
  file: LoadedFile
): Promise<boolean> {
  const also = async () => ownerChange(store, await loadMedia(store, [file.mediaId]), messageId);
  return changeAttachment(
    store,
    'file downloaded',
    { messageId, attachmentId },
    (attachment) =>
      attachment.mediaId === null ? { ...attachment, ...file, state: 'here', failureCode: null } : null,
    also
  );
}

/** A file of a message could not be loaded. @returns whether it is still there */
export function saveDownloadFailure(
  store: ProfileStore,
  messageId: string,
  attachmentId: string,
  failure: { readonly state: 'remote' | 'failed' | 'expired'; readonly failureCode: string | null }
): Promise<boolean> {
  return changeAttachment(store, 'file not downloaded', { messageId, attachmentId }, (attachment) =>
    attachment.mediaId === null ? { ...attachment, ...failure } : null
  );
}

function changeAttachment(
  store: ProfileStore,
  name: string,
  { messageId, attachmentId }: { messageId: string; attachmentId: string },
  update: (attachment: StoredAttachment) => StoredAttachment | null,
  also: () => Promise<Partial<ChangeSet>> = async () => ({})
): Promise<boolean> {
  return commitBuilt(store, async () => {
    const change = await messageUpdate(store, messageId, (content) =>
      withAttachment(content, attachmentId, update)
    );
    if (!change.put) return { changes: null, result: false };
    return { changes: mergeChanges(name, 'engine', [change, await also()]), result: true };
  });
}

function withAttachment(
  content: MessageContent,
  attachmentId: string,
  update: (attachment: StoredAttachment) => StoredAttachment | null
): MessageContent | null {
  const { attachments = [] } = content;
  const before = attachments.find(({ id }) => id === attachmentId);
  const after = before && update(before);
  if (!before || !after) return null;
  return { ...content, attachments: attachments.map((each) => (each === before ? after : each)) };
}
