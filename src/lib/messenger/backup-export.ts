// Writing a backup (docs/backup-format.md): everything of a profile through one pass over its rows and files, never more than a page
// of them in memory; then the file is read again from its beginning before anybody is told that it is there.
import {
  backupError,
  CONFIG_NAMES,
  createBackupWriter,
  DEFAULT_CHUNK_BYTES,
  DEFAULT_COST,
  deriveBackupKeys,
  readBackup,
  SALT_BYTES,
  type BackupCounts,
  type BackupKeys,
  type BackupMedia,
  type BackupSource,
  type BackupWriter,
  type KeyCost
} from '../backup/index.ts';
import { equalBytes, wipe } from '../bytes/index.ts';
import type { RandomBytes } from '../random.ts';
import {
  countForBackup,
  loadAccountSeed,
  loadProfileForBackup,
  readConversations,
  readGraves,
  readMessages,
  type ExportTarget,
  type MediaReader,
  type MessageContent,
  type ProfileStore
} from '../storage/index.ts';
import type { BackupProgress } from './backup-progress.ts';
import { backupConversation, backupMessage, backupProfile, consistent } from './backup-items.ts';

export interface BackupWork {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BackupProgress) => void;
}

export interface WrittenBackup {
  readonly file: Blob;
  readonly counts: BackupCounts;
}

/** What `key` progress counts in. */
export const KEY_STEPS = 1_000;
/** Bytes a message takes on average; for progress alone. */
const MESSAGE_ESTIMATE_BYTES = 640;
/** Bytes of a file that are read at once. */
const FILE_STEP_BYTES = 524_288;

/**
 * @param app what makes the file, for people
 * @param nowMs network time
 * @throws StorageError, BackupError when what was written does not read back; the signal's reason. What was written is gone then.
 */
export async function writeBackup(
  { store, media, random }: { store: ProfileStore; media: MediaReader; random: RandomBytes },
  target: ExportTarget,
  input: {
    readonly passphrase: string;
    readonly app: string;
    readonly nowMs: number;
    readonly cost?: KeyCost;
  },
  work: BackupWork
): Promise<WrittenBackup> {
  const { signal, onProgress } = work;
  try {
    const header = {
      cost: input.cost ?? DEFAULT_COST,
      chunkBytes: DEFAULT_CHUNK_BYTES,
      salt: random(SALT_BYTES)
    };
    const keys = await deriveBackupKeys(input.passphrase, header, {
      signal,
      onProgress: keyProgress(onProgress)
    });
    const writer = createBackupWriter(header, keys);
    try {
      await writeAll({ store, media, writer, target, work }, input);
      const file = await target.finish();
      await verify(file, writer, keys, work);
      return { file, counts: writer.counts() };
    } finally {
      wipe(keys.content);
    }
  } catch (error) {
    await target.discard();
    throw error;
  }
}

export function keyProgress(onProgress: BackupWork['onProgress']): (fraction: number) => void {
  return (fraction) =>
    onProgress({ phase: 'key', done: Math.round(fraction * KEY_STEPS), total: KEY_STEPS, messages: 0 });
}

/** Reads the file again: every chunk opens, every hash is right, and nothing is missing. */
async function verify(
  file: Blob,
  writer: BackupWriter,
  keys: BackupKeys,
  { signal, onProgress }: BackupWork
): Promise<void> {
  const source = blobSource(file);
  const header = await source.read(0, writer.header.length);
  if (!equalBytes(header, writer.header)) throw backupError('backup-damaged', { field: 'header' });
  const opened = { source, header, chunkBytes: DEFAULT_CHUNK_BYTES, key: keys.content };
  let messages = 0;
  const tell = (done: number) => onProgress({ phase: 'verifying', done, total: source.size, messages });
  tell(0);
  let counts: BackupCounts | null = null;
  for await (const item of consistent(readBackup(opened, { signal, onBytes: tell }))) {
    if (item.type === 'message') messages++;
    if (item.type === 'end') counts = item.counts;
  }
  if (JSON.stringify(counts) !== JSON.stringify(writer.counts())) throw backupError('backup-damaged');
}

