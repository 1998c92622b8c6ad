// Writing the messages of a backup into a profile: those that are not there, in the conversation with their account, in
// transactions of bounded size, each with its note in the journal. The rows of a message may be deleted, changed or received
// by others at the same time; then the step is decided anew.
import type { AccountId } from '../account-id.ts';
import {
  conversationChange,
  emptyConversation,
  findConversation,
  loadStoredConversation,
  withMessage,
  type LoadedConversation
} from './conversation-changes.ts';
import { deadlinesOf } from './deadlines.ts';
import type { ConfigRowName } from './config-rows.ts';
import { journalPart, type ImportStep } from './import-journal.ts';
import { loadStoredMessages, messagePut } from './message-changes.ts';
import { authorTag, messageKey, OWN_AUTHOR_TAG, sortOfKey } from './message-key.ts';
import { updateMeta, type ConfigRowContent } from './meta.ts';
import { readAheadPart, type OnRead } from './read-changes.ts';
import type {
  ConversationContent,
  GraveRow,
  MessageContent,
  OutboxContent,
  ProfileContent,
  StoredAttachment
} from './rows.ts';
import {
  commit,
  commitBuilt,
  indexHash,
  mergeChanges,
  randomId,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore,
  type TableRow
} from './store.ts';

/** Conversation as a backup has it: without counts and what the list shows. */
export type ImportedConversation = Omit<
  ConversationContent,
  'lastMessage' | 'unread' | 'firstUnreadSort' | 'messageCount' | 'failed' | 'muted'
>;

export interface ImportedMessage {
  readonly content: MessageContent;
  /** Files stored for it, owned by its id: index of the attachment, and which of the two it is. */
  readonly files: readonly {
    readonly attachment: number;
    readonly role: 'file' | 'thumbnail';
    readonly mediaId: string;
  }[];
}

export interface ImportResult {
  readonly added: number;
  /** Files that messages which were here got back. */
  readonly filled: number;
}

/** One conversation of the backup, with its messages. */
export interface ConversationImport {
  /** The id it has or will have. */
  readonly id: () => string;
  /** Whether it was here before. */
  readonly isKnown: boolean;
  /** Its picture, stored as a file of it; only before it begins. */
  setPicture(mediaId: string): void;
  /** Ids the messages have or will have; null for those that must not come. */
  place(messages: readonly MessageContent[]): Promise<readonly (Placed | null)[]>;
  /** Notes that files will be stored for an owner, a message or a picture's place. Before the first of them. */
  awaitFiles(owner: string): Promise<void>;
  /** Stores those that are not here and must come. In one transaction. */
  add(messages: readonly ImportedMessage[]): Promise<ImportResult>;
  /** Notes messages that were deleted and must not come. */
  bury(deleted: readonly { readonly authorId: AccountId; readonly sentAtMs: number }[]): Promise<void>;
  /** The conversation's id; it begins now if it has not, and nothing keeps it away. */
  finish(): Promise<string | null>;
}

export interface Placed {
  readonly messageId: string;
  /** The message that is here already. */
  readonly known: MessageContent | null;
}

export interface ImportContext {
  readonly store: ProfileStore;
  readonly ownId: AccountId;
  /** Network time: what is to have disappeared by then does not come. */
  readonly nowMs: number;
  /** Whether what is added is noted, to be taken back if the import does not finish. */
  readonly isNoted: boolean;
  /** Numbers of steps. */
  readonly nextStep: () => number;
}

/** Why a message that waited when the backup was made has failed now: the person decides about it. */
export const UNSENT_CODE = 'restored-unsent';

/**
 * @param deletedBeforeMs messages sent before were deleted with the conversation
 */
