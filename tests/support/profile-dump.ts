// All that a profile says, without what differs from device to device: local ids, revisions, nonces.
import { createHash } from 'node:crypto';
import {
  createMediaReader,
  createRecordMediaFiles,
  timeOfSort,
  type ConversationContent,
  type MessageContent
} from '../../src/lib/storage/index.ts';
import { openContent, type SealedRow } from '../../src/lib/storage/rows.ts';
import type { TestPage } from './engine-device.ts';

export interface ProfileDump {
  readonly profile: object;
  readonly settings: object | null;
  readonly configs: Readonly<Record<string, object>>;
  readonly conversations: readonly object[];
  readonly messages: readonly object[];
  readonly deadlines: readonly string[];
  /** Stored files that no message, conversation or profile names. */
  readonly strayFiles: number;
  readonly journal: number;
}

export async function dumpProfile({ db, rowKey }: TestPage): Promise<ProfileDump> {
  const reader = createMediaReader(db, rowKey, { file: null, record: createRecordMediaFiles(db) });
  const named = new Set<string>();
  const hashOf = async (mediaId: string | null | undefined) => {
    if (mediaId === null || mediaId === undefined) return null;
    named.add(mediaId);
    const facts = await reader.facts(mediaId);
    if (!facts) return 'missing';
    const { name, kind, contentType } = facts;
    const bytes = new Uint8Array(await (await reader.blob(mediaId)).arrayBuffer());
    return { name, kind, contentType, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const meta = async (name: string): Promise<Record<string, unknown> | null> => {
    const row = await db.meta.get(name);
    return row ? openContent<Record<string, unknown>>(rowKey, 'meta', row) : null;
  };
  const opened = async <Content>(table: 'conversations' | 'messages', rows: readonly SealedRow[]) =>
    Promise.all(
      rows.map(async (row) => ({ id: row.id, content: await openContent<Content>(rowKey, table, row) }))
    );

  const { profileId: _, picture, ...profile } = (await meta('profile')) as Record<string, unknown>;
  const own = picture as { mediaId: string; upload: object | null } | null | undefined;
  const conversations = await opened<ConversationContent>('conversations', await db.conversations.toArray());
  const accountOf = new Map(conversations.map(({ id, content }) => [id, content.accountId]));
  const messages = await opened<MessageContent>('messages', await db.messages.toArray());
  const configs: Record<string, object> = {};
  for (const key of await db.meta.toCollection().primaryKeys()) {
    if (String(key).startsWith('config-')) configs[String(key)] = (await meta(String(key))) as object;
  }
  const byText = (list: readonly object[]) =>
    list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const placeOf = (id: string) => `${accountOf.get(id.slice(0, 32))}/${id.slice(32, 45)}`;
  return {
    profile: { ...profile, picture: own ? { ...own, mediaId: await hashOf(own.mediaId) } : null },
    settings: await meta('settings'),
    configs,
    conversations: byText(
      await Promise.all(
        conversations.map(async ({ content: { lastMessage, picture: face, ...content } }) => ({
          ...content,
          readUpToSort: timeOfSort(content.readUpToSort),
          firstUnreadSort: content.firstUnreadSort && timeOfSort(content.firstUnreadSort),
          lastMessage: lastMessage && { ...lastMessage, messageId: '', sort: timeOfSort(lastMessage.sort) },
          picture: face ? { ...face, mediaId: await hashOf(face.mediaId) } : null
        }))
      )
    ),
    messages: byText(
      await Promise.all(
        messages.map(async ({ id, content }) => ({
          in: placeOf(id),
          ...content,
          attachments: await Promise.all(
            (content.attachments ?? []).map(async (attachment) => ({
              ...attachment,
              mediaId: await hashOf(attachment.mediaId),
              thumbnailMediaId: await hashOf(attachment.thumbnailMediaId)
            }))
          )
        }))
      )
    ),
    deadlines: (await db.deadlines.toArray()).map(({ id, atMs }) => `${placeOf(id)} ${atMs}`).sort(),
    strayFiles: (await db.media.toCollection().primaryKeys()).filter((id) => !named.has(id)).length,
    journal: await db.importJournal.count()
  };
}
