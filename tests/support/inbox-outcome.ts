// What becomes of one stored item in a profile where everybody is a contact and every setting is on, so that a refusal is
// a refusal of the item itself.
import type { AccountId } from '../../src/lib/account-id.ts';
import type { CryptoBackend, Identity } from '../../src/lib/crypto/index.ts';
import { applyContents } from '../../src/lib/messenger/apply-content.ts';
import { openItem, type OpenedItem } from '../../src/lib/messenger/open-item.ts';
import {
  authorTimeKey,
  DEFAULT_SETTINGS,
  emptyConversation,
  type InboxChanges,
  type InboxSnapshot,
  type MessageContent
} from '../../src/lib/storage/index.ts';
import { emptySnapshot } from './inbox-snapshot.ts';

/** A profile in which `ownId` and `contactId` accepted each other, with what is given as stored messages. */
export function profileWith(
  contactIds: readonly AccountId[],
  messages: readonly (MessageContent & { readonly conversationId: AccountId })[] = []
): InboxSnapshot {
  const row = { id: '0'.repeat(32), rev: 1, sealed: new Uint8Array(), accountHash: '', order: 0 };
  return emptySnapshot({
    conversations: new Map(
      contactIds.map((accountId) => [
        accountId,
        { row, content: { ...emptyConversation('contact', accountId, 0), approved: true, approvedMe: true } }
      ])
    ),
    messages: new Map(
      messages.map(({ conversationId, ...content }) => [
        `${conversationId}/${authorTimeKey(content.authorId, content.sentAtMs)}`,
        { row: { id: `m${content.sentAtMs}`, rev: 1, sealed: new Uint8Array() }, content }
      ])
    ),
    known: new Set(messages.map(({ authorId, sentAtMs }) => authorTimeKey(authorId, sentAtMs))),
    settings: { ...DEFAULT_SETTINGS, readReceipts: true, typingIndicators: true }
  });
}

/** Whether a batch left anything that a person can see. */
export function leftSomething(changes: Omit<InboxChanges, 'cursor'>): boolean {
  const { messages, updates, events } = changes;
  return messages.length + updates.length + events.length > 0;
}

/** `reject`: it does not open. `drop`: it opens, and nothing comes of it. `accept`: it is seen. */
export async function outcomeOf(
  crypto: CryptoBackend,
  recipient: Identity,
  data: Uint8Array
): Promise<'reject' | 'drop' | 'accept'> {
  const item: OpenedItem = await openItem(crypto, recipient, { hash: 'h', expiresAtMs: 1, data });
  if (item.kind === 'rejected') return item.reason === 'timestamps-differ' ? 'drop' : 'reject';
  const snapshot = profileWith([item.senderId]);
  const changes = applyContents([item], snapshot, { ownId: recipient.accountId, nowMs: item.timestampMs });
  return leftSomething(changes) ? 'accept' : 'drop';
}
