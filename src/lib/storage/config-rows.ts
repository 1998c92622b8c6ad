// What syncing reads and writes: the configs of an account as opaque bytes, beside the rows that say the same to screens.
// One transaction takes all of it, with the cursors that vouch for it.
import type { AccountId } from '../account-id.ts';
import { storageError } from './errors.ts';
import {
  conversationChange,
  conversationSweep,
  newConversationChange,
  type ConversationSweep,
  type LoadedConversation
} from './conversation-changes.ts';
import { cursorPart } from './cursors.ts';
import { removeFilesOf } from './media-changes.ts';
import { loadMeta, metaChange, type ConfigRowContent, type MetaName } from './meta.ts';
import { readAheadPart, type OnRead } from './read-changes.ts';
import type { ConversationContent, CursorContent, ProfileContent } from './rows.ts';
import {
  commitBuilt,
  indexHash,
  mergeChanges,
  openRow,
  reading,
  type ChangeSet,
  type ProfileStore
} from './store.ts';

export type ConfigRowName = Extract<MetaName, `config-${string}`>;

/** Conversations this engine has opened before, so that a look at all of them opens only what changed. */
export type ConversationCache = Map<string, LoadedConversation>;

export interface ConfigSnapshot {
  /** Those that were ever saved. */
  readonly configs: ReadonlyMap<ConfigRowName, ConfigRowContent>;
  readonly profile: ProfileContent;
  readonly conversations: ReadonlyMap<AccountId, ConversationContent>;
}

export interface ConfigRowChanges {
  readonly configs: ReadonlyMap<ConfigRowName, ConfigRowContent>;
  readonly profile?: ProfileContent | null;
  /** Changed and new ones. */
  readonly conversations?: ReadonlyMap<AccountId, ConversationContent>;
  /** Positions up to which messages are read, those included that have not come. */
  readonly readUpTo?: ReadonlyMap<AccountId, number>;
  /** Conversations to be deleted with their messages. */
  readonly removed?: readonly AccountId[];
  readonly cursors?: readonly CursorContent[];
}

type LoadedConfig = NonNullable<Awaited<ReturnType<typeof loadMeta<ConfigRowName>>>>;

interface LoadedAccount {
  readonly configs: ReadonlyMap<ConfigRowName, LoadedConfig>;
  readonly profile: NonNullable<Awaited<ReturnType<typeof loadMeta<'profile'>>>>;
  readonly conversations: ReadonlyMap<AccountId, LoadedConversation>;
}

/**
 * Writes what `decide` makes of configs and rows, in one transaction; decides anew when another tab changed them meanwhile.
 * @param input.nowMs network time
 * @param decide runs outside the transaction; null: nothing is to change
 * @returns whether timers of messages started
 */
export async function saveConfigs(
  store: ProfileStore,
  input: {
    readonly names: readonly ConfigRowName[];
    readonly cache: ConversationCache;
    readonly nowMs: number;
    readonly onRead: OnRead;
  },
  decide: (snapshot: ConfigSnapshot) => Promise<ConfigRowChanges | null>
): Promise<boolean> {
  const { hasStarted, sweeps } = await commitBuilt(store, async () => {
    const loaded = await loadAccount(store, input);
    const changes = await decide({
      configs: contentsOf(loaded.configs),
      profile: loaded.profile.content,
      conversations: contentsOf(loaded.conversations)
    });
    if (!changes) return { changes: null, result: { hasStarted: false, sweeps: [] as ConversationSweep[] } };
    const removed = (changes.removed ?? []).flatMap(
      (accountId) => loaded.conversations.get(accountId)?.row ?? []
    );
    const sweeps = await Promise.all(removed.map(({ id }) => conversationSweep(store, id, input.nowMs)));
    const expect = removed.map(({ id, rev }) => ({ table: 'conversations' as const, id, rev }));
    const built = await buildChanges(store, loaded, changes, input);
    return {
      changes: mergeChanges('configs', 'engine', [built.changes, { expect, sweeps }]),
      result: { hasStarted: built.hasStarted, sweeps }
    };
  });
  for (const { files } of sweeps) await removeFilesOf(store, files());
  return hasStarted;
}