export async function beginConversationImport(
  context: ImportContext,
  imported: ImportedConversation,
  deletedBeforeMs: number | null
): Promise<ConversationImport> {
  const { store, ownId, nowMs } = context;
  const { accountId } = imported;
  const accountHash = await indexHash.account(store, accountId);
  const otherTag = authorTag(accountHash);
  const stored = await reading(() => store.db.graves.get(accountHash));
  const buriedBeforeMs = Math.max(stored?.beforeMs ?? 0, deletedBeforeMs ?? 0);
  const found = await findConversation(store, accountId);
  // Known before it is there, since ids of messages and owners of files begin with it.
  let conversationId = found?.row.id ?? randomId(store.random);
  let isThere = found !== null;

  const note = async (step: ImportStep): Promise<Partial<ChangeSet>> =>
    context.isNoted ? journalPart(store, context.nextStep(), step) : {};

  const idOf = ({ authorId, sentAtMs }: Pick<MessageContent, 'authorId' | 'sentAtMs'>) =>
    messageKey(conversationId, sentAtMs, authorId === ownId ? OWN_AUTHOR_TAG : otherTag);

  const isOver = ({ sentAtMs, disappears }: MessageContent) =>
    sentAtMs < buriedBeforeMs || (disappears?.atMs != null && disappears.atMs <= nowMs);

  async function place(messages: readonly MessageContent[]): Promise<(Placed | null)[]> {
    const ids = messages.map(idOf);
    const [known, graves] = await Promise.all([
      isThere ? loadStoredMessages(store, ids) : [],
      reading(() => store.db.graves.bulkGet(ids))
    ]);
    const knownById = new Map(known.map(({ row, content }) => [row.id, content]));
    return messages.map((message, index) => {
      const messageId = ids[index] as string;
      const content = knownById.get(messageId) ?? null;
      if (content === null && (isOver(message) || graves[index])) return null;
      return { messageId, known: content };
    });
  }

  async function load(): Promise<LoadedConversation | null> {
    return isThere ? loadStoredConversation(store, conversationId) : findConversation(store, accountId);
  }

  /** The part that begins the conversation with an id that is known before. */
  async function beginning(content: ConversationContent): Promise<Partial<ChangeSet>> {
    const indexed = { accountHash, order: content.lastAtMs };
    const row = await sealRow(store, 'conversations', conversationId, null, indexed, content);
    return { add: [{ table: 'conversations', row }] };
  }

  async function add(messages: readonly ImportedMessage[]): Promise<ImportResult> {
    return commitBuilt(store, async () => {
      const conversation = await load();
      if (conversation && conversation.row.id !== conversationId) conversationId = conversation.row.id;
      const places = await place(messages.map(({ content }) => content));
      const rows: TableRow[] = [];
      const fresh: { id: string; message: MessageContent }[] = [];
      const filled: { messageId: string; before: MessageContent }[] = [];
      const parts: Partial<ChangeSet>[] = [];
      let content = conversation?.content ?? startOf(imported);
      for (const [index, message] of messages.entries()) {
        const placed = places[index];
        if (!placed || fresh.some(({ id }) => id === placed.messageId)) continue;
        if (placed.known) {
          const patched = patch(placed.known, message);
          const loaded = patched && (await loadStoredMessages(store, [placed.messageId]))[0];
          if (!patched || !loaded) continue;
          parts.push(await messagePut(store, loaded, patched));
          filled.push({ messageId: placed.messageId, before: placed.known });
          continue;
        }
        const { message: own, outbox } = await settle(placed.messageId, message, content);
        fresh.push({ id: placed.messageId, message: own });
        rows.push({
          table: 'messages',
          row: await sealRow(store, 'messages', placed.messageId, null, {}, own)
        });
        if (outbox) rows.push(outbox);
        const sort = sortOfKey(placed.messageId);
        content = withMessage(content, { ...own, messageId: placed.messageId, sort });
        if (own.state === 'failed') content = { ...content, failed: content.failed + 1 };
      }
      if (fresh.length === 0 && filled.length === 0) {
        return { changes: null, result: { added: 0, filled: 0 } };
      }
      if (fresh.length > 0) {
        parts.push(
          conversation ? await conversationChange(store, conversation, content) : await beginning(content)
        );
      }
      parts.push({ add: rows, put: deadlinesOf(fresh) });
      const begun = !conversation && fresh.length > 0 ? { conversations: [conversationId] } : {};
      const moved = conversation &&
        content.lastAtMs !== conversation.content.lastAtMs && {
          moved: { conversationId, fromMs: conversation.content.lastAtMs, toMs: content.lastAtMs }
        };
      parts.push(await note({ added: fresh.map(({ id }) => id), filled, ...begun, ...moved }));
      return {
        changes: mergeChanges('import messages', 'any', parts),
        result: { added: fresh.length, filled: filled.length },
        committed: () => (isThere ||= fresh.length > 0)
      };
    });
  }

  /** The message as it will be stored, and the entry that lets the person send it after all. */
  async function settle(
    messageId: string,
    { content, files }: ImportedMessage,
    conversation: ConversationContent
  ): Promise<{ message: MessageContent; outbox: TableRow | null }> {
    const message = { ...content, ...withFiles(content, files) };
    const isUnsent = message.direction === 'out' && UNSENT_STATES.has(message.state);
    if (!isUnsent || message.notice) return { message, outbox: null };
    const entry: OutboxContent = {
      kind: conversation.kind === 'note-to-self' ? 'copy' : 'message',
      conversationId,
      recipientId: accountId,
      timestampMs: message.sentAtMs,
      outgoing: { kind: 'message' },
      ...(message.disappears && {
        timer: { mode: message.disappears.mode, seconds: message.disappears.seconds }
      }),
      dataBase64: null,
      copyDataBase64: null,
      attempts: 0,
      firstAttemptAtMs: null,
      notBeforeMs: 0
    };
    // Without a lane it waits for the person.
    const indexed = { sort: sortOfKey(messageId), messageId };
    const id = randomId(store.random);
    const row = await sealRow(store, 'outbox', id, null, indexed, entry);
    const failureCode = message.state === 'failed' ? message.failureCode : UNSENT_CODE;
    return { message: { ...message, state: 'failed', failureCode }, outbox: { table: 'outbox', row } };
  }

  return {
    id: () => conversationId,
    isKnown: found !== null,
    setPicture(mediaId) {
      if (imported.picture) imported = { ...imported, picture: { ...imported.picture, mediaId } };
    },
    place,
    async awaitFiles(owner) {
      const change = await note({ awaited: [owner] });
      if (change.add) await commit(store, mergeChanges('import files', 'any', [change]));
    },
    add,
    async bury(deleted) {
      const ids = deleted.map(idOf);
      const [messages, graves] = await reading(() =>
        Promise.all([store.db.messages.bulkGet(ids), store.db.graves.bulkGet(ids)])
      );
      const fresh = ids.filter((_, index) => !messages[index] && !graves[index]);
      if (fresh.length === 0) return;
      const put = fresh.map((id): TableRow => ({ table: 'graves', row: { id } }));
      await commit(store, mergeChanges('import graves', 'any', [{ put }, await note({ graves: fresh })]));
    },
    async finish() {
      const conversation = await load();
      // One that was deleted here comes back only with messages.
      if (!conversation && stored) return null;
      const parts: Partial<ChangeSet>[] = [];
      const step: { conversations?: string[]; graves?: string[] } = {};
      if (!conversation) {
        parts.push(await beginning(startOf(imported)));
        step.conversations = [conversationId];
      }
      if (deletedBeforeMs !== null && !stored) {
        const grave: GraveRow = { id: accountHash, beforeMs: deletedBeforeMs };
        parts.push({ put: [{ table: 'graves', row: grave }] });
        step.graves = [accountHash];
      }
      if (parts.length > 0) {
        await commit(store, mergeChanges('import conversation', 'any', [...parts, await note(step)]));
      }
      isThere = true;
      return conversation?.row.id ?? conversationId;
    }
  };
}

