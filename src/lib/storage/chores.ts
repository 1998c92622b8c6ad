// Requests to our own swarm about messages it holds, kept until they are done (accounts-and-messages.md §4.9, §4.10). Only
// the engine takes them up; any tab may add one, in the transaction of what causes it.
import { errorCode } from '../errors.ts';
import { deadlinePart, withoutDue } from './deadlines.ts';
import { loadStoredMessages, messagePut } from './message-changes.ts';
import type { ChoreContent, ChoreRow } from './rows.ts';
import {
  commitBuilt,
  mergeChanges,
  openRow,
  randomId,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore
} from './store.ts';

/** A chore before it was ever tried. */
export type NewChore =
  | { readonly kind: 'delete'; readonly hashes: readonly string[] }
  /** Shortens the life of stored messages to `expiryMs`, network time: the time their timers end. */
  | { readonly kind: 'expire'; readonly hashes: readonly string[]; readonly expiryMs: number };

export interface Chore {
  readonly row: ChoreRow;
  readonly content: ChoreContent;
}

/** Hashes in one request: far below what nodes take at once. */
export const MAX_CHORE_HASHES = 100;

/** The change that adds a chore. @param nowMs network time */
export async function choreChange(
  store: ProfileStore,
  chore: NewChore,
  nowMs: number
): Promise<Partial<ChangeSet>> {
  const add: NonNullable<ChangeSet['add']>[number][] = [];
  for (let start = 0; start < chore.hashes.length; start += MAX_CHORE_HASHES) {
    const hashes = chore.hashes.slice(start, start + MAX_CHORE_HASHES);
    const content: ChoreContent = { ...chore, hashes, attempts: 0, createdAtMs: nowMs };
    const row = await sealRow(store, 'chores', randomId(store.random), null, { notBeforeMs: 0 }, content);
    add.push({ table: 'chores', row });
  }
  return { add };
}

/** The change that adds chores: one for all that delete, one for all that end together. */
export async function choreChanges(
  store: ProfileStore,
  chores: readonly NewChore[],
  nowMs: number
): Promise<Partial<ChangeSet>> {
  const groups = Map.groupBy(chores, (chore) => (chore.kind === 'expire' ? chore.expiryMs : chore.kind));
  const merged = [...groups.values()].map((group) => ({
    ...(group[0] as NewChore),
    hashes: group.flatMap(({ hashes }) => hashes)
  }));
  const changes = await Promise.all(merged.map((chore) => choreChange(store, chore, nowMs)));
  return mergeChanges('chores', 'any', changes);
}

/**
 * The chore to be tried first; null when there is none. A row that does not open is dropped, since it never will.
 * @throws StorageError `deposed`, `closed`
 */
export async function loadNextChore(store: ProfileStore): Promise<Chore | null> {
  for (;;) {
    const row = await reading(() => store.db.chores.orderBy('notBeforeMs').first());
    if (!row) return null;
    try {
      return { row, content: await openRow<ChoreContent>(store, 'chores', row) };
    } catch (error) {
      if (errorCode(error) !== 'row-damaged') throw error;
      await dropChore(store, row);
    }
  }
}

const expectChore = ({ id, rev }: ChoreRow) => ({ table: 'chores' as const, id, rev });

/** Nothing more is to be asked. */
export function dropChore(store: ProfileStore, row: ChoreRow): Promise<void> {
  return finish(store, row, async () => ({}));
}

/** Tries it again later. @param notBeforeMs network time */
export function postponeChore(
  store: ProfileStore,
  { row, content }: Chore,
  notBeforeMs: number
): Promise<void> {
  return commitBuilt(store, async () => {
    const current = await reading(() => store.db.chores.get(row.id));
    if (current?.rev !== row.rev) return { changes: null, result: undefined };
    const next: ChoreContent = { ...content, attempts: content.attempts + 1 };
    const put = await sealRow(store, 'chores', row.id, row, { notBeforeMs }, next);
    const changes: ChangeSet = {
      name: 'postpone chore',
      by: 'engine',
      expect: [expectChore(row)],
      put: [{ table: 'chores', row: put }]
    };
    return { changes, result: undefined };
  });
}

/**
 * Our swarm has answered about messages whose life was to be shortened: takes over when they end.
 * @param ends by hash: network time at which it ends on all devices, null: it has ended. Others keep their end
 */
export function finishShortening(
  store: ProfileStore,
  { row, content }: Chore,
  ends: ReadonlyMap<string, number | null>
): Promise<void> {
  return finish(store, row, async () => {
    if (content.kind !== 'expire') return {};
    // Their deadlines are the expiry that was asked for: they were set together.
    const ids = await reading(() => store.db.deadlines.where('atMs').equals(content.expiryMs).primaryKeys());
    const messages = await loadStoredMessages(store, ids);
    const endOf = (hash: string | null) => (hash === null ? undefined : ends.get(hash));
    const ended = messages.filter((message) => endOf(message.content.messageHash) === null);
    const parts: Partial<ChangeSet>[] = [await withoutDue(store, ended)];
    for (const message of messages) {
      const atMs = endOf(message.content.messageHash);
      const { disappears } = message.content;
      if (atMs === undefined || atMs === null || !disappears) continue;
      const next = { ...message.content, disappears: { ...disappears, atMs }, expiresAtMs: atMs };
      parts.push(await messagePut(store, message, next), deadlinePart(message.row.id, atMs));
    }
    return mergeChanges('shortened', 'engine', parts);
  });
}

function finish(store: ProfileStore, row: ChoreRow, build: () => Promise<Partial<ChangeSet>>): Promise<void> {
  return commitBuilt(store, async () => {
    const current = await reading(() => store.db.chores.get(row.id));
    if (current?.rev !== row.rev) return { changes: null, result: undefined };
    const own: Partial<ChangeSet> = {
      expect: [expectChore(row)],
      remove: [{ table: 'chores', id: row.id }]
    };
    return { changes: mergeChanges('finish chore', 'engine', [own, await build()]), result: undefined };
  });
}
