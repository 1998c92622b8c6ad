// Searching the texts of messages: asked after a short pause, page by page, in all conversations or in one.
import { errorCode } from '../errors.ts';
import { loadConversation, loadQuoted, type ConversationView } from '../storage/queries.ts';
import type { SearchHit, SearchPosition } from '../worker/protocol.ts';
import type { ProfileState } from './profile.svelte.ts';
import { excerpt, type ExcerptPart } from './search-excerpt.ts';
import type { Session } from './session.svelte.ts';

export interface FoundMessage {
  readonly hit: SearchHit;
  readonly view: ConversationView;
  readonly parts: readonly ExcerptPart[];
}

export interface MessageSearch {
  /** Undefined while nothing was asked or the first page is on its way. */
  readonly found: readonly FoundMessage[] | undefined;
  readonly hasMore: boolean;
  /** False while older messages are still being taken into the index. */
  readonly isComplete: boolean;
  /** Code of what went wrong. */
  readonly failure: string | null;
  /** Looks for other words, or elsewhere; blank ends the search. @param within a conversation, or null for all */
  ask(text: string, within: string | null): void;
  more(): void;
  stop(): void;
}

/** After the last key, milliseconds. */
const PAUSE_MS = 120;
const PAGE = 30;

/** @param find what the list has of a conversation already */
export function createMessageSearch(
  { db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>,
  call: Session['call'],
  find: (conversationId: string) => ConversationView | undefined
): MessageSearch {
  let found = $state.raw<readonly FoundMessage[] | undefined>(undefined);
  let next = $state.raw<SearchPosition | null>(null);
  let isComplete = $state(true);
  let failure = $state<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;
  let asked: { text: string; within: string | null } | null = null;

  function cancel(): void {
    clearTimeout(timer);
    running?.abort();
    running = null;
  }

  async function load(before: SearchPosition | undefined): Promise<void> {
    if (!asked) return;
    const { text, within } = asked;
    running?.abort();
    const { signal } = (running = new AbortController());
    try {
      const page = await call(
        'search.messages',
        { text, limit: PAGE, ...(within ? { conversationId: within } : {}), ...(before ? { before } : {}) },
        { signal }
      );
      const messages = await read(page.hits);
      if (signal.aborted) return;
      found = before ? [...(found ?? []), ...messages] : messages;
      next = page.next;
      isComplete = page.isComplete;
      failure = null;
    } catch (error) {
      if (signal.aborted) return;
      failure = errorCode(error);
    }
  }

  /** Hits whose message or conversation went meanwhile are left out. */
  async function read(hits: readonly SearchHit[]): Promise<FoundMessage[]> {
    const texts = await loadQuoted(
      db,
      rowKey,
      hits.map(({ messageId }) => messageId)
    );
    const messages = await Promise.all(
      hits.map(async (hit) => {
        const quoted = texts.get(hit.messageId);
        const view = find(hit.conversationId) ?? (await loadConversation(db, rowKey, hit.conversationId));
        if (!quoted || quoted.deleted || !view) return null;
        const words = quoted.text || (quoted.attachments[0]?.name ?? '');
        return { hit, view, parts: excerpt(words, quoted.text ? hit.ranges : []) };
      })
    );
    return messages.filter((message) => message !== null);
  }

  return {
    get found() {
      return found;
    },
    get hasMore() {
      return next !== null;
    },
    get isComplete() {
      return isComplete;
    },
    get failure() {
      return failure;
    },
    ask(text, within) {
      cancel();
      next = null;
      failure = null;
      if (text.trim() === '') {
        asked = null;
        found = undefined;
        return;
      }
      if (asked?.within !== within) found = undefined;
      asked = { text, within };
      timer = setTimeout(() => void load(undefined), PAUSE_MS);
    },
    more() {
      if (next) void load(next);
    },
    stop: cancel
  };
}
