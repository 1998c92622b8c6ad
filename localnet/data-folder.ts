// What a network keeps: databases and its state, in a folder or for as long as it runs.
import { join } from 'node:path';
import { ECHO_SCHEMA } from './echo/memory.ts';
import { FILE_SCHEMA } from './file-server/file-store.ts';
import { loadState, prepareDirectory, saveState, type NetworkState } from './state-file.ts';
import { openDatabase, type Database } from './storage/database.ts';
import { MESSAGE_SCHEMA } from './storage/schema.ts';

export interface DataFolder {
  /** Messages of all nodes, and what Echo remembers. */
  readonly messages: Database;
  readonly files: Database;
  /** The network that was here before, or null. */
  readonly known: NetworkState | null;
  /** Does nothing without a folder. */
  save(state: NetworkState): void;
}

/**
 * @param path folder, made when missing; null keeps everything in temporary files
 * @param stack closes what was opened
 * @throws LocalnetError `data-directory-unwritable`, `data-directory-damaged`, `data-directory-in-use`
 */
export function openDataFolder(path: string | null, stack: AsyncDisposableStack): DataFolder {
  if (path !== null) prepareDirectory(path);
  const known = path === null ? null : loadState(path);
  const open = (file: string, schema: string) => {
    const database = openDatabase(path === null ? null : join(path, file), schema);
    stack.defer(() => database.close());
    return database;
  };
  return {
    known,
    messages: open('messages.sqlite', MESSAGE_SCHEMA + ECHO_SCHEMA),
    files: open('files.sqlite', FILE_SCHEMA),
    save(state) {
      if (path !== null) saveState(path, state);
    }
  };
}
