// Reading all of a profile for a backup, in pages: never more than a page of rows is in memory.
import type { AccountId } from '../account-id.ts';
import type { ProfileContent, ConversationContent, MessageContent, SendClockContent } from './rows.ts';
import {
  authorTag,
  conversationEnd,
  MAX_TIMESTAMP_MS,
  messageKey,
  OWN_AUTHOR_TAG,
  sortOfKey,
  timeOfSort
} from './message-key.ts';
import { storageError } from './errors.ts';
import type { MediaContent, MediaRow } from './media-rows.ts';
import { loadMeta, type ConfigRowContent } from './meta.ts';
import type { ConfigRowName } from './config-rows.ts';
import { indexHash, openRow, reading, type ProfileStore } from './store.ts';
import type { SettingsView } from './views.ts';

/** Messages opened at once. */
const PAGE_ROWS = 200;

export interface ProfileForBackup {
  readonly profile: ProfileContent;
  readonly sendClock: SendClockContent | null;
  readonly settings: SettingsView | null;
  readonly configs: readonly { readonly name: ConfigRowName; readonly config: ConfigRowContent }[];
}

/** @throws StorageError `closed` when there is no profile any more */
export async function loadProfileForBackup(
  store: ProfileStore,
  configNames: readonly ConfigRowName[]
): Promise<ProfileForBackup> {
  const profile = await loadMeta(store, 'profile');
  if (!profile) throw storageError('closed');
  const configs: { name: ConfigRowName; config: ConfigRowContent }[] = [];
  for (const name of configNames) {
    const config = await loadMeta(store, name);
    if (config) configs.push({ name, config: config.content });
  }
  return {
    profile: profile.content,
    sendClock: (await loadMeta(store, 'send-clock'))?.content ?? null,
    settings: (await loadMeta(store, 'settings'))?.content ?? null,
    configs
  };
}

/** How much there is, as keys and rows of files tell. */
export async function countForBackup(
  store: ProfileStore
): Promise<{ conversations: number; messages: number; media: number; mediaBytes: number }> {
  const { db } = store;
  const [conversations, messages] = await reading(() =>
    Promise.all([db.conversations.count(), db.messages.count()])
  );
  let [media, mediaBytes, from] = [0, 0, ''];
  for (;;) {
    const rows = await reading(() => db.media.where(':id').above(from).limit(PAGE_ROWS).toArray());
    for (const row of rows) mediaBytes += (await openRow<MediaContent>(store, 'media', row)).bytes;
    media += rows.length;
    if (rows.length < PAGE_ROWS) return { conversations, messages, media, mediaBytes };
    from = (rows.at(-1) as MediaRow).id;
  }
}

export interface ConversationForBackup {
  readonly id: string;
  readonly content: ConversationContent;
  /** Messages sent before were deleted with the conversation; null: none were. */
  readonly deletedBeforeMs: number | null;
}

/** Conversations, the latest first. */
export async function* readConversations(store: ProfileStore): AsyncGenerator<ConversationForBackup> {
  const ids = await reading(() => store.db.conversations.orderBy('order').reverse().primaryKeys());
  for (const id of ids) {
    const row = await reading(() => store.db.conversations.get(id));
    // Deleted meanwhile.
    if (!row) continue;
    const content = await openRow<ConversationContent>(store, 'conversations', row);
    const grave = await reading(() => store.db.graves.get(row.accountHash));
    yield { id, content, deletedBeforeMs: grave?.beforeMs ?? null };
  }
}

/** Messages of a conversation that were deleted here. Those of authors that cannot be told from their keys are left out. */
export async function* readGraves(
  store: ProfileStore,
  conversationId: string,
  authors: { readonly ownId: AccountId; readonly otherId: AccountId }
): AsyncGenerator<{ readonly authorId: AccountId; readonly sentAtMs: number }> {
  const otherTag = authorTag(await indexHash.account(store, authors.otherId));
  for await (const keys of pages(conversationId, (from, to) =>
    store.db.graves.where(':id').between(from, to, true, false).limit(PAGE_ROWS).primaryKeys()
  )) {
    for (const key of keys) {
      const sentAtMs = timeOfSort(sortOfKey(key));
      if (!(sentAtMs < MAX_TIMESTAMP_MS)) continue;
      if (key === messageKey(conversationId, sentAtMs, OWN_AUTHOR_TAG)) {
        yield { authorId: authors.ownId, sentAtMs };
      } else if (key === messageKey(conversationId, sentAtMs, otherTag)) {
        yield { authorId: authors.otherId, sentAtMs };
      }
    }
  }
}

/** Messages of a conversation, the oldest first. @throws StorageError `row-damaged` */
export async function* readMessages(
  store: ProfileStore,
  conversationId: string
): AsyncGenerator<{ readonly id: string; readonly content: MessageContent }> {
  for await (const keys of pages(conversationId, (from, to) =>
    store.db.messages.where(':id').between(from, to, true, false).limit(PAGE_ROWS).primaryKeys()
  )) {
    const rows = await reading(() => store.db.messages.bulkGet([...keys]));
    const opened = await Promise.all(
      rows
        .filter((row) => row !== undefined)
        .map(async (row) => ({
          id: row.id,
          content: await openRow<MessageContent>(store, 'messages', row)
        }))
    );
    yield* opened;
  }
}

/** Keys of a conversation in order, page by page. */
async function* pages(
  conversationId: string,
  load: (from: string, to: string) => PromiseLike<string[]>
): AsyncGenerator<readonly string[]> {
  const end = conversationEnd(conversationId);
  for (let from = conversationId; ;) {
    const keys = await reading(() => load(from, end));
    if (keys.length > 0) yield keys;
    if (keys.length < PAGE_ROWS) return;
    // Sorts right after the last key and before any other.
    from = `${keys.at(-1)}\u0000`;
  }
}
