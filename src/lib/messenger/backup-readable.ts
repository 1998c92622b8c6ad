// What a person can read without this app: an archive with one JSON file a conversation and the files beside it. Nothing in it
// is sealed, and the account's secret is not in it.
import { createZipWriter, type ZipWriter } from '../backup/index.ts';
import { utf8ToBytes } from '../bytes/index.ts';
import { safeFileName } from '../media/index.ts';
import {
  countForBackup,
  loadProfileForBackup,
  readConversations,
  readMessages,
  type ConversationForBackup,
  type ExportTarget,
  type MediaReader,
  type MessageContent,
  type ProfileStore
} from '../storage/index.ts';
import type { BackupWork } from './backup-export.ts';
import type { BackupProgress } from './backup-progress.ts';

export interface ReadableExport {
  readonly file: Blob;
  readonly counts: { readonly conversations: number; readonly messages: number; readonly media: number };
}

const FILE_STEP_BYTES = 524_288;
const MESSAGE_ESTIMATE_BYTES = 400;
const TELL_EVERY_BYTES = 1_048_576;
/** Names of folders and files, code points. */
const MAX_NAME = 60;

const ABOUT = `This archive was exported from Onionskin. Nothing in it is encrypted: whoever has it can read it.

profile.json     your name and Account ID
conversations/   one folder for each conversation: messages.json, and its files under files/
Times are in UTC, ISO 8601. The 13 words of the Recovery Password are not in it.
`;

/**
 * @param nowMs network time
 * @throws StorageError; the signal's reason. What was written is gone then.
 */
export async function writeReadable(
  { store, media }: { store: ProfileStore; media: MediaReader },
  target: ExportTarget,
  nowMs: number,
  work: BackupWork
): Promise<ReadableExport> {
  try {
    const counts = await writeArchive(store, media, target, nowMs, work);
    return { file: await target.finish(), counts };
  } catch (error) {
    await target.discard();
    throw error;
  }
}

async function writeArchive(
  store: ProfileStore,
  media: MediaReader,
  target: ExportTarget,
  nowMs: number,
  { signal, onProgress }: BackupWork
): Promise<ReadableExport['counts']> {
  const zip = createZipWriter();
  const estimate = await countForBackup(store);
  const total = estimate.messages * MESSAGE_ESTIMATE_BYTES + estimate.mediaBytes;
  const counts = { conversations: 0, messages: 0, media: 0 };
  let [done, told] = [0, -TELL_EVERY_BYTES];
  const put = async (bytes: Uint8Array) => {
    signal.throwIfAborted();
    await target.write(bytes);
    done += bytes.length;
    if (done - told < TELL_EVERY_BYTES) return;
    told = done;
    const progress: BackupProgress = {
      phase: 'writing',
      done,
      total: Math.max(total, done),
      messages: counts.messages
    };
    onProgress(progress);
  };
  const archive: Archive = { store, media, zip, put };
  const { profile } = await loadProfileForBackup(store, []);
  await putText(archive, 'README.txt', ABOUT, nowMs);
  const own = { accountId: profile.accountId, displayName: profile.displayName, exportedAt: iso(nowMs) };
  await putText(archive, 'profile.json', `${JSON.stringify(own, null, 2)}\n`, nowMs);
  const folders = new Set<string>();
  for await (const conversation of readConversations(store)) {
    counts.conversations++;
    const folder = `conversations/${uniqueName(folders, nameOf(conversation))}`;
    const written = await putConversation(archive, folder, conversation, nowMs);
    counts.messages += written.messages;
    counts.media += written.media;
  }
  for (const bytes of zip.finish()) await put(bytes);
  return counts;
}

interface Archive {
  readonly store: ProfileStore;
  readonly media: MediaReader;
  readonly zip: ZipWriter;
  readonly put: (bytes: Uint8Array) => Promise<void>;
}

async function putText({ zip, put }: Archive, path: string, text: string, atMs: number): Promise<void> {
  await put(zip.begin(path, atMs));
  await put(zip.data(utf8ToBytes(text)));
  await put(zip.end());
}

