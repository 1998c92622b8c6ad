// What opens stored files on the page: loaded when the first one is shown.
import { createOpfsMediaFiles, createRecordMediaFiles } from '../storage/media-files.ts';
import { createMediaReader, type MediaReader } from '../storage/media-reader.ts';
import type { ProfileDatabase } from '../storage/queries.ts';

/** @param profileId random id of the profile; null where it is not known, and files lie in the database */
export function openMediaReader(db: ProfileDatabase, rowKey: CryptoKey, profileId: string): MediaReader {
  const hasFiles = 'storage' in navigator && 'getDirectory' in navigator.storage;
  return createMediaReader(db, rowKey, {
    file: hasFiles ? createOpfsMediaFiles(() => navigator.storage.getDirectory(), profileId) : null,
    record: createRecordMediaFiles(db)
  });
}
