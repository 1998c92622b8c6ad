// The handle the engine writes through: a profile's open database, its keys, and which engine it speaks for.
import { bytesToHex } from '../bytes/index.ts';
import { keyedHash, type VaultKeys } from '../crypto/vault.ts';
import type { RandomBytes } from '../random.ts';
import { errorCode, type AppError } from '../errors.ts';
import { storageError, wrapStorageError } from './errors.ts';
import { openContent, sealContent, type SealedRow, type SeenRow, type TableName } from './rows.ts';
import type { MediaPlaces } from './media-files.ts';
import type { KeySlots } from './profile-slots.ts';
import { tableOf, type ProfileDatabase } from './schema.ts';
import type { InTurn } from './turns.ts';

export interface ProfileStore {
  readonly db: ProfileDatabase;
  readonly keys: VaultKeys;
  readonly random: RandomBytes;
  readonly engine: EngineClaim;
  /** Read, build and write of one change after the other in this context, so that only other tabs can get in between. */
  readonly inTurn: InTurn;
  /** Keys of secrets that can be destroyed one by one (shreddable.ts). */
  readonly keySlots: KeySlots;
  /** Where chunks of stored files lie. */
  readonly places: MediaPlaces;
  readonly room: RoomListener;
  /** What follows from a change of messages and lands with it: search index, stored files. Reads and seals. */
  readonly derive?: (store: ProfileStore, changes: ChangeSet) => Promise<Derived | null>;
  /** Called around every transaction; tests break here. */
  readonly onCommit?: (name: string, phase: 'before' | 'after') => void;
}

/** Told of each write that the browser had no room for. */
export interface RoomListener {
  onQuota: (() => void) | null;
}

export interface Derived {
  readonly changes: Partial<ChangeSet>;
  /** Called after the change took effect. */
  readonly committed?: () => Promise<void>;
}

/** Which epoch this context claims, null while it is a follower, and what it keeps in memory as the engine. */
export interface EngineClaim {
  epoch: number | null;
  seen: SeenMemory | null;
}

/** What the engine knows of seen hashes (seen.ts). */
export interface SeenMemory {
  /** Keyed hashes. */
  readonly ids: Set<string>;
  /** The pack that is being filled. */
  open: SeenRow | null;
}

/** What one transaction does. Rows come sealed; nothing in it waits for anything but the database. */
export interface ChangeSet {
  /** What happens, for tests that fail it. */
  readonly name: string;
  /** `engine`: refused unless this context holds the epoch. `any`: from every tab. */
  readonly by: 'engine' | 'any';
  /** Rows as they were read; `rev` null: absent then. */
  readonly expect?: readonly {
    readonly table: TableName;
    readonly id: string;
    readonly rev: number | null;
  }[];
  /** New rows; one that exists already, or breaks a unique index, fails the whole set as `stale`. */
  readonly add?: readonly TableRow[];
  readonly put?: readonly TableRow[];
  readonly remove?: readonly { readonly table: TableName; readonly id: string }[];
  /** What is found by ranges, done in the same transaction. */
  readonly sweeps?: readonly Sweep[];
}

export interface Sweep {
  readonly tables: readonly string[];
  /** Waits for nothing but the database. */
  run(): Promise<void>;
}

export interface TableRow {
  readonly table: TableName;
  readonly row: { readonly id: string };
}

/** How often a change is rebuilt after another tab got in between. */
const MAX_REBUILDS = 50;

/**
 * Applies a change set in one transaction: all of it or nothing.
 * @throws StorageError `stale` (read again and rebuild), `deposed`, `quota`, `closed`, `storage-failed`
 */
export async function commit(store: ProfileStore, given: ChangeSet): Promise<void> {
  const { db } = store;
  const derived = await store.derive?.(store, given);
  const changes = derived ? mergeChanges(given.name, given.by, [given, derived.changes]) : given;
  store.onCommit?.(changes.name, 'before');
  const names = new Set<string>();
  for (const list of [changes.expect, changes.remove]) for (const { table } of list ?? []) names.add(table);
  for (const list of [changes.add, changes.put]) for (const { table } of list ?? []) names.add(table);
  for (const { tables } of changes.sweeps ?? []) for (const table of tables) names.add(table);
  try {
    await db.transaction('rw', [...names, 'epoch'], async () => {
      if (changes.by === 'engine') {
        const row = await db.epoch.get('engine');
        if (store.engine.epoch === null || row?.value !== store.engine.epoch) throw storageError('deposed');
      }
      for (const [table, expected] of grouped(changes.expect)) {
        const rows = await tableOf(db, table).bulkGet(expected.map(({ id }) => id));
        const changed = expected.some(({ rev }, index) => (rows[index]?.rev ?? null) !== rev);
        if (changed) throw storageError('stale', undefined, { table });
      }
      for (const sweep of changes.sweeps ?? []) await sweep.run();
      for (const [table, removed] of grouped(changes.remove)) {
        await tableOf(db, table).bulkDelete(removed.map(({ id }) => id));
      }
      for (const [table, added] of grouped(changes.add))
        await tableOf(db, table).bulkAdd(added.map(({ row }) => row));
      for (const [table, put] of grouped(changes.put))
        await tableOf(db, table).bulkPut(put.map(({ row }) => row));
    });
  } catch (error) {
    throw failedWrite(store, error);
  }
  store.onCommit?.(changes.name, 'after');
  await derived?.committed?.();
}

