// Lines of the timeline that this device writes of its own accord, such as that another device was taken in. They stay on this
// device: every other one writes its own.
import type { AccountId } from '../account-id.ts';
import {
  emptyConversation,
  conversationChange,
  findConversation,
  newConversationChange,
  withMessage
} from './conversation-changes.ts';
import { messageKey, OWN_AUTHOR_TAG, sortOfKey } from './message-key.ts';
import type { MessageContent } from './rows.ts';
import {
  commitBuilt,
  mergeChanges,
  randomId,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore
} from './store.ts';
import type { TimelineNotice } from './views.ts';

/** Other lines of the same millisecond are stepped over. */
const MAX_STEPS = 64;

/** A line of Note to Self, as the engine. @param input.nowMs network time */
export function addOwnNotice(
  store: ProfileStore,
  input: { ownId: AccountId; notice: TimelineNotice; nowMs: number }
): Promise<void> {
  return addNotice(store, { ...input, accountId: input.ownId });
}

/**
 * A line of the conversation with an account, as the engine; nothing where there is none, but for Note to Self, which begins.
 * @param input.nowMs network time
 */
export function addNotice(
  store: ProfileStore,
  input: { ownId: AccountId; accountId: AccountId; notice: TimelineNotice; nowMs: number }
): Promise<void> {
  const { ownId, accountId, notice, nowMs } = input;
  return commitBuilt(store, async () => {
    const found = await findConversation(store, accountId);
    if (!found && accountId !== ownId) return { changes: null, result: undefined };
    const parts: Partial<ChangeSet>[] = [];
    const before = found?.content ?? emptyConversation('note-to-self', ownId, nowMs);
    const conversationId = found?.row.id ?? randomId(store.random);
    let atMs = Math.floor(nowMs);
    for (let step = 0; step < MAX_STEPS; step++) {
      const key = messageKey(conversationId, atMs, OWN_AUTHOR_TAG);
      if ((await reading(() => store.db.messages.get(key))) === undefined) break;
      atMs += 1;
    }
    const id = messageKey(conversationId, atMs, OWN_AUTHOR_TAG);
    const message: MessageContent = {
      direction: 'out',
      authorId: ownId,
      text: '',
      sentAtMs: atMs,
      receivedAtMs: atMs,
      state: 'sent',
      failureCode: null,
      messageHash: null,
      expiresAtMs: null,
      notice
    };
    const content = withMessage(accountId === ownId ? { ...before, hidden: false } : before, {
      ...message,
      messageId: id,
      sort: sortOfKey(id)
    });
    parts.push({
      add: [{ table: 'messages', row: await sealRow(store, 'messages', id, null, {}, message) }]
    });
    parts.push(
      found
        ? await conversationChange(store, found, content)
        : (await newConversationChange(store, content, conversationId)).change
    );
    return { changes: mergeChanges('notice', 'engine', parts), result: undefined };
  });
}