/** First the messages, naming their files, then the files; each is read when its turn comes. */
async function putConversation(
  archive: Archive,
  folder: string,
  { id, content }: ConversationForBackup,
  nowMs: number
): Promise<{ messages: number; media: number }> {
  const { store, zip, put } = archive;
  const names = new Set<string>();
  const { name, nickname = null, accountId, kind } = content;
  const head = JSON.stringify({ kind, accountId, name, nickname }).slice(0, -1);
  let messages = 0;
  await put(zip.begin(`${folder}/messages.json`, nowMs));
  await put(zip.data(utf8ToBytes(`${head},"messages":[`)));
  for await (const message of readMessages(store, id)) {
    const readable = readableMessage(message.content, names);
    await put(zip.data(utf8ToBytes(`${messages++ === 0 ? '' : ','}\n${JSON.stringify(readable)}`)));
  }
  await put(zip.data(utf8ToBytes('\n]}\n')));
  await put(zip.end());
  return { messages, media: await putFiles(archive, folder, id) };
}

async function putFiles({ store, media, zip, put }: Archive, folder: string, id: string): Promise<number> {
  const names = new Set<string>();
  let count = 0;
  for await (const { content } of readMessages(store, id)) {
    // The same walk as before, so that the names are the same.
    for (const { name, mediaId } of namedFiles(content, names)) {
      const facts = await media.facts(mediaId);
      if (!facts) continue;
      await put(zip.begin(`${folder}/${name}`, content.sentAtMs));
      for (let start = 0; start < facts.bytes; start += FILE_STEP_BYTES) {
        await put(zip.data(await media.range(mediaId, start, start + FILE_STEP_BYTES)));
      }
      await put(zip.end());
      count++;
    }
  }
  return count;
}

function readableMessage(content: MessageContent, names: Set<string>): object {
  const files = new Map(namedFiles(content, names).map(({ id, name }) => [id, name]));
  return {
    sentAt: iso(content.sentAtMs),
    from: content.direction === 'out' ? 'me' : 'them',
    ...(content.text !== '' && { text: content.text }),
    ...(content.notice && { notice: content.notice }),
    ...(content.deleted && { deleted: true }),
    ...(content.quote && {
      quotes: { sentAt: iso(content.quote.timestampMs), author: content.quote.authorId }
    }),
    ...(content.reactions && {
      reactions: content.reactions.map(({ emoji, authorId }) => ({ emoji, author: authorId }))
    }),
    ...(content.preview && { link: content.preview }),
    ...(content.invitation && { invitation: content.invitation }),
    ...(content.attachments && {
      attachments: content.attachments.map(({ id, name, bytes, contentType, caption }) => ({
        name,
        bytes,
        contentType,
        ...(caption !== null && { caption }),
        file: files.get(id) ?? null
      }))
    })
  };
}

/** Files of a message that lie on this device, with the names they get. */
function namedFiles(
  { attachments = [], sentAtMs }: MessageContent,
  names: Set<string>
): { readonly id: string; readonly mediaId: string; readonly name: string }[] {
  return attachments.flatMap(({ id, name, mediaId }) => {
    if (mediaId === null) return [];
    const day = iso(sentAtMs).slice(0, 10);
    return [{ id, mediaId, name: `files/${uniqueName(names, `${day} ${shortName(safeFileName(name))}`)}` }];
  });
}

/** Keeps the ending. */
function shortName(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_NAME) return name;
  const dot = characters.lastIndexOf('.');
  const ending = dot > 0 && characters.length - dot <= 10 ? characters.slice(dot) : [];
  return [...characters.slice(0, MAX_NAME - ending.length), ...ending].join('');
}

function nameOf({ content }: ConversationForBackup): string {
  if (content.kind === 'note-to-self') return 'Note to Self';
  const called = content.nickname ?? content.name ?? '';
  const id = content.accountId.slice(0, 10);
  return called === '' ? id : `${shortName(safeFileName(called, id))} (${id})`;
}

/** A name that differs from the others also where case does not count. */
function uniqueName(taken: Set<string>, name: string): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${stem} (${number})${ending}`;
    const folded = candidate.toLowerCase();
    if (taken.has(folded)) continue;
    taken.add(folded);
    return candidate;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
