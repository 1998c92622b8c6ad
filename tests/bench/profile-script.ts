// Runs in a page of the app's origin that holds no app: reads and fills the one profile of this browser.
import type { AccountId } from '../../src/lib/account-id.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  createOpfsSlotFiles,
  createSearchIndex,
  ensureConversation,
  listProfiles,
  loadConversations,
  loadMessages,
  loadMeta,
  openProfile,
  openProfileList,
  openProfileReader,
  raiseEpoch,
  updateConversation,
  type ProfileStore
} from '../../src/lib/storage/index.ts';
import { contactId, writeHistory } from '../support/message-generator.ts';
import { messageText } from '../support/message-texts.ts';

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
 * Conversations of `few` messages each, and one with `many` that is the latest. Its oldest message holds `needle`.
 * @returns the local id of that one
 */
export function fillHistory(input: {
  conversations: number;
  few: number;
  many: number;
  needle?: string;
}): Promise<string> {
  return withProfile(async (store, ownId) => {
    const now = Date.now();
    for (let number = 1; number < input.conversations; number++) {
      const otherId = contactId(number);
      const name = `Contact ${number}`;
      await writeHistory(store, { ownId, otherId, name, count: input.few, endMs: now - number * 1_000_000 });
    }
    const otherId = contactId(0);
    const { needle = '', many: count } = input;
    const textOf = (index: number) => `${messageText(index)}${index === 0 ? ` ${needle}` : ''}`;
    await writeHistory(store, { ownId, otherId, name: 'Contact 0', count, endMs: now, textOf });
    const all = await loadConversations(store.db, store.keys.rows);
    return all.find(({ accountId }) => accountId === otherId)?.id as string;
  });
}

/** Begins a conversation with each, as if their requests had been accepted. */
export function befriend(accountIds: readonly AccountId[]): Promise<void> {
  return withProfile(async (store) => {
    await raiseEpoch(store);
    for (const accountId of accountIds) {
      const { conversationId } = await ensureConversation(store, {
        accountId,
        kind: 'contact',
        nowMs: Date.now()
      });
      await updateConversation(store, conversationId, 'befriend', async (content) => ({
        ...content,
        approved: true,
        approvedMe: true
      }));
    }
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

/** What taking all messages into the search index took. */
export interface Indexing {
  readonly ms: number;
  /** Longest stretch in which nothing else of this thread got its turn. */
  readonly longestBlockMs: number;
  readonly messages: number;
  /** Sealed, without the database's own overhead. */
  readonly bytes: number;
}

/** How often is looked whether this thread is free. */
const LOOK_EVERY_MS = 5;

export function takeIntoIndex(): Promise<Indexing> {
  return withProfile(async (store) => {
    let longestBlockMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longestBlockMs = Math.max(longestBlockMs, performance.now() - last - LOOK_EVERY_MS);
      last = performance.now();
    }, LOOK_EVERY_MS);
    const begin = performance.now();
    await createSearchIndex({ store }).catchUp(new AbortController().signal);
    const ms = performance.now() - begin;
    clearInterval(timer);
    const rows = await store.db.searchSegments.toArray();
    const bytes = rows.reduce((sum, { sealed }) => sum + sealed.length, 0);
    return { ms, longestBlockMs, messages: await store.db.messages.count(), bytes };
  });
}

/** Milliseconds of a search until its first hits: with nothing opened before, and again right after. */
export interface SearchTimes {
  readonly hits: number;
  readonly first: number[];
  readonly again: number[];
}

export async function timeSearch(text: string, rounds: number): Promise<SearchTimes> {
  const first: number[] = [];
  const again: number[] = [];
  let hits = 0;
  for (let round = 0; round < rounds; round++) {
    await withProfile(async (store) => {
      const index = createSearchIndex({ store });
      for (const times of [first, again]) {
        const begin = performance.now();
        const page = await index.search({ text, limit: 20 });
        times.push(performance.now() - begin);
        hits = page.hits.length;
      }
    });
  }
  return { hits, first, again };
}
