// Taking a backup in (docs/backup-format.md §7): read to its end first, with nothing written; then again, in transactions of bounded
// size. What is added is noted as it is added, until all of it is there.
import {
  backupError,
  readBackup,
  type BackupItem,
  type BackupMessage,
  type BackupProfile,
  type OpenedBackup
} from '../backup/index.ts';
import type { AccountId } from '../account-id.ts';
import { InvariantError } from '../errors.ts';
import { safeFileName } from '../media/index.ts';
import {
  beginConversationImport,
  changeSettings,
  DEFAULT_SETTINGS,
  finishImport,
  mergeConversationChoices,
  noteImport,
  OWN_PICTURE_OWNER,
  pictureOwner,
  saveImportedConfig,
  saveImportedProfile,
  type ConversationImport,
  type ImportContext,
  type ImportedConversation,
  type ImportedMessage,
  type MediaStore,
  type MessageContent,
  type ProfileStore
} from '../storage/index.ts';
import type { BackupWork } from './backup-export.ts';
import {
  consistent,
  importedConversation,
  importedMessage,
  importedSettings,
  type CheckedBackup
} from './backup-items.ts';
import { startByReading } from './disappear.ts';
import { receivedName } from './display-name.ts';

/** Messages stored in one transaction. */
const BATCH = 200;

/**
 * Reads a backup to its end. Nothing is written.
 * @throws BackupError; the signal's reason
 */
export async function checkBackup(opened: OpenedBackup, work: BackupWork): Promise<CheckedBackup> {
  const { signal, onProgress } = work;
  const total = opened.source.size;
  let messages = 0;
  const found: { -readonly [Key in keyof CheckedBackup]?: CheckedBackup[Key] } = {};
  const onBytes = (done: number) => onProgress({ phase: 'checking', done, total, messages });
  for await (const item of consistent(readBackup(opened, { signal, onBytes }))) {
    if (item.type === 'manifest') found.manifest = item.manifest;
    if (item.type === 'account') found.accountSeed = item.accountSeed;
    if (item.type === 'profile') found.profile = item.profile;
    if (item.type === 'end') found.counts = item.counts;
    if (item.type === 'message') messages++;
  }
  const { manifest, accountSeed, profile, counts } = found;
  if (!manifest || !accountSeed || !profile || !counts) throw backupError('backup-damaged');
  return { manifest, accountSeed, profile, counts };
}

export interface ImportSummary {
  readonly messages: number;
  readonly files: number;
}

export interface ImportTarget {
  readonly store: ProfileStore;
  readonly media: MediaStore;
  readonly ownId: AccountId;
  /** Network time. */
  readonly nowMs: number;
  /** A profile made for this: it takes over everything, and goes as a whole if it does not get whole. */
  readonly isNew: boolean;
}

/**
 * Takes in a backup that was checked.
 * @throws StorageError; BackupError when the file changed since; the signal's reason. What was added is noted then.
 */
export async function importBackup(
  opened: OpenedBackup,
  target: ImportTarget,
  work: BackupWork
): Promise<ImportSummary> {
  const run = createRun(opened, target, work);
  for (let step = await run.next(); step; step = await run.next()) await run.take(step);
  await run.closeConversation();
  if (!target.isNew) await finishImport(target.store);
  await run.mergeChoices();
  await noteImport(target.store, target.nowMs);
  return run.summary();
}

interface Pending {
  readonly content: MessageContent;
  readonly files: { attachment: number; role: 'file' | 'thumbnail'; mediaId: string }[];
  /** Where it will stand, once its first file made that known; null: it must not come. */
  place?: { readonly messageId: string; readonly known: MessageContent | null } | null;
}

