// Files cleared from this device while their messages stay: what that would free, and doing it, some messages at a time.
// What lies at a file server can be loaded again. Bytes freed are measured where the chunks lie, before and after.
import { errorCode } from '../errors.ts';
import { removeFilesOf } from './media-changes.ts';
import { loadStoredMessages, messageUpdate } from './message-changes.ts';
import {
  clearBeforeMs,
  isClearable,
  keptSinceMs,
  type MediaSelection,
  type MediaSum
} from './media-rules.ts';
import { sizeOfMediaFile } from './media-files.ts';
import type { MediaContent, MediaRow } from './media-rows.ts';
import {
  conversationEnd,
  conversationOfKey,
  keyBound,
  sortAfterTime,
  timeOfSort,
  sortOfKey
} from './message-key.ts';
import type { LoadedMessage } from './conversation-changes.ts';
import type { ConversationContent, StoredAttachment } from './rows.ts';
import { commitBuilt, mergeChanges, openRow, reading, type ChangeSet, type ProfileStore } from './store.ts';
import type { AttachmentKind } from './views.ts';

/** What time it is. */
export interface ClearingTime {
  /** Network time, milliseconds. */
  readonly nowMs: number;
  /** Device clock minus network time. */
  readonly offsetMs: number;
}

export interface ClearedMedia {
  readonly files: number;
  /** Bytes that lay on the disk before and do not any more. */
  readonly bytes: number;
  /** Where to go on; null when all is done. */
  readonly next: string | null;
}

/** Messages changed in one transaction. */
const BATCH = 25;
/** Keys of the index read at once. */
const KEY_PAGE = 500;

interface FilesOfMessage {
  readonly message: LoadedMessage;
  readonly attachments: readonly StoredAttachment[];
  readonly rows: readonly { readonly row: MediaRow; readonly content: MediaContent }[];
}

/** What `clearMedia` would take. @param signal its reason is thrown */
export async function planClearing(
  store: ProfileStore,
  selection: MediaSelection,
  time: ClearingTime,
  signal?: AbortSignal
): Promise<MediaSum> {
  const byKind: Partial<Record<AttachmentKind, number>> = {};
  let [files, bytes, unsent] = [0, 0, 0];
  for (let after: string | null = null; ;) {
    signal?.throwIfAborted();
    const owners = await nextOwners(store, selection, after);
    for (const { message, attachments, rows } of await chosenFiles(store, selection, owners, time)) {
      if (!isClearable(message.content)) {
        unsent += attachments.length;
        continue;
      }
      files += attachments.length;
      bytes += rows.reduce((sum, { content }) => sum + content.storedBytes, 0);
      for (const { kind } of attachments) byKind[kind] = (byKind[kind] ?? 0) + 1;
    }
    if (owners.length < BATCH) return { files, bytes, byKind, unsent };
    after = owners.at(-1) as string;
  }
}

/**
 * Clears the files of some more messages, in one transaction.
 * @param after `next` of the call before; null at first
 * @param by `engine` for rules, which only the leading tab applies
 * @throws StorageError
 */
export async function clearMedia(
  store: ProfileStore,
  selection: MediaSelection,
  time: ClearingTime,
  after: string | null,
  by: ChangeSet['by'] = 'any'
): Promise<ClearedMedia> {
  const owners = await nextOwners(store, selection, after);
  const next = owners.length < BATCH ? null : (owners.at(-1) as string);
  const choose = async () =>
    (await chosenFiles(store, selection, owners, time)).filter(({ message }) => isClearable(message.content));
  const done = await commitBuilt(store, async () => {
    const chosen = await choose();
    const result = await describe(store, chosen);
    if (chosen.length === 0) return { changes: null, result };
    return { changes: await forgetting(store, chosen, by), result };
  }).catch((error: unknown) => {
    if (errorCode(error) !== 'quota') throw error;
    return clearWithoutRoom(store, choose, by);
  });
  const left = await sizesOf(store, done.names);
  return { files: done.files, bytes: done.before - left, next };
}

/** Where not even a message has room to be written anew: the files first, then what names them. */
async function clearWithoutRoom(
  store: ProfileStore,
  choose: () => Promise<FilesOfMessage[]>,
  by: ChangeSet['by']
): Promise<Awaited<ReturnType<typeof describe>>> {
  const { chosen, result } = await commitBuilt(store, async () => {
    const found = await choose();
    const rows = found.flatMap((each) => each.rows.map(({ row }) => row));
    const change = {
      expect: rows.map(({ id, rev }) => ({ table: 'media' as const, id, rev })),
      remove: rows.map(({ id }) => ({ table: 'media' as const, id }))
    };
    return {
      changes: mergeChanges('clear media without room', by, [change]),
      result: { chosen: found, result: await describe(store, found) }
    };
  });
  await removeFilesOf(
    store,
    chosen.flatMap(({ rows }) => rows.map(({ row }) => row))
  );
  await commitBuilt(store, async () => ({
    changes: await forgetting(store, chosen, by),
    result: undefined
  }));
  return result;
}

/** What goes, and how much room it has now. */
async function describe(store: ProfileStore, chosen: readonly FilesOfMessage[]) {
  const names = chosen.flatMap(({ rows }) => rows.map(({ content }) => content.fileName));
  const files = chosen.reduce((sum, { attachments }) => sum + attachments.length, 0);
  return { files, names, before: await sizesOf(store, names) };
}

/** The change after which messages name their files no more; those leave with it (media-changes.ts). */
async function forgetting(
  store: ProfileStore,
  chosen: readonly FilesOfMessage[],
  by: ChangeSet['by']
): Promise<ChangeSet> {
  const parts = await Promise.all(
    chosen.map(({ message, attachments }) => withoutFiles(store, message.row.id, attachments))
  );
  return mergeChanges('clear media', by, parts);
}

