// Contents of a backup to the bytes of its file, in order; synchronous and without I/O. Whoever calls writes what is
// returned, one call after the other, and holds no more than that.
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '../bytes/index.ts';
import { InvariantError } from '../errors.ts';
import { createChunkSealer } from './chunks.ts';
import type {
  BackupConfig,
  BackupConversation,
  BackupCounts,
  BackupDeleted,
  BackupManifest,
  BackupMedia,
  BackupMessage,
  BackupProfile,
  BackupSettings
} from './contents.ts';
import { encodeFixed, encodeHeader, type BackupHeader } from './header.ts';
import type { BackupKeys } from './key.ts';
import { encodeRecord, type RecordName } from './records.ts';

interface JsonRecords {
  manifest: BackupManifest;
  profile: BackupProfile;
  settings: BackupSettings;
  config: BackupConfig;
  conversation: BackupConversation;
  deleted: BackupDeleted;
  message: BackupMessage;
  media: BackupMedia;
}

export interface BackupWriter {
  /** The header; comes first in the file. */
  readonly header: Uint8Array;
  add<Name extends keyof JsonRecords>(name: Name, content: JsonRecords[Name]): Uint8Array[];
  /** @param accountSeed 16 bytes */
  addAccount(accountSeed: Uint8Array): Uint8Array[];
  /** The next bytes of the file that `media` announced. */
  addData(bytes: Uint8Array): Uint8Array[];
  /** All bytes of it were added. */
  endMedia(): Uint8Array[];
  /** What closes the file. */
  finish(): Generator<Uint8Array>;
  counts(): BackupCounts;
}

export function createBackupWriter(header: BackupHeader, keys: BackupKeys): BackupWriter {
  const bytes = encodeHeader(encodeFixed(header), keys.check);
  const sealer = createChunkSealer(keys.content, bytes, header.chunkBytes);
  const counts = { conversations: 0, messages: 0, media: 0, mediaBytes: 0 };
  let file: { left: number; readonly hash: ReturnType<typeof sha256.create> } | null = null;

  const addRecord = (name: RecordName, payload: Uint8Array) => sealer.push(encodeRecord(name, payload));

  return {
    header: bytes,
    add(name, content) {
      if (file) throw new InvariantError('a file that is whole');
      if (name === 'conversation') counts.conversations++;
      if (name === 'message') counts.messages++;
      if (name === 'media') {
        const media = content as BackupMedia;
        file = { left: media.bytes, hash: sha256.create() };
        counts.media++;
        counts.mediaBytes += media.bytes;
      }
      return addRecord(name, utf8ToBytes(JSON.stringify(content)));
    },
    addAccount: (accountSeed) => addRecord('account', accountSeed),
    addData(data) {
      if (!file || data.length > file.left) throw new InvariantError('no more bytes than were announced');
      file.left -= data.length;
      file.hash.update(data);
      return data.length === 0 ? [] : addRecord('mediaData', data);
    },
    endMedia() {
      if (!file || file.left !== 0) throw new InvariantError('as many bytes as were announced');
      const payload = file.hash.digest();
      file = null;
      return addRecord('mediaEnd', payload);
    },
    *finish() {
      yield* addRecord('end', utf8ToBytes(JSON.stringify(counts)));
      yield* sealer.finish();
    },
    counts: () => ({ ...counts })
  };
}
