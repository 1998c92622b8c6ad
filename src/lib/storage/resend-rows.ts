// Sending again what a contact could not read, after the person agreed (v2-forward-secrecy-and-pq.md §15.3).
import { conversationChange, loadStoredConversation } from './conversation-changes.ts';
import { isOwnKey, keyBound, sortAfterTime, sortOfKey, timeOfSort } from './message-key.ts';
import type { MessageContent, OutboxContent, ResendRequest } from './rows.ts';
import {
  commitBuilt,
  mergeChanges,
  openRow,
  randomId,
  reading,
  sealRow,
  type ProfileStore
} from './store.ts';

/** Messages sent again for one request. */
export const MAX_RESENT = 100;
/** Own messages looked at for one request. */
const MAX_LOOKED_AT = 2_000;

/** Ids of the own forward-secret messages sent in a time, the latest; at most `MAX_RESENT`. */
export async function findResendable(
  store: ProfileStore,
  conversationId: string,
  { fromMs, toMs }: { fromMs: number; toMs: number }
): Promise<string[]> {
  if (!(toMs >= fromMs) || toMs < 0) return [];
  const from = keyBound(conversationId, sortAfterTime(fromMs - 1) + 1);
  const to = keyBound(conversationId, sortAfterTime(toMs) + 1);
  const rows = await reading(() =>
    store.db.messages
      .where(':id')
      .between(from, to, true, false)
      .reverse()
      .filter(({ id }) => isOwnKey(id))
      .limit(MAX_LOOKED_AT)
      .toArray()
  );
  const contents = await Promise.all(rows.map((row) => openRow<MessageContent>(store, 'messages', row)));
  return rows
    .filter((_, index) => isResendable(contents[index] as MessageContent))
    .map(({ id }) => id)
    .slice(0, MAX_RESENT)
    .reverse();
}

function isResendable({ state, protection, notice, deleted }: MessageContent): boolean {
  return state === 'sent' && protection === 'hybrid' && !notice && !deleted;
}

/** Has the person asked; a later request takes the place of an earlier one. Nothing happens where nothing could be sent again. */
export async function noteResendRequest(
  store: ProfileStore,
  conversationId: string,
  asked: Omit<ResendRequest, 'count'>
): Promise<void> {
  const count = (await findResendable(store, conversationId, asked)).length;
  if (count === 0) return;
  await commitBuilt(store, async () => {
    const loaded = await loadStoredConversation(store, conversationId);
    const content = { ...loaded.content, resendRequest: { ...asked, count } };
    const change = await conversationChange(store, loaded, content);
    return { changes: { name: 'note resend request', by: 'engine', ...change }, result: undefined };
  });
}

/** What the person answered; their messages go out with the content and the sent time they had, forward secret or not at all. */
export async function answerResend(
  store: ProfileStore,
  conversationId: string,
  isAgreed: boolean
): Promise<void> {
  const { resendRequest } = (await loadStoredConversation(store, conversationId)).content;
  if (!resendRequest) return;
  const ids = isAgreed ? await findResendable(store, conversationId, resendRequest) : [];
  await commitBuilt(store, async () => {
    const loaded = await loadStoredConversation(store, conversationId);
    const { resendRequest: asked, ...content } = loaded.content;
    if (!asked) return { changes: null, result: undefined };
    const add = await Promise.all(
      ids.map(async (messageId) => {
        const sort = sortOfKey(messageId);
        const entry: OutboxContent = {
          kind: 'message',
          conversationId,
          recipientId: content.accountId,
          timestampMs: timeOfSort(sort),
          outgoing: { kind: 'message' },
          resendOf: messageId,
          dataBase64: null,
          copyDataBase64: null,
          attempts: 0,
          firstAttemptAtMs: null,
          notBeforeMs: 0
        };
        const indexed = { lane: conversationId, sort, messageId: '' };
        const row = await sealRow(store, 'outbox', randomId(store.random), null, indexed, entry);
        return { table: 'outbox' as const, row };
      })
    );
    const change = await conversationChange(store, loaded, content);
    return { changes: mergeChanges('answer resend', 'any', [{ add }, change]), result: undefined };
  });
}
