// The Storage screen: what files take, live; what text takes, counted when asked; what the browser allows.
import type { ConversationView } from '../storage/views.ts';
import { loadEveryConversation } from '../storage/queries.ts';
import { createUsageReader, type StoredItem } from '../storage/usage.ts';
import type { TextUsage } from '../worker/protocol.ts';
import { readAllowance, type Allowance } from './keep-storage.ts';
import { createLive } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';
import type { Session } from './session.svelte.ts';

export interface StorageUsage {
  /** Undefined until they were read. */
  readonly items: readonly StoredItem[] | undefined;
  /** Network time at which they were. */
  readonly nowMs: number;
  /** Every conversation there is. */
  readonly chats: readonly ConversationView[] | undefined;
  /** Null while it is being counted. */
  readonly text: TextUsage | null;
  /** Null until the browser said. */
  readonly allowance: Allowance | null;
  /** Counts text, and asks the browser, again. */
  refresh(): Promise<void>;
  stop(): void;
}

export function createStorageUsage(
  { db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>,
  call: Session['call'],
  browser: Navigator
): StorageUsage {
  const reader = createUsageReader(db, rowKey);
  const files = createLive(() => reader.load());
  const chats = createLive(() => loadEveryConversation(db, rowKey));
  const stopped = new AbortController();
  let text = $state.raw<TextUsage | null>(null);
  let allowance = $state.raw<Allowance | null>(null);

  async function refresh(): Promise<void> {
    allowance = await readAllowance(browser);
    text = await call('storage.measureText', {}, { signal: stopped.signal });
  }

  return {
    get items() {
      return files.current?.items;
    },
    get nowMs() {
      return files.current?.nowMs ?? Date.now();
    },
    get chats() {
      return chats.current;
    },
    get text() {
      return text;
    },
    get allowance() {
      return allowance;
    },
    refresh,
    stop() {
      stopped.abort();
      files.stop();
      chats.stop();
    }
  };
}
