// How much of a profile is text: sealed bytes of messages and of the search index by chat, read in bounded pages and never
// opened.
import type { ProfileDatabase } from './schema.ts';
import { conversationOfKey } from './message-key.ts';
import { reading } from './store.ts';

export interface TextUsage {
  /** Bytes of messages and their index entries, by chat. */
  readonly byConversation: readonly (readonly [conversationId: string, bytes: number])[];
  /** What belongs to no chat: keys, settings, what waits to be sent, what is remembered of the network. */
  readonly rest: number;
}

export interface TextMeter {
  /** @param signal its reason is thrown */
  measure(signal?: AbortSignal): Promise<TextUsage>;
}

/** Rows read at once. */
const PAGE = 1_000;

const BY_CONVERSATION = ['messages', 'searchSegments'] as const;
const OTHERS = ['meta', 'conversations', 'outbox', 'cursors', 'chores', 'media'] as const;

/** Counts again only when there are more or fewer messages than the last time. */
export function createTextMeter(db: ProfileDatabase): TextMeter {
  let known: { readonly count: number; readonly usage: TextUsage } | null = null;

  async function pages(
    name: (typeof BY_CONVERSATION)[number] | (typeof OTHERS)[number],
    onRow: (id: string, bytes: number) => void,
    signal: AbortSignal | undefined
  ): Promise<void> {
    for (let after = ''; ;) {
      signal?.throwIfAborted();
      const from = after;
      const rows: { id: string; sealed: Uint8Array }[] = await reading(() =>
        db.table(name).where(':id').above(from).limit(PAGE).toArray()
      );
      for (const { id, sealed } of rows) onRow(id, id.length + sealed.length);
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.id ?? '';
    }
  }

  return {
    async measure(signal) {
      const count = await reading(() => db.messages.count());
      if (known?.count === count) return known.usage;
      const byConversation = new Map<string, number>();
      for (const name of BY_CONVERSATION) {
        const add = (id: string, bytes: number) => {
          const conversationId = conversationOfKey(id);
          byConversation.set(conversationId, (byConversation.get(conversationId) ?? 0) + bytes);
        };
        await pages(name, add, signal);
      }
      let rest = 0;
      for (const name of OTHERS) await pages(name, (_, bytes) => (rest += bytes), signal);
      const usage = { byConversation: [...byConversation], rest };
      known = { count, usage };
      return usage;
    }
  };
}
