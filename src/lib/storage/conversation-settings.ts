// What the person decides about a conversation, and about the profile as a whole. Every function is one transaction.
import type { AccountId } from '../account-id.ts';
import { findConversation, loadStoredConversation, updateConversation } from './conversation-changes.ts';
import { storageError } from './errors.ts';
import { conversationEnd, isOwnKey, keyBound, sortOfKey, timeOfSort } from './message-key.ts';
import { updateMeta } from './meta.ts';
import { DEFAULT_SETTINGS, isApproved, isApprovedMe, requestState } from './row-views.ts';
import type { ConversationContent } from './rows.ts';
import { openRow, reading, type ProfileStore } from './store.ts';
import type { SettingsView } from './views.ts';

/** What may be set at any time, without more to it. */
export type ConversationChoice = Partial<
  Pick<
    ConversationContent,
    | 'nickname'
    | 'mutedUntilMs'
    | 'notify'
    | 'markedUnread'
    | 'hidden'
    | 'autoDownload'
    | 'keepMediaDays'
    | 'requireEnhanced'
    | 'timer'
  >
>;

/** Sets choices of one conversation. @throws StorageError `not-found` */
export function chooseForConversation(
  store: ProfileStore,
  conversationId: string,
  choice: ConversationChoice
): Promise<void> {
  return updateConversation(store, conversationId, 'choose for conversation', async (content) => ({
    ...content,
    ...choice
  }));
}

/** Pinned conversations an account without Pro may have (accounts-and-messages.md §3.6). */
export const MAX_PINNED = 5;

/** Pins or unpins. @throws StorageError `too-many-pins`, `not-found` */
export function pinConversation(store: ProfileStore, conversationId: string, pinned: boolean): Promise<void> {
  return updateConversation(store, conversationId, 'pin', async (content) => {
    if (content.pinned === pinned) return null;
    if (pinned && (await countPinned(store)) >= MAX_PINNED) {
      throw storageError('too-many-pins', undefined, { limit: MAX_PINNED });
    }
    return { ...content, pinned };
  });
}

async function countPinned(store: ProfileStore): Promise<number> {
  const all = await loadAllConversations(store);
  return all.filter(({ content }) => content.pinned).length;
}

async function loadAllConversations(store: ProfileStore) {
  const rows = await reading(() => store.db.conversations.toArray());
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      content: await openRow<ConversationContent>(store, 'conversations', row)
    }))
  );
}

/**
 * Blocks, or lets in again. A blocked message request leaves the list of requests.
 * @throws StorageError `not-found`
 */
export function blockContact(store: ProfileStore, conversationId: string, blocked: boolean): Promise<void> {
  return updateConversation(store, conversationId, 'block', async (content) => {
    if (content.kind !== 'contact' || (content.blocked ?? false) === blocked) return null;
    return { ...content, blocked };
  });
}

/** Notes whether what nobody can use stands where a contact's keys are looked for; nothing without a conversation. @throws StorageError */
export async function noteKeysProblem(
  store: ProfileStore,
  accountId: AccountId,
  keysProblem: boolean
): Promise<void> {
  const found = await findConversation(store, accountId);
  if (!found) return;
  await updateConversation(store, found.row.id, 'note keys problem', async (content) =>
    (content.keysProblem ?? false) === keysProblem ? null : { ...content, keysProblem }
  );
}

/** Contacts we accept and who accept us, but for blocked ones. */
export async function findAcceptedContacts(
  store: ProfileStore
): Promise<{ conversationId: string; accountId: AccountId }[]> {
  const all = await loadAllConversations(store);
  return all.flatMap(({ id, content }) =>
    content.kind === 'contact' && !content.blocked && isApproved(content) && isApprovedMe(content)
      ? [{ conversationId: id, accountId: content.accountId }]
      : []
  );
}

/** Ids of all incoming message requests. */
export async function findRequestIds(store: ProfileStore): Promise<string[]> {
  const all = await loadAllConversations(store);
  return all.flatMap(({ id, content }) =>
    requestState(content) === 'incoming' && !content.blocked ? [id] : []
  );
}

/** Changes choices of the profile; those not named stay. */
export function changeSettings(store: ProfileStore, change: Partial<SettingsView>): Promise<void> {
  return updateMeta(store, 'settings', 'any', (current) => ({
    ...DEFAULT_SETTINGS,
    ...current,
    ...change
  }));
}

/** Who a conversation is with, and how the two stand. @throws StorageError `not-found` */
export async function loadConversationContent(
  store: ProfileStore,
  conversationId: string
): Promise<ConversationContent> {
  return (await loadStoredConversation(store, conversationId)).content;
}

/** Most times in one read receipt. */
const MAX_RECEIPT_TIMES = 500;

/**
 * Sent times of the received messages that reading up to a position would mark as read, the latest ones first;
 * at most 500. @throws StorageError `not-found`
 */
export async function findUnreadTimes(
  store: ProfileStore,
  conversationId: string,
  upToSort: number
): Promise<{ accountId: AccountId; timesMs: number[] }> {
  const { content } = await loadStoredConversation(store, conversationId);
  const from = keyBound(conversationId, content.readUpToSort + 1);
  const to = Number.isFinite(upToSort)
    ? keyBound(conversationId, upToSort + 1)
    : conversationEnd(conversationId);
  if (from >= to) return { accountId: content.accountId, timesMs: [] };
  const keys = await reading(() =>
    store.db.messages
      .where(':id')
      .between(from, to, true, false)
      .reverse()
      .limit(4 * MAX_RECEIPT_TIMES)
      .primaryKeys()
  );
  const timesMs = keys.filter((key) => !isOwnKey(key)).map((key) => timeOfSort(sortOfKey(key)));
  return { accountId: content.accountId, timesMs: timesMs.slice(0, MAX_RECEIPT_TIMES) };
}
