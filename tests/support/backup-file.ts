// Small backups for tests: cheap to open, with one of everything in them.
import { bytesToBase64, concatBytes, utf8ToBytes } from '../../src/lib/bytes/index.ts';
import {
  createBackupWriter,
  deriveBackupKeys,
  type BackupHeader,
  type BackupItem,
  type BackupManifest,
  type BackupConversation,
  type BackupMessage,
  type BackupProfile,
  type BackupSource
} from '../../src/lib/backup/index.ts';
import { keysOfMaster } from '../../src/lib/backup/key.ts';
import { encodeFixed } from '../../src/lib/backup/header.ts';
import { parseAccountId } from '../../src/lib/account-id.ts';

export const CHEAP_HEADER: BackupHeader = {
  cost: { memoryKib: 64, passes: 1, lanes: 1 },
  chunkBytes: 1_024,
  salt: new Uint8Array(32).fill(5)
};
export const PASSPHRASE = 'a café by the sea';
/** Account of the seed 00 11 22 … */
export const ACCOUNT_SEED = Uint8Array.from({ length: 16 }, (_, index) => index * 17);
const OWN = parseAccountId(`05${'aa'.repeat(32)}`);
const ANA = parseAccountId(`05${'bb'.repeat(32)}`);

export const MANIFEST: BackupManifest = {
  createdAtMs: 1_790_000_000_000,
  accountId: OWN,
  networkId: 'testnet',
  app: 'Onionskin 0.1.0',
  estimate: { conversations: 1, messages: 2, media: 2, mediaBytes: 2_505 }
};
export const PROFILE: BackupProfile = {
  displayName: 'Ben',
  displayNameUpdatedSeconds: 1_780_000_000,
  createdHere: true,
  picture: null,
  hasPicture: true,
  lastTimestampMs: 1_789_999_999_000
};
export const CONVERSATION: BackupConversation = {
  kind: 'contact',
  accountId: ANA,
  name: 'Ana',
  nameUpdatedSeconds: 1_780_000_001,
  lastAtMs: 1_789_000_000_000,
  readUpToMs: 1_788_999_999_000,
  pinned: true,
  draft: 'half a thought',
  approved: true,
  approvedMe: true,
  blocked: false,
  hidden: false,
  nickname: 'Nan',
  markedUnread: false,
  mutedUntilMs: null,
  notify: 'all',
  timer: { mode: 'after-read', seconds: 60 },
  timerAtMs: 1_788_000_000_000,
  theirTimer: null,
  theirTimerAtMs: 0,
  autoDownload: true,
  keepMediaDays: 90,
  picture: null,
  deletedBeforeMs: null
};
export const MESSAGE: BackupMessage = {
  direction: 'in',
  authorId: ANA,
  text: 'See you at the harbour. 🌊',
  sentAtMs: 1_789_000_000_000,
  receivedAtMs: 1_789_000_000_500,
  state: 'received',
  failureCode: null,
  messageHash: 'h'.repeat(43),
  expiresAtMs: 1_790_100_000_000,
  reactions: [{ emoji: '👍', authorId: OWN, timestampMs: 1_789_000_000_900 }],
  quote: { authorId: OWN, timestampMs: 1_788_999_999_000 },
  attachments: [
    {
      id: '7',
      kind: 'file',
      name: 'notes.txt',
      bytes: 2_500,
      contentType: 'text/plain',
      width: null,
      height: null,
      caption: null,
      remote: {
        url: 'http://files.example/file/1',
        keyBase64: bytesToBase64(new Uint8Array(64).fill(1)),
        digestBase64: null,
        bytes: 2_560
      },
      state: 'here',
      failureCode: null
    }
  ]
};
export const NOTICE: BackupMessage = {
  direction: 'out',
  authorId: OWN,
  text: '',
  sentAtMs: 1_789_000_001_000,
  receivedAtMs: 1_789_000_001_000,
  state: 'sent',
  failureCode: null,
  messageHash: null,
  expiresAtMs: null,
  notice: { type: 'timer', byMe: true, mode: 'after-read', seconds: 60 }
};
export const FILE = Uint8Array.from({ length: 2_500 }, (_, index) => (index * 7) % 251);
export const PICTURE = Uint8Array.of(1, 2, 3, 4, 5);

/** Keys without the slow part. */
export function quickKeys(header: BackupHeader = CHEAP_HEADER, fill = 9) {
  return keysOfMaster(new Uint8Array(32).fill(fill), encodeFixed(header));
}

export interface SampleFile {
  readonly bytes: Uint8Array;
  readonly key: Uint8Array;
}

/** A backup with one of everything. */
export function sampleBackup(
  header: BackupHeader = CHEAP_HEADER,
  keys = quickKeys(header),
  file = FILE
): SampleFile {
  const writer = createBackupWriter(header, keys);
  const facts = { attachment: 0, contentType: 'text/plain', createdAtMs: 1_789_000_000_400 };
  const parts = [
    writer.header,
    ...writer.add('manifest', MANIFEST),
    ...writer.addAccount(ACCOUNT_SEED),
    ...writer.add('profile', PROFILE),
    ...writer.add('media', { ...facts, role: 'picture', kind: 'picture', name: 'me.png', bytes: 5 }),
    ...writer.addData(PICTURE),
    ...writer.endMedia(),
    ...writer.add('settings', { readReceipts: true, reachableBy: 'anyone' }),
    ...writer.add('config', {
      name: 'config-contacts',
      stateBase64: bytesToBase64(utf8ToBytes('a state')),
      storedAtMs: 1_789_000_000_000,
      renewedAtMs: 1_789_000_000_000
    }),
    ...writer.add('conversation', CONVERSATION),
    ...writer.add('deleted', { authorId: ANA, sentAtMs: 1_788_000_000_000 }),
    ...writer.add('message', MESSAGE),
    ...writer.add('media', { ...facts, role: 'file', kind: 'file', name: 'notes.txt', bytes: file.length }),
    ...writer.addData(file.subarray(0, 1_500)),
    ...writer.addData(file.subarray(1_500)),
    ...writer.endMedia(),
    ...writer.add('message', NOTICE),
    ...writer.finish()
  ];
  return { bytes: concatBytes(...parts), key: keys.content };
}

/** The same behind the passphrase of these tests. */
export async function lockedBackup(passphrase = PASSPHRASE): Promise<Uint8Array> {
  return sampleBackup(CHEAP_HEADER, await deriveBackupKeys(passphrase, CHEAP_HEADER)).bytes;
}

export function sourceOf(bytes: Uint8Array): BackupSource {
  return { size: bytes.length, read: async (start, end) => bytes.slice(start, end) };
}

export async function collect(items: AsyncIterable<BackupItem>): Promise<BackupItem[]> {
  const all: BackupItem[] = [];
  for await (const item of items) all.push(item);
  return all;
}