const UNSENT_STATES: ReadonlySet<MessageContent['state']> = new Set(['queued', 'sending', 'failed']);

function startOf(imported: ImportedConversation): ConversationContent {
  const { kind, accountId, lastAtMs } = imported;
  return { ...emptyConversation(kind, accountId, lastAtMs), ...imported };
}

/** Attachments with the files that came; those whose file did not come are as they were without it. */
function withFiles(
  { attachments }: MessageContent,
  files: ImportedMessage['files']
): Pick<MessageContent, 'attachments'> {
  if (!attachments) return {};
  return {
    attachments: attachments.map((attachment, index): StoredAttachment => {
      const idOf = (role: 'file' | 'thumbnail') =>
        files.find((file) => file.attachment === index && file.role === role)?.mediaId ?? null;
      const mediaId = idOf('file');
      const state =
        mediaId === null && attachment.state === 'here' ? stateWithoutFile(attachment) : attachment.state;
      return { ...attachment, state, mediaId, thumbnailMediaId: idOf('thumbnail') };
    })
  };
}

function stateWithoutFile({ remote }: StoredAttachment): StoredAttachment['state'] {
  return remote ? 'remote' : 'expired';
}

/** What a message that is here gets from the backup's; null when it lacks nothing. */
function patch(known: MessageContent, { content, files }: ImportedMessage): MessageContent | null {
  const isRead = known.readByThemAtMs === undefined && content.readByThemAtMs !== undefined;
  const attachments = known.attachments?.map((attachment, index): StoredAttachment => {
    const idOf = (role: 'file' | 'thumbnail') =>
      files.find((file) => file.attachment === index && file.role === role)?.mediaId ?? null;
    const mediaId = attachment.mediaId ?? idOf('file');
    const thumbnailMediaId = attachment.thumbnailMediaId ?? idOf('thumbnail');
    if (mediaId === attachment.mediaId && thumbnailMediaId === attachment.thumbnailMediaId) return attachment;
    const isHere = mediaId !== attachment.mediaId;
    return {
      ...attachment,
      mediaId,
      thumbnailMediaId,
      ...(isHere && { state: 'here' as const, failureCode: null })
    };
  });
  const isFilled =
    attachments?.some((attachment, index) => attachment !== known.attachments?.[index]) ?? false;
  if (known.deleted || (!isRead && !isFilled)) return null;
  return {
    ...known,
    ...(isRead && { readByThemAtMs: content.readByThemAtMs }),
    ...(isFilled && { attachments })
  };
}