/** Clears what the rules of the chats say is too old. @param signal ends it between two messages */
export async function applyMediaRules(
  store: ProfileStore,
  time: ClearingTime,
  signal: AbortSignal
): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0];
  for (const row of await reading(() => store.db.conversations.toArray())) {
    const { keepMediaDays } = await openRow<ConversationContent>(store, 'conversations', row);
    if (!keepMediaDays) continue;
    const beforeMs = clearBeforeMs(time.nowMs, keepMediaDays);
    const selection = { kind: 'older', conversationIds: [row.id], beforeMs } as const;
    for (let next: string | null = null, first = true; first || next !== null; first = false) {
      if (signal.aborted) return { files, bytes };
      const cleared = await clearMedia(store, selection, time, next, 'engine');
      files += cleared.files;
      bytes += cleared.bytes;
      next = cleared.next;
    }
  }
  return { files, bytes };
}

/** The part of a change that lets a message forget stored files. */
function withoutFiles(
  store: ProfileStore,
  messageId: string,
  gone: readonly StoredAttachment[]
): Promise<Partial<ChangeSet>> {
  const ids = new Set(gone.map(({ id }) => id));
  return messageUpdate(store, messageId, (content) => ({
    ...content,
    attachments: (content.attachments ?? []).map((attachment) =>
      ids.has(attachment.id)
        ? {
            ...attachment,
            state: attachment.remote ? 'remote' : 'expired',
            failureCode: null,
            mediaId: null,
            thumbnailMediaId: null
          }
        : attachment
    )
  }));
}

/** Which files of some messages are meant. Messages without any are left out. */
async function chosenFiles(
  store: ProfileStore,
  selection: MediaSelection,
  owners: readonly string[],
  time: ClearingTime
): Promise<FilesOfMessage[]> {
  const wanted = selection.kind === 'files' ? new Set(selection.files.map(({ mediaId }) => mediaId)) : null;
  const [messages, owned] = await Promise.all([
    loadStoredMessages(store, owners),
    reading(() => store.db.media.where('owner').anyOf(owners).toArray())
  ]);
  const opened = await Promise.all(
    owned.map(async (row) => ({ row, content: await openRow<MediaContent>(store, 'media', row) }))
  );
  const byId = new Map(opened.map((file) => [file.row.id, file]));

  const isMeant = (message: LoadedMessage, { mediaId }: StoredAttachment): boolean => {
    const file = mediaId === null ? undefined : byId.get(mediaId);
    if (!file || mediaId === null) return false;
    if (wanted) return wanted.has(mediaId);
    const storedAtMs = file.content.createdAtMs - time.offsetMs;
    const sinceMs = keptSinceMs(message.content.sentAtMs, storedAtMs, time.nowMs);
    return selection.kind === 'older' && sinceMs < selection.beforeMs;
  };

  return messages.flatMap((message) => {
    const attachments = (message.content.attachments ?? []).filter((each) => isMeant(message, each));
    const ids = attachments.flatMap(({ mediaId, thumbnailMediaId }) => [mediaId, thumbnailMediaId]);
    const rows = ids.flatMap((id) => (id === null ? [] : (byId.get(id) ?? [])));
    return attachments.length === 0 ? [] : [{ message, attachments, rows }];
  });
}

/** The next messages that own stored files and may be meant, in the order of their keys; fewer than `BATCH`: the last. */
async function nextOwners(
  store: ProfileStore,
  selection: MediaSelection,
  after: string | null
): Promise<string[]> {
  if (selection.kind === 'files') {
    const ids = new Set(selection.files.map(({ messageId }) => messageId));
    return [...ids]
      .sort()
      .filter((id) => after === null || id > after)
      .slice(0, BATCH);
  }
  const { conversationIds, beforeMs } = selection;
  const lastSort = sortAfterTime(beforeMs - 1);
  if (conversationIds === null) {
    const isOld = (owner: string) => isMessageId(owner) && timeOfSort(sortOfKey(owner)) < beforeMs;
    return ownersBetween(store, after ?? '', '\uffff', BATCH, isOld);
  }
  const found: string[] = [];
  for (const id of [...conversationIds].sort()) {
    if (found.length >= BATCH) break;
    if (after !== null && after >= conversationEnd(id)) continue;
    const from = after !== null && conversationOfKey(after) === id ? after : id;
    const end = keyBound(id, lastSort + 1);
    found.push(...(await ownersBetween(store, from, end, BATCH - found.length, isMessageId)));
  }
  return found;
}

/** Owners of stored files after `from` and before `end`, each once, at most `limit` that pass. */
async function ownersBetween(
  store: ProfileStore,
  from: string,
  end: string,
  limit: number,
  passes: (owner: string) => boolean
): Promise<string[]> {
  const found = new Set<string>();
  for (let last = from; last < end;) {
    const lower = last;
    const keys = (await reading(() =>
      store.db.media.where('owner').between(lower, end, false, false).limit(KEY_PAGE).keys()
    )) as string[];
    for (const owner of keys) {
      if (passes(owner)) found.add(owner);
      if (found.size === limit) return [...found];
    }
    if (keys.length < KEY_PAGE) break;
    last = keys.at(-1) as string;
  }
  return [...found];
}

/** Owners are conversations and their places too. */
function isMessageId(owner: string): boolean {
  return /^[0-9a-f]{45,}$/.test(owner);
}

async function sizesOf(store: ProfileStore, names: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const name of names) bytes += await sizeOfMediaFile(store.places, name);
  return bytes;
}
