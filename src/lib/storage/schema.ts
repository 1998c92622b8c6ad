// Table layout of a profile's database, as an append-only list of named migrations; the position is the version.
// Indexes hold random local ids, sort keys and keyed hashes; everything else of a row is sealed (design.md §6).
import { Dexie, type EntityTable, type Table } from 'dexie';
import type {
  ChoreRow,
  ConversationRow,
  CursorRow,
  DeadlineRow,
  EpochRow,
  GraveRow,
  HeldRow,
  ImportJournalRow,
  MessageRow,
  MetaRow,
  OutboxRow,
  PeerRow,
  SearchQueueRow,
  SearchSegmentRow,
  SeenRow,
  TableName
} from './rows.ts';
import type { MediaChunkRow, MediaRow } from './media-rows.ts';
import { OpenedRows } from './opened-rows.ts';

interface Migration {
  readonly name: string;
  readonly stores: Readonly<Record<string, string | null>>;
}

/** Append only: a released entry never changes. */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'two-people-talk',
    stores: {
      meta: 'id',
      epoch: 'id',
      conversations: 'id, &accountHash, order',
      messages: 'id',
      outbox: 'id, [lane+sort], messageId',
      seen: 'id',
      graves: 'id',
      cursors: 'id, updatedAtMs'
    }
  },
  { name: 'one-to-one', stores: { deadlines: 'id, atMs', chores: 'id, notBeforeMs' } },
  { name: 'search', stores: { searchSegments: 'id, [newest+rev]', searchQueue: 'id' } },
  { name: 'media', stores: { media: 'id, owner', mediaChunks: 'id' } },
  { name: 'backup', stores: { importJournal: 'id' } },
  { name: 'peers', stores: { peers: 'id', held: 'id' } }
];

/** The open database of one profile. */
export class ProfileDatabase extends Dexie {
  declare meta: EntityTable<MetaRow, 'id'>;
  declare epoch: EntityTable<EpochRow, 'id'>;
  declare conversations: EntityTable<ConversationRow, 'id'>;
  declare messages: EntityTable<MessageRow, 'id'>;
  declare outbox: EntityTable<OutboxRow, 'id'>;
  declare seen: EntityTable<SeenRow, 'id'>;
  declare graves: EntityTable<GraveRow, 'id'>;
  declare cursors: EntityTable<CursorRow, 'id'>;
  declare deadlines: EntityTable<DeadlineRow, 'id'>;
  declare chores: EntityTable<ChoreRow, 'id'>;
  declare media: EntityTable<MediaRow, 'id'>;
  declare mediaChunks: EntityTable<MediaChunkRow, 'id'>;
  declare searchSegments: EntityTable<SearchSegmentRow, 'id'>;
  declare searchQueue: EntityTable<SearchQueueRow, 'id'>;
  declare importJournal: EntityTable<ImportJournalRow, 'id'>;
  declare peers: EntityTable<PeerRow, 'id'>;
  declare held: EntityTable<HeldRow, 'id'>;

  /** Rows already opened by this context, so that a re-run query opens only what changed. */
  readonly openedRows = new OpenedRows();

  /** Device time, milliseconds since 1970; readers tell by it what is past its time. */
  readonly deviceNow: () => number;

  constructor(name: string, environment?: IndexedDbEnvironment, deviceNow: () => number = Date.now) {
    super(name, { ...environment, cache: 'disabled' });
    this.deviceNow = deviceNow;
    // All steps at once: the database works out itself which tables are missing, and each step costs every start.
    this.version(MIGRATIONS.length).stores(Object.assign({}, ...MIGRATIONS.map(({ stores }) => stores)));
    // By default a query that comes later would open it again, and so make an empty one in its place.
    this.on('versionchange', (event) => {
      if (event.newVersion !== null) return true;
      this.close();
      return false;
    });
  }
}

/** A table by name, for code that handles rows of any kind. */
export function tableOf(db: ProfileDatabase, name: TableName): Table<{ id: string; rev?: number }, string> {
  return db.table(name);
}

/** The IndexedDB to use; in a browser the global one. */
export interface IndexedDbEnvironment {
  readonly indexedDB: IDBFactory;
  readonly IDBKeyRange: typeof IDBKeyRange;
}
