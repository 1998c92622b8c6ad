// Messages with files between engines of tests: sent as the page does, awaited, loaded, and their bytes read back.
import type { AccountId } from '../../src/lib/account-id.ts';
import {
  createMediaReader,
  createRecordMediaFiles,
  type AttachmentView,
  type ConversationView,
  type MessageView
} from '../../src/lib/storage/index.ts';
import { eventually } from './engine-device.ts';
import type { Person } from './engine-network.ts';

/** What another device brings about is there within this, milliseconds. */
export const WAIT_MS = 20_000;

/** Everything a person can do. */
export const commandsOf = (person: Person) => person.tab.engine.messenger();
const until = <Result>(what: string, check: () => Promise<Result> | Result) =>
  eventually(what, check, WAIT_MS);

/** The message of a conversation with these words, once it is there. */
export async function messageOf(person: Person, other: AccountId, text: string): Promise<MessageView> {
  return until(`"${text}"`, async () =>
    (await person.page.messages(other)).find((item) => item.text === text)
  );
}

export async function conversationOf(person: Person, other: AccountId): Promise<ConversationView> {
  const found = (await person.page.conversations()).find((item) => item.accountId === other);
  if (!found) throw new Error('no such conversation');
  return found;
}

export interface Staged {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly kind?: 'voice';
  readonly thumbnail?: Uint8Array;
}

export const blobOf = (bytes: Uint8Array, type = '') =>
  new Blob([bytes as Uint8Array<ArrayBuffer>], { type });

export async function sendFiles(
  person: Person,
  other: AccountId,
  text: string,
  files: readonly Staged[]
): Promise<string> {
  const { id: conversationId } = await conversationOf(person, other);
  const stagedIds: string[] = [];
  for (const { name, contentType, bytes, kind, thumbnail } of files) {
    const { stagedId } = await commandsOf(person).stage({
      conversationId,
      file: blobOf(bytes, contentType),
      name,
      contentType,
      ...(kind && { kind }),
      thumbnail: thumbnail ? blobOf(thumbnail, 'image/png') : null,
      width: null,
      height: null
    });
    stagedIds.push(stagedId);
  }
  return (await commandsOf(person).send(conversationId, text, { stagedIds })).messageId;
}

/** The message once its files are in a state. */
export function withFiles(person: Person, other: AccountId, text: string, state: AttachmentView['state']) {
  return until(`files of "${text}" are ${state}`, async () => {
    const found = await messageOf(person, other, text);
    return found.attachments.length > 0 && found.attachments.every((file) => file.state === state) && found;
  });
}

export async function loadAll(person: Person, { id: messageId, attachments }: MessageView): Promise<void> {
  for (const { id } of attachments) await commandsOf(person).download({ messageId, attachmentId: id });
}

export const firstOf = ({ id, attachments }: MessageView) => ({
  messageId: id,
  attachmentId: attachments[0]?.id ?? ''
});

export async function bytesOf({ page }: Person, mediaId: string | null): Promise<Uint8Array> {
  const places = { file: null, record: createRecordMediaFiles(page.db) };
  const blob = await createMediaReader(page.db, page.rowKey, places).blob(mediaId ?? '');
  return new Uint8Array(await blob.arrayBuffer());
}

/** Stored files of a device: rows and chunks, and how many rows belong to one message. */
export async function storedFiles({ page }: Person, messageId: string) {
  return {
    rows: await page.db.media.count(),
    chunks: await page.db.mediaChunks.count(),
    ofMessage: await page.db.media.where('owner').equals(messageId).count()
  };
}
