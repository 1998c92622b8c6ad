// Runs in a page of the app's origin that holds no app: reads and fills the one profile of this browser.
import type { AccountId } from '../../src/lib/account-id.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  createOpfsSlotFiles,
  listProfiles,
  loadConversations,
  loadMessages,
  loadMeta,
  openProfile,
  openProfileList,
  openProfileReader,
  type ProfileStore
} from '../../src/lib/storage/index.ts';
import { contactId, writeHistory } from '../support/message-generator.ts';

async function withProfile<Result>(
  use: (store: ProfileStore, ownId: AccountId) => Promise<Result>
): Promise<Result> {
  const list = await openProfileList();
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const slotFiles = createOpfsSlotFiles(() => navigator.storage.getDirectory(), pause);
  const [profileId] = await listProfiles(list);
  const store = await openProfile({ list, slotFiles, random: systemRandom }, profileId as string);
  try {
    const profile = await loadMeta(store, 'profile');
    return await use(store, profile?.content.accountId as AccountId);
  } finally {
    store.db.close();
    list.close();
  }
}

export function ownAccountId(): Promise<AccountId> {
  return withProfile(async (_, ownId) => ownId);
}

/**
 * Conversations of `few` messages each, and one with `many` that is the latest.
 * @returns the local id of that one
 */
export function fillHistory(input: { conversations: number; few: number; many: number }): Promise<string> {
  return withProfile(async (store, ownId) => {
    const now = Date.now();
    for (let number = 1; number < input.conversations; number++) {
      const otherId = contactId(number);
      const name = `Contact ${number}`;
      await writeHistory(store, { ownId, otherId, name, count: input.few, endMs: now - number * 1_000_000 });
    }
    const otherId = contactId(0);
    await writeHistory(store, { ownId, otherId, name: 'Contact 0', count: input.many, endMs: now });
    const all = await loadConversations(store.db, store.keys.rows);
    return all.find(({ accountId }) => accountId === otherId)?.id as string;
  });
}

/** Milliseconds of reading and opening the last `limit` messages, each time with nothing opened before. */
export function timeLastMessages(conversationId: string, limit: number, rounds: number): Promise<number[]> {
  return withProfile(async (store) => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const db = openProfileReader(store.db.name);
      await db.open();
      const begin = performance.now();
      const messages = await loadMessages(db, store.keys.rows, conversationId, { limit });
      times.push(performance.now() - begin);
      if (messages.length !== limit) throw new Error(`${messages.length} messages`);
      db.close();
    }
    return times;
  });
}
