// What receiving writes: one transaction with everything a batch brought, its cursor last.
import type { AccountId } from '../account-id.ts';
import { InvariantError } from '../errors.ts';
import { choreChanges, type NewChore } from './chores.ts';
import { withMessage, withMessageReplaced, type LoadedMessage } from './conversation-changes.ts';
import { cursorPart } from './cursors.ts';
import { deadlinesOf } from './deadlines.ts';
import {
  keyIn,
  loadInboxSnapshot,
  presentKeys,
  tagOf,
  type InboxSnapshot,
  type WantedMessage,
  type WantedRow
} from './inbox-snapshot.ts';
import { messagePut, removeMessages } from './message-changes.ts';
import { conversationOfKey, messageKey, sortOfKey } from './message-key.ts';
import { loadMeta, metaChange } from './meta.ts';
import type { ConversationContent, CursorContent, MessageContent } from './rows.ts';
import { seenChange, type SeenEntry, type SeenLookup } from './seen.ts';
import { commitBuilt, mergeChanges, randomId, sealRow, type ChangeSet, type ProfileStore } from './store.ts';

/** A message to be added, as the rules of receiving decided. */
export interface ReceivedMessage {
  readonly conversationAccountId: AccountId;
  readonly content: MessageContent;
}

/** What a batch of items comes to. */
export interface InboxChanges {
  readonly messages: readonly ReceivedMessage[];
  /** Conversations that change besides by their messages, or begin: content before this batch's messages. */
  readonly conversations: ReadonlyMap<AccountId, ConversationContent>;
  /** Hashes handled now, good and bad. */
  readonly seen: readonly SeenEntry[];
  /** Messages stored before that change, or go (`content` null). */
  readonly updates: readonly { readonly before: LoadedMessage; readonly content: MessageContent | null }[];
  /** Messages that are not here and must not come. */
  readonly graves: readonly WantedMessage[];
  readonly chores: readonly NewChore[];
  readonly events: readonly InboxEvent[];
  /** Refused items by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly cursor: CursorContent | null;
}

/** What others are told once the batch is stored. */
export type InboxEvent = {
  readonly type: 'typing';
  readonly accountId: AccountId;
  readonly isTyping: boolean;
};

/** What was written, for the steps after the commit. */
export interface InboxResult {
  readonly events: readonly InboxEvent[];
  /** Reasons of refusal that never occurred in this profile before. */
  readonly newReasons: readonly string[];
  readonly added: readonly {
    readonly messageId: string;
    readonly conversationId: string;
    readonly incoming: boolean;
    /** Absent: the message has no files. */
    readonly hasFiles?: true;
  }[];
}

/**
 * Writes a batch in one transaction; decides anew when another tab changed the rows it was decided on.
 * @param decide the rules of receiving; pure
 */
export function saveInbox(
  store: ProfileStore,
  batch: {
    ownId: AccountId;
    wanted: readonly WantedRow[];
    seen: SeenLookup;
    /** Network time. */
    nowMs: number;
  },
  decide: (snapshot: InboxSnapshot) => InboxChanges
): Promise<InboxResult> {
  return commitBuilt(store, async () => {
    const snapshot = await loadInboxSnapshot(store, batch.ownId, batch.wanted);
    return buildInbox(store, { ...batch, snapshot, changes: decide(snapshot) });
  });
}

async function buildInbox(
  store: ProfileStore,
  input: {
    ownId: AccountId;
    snapshot: InboxSnapshot;
    changes: InboxChanges;
    seen: SeenLookup;
    nowMs: number;
  }
): Promise<{ changes: ChangeSet; result: InboxResult; committed: () => void }> {
  const { ownId, snapshot, changes } = input;
  const added: InboxResult['added'][number][] = [];
  const parts: Partial<ChangeSet>[] = [];
  const additions = Map.groupBy(changes.messages, (message) => message.conversationAccountId);
  const accountOf = new Map([...snapshot.conversations].map(([accountId, { row }]) => [row.id, accountId]));
  const updates = Map.groupBy(changes.updates, ({ before }) =>
    accountOf.get(conversationOfKey(before.row.id))
  );
  const touched = new Set([...changes.conversations.keys(), ...additions.keys(), ...updates.keys()]);
  for (const accountId of touched) {
    const stored = accountId === undefined ? undefined : snapshot.conversations.get(accountId);
    const begun = accountId === undefined ? undefined : changes.conversations.get(accountId);
    const before = begun ?? stored?.content;
    if (accountId === undefined || !before) continue;
    const conversationId = stored?.row.id ?? randomId(store.random);
    const fresh = await addMessages(store, input, conversationId, additions.get(accountId) ?? []);
    let content = before;
    for (const { id, message } of fresh.messages) {
      content = withMessage(content, { ...message, messageId: id, sort: sortOfKey(id) });
      // A line of the timeline is nothing to be notified of.
      const incoming = message.direction === 'in' && !isQuietNotice(message);
      const files = message.attachments?.length ? { hasFiles: true as const } : {};
      added.push({ messageId: id, conversationId, incoming, ...files });
    }
    const changed = await updateMessages(store, content, updates.get(accountId) ?? []);
    parts.push(fresh.change, changed.change);
    parts.push(await conversationPart(store, snapshot, conversationId, changed.content));
  }
  const graves = changes.graves.flatMap((address) => keyIn(snapshot, ownId, address) ?? []);
  parts.push({ put: graves.map((id) => ({ table: 'graves' as const, row: { id } })) });
  parts.push(await choreChanges(store, changes.chores, input.nowMs));
  const counters = await countersPart(store, changes.rejected);
  const seen = await seenChange(store, changes.seen, input.seen);
  parts.push(seen.change, counters.change);
  // Last, so that it stands in the same transaction as all it vouches for.
  parts.push(await cursorPart(store, changes.cursor, input.nowMs));
  return {
    changes: mergeChanges('inbox', 'engine', parts),
    result: { added, newReasons: counters.newReasons, events: changes.events },
    committed: seen.remember
  };
}

/** Lines nobody needs to be told of. */
function isQuietNotice({ notice }: MessageContent): boolean {
  return notice !== undefined && notice.type !== 'call-missed' && notice.type !== 'group-invitation';
}

async function addMessages(
  store: ProfileStore,
  { ownId, snapshot }: { ownId: AccountId; snapshot: InboxSnapshot },
  conversationId: string,
  messages: readonly ReceivedMessage[]
): Promise<{
  messages: readonly { readonly id: string; readonly message: MessageContent }[];
  change: Partial<ChangeSet>;
}> {
  const placed = messages.map(({ content: message }) => ({
    id: messageKey(conversationId, message.sentAtMs, tagOf(snapshot, ownId, message.authorId)),
    message
  }));
  // A line we write ourselves has a time we did not choose: where something stands already it is left out.
  const lines = placed.filter(({ message }) => message.notice && message.authorId === ownId);
  const taken = new Set(
    await presentKeys(
      store,
      'messages',
      lines.map(({ id }) => id)
    )
  );
  const fresh = placed.filter(({ id }) => !taken.has(id));
  const rows = await Promise.all(
    fresh.map(({ id, message }) => sealRow(store, 'messages', id, null, {}, message))
  );
  return {
    messages: fresh,
    change: { add: rows.map((row) => ({ table: 'messages' as const, row })), put: deadlinesOf(fresh) }
  };
}

async function updateMessages(
  store: ProfileStore,
  conversation: ConversationContent,
  updates: InboxChanges['updates']
): Promise<{ change: Partial<ChangeSet>; content: ConversationContent }> {
  let content = conversation;
  const parts: Partial<ChangeSet>[] = [];
  for (const { before, content: after } of updates) {
    if (!after) continue;
    content = withMessageReplaced(content, before.row.id, before.content, after);
    parts.push(await messagePut(store, before, after));
  }
  const gone = updates.filter((update) => update.content === null).map(({ before }) => before);
  if (gone.length > 0) {
    const removed = await removeMessages(store, content, gone);
    content = removed.content;
    parts.push(removed.change);
  }
  return { content, change: mergeChanges('update messages', 'engine', parts) };
}

async function conversationPart(
  store: ProfileStore,
  { conversations, hashByAccount }: InboxSnapshot,
  conversationId: string,
  content: ConversationContent
): Promise<Partial<ChangeSet>> {
  const stored = conversations.get(content.accountId);
  const accountHash = stored?.row.accountHash ?? hashByAccount.get(content.accountId);
  if (accountHash === undefined) throw new InvariantError('a conversation that was asked for');
  const indexed = { accountHash, order: content.lastAtMs };
  const row = await sealRow(store, 'conversations', conversationId, stored?.row, indexed, content);
  if (!stored) return { add: [{ table: 'conversations', row }] };
  return {
    expect: [{ table: 'conversations', id: conversationId, rev: stored.row.rev }],
    put: [{ table: 'conversations', row }]
  };
}

async function countersPart(
  store: ProfileStore,
  rejected: Readonly<Record<string, number>>
): Promise<{ change: Partial<ChangeSet>; newReasons: string[] }> {
  const reasons = Object.keys(rejected);
  if (reasons.length === 0) return { change: {}, newReasons: [] };
  const loaded = await loadMeta(store, 'counters');
  const sums: Record<string, number> = { ...loaded?.content.rejected };
  const newReasons = reasons.filter((reason) => !sums[reason]);
  for (const [reason, count] of Object.entries(rejected)) sums[reason] = (sums[reason] ?? 0) + count;
  return { change: await metaChange(store, 'counters', loaded, { rejected: sums }), newReasons };
}
