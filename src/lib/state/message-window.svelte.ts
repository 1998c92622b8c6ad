// The part of a conversation's messages that is in memory: a live stretch of at most a few hundred, moved by paging
// to older and newer ones. Its two ends never change in one step, so that a virtual list can keep what is read in place.
import { liveQuery, type Subscription } from 'dexie';
import { tick } from 'svelte';
import { loadMessages, type MessageView, type ProfileDatabase } from '../storage/queries.ts';
import { hasEnded, watchEnds } from './ends.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { createPendingMessages, type NewOwnMessage } from './pending-messages.ts';
import { listSteps } from './timeline.ts';

/** Messages per page. */
const PAGE = 60;
/** Above this the far end is let go; below the bound of one query. */
const MOST = 400;
/** A message that was stored is read within this time, milliseconds. */
const READ_WITHIN_MS = 5_000;
/** Messages shown above the first unread one when a conversation opens. */
const BEFORE_UNREAD = 30;

export interface MessageWindow {
  /** Oldest first; undefined until the first were read. */
  readonly messages: readonly MessageView[] | undefined;
  /** Whether the last change added or removed messages at the start. */
  readonly shift: boolean;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Goes to the end of the conversation. */
  toLatest(): Promise<void>;
  /** Goes where this position is, and shows what is around it. Does nothing while it is in the stretch already. */
  toSort(sort: number): Promise<void>;
  /** Shows an own message at the end until the stored one is read, if the end is in memory. */
  expect(message: Omit<NewOwnMessage, 'conversationId'>): ExpectedMessage;
  /** The same for a message and for what stood in its place before it was stored. */
  keyOf(message: MessageView): string;
  stop(): void;
}

export interface ExpectedMessage {
  /** It was stored under this id, or was not: then it goes. */
  settle(messageId: string | null): void;
}

export interface MessageWindowSource {
  readonly db: ProfileDatabase;
  readonly rowKey: CryptoKey;
  readonly conversationId: string;
}

/** @param firstUnreadSort begins there, with some read ones above; null begins at the end */
export function createMessageWindow(
  source: MessageWindowSource,
  firstUnreadSort: number | null
): MessageWindow {
  const { db, rowKey, conversationId } = source;
  const load = (range: Parameters<typeof loadMessages>[3]) => loadMessages(db, rowKey, conversationId, range);

  let messages = $state.raw<readonly MessageView[] | undefined>(undefined);
  /** The stored ones among them. */
  let stored: readonly MessageView[] = [];
  const pending = createPendingMessages();
  let shift = $state(false);
  /** Sort of the first message of the stretch (inclusive), and of the one after its last; null: no bound. */
  let from = $state<number | null>(null);
  let before = $state<number | null>(null);
  let subscription: Subscription | undefined;
  const loading = createOneAtATime();
  let stopped = false;
  let shown: Promise<void> = Promise.resolve();

  /** Follows the rows of the stretch; resolves once its first answer is on screen. */
  function follow(): Promise<void> {
    subscription?.unsubscribe();
    if (stopped) return Promise.resolve();
    const range = { fromSort: from ?? undefined, beforeSort: before ?? undefined, limit: MOST + 2 * PAGE };
    return new Promise((resolve) => {
      subscription = liveQuery(() => load(range)).subscribe({
        next(found) {
          shown = shown.then(() => show(found)).then(resolve);
        },
        error: () => resolve()
      });
    });
  }

  async function show(found: readonly MessageView[]): Promise<void> {
    stored = found;
    // What was stored takes the place of what was expected.
    const left = pending.left(found);
    const all = before === null ? [...found, ...left] : found;
    for (const step of messages ? listSteps(messages, all, pending.keyOf) : [{ items: all, shift: false }]) {
      if (stopped) return;
      shift = step.shift;
      messages = step.items;
      ends.follow(step.items);
      await tick();
    }
    // A long evening in one conversation: the oldest go, they are a page away.
    if (before === null && found.length > MOST + PAGE && !loading.isBusy) void loading.orSkip(trimStart);
  }

  function expect(message: Omit<NewOwnMessage, 'conversationId'>): ExpectedMessage {
    if (messages === undefined || before !== null || stopped) return { settle: () => {} };
    const id = pending.add({ ...message, conversationId }, stored);
    const again = () => void (shown = shown.then(() => show(stored)));
    const drop = () => {
      if (pending.drop(id)) again();
    };
    again();
    return {
      settle(messageId) {
        if (messageId === null) return drop();
        pending.name(id, messageId);
        again();
        // A row that does not come was taken away again.
        setTimeout(drop, READ_WITHIN_MS);
      }
    };
  }

  // Steps only wait for the screen to be told, so that all of them are over before it is drawn.
  const ends = watchEnds(source, (nowMs) => {
    shown = shown.then(() => show(stored.filter((message) => !hasEnded(message, nowMs))));
  });

  async function trimStart(): Promise<void> {
    if (stored.length <= MOST) return;
    from = stored[stored.length - MOST + PAGE]?.sort ?? from;
    await follow();
  }

  async function trimEnd(): Promise<void> {
    if (stored.length <= MOST) return;
    before = stored[MOST - PAGE]?.sort ?? before;
    await follow();
  }

  async function startAtEnd(): Promise<void> {
    const last = await load({ limit: PAGE });
    from = last.length < PAGE ? null : (last[0]?.sort ?? null);
    before = null;
    await show(last);
    await follow();
  }

  async function startAt(sort: number): Promise<void> {
    const above = await load({ beforeSort: sort, limit: BEFORE_UNREAD });
    const start = above.length < BEFORE_UNREAD ? null : (above[0]?.sort ?? null);
    const rest = await load({ fromSort: sort, limit: MOST });
    from = start;
    before = rest.length < MOST ? null : (rest[rest.length - 1]?.sort ?? null);
    await show(before === null ? [...above, ...rest] : [...above, ...rest.slice(0, -1)]);
    await follow();
  }

  void loading.orSkip(() => (firstUnreadSort === null ? startAtEnd() : startAt(firstUnreadSort)));

  return {
    get messages() {
      return messages;
    },
    get shift() {
      return shift;
    },
    get hasOlder() {
      return from !== null;
    },
    get hasNewer() {
      return before !== null;
    },
    loadOlder: () =>
      loading.orSkip(async () => {
        if (from === null) return;
        const page = await load({ beforeSort: from, limit: PAGE });
        from = page.length < PAGE ? null : (page[0]?.sort ?? null);
        await follow();
        await trimEnd();
      }),
    loadNewer: () =>
      loading.orSkip(async () => {
        if (before === null) return;
        const page = await load({ fromSort: before, limit: PAGE + 1 });
        before = page.length <= PAGE ? null : (page[PAGE]?.sort ?? null);
        await follow();
        await trimStart();
      }),
    toLatest: () =>
      loading.orWait(async () => {
        if (before === null) return;
        messages = undefined;
        await startAtEnd();
      }),
    toSort: (sort) =>
      loading.orWait(async () => {
        const held = (from === null || from <= sort) && (before === null || sort < before);
        if (held && messages !== undefined) return;
        messages = undefined;
        await startAt(sort);
      }),
    expect,
    keyOf: pending.keyOf,
    stop() {
      stopped = true;
      loading.stop();
      ends.stop();
      subscription?.unsubscribe();
    }
  };
}
