// The messages that quotes on screen name, followed live: one that is deleted empties its quotes too.
import { liveQuery, type Subscription } from 'dexie';
import { loadQuoted, type ProfileDatabase, type QuotedMessageView } from '../storage/queries.ts';

export interface QuotedState {
  /** Undefined while it is being read, null when this device does not have it. */
  find(messageId: string): QuotedMessageView | null | undefined;
  /** The quotes that are on screen now. */
  follow(messageIds: readonly string[]): void;
  stop(): void;
}

export function createQuotedState(db: ProfileDatabase, rowKey: CryptoKey): QuotedState {
  let found = $state.raw<ReadonlyMap<string, QuotedMessageView> | null>(null);
  let asked = $state.raw<readonly string[]>([]);
  let subscription: Subscription | undefined;
  let key = '';

  return {
    find(messageId) {
      return found?.get(messageId) ?? (asked.includes(messageId) ? null : undefined);
    },
    follow(messageIds) {
      const ids = messageIds.filter((id, index) => messageIds.indexOf(id) === index).sort();
      if (ids.join() === key) return;
      key = ids.join();
      subscription?.unsubscribe();
      subscription = undefined;
      if (ids.length === 0) return;
      subscription = liveQuery(() => loadQuoted(db, rowKey, ids)).subscribe({
        next(value) {
          found = value;
          asked = ids;
        },
        error() {}
      });
    },
    stop: () => subscription?.unsubscribe()
  };
}