/** A file or Blob as a backup is read from. */
export function blobSource(blob: Blob): BackupSource {
  return {
    size: blob.size,
    async read(start, end) {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    }
  };
}

interface Writing {
  readonly store: ProfileStore;
  readonly media: MediaReader;
  readonly writer: BackupWriter;
  readonly target: ExportTarget;
  readonly work: BackupWork;
}

async function writeAll(
  writing: Writing,
  input: { readonly app: string; readonly nowMs: number }
): Promise<void> {
  const { store, writer, target, work } = writing;
  const stored = await loadProfileForBackup(store, CONFIG_NAMES);
  const estimate = await countForBackup(store);
  const { profile } = stored;
  const total = estimate.messages * MESSAGE_ESTIMATE_BYTES + estimate.mediaBytes;
  const put = createPutter(target, work, total, () => writer.counts().messages);
  const manifest = {
    createdAtMs: input.nowMs,
    accountId: profile.accountId,
    networkId: profile.networkId,
    app: input.app,
    estimate
  };
  await put([writer.header, ...writer.add('manifest', manifest)]);
  const accountSeed = await loadAccountSeed(store);
  await put(writer.addAccount(accountSeed));
  wipe(accountSeed);
  await put(writer.add('profile', backupProfile(profile, stored.sendClock?.lastTimestampMs ?? 0)));
  await writeFile(writing, put, profile.picture?.mediaId ?? null, { role: 'picture', attachment: 0 });
  if (stored.settings) await put(writer.add('settings', { ...stored.settings }));
  for (const { name, config } of stored.configs) await put(writer.add('config', { name, ...config }));
  const ownId = profile.accountId;
  for await (const { id, content, deletedBeforeMs } of readConversations(store)) {
    await put(writer.add('conversation', backupConversation(content, deletedBeforeMs)));
    await writeFile(writing, put, content.picture?.mediaId ?? null, { role: 'picture', attachment: 0 });
    const authors = { ownId, otherId: content.accountId };
    for await (const deleted of readGraves(store, id, authors)) await put(writer.add('deleted', deleted));
    for await (const message of readMessages(store, id)) await writeMessage(writing, put, message.content);
  }
  for (const chunk of writer.finish()) await put([chunk]);
}

async function writeMessage(writing: Writing, put: Put, content: MessageContent): Promise<void> {
  await put(writing.writer.add('message', backupMessage(content)));
  for (const [attachment, { mediaId, thumbnailMediaId }] of (content.attachments ?? []).entries()) {
    await writeFile(writing, put, mediaId, { role: 'file', attachment });
    await writeFile(writing, put, thumbnailMediaId, { role: 'thumbnail', attachment });
  }
}

type Put = (chunks: readonly Uint8Array[]) => Promise<void>;

/** How often progress is told, bytes. */
const TELL_EVERY_BYTES = 1_048_576;

function createPutter(
  target: ExportTarget,
  { signal, onProgress }: BackupWork,
  total: number,
  messages: () => number
): Put {
  let [done, told] = [0, -TELL_EVERY_BYTES];
  return async (chunks) => {
    signal.throwIfAborted();
    for (const chunk of chunks) {
      await target.write(chunk);
      done += chunk.length;
    }
    if (done - told < TELL_EVERY_BYTES) return;
    told = done;
    onProgress({ phase: 'writing', done, total: Math.max(total, done), messages: messages() });
  };
}

/** A stored file, when it is there and whole. */
async function writeFile(
  { media, writer }: Writing,
  put: Put,
  mediaId: string | null,
  place: Pick<BackupMedia, 'role' | 'attachment'>
): Promise<void> {
  const facts = mediaId === null ? null : await media.facts(mediaId);
  if (!facts) return;
  const { id, kind, name, contentType, bytes, createdAtMs } = facts;
  await put(writer.add('media', { ...place, kind, name, contentType, bytes, createdAtMs }));
  for (let start = 0; start < bytes; start += FILE_STEP_BYTES) {
    await put(writer.addData(await media.range(id, start, start + FILE_STEP_BYTES)));
  }
  await put(writer.endMedia());
}