async function loadAccount(
  store: ProfileStore,
  { names, cache }: { names: readonly ConfigRowName[]; cache: ConversationCache }
): Promise<LoadedAccount> {
  const configs = new Map<ConfigRowName, LoadedConfig>();
  for (const name of names) {
    const config = await loadMeta(store, name);
    if (config) configs.set(name, config);
  }
  const profile = await loadMeta(store, 'profile');
  if (!profile) throw storageError('not-found', undefined, { table: 'meta' });
  const rows = await reading(() => store.db.conversations.toArray());
  const present = new Set(rows.map(({ id }) => id));
  for (const id of cache.keys()) if (!present.has(id)) cache.delete(id);
  const opened = await Promise.all(
    rows.map(async (row): Promise<LoadedConversation> => {
      const known = cache.get(row.id);
      if (known?.row.rev === row.rev) return known;
      const content = await openRow<ConversationContent>(store, 'conversations', row);
      cache.set(row.id, { row, content });
      return { row, content };
    })
  );
  const conversations = new Map(opened.map((conversation) => [conversation.content.accountId, conversation]));
  return { configs, profile, conversations };
}

function contentsOf<Key, Content>(
  loaded: ReadonlyMap<Key, { readonly content: Content }>
): Map<Key, Content> {
  return new Map([...loaded].map(([key, { content }]) => [key, content]));
}

async function buildChanges(
  store: ProfileStore,
  loaded: LoadedAccount,
  changes: ConfigRowChanges,
  reading: { readonly nowMs: number; readonly onRead: OnRead }
): Promise<{ changes: Partial<ChangeSet>; hasStarted: boolean }> {
  const { conversations = new Map(), readUpTo = new Map<AccountId, number>() } = changes;
  const parts: Partial<ChangeSet>[] = [];
  let hasStarted = false;
  for (const accountId of new Set<AccountId>([...conversations.keys(), ...readUpTo.keys()])) {
    const stored = loaded.conversations.get(accountId);
    const content = conversations.get(accountId) ?? stored?.content;
    const upToSort = readUpTo.get(accountId) ?? 0;
    if (!content) continue;
    if (!stored) {
      const readUpToSort = Math.max(content.readUpToSort, upToSort);
      parts.push((await newConversationChange(store, { ...content, readUpToSort })).change);
      continue;
    }
    const read = await readAheadPart(store, stored.row.id, content, upToSort, reading);
    hasStarted ||= read.hasStarted;
    parts.push(read.change, await conversationChange(store, stored, read.content));
  }
  if (changes.profile) parts.push(await metaChange(store, 'profile', loaded.profile, changes.profile));
  for (const [name, content] of changes.configs) {
    parts.push(await metaChange(store, name, loaded.configs.get(name) ?? null, content));
  }
  for (const cursor of changes.cursors ?? []) parts.push(await cursorPart(store, cursor, reading.nowMs));
  return { changes: mergeChanges('configs', 'engine', parts), hasStarted };
}

/** Replaces configs, and nothing else; those that `update` leaves out stay. @param update null: nothing is to change */
export function updateConfigRows(
  store: ProfileStore,
  names: readonly ConfigRowName[],
  update: (
    configs: ReadonlyMap<ConfigRowName, ConfigRowContent>
  ) => ReadonlyMap<ConfigRowName, ConfigRowContent> | null
): Promise<void> {
  return commitBuilt(store, async () => {
    const loaded = new Map<ConfigRowName, LoadedConfig>();
    for (const name of names) {
      const config = await loadMeta(store, name);
      if (config) loaded.set(name, config);
    }
    const changed = update(contentsOf(loaded));
    if (!changed || changed.size === 0) return { changes: null, result: undefined };
    const parts = await Promise.all(
      [...changed].map(([name, content]) => metaChange(store, name, loaded.get(name) ?? null, content))
    );
    return { changes: mergeChanges('config states', 'engine', parts), result: undefined };
  });
}

/** Which of the accounts had a conversation here that was deleted. */
export async function findDeletedAccounts(
  store: ProfileStore,
  accountIds: readonly AccountId[]
): Promise<ReadonlySet<AccountId>> {
  if (accountIds.length === 0) return new Set();
  const hashes = await Promise.all(accountIds.map((accountId) => indexHash.account(store, accountId)));
  const graves = await reading(() => store.db.graves.bulkGet(hashes));
  return new Set(accountIds.filter((_, index) => graves[index]?.beforeMs !== undefined));
}