function createRun(opened: OpenedBackup, target: ImportTarget, { signal, onProgress }: BackupWork) {
  const { store, media, ownId, nowMs, isNew } = target;
  let steps = 0;
  const context: ImportContext = { store, ownId, nowMs, isNoted: !isNew, nextStep: () => steps++ };
  const total = opened.source.size;
  const summary = { messages: 0, files: 0 };
  const onBytes = (done: number) =>
    onProgress({ phase: 'adding', done, total, messages: summary.messages + pending.length });
  const items = consistent(readBackup(opened, { signal, onBytes }))[Symbol.asyncIterator]();
  const choices: { conversationId: string; imported: ImportedConversation }[] = [];
  /** Its picture follows. */
  let own: {
    readonly profile: Parameters<typeof saveImportedProfile>[1]['profile'];
    readonly picture: BackupProfile['picture'];
  } | null = null;
  let conversation: ConversationImport | null = null;
  let imported: ImportedConversation | null = null;
  let pending: Pending[] = [];
  let deleted: { authorId: AccountId; sentAtMs: number }[] = [];

  async function next(): Promise<BackupItem | null> {
    const result = await items.next();
    return result.done ? null : result.value;
  }

  async function flush(): Promise<void> {
    const [messages, graves] = [pending, deleted];
    pending = [];
    deleted = [];
    if (!conversation) return;
    if (graves.length > 0) await conversation.bury(graves);
    if (messages.length === 0) return;
    const { added, filled } = await conversation.add(messages as readonly ImportedMessage[]);
    summary.messages += added;
    if (added > 0)
      summary.files += messages.reduce((sum, { files, place }) => sum + (place?.known ? 0 : files.length), 0);
    summary.files += filled;
  }

  async function closeConversation(): Promise<void> {
    await flush();
    const conversationId = await conversation?.finish();
    if (conversationId && imported && conversation?.isKnown) choices.push({ conversationId, imported });
    conversation = null;
    imported = null;
  }

  async function takeMessage(message: BackupMessage): Promise<void> {
    if (pending.length >= BATCH) await flush();
    pending.push({ content: importedMessage(message), files: [] });
  }

  /** The bytes of the file whose `media` item came last. */
  async function* fileBytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const item = await next();
      if (item?.type === 'media-end') return;
      if (item?.type !== 'media-data') throw new InvariantError('the bytes of a file');
      yield item.bytes;
    }
  }

  async function passOver(): Promise<void> {
    for await (const _ of fileBytes());
  }

  async function takeFile({ media: file }: Extract<BackupItem, { type: 'media' }>): Promise<void> {
    const owner = await ownerOf(file.role, file.attachment);
    if (owner === null) return passOver();
    const { kind, contentType } = file;
    const name = file.name === '' ? '' : safeFileName(file.name);
    const stored = await media.save({ owner, kind, name, contentType }, fileBytes(), signal);
    if (file.role !== 'picture') {
      pending.at(-1)?.files.push({ attachment: file.attachment, role: file.role, mediaId: stored.id });
    } else if (conversation) conversation.setPicture(stored.id);
    else await ownPicture(stored.id);
  }

  /** Null: the file is here already, or what it belongs to must not come. */
  async function ownerOf(role: 'file' | 'thumbnail' | 'picture', attachment: number): Promise<string | null> {
    if (role === 'picture') {
      if (!conversation) return isNew ? OWN_PICTURE_OWNER : null;
      if (conversation.isKnown) return null;
      const owner = pictureOwner(conversation.id());
      await conversation.awaitFiles(owner);
      return owner;
    }
    const message = pending.at(-1);
    if (!message || !conversation) return null;
    if (message.place === undefined) {
      message.place = (await conversation.place([message.content]))[0] ?? null;
      if (message.place) await conversation.awaitFiles(message.place.messageId);
    }
    if (!message.place) return null;
    const { messageId, known } = message.place;
    const here = known?.attachments?.[attachment];
    const isHere = here && (role === 'file' ? here.mediaId : here.thumbnailMediaId) !== null;
    return isHere || known?.deleted ? null : messageId;
  }

  async function ownPicture(mediaId: string): Promise<void> {
    if (!own) throw new InvariantError('a profile before its picture');
    const picture = { mediaId, upload: own.picture };
    await saveImportedProfile(store, { profile: { ...own.profile, picture }, lastTimestampMs: 0 });
  }

  async function take(item: BackupItem): Promise<void> {
    signal.throwIfAborted();
    switch (item.type) {
      case 'profile': {
        if (!isNew) return;
        const { picture, hasPicture: _, lastTimestampMs, ...rest } = item.profile;
        const profile = { ...rest, displayName: receivedName(rest.displayName) ?? '' };
        own = { profile, picture };
        return saveImportedProfile(store, { profile, lastTimestampMs });
      }
      case 'settings':
        // Whether this device reads forward-secret messages is decided by linking it.
        if (isNew)
          await changeSettings(store, {
            ...importedSettings(item.settings, DEFAULT_SETTINGS),
            forwardSecrecy: false
          });
        return;
      case 'config': {
        const { name, ...config } = item.config;
        if (isNew) await saveImportedConfig(store, name, config);
        return;
      }
      case 'conversation':
        await closeConversation();
        imported = importedConversation(item.conversation);
        conversation = await beginConversationImport(context, imported, item.conversation.deletedBeforeMs);
        return;
      case 'deleted':
        if (deleted.length >= BATCH) await flush();
        deleted.push(item.deleted);
        return;
      case 'message':
        return takeMessage(item.message);
      case 'media':
        return takeFile(item);
      default:
    }
  }

  return {
    next,
    take,
    closeConversation,
    async mergeChoices() {
      for (const { conversationId, imported: choice } of choices) {
        await mergeConversationChoices(store, conversationId, choice, { nowMs, onRead: startByReading });
      }
    },
    summary: () => ({ ...summary })
  };
}
