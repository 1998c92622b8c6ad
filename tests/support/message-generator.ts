// A long history: sealed rows written with the keys of a profile through the storage floor, so that every count and
// index stands as if they had been received.
import type { AccountId } from '../../src/lib/account-id.ts';
import { bytesToHex } from '../../src/lib/bytes/index.ts';
import {
  emptyConversation,
  raiseEpoch,
  saveInbox,
  type ProfileStore,
  type ReceivedMessage
} from '../../src/lib/storage/index.ts';
import { messageText } from './message-texts.ts';
import { inboxChanges } from './inbox-snapshot.ts';

const MINUTE_MS = 60_000;
/** Rows per transaction. */
const BATCH = 1_000;

/** Account `number` of a made-up address book. */
export function contactId(number: number): AccountId {
  const key = new Uint8Array(32);
  key.fill(0x5a);
  new DataView(key.buffer).setUint32(0, number + 1);
  return `05${bytesToHex(key)}` as AccountId;
}

/**
 * Adds `count` messages of one conversation, one a minute up to `endMs`, by turns theirs and ours. No engine may run: this
 * takes its place.
 * @param input.textOf text of each message, by its number from 0; without it, words people write
 */
export async function writeHistory(
  store: ProfileStore,
  input: {
    ownId: AccountId;
    otherId: AccountId;
    name: string;
    count: number;
    endMs: number;
    textOf?: (index: number) => string;
  }
): Promise<void> {
  const { ownId, otherId, name, count, endMs, textOf = messageText } = input;
  await raiseEpoch(store);
  for (let start = 0; start < count; start += BATCH) {
    const length = Math.min(BATCH, count - start);
    const messages = Array.from({ length }, (_, offset): ReceivedMessage => {
      const index = start + offset;
      const isOwn = index % 3 === 2;
      const sentAtMs = endMs - (count - 1 - index) * MINUTE_MS;
      return {
        conversationAccountId: otherId,
        content: {
          direction: isOwn ? 'out' : 'in',
          authorId: isOwn ? ownId : otherId,
          text: textOf(index),
          sentAtMs,
          receivedAtMs: sentAtMs,
          state: isOwn ? 'sent' : 'received',
          failureCode: null,
          messageHash: null,
          expiresAtMs: null
        }
      };
    });
    // The snapshot brings what is asked for: one message of each author tells it both accounts.
    const wanted = [ownId, otherId].map((authorId) => ({
      kind: 'known' as const,
      conversationAccountId: otherId,
      authorId,
      timestampMs: 0
    }));
    const batch = { ownId, wanted, seen: { known: new Set<string>(), idByHash: new Map() }, nowMs: endMs };
    await saveInbox(store, batch, (snapshot) => {
      const stored = snapshot.conversations.get(otherId)?.content;
      const begun = { ...emptyConversation('contact', otherId, endMs), name };
      const conversation = { ...(stored ?? begun), readUpToSort: Number.MAX_SAFE_INTEGER };
      return inboxChanges({ messages, conversations: new Map([[otherId, conversation]]) });
    });
  }
}