/** What a conversation that was here takes over: what it lacks, and what is newer. */
export async function mergeConversationChoices(
  store: ProfileStore,
  conversationId: string,
  imported: ImportedConversation,
  reading: { readonly nowMs: number; readonly onRead: OnRead }
): Promise<void> {
  await commitBuilt(store, async () => {
    const conversation = await loadStoredConversation(store, conversationId);
    const { content } = conversation;
    const isNewer = imported.nameUpdatedSeconds > content.nameUpdatedSeconds;
    const next: ConversationContent = {
      ...content,
      draft: content.draft ?? imported.draft,
      nickname: content.nickname ?? imported.nickname ?? null,
      ...(isNewer && { name: imported.name, nameUpdatedSeconds: imported.nameUpdatedSeconds })
    };
    const read = await readAheadPart(store, conversationId, next, imported.readUpToSort, reading);
    const isSame =
      read.content.draft === content.draft &&
      read.content.nickname === (content.nickname ?? null) &&
      read.content.readUpToSort === content.readUpToSort &&
      !isNewer;
    if (isSame) return { changes: null, result: undefined };
    const parts = [read.change, await conversationChange(store, conversation, read.content)];
    return { changes: mergeChanges('import choices', 'any', parts), result: undefined };
  });
}

/** First values of a profile that is made from a backup. */
export async function saveImportedProfile(
  store: ProfileStore,
  imported: {
    readonly profile: Omit<ProfileContent, 'profileId' | 'accountId' | 'networkId'>;
    readonly lastTimestampMs: number;
  }
): Promise<void> {
  await updateMeta(store, 'profile', 'any', (profile) => profile && { ...profile, ...imported.profile });
  await updateMeta(store, 'send-clock', 'any', (clock) => ({
    lastTimestampMs: Math.max(clock?.lastTimestampMs ?? 0, imported.lastTimestampMs),
    offsetMs: clock?.offsetMs ?? null
  }));
}

/** Notes that older messages are here as far as there were any. */
export async function noteImport(store: ProfileStore, nowMs: number): Promise<void> {
  await updateMeta(store, 'profile', 'any', (profile) =>
    profile === null || profile.createdHere || profile.importedAtMs !== undefined
      ? null
      : { ...profile, importedAtMs: nowMs }
  );
}

/** A document of the account as the backup holds it; only into a profile that has none. */
export async function saveImportedConfig(
  store: ProfileStore,
  name: ConfigRowName,
  config: ConfigRowContent
): Promise<void> {
  await updateMeta(store, name, 'any', (current) => (current ? null : config));
}
