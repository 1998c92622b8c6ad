// What was shared in one conversation and is on this device, newest first.
import { loadQuoted, type ProfileDatabase, type QuotedMessageView } from '../storage/queries.ts';
import { createLive } from './live.svelte.ts';

export interface SharedMedia {
  /** Messages with files; undefined until they were read. */
  readonly messages: readonly QuotedMessageView[] | undefined;
  readonly hasMore: boolean;
  more(): void;
  stop(): void;
}

/** Messages with files read at once. */
const PAGE = 60;

export function createSharedMedia(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  conversationId: string
): SharedMedia {
  let limit = $state(PAGE);
  let total = $state(0);

  async function read(): Promise<readonly QuotedMessageView[]> {
    // A file belongs to its message; ids of messages grow with their time.
    const owners = (await db.media.where('owner').startsWith(conversationId).uniqueKeys()) as string[];
    const newest = owners.filter((owner) => !owner.includes('/')).reverse();
    total = newest.length;
    const found = await loadQuoted(db, rowKey, newest.slice(0, limit));
    return newest
      .map((id) => found.get(id))
      .filter((message) => message !== undefined)
      .filter(({ deleted, attachments }) => !deleted && attachments.some(({ mediaId }) => mediaId !== null));
  }

  let live = createLive(read);
  return {
    get messages() {
      return live.current;
    },
    get hasMore() {
      return total > limit;
    },
    more() {
      limit += PAGE;
      live.stop();
      live = createLive(read);
    },
    stop: () => live.stop()
  };
}