/** What a write failed with, as a storage error; who watches the room is told. */
function failedWrite(store: ProfileStore, error: unknown): AppError {
  const wrapped = wrapStorageError(error);
  if (wrapped.code === 'quota') store.room.onQuota?.();
  return wrapped;
}

/**
 * Builds a change from what is stored now and applies it; builds again while other writers get in between.
 * @param build reads and seals, with no transaction open; a null change set means there is nothing to do;
 *   `committed` is called after the change took effect
 */
export function commitBuilt<Result>(
  store: ProfileStore,
  build: () => Promise<{ changes: ChangeSet | null; result: Result; committed?: () => void }>
): Promise<Result> {
  return store.inTurn(async () => {
    for (let attempt = 1; ; attempt++) {
      const { changes, result, committed } = await build();
      if (!changes) return result;
      try {
        await commit(store, changes);
        committed?.();
        return result;
      } catch (error) {
        if (errorCode(error) === 'stale' && attempt < MAX_REBUILDS) continue;
        // Whether it took effect is not certain; what is stored says.
        store.engine.seen = null;
        throw error;
      }
    }
  });
}

/** Change sets of one name as one; `by` is the stricter of them. */
export function mergeChanges(
  name: string,
  by: ChangeSet['by'],
  parts: readonly Partial<ChangeSet>[]
): ChangeSet {
  const all = <Key extends 'expect' | 'add' | 'put' | 'remove'>(key: Key) =>
    parts.flatMap((part) => (part[key] ?? []) as NonNullable<ChangeSet[Key]>[number][]);
  return {
    name,
    by,
    expect: all('expect') as NonNullable<ChangeSet['expect']>,
    add: all('add') as TableRow[],
    put: all('put') as TableRow[],
    remove: all('remove') as NonNullable<ChangeSet['remove']>,
    sweeps: parts.flatMap(({ sweeps = [] }) => sweeps)
  };
}

function grouped<Item extends { readonly table: TableName }>(
  items: readonly Item[] = []
): Map<TableName, Item[]> {
  const groups = new Map<TableName, Item[]>();
  for (const item of items) {
    const group = groups.get(item.table);
    if (group) group.push(item);
    else groups.set(item.table, [item]);
  }
  return groups;
}

/** A sealed row with the next revision. `previous` null: a new row. */
export async function sealRow<Indexed extends object>(
  store: ProfileStore,
  table: TableName,
  id: string,
  previous: SealedRow | null | undefined,
  indexed: Indexed,
  content: object
): Promise<SealedRow & Indexed> {
  const sealed = await sealContent(keyFor(store, table, id), table, id, content, store.random);
  return { ...indexed, id, rev: (previous?.rev ?? 0) + 1, sealed };
}

/** Opens a stored row's content. @throws StorageError `row-damaged` */
export function openRow<Content>(store: ProfileStore, table: TableName, row: SealedRow): Promise<Content> {
  return openContent<Content>(keyFor(store, table, row.id), table, row);
}

const SECRET_ROWS: ReadonlySet<string> = new Set(['identity', 'hfs-self', 'hfs-published']);

/** Rows with seeds, sealed with the key that never leaves the worker. */
export const isSecretRow = (table: string, id: string) => table === 'meta' && SECRET_ROWS.has(id);

/** All else is sealed with the key the page may hold. */
function keyFor(store: ProfileStore, table: TableName, id: string): CryptoKey {
  return isSecretRow(table, id) ? store.keys.identity : store.keys.rows;
}

/** A fresh local id: 32 hex characters. */
export function randomId(random: RandomBytes): string {
  return bytesToHex(random(16));
}

/** Keyed hashes, one domain each, so that equal texts of two kinds do not meet. */
export const indexHash = {
  account: (store: ProfileStore, accountId: string) => keyedHash(store.keys.index, `account/${accountId}`),
  message: (store: ProfileStore, messageHash: string) =>
    keyedHash(store.keys.index, `message/${messageHash}`),
  cursor: (store: ProfileStore, nodeHex: string, namespace: number) =>
    keyedHash(store.keys.index, `cursor/${nodeHex}/${namespace}`)
};

/** Runs a read and gives its failure a code. */
export async function reading<Result>(read: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw wrapStorageError(error);
  }
}
