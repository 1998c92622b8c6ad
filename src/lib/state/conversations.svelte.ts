// The list of conversations: live, filtered by what was typed, and walked by keyboard.
import { getContext, setContext } from 'svelte';
import {
  listedOf,
  loadConversations,
  loadEveryConversation,
  type ConversationView
} from '../storage/queries.ts';
import { createLive, type Live } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';
import { filterConversations, isMuted, isUnread } from './row-view.ts';
import { whenDrawn } from './when-idle.ts';

export interface ConversationsState {
  /** Undefined until they were read. */
  readonly all: readonly ConversationView[] | undefined;
  /** Requests and hidden ones included, latest first; undefined until the last one was read. */
  readonly every: readonly ConversationView[] | undefined;
  readonly filtered: readonly ConversationView[];
  /** What is typed into the filter field. */
  filter: string;
  /** Unread messages of conversations that are not muted. */
  readonly unread: number;
  find(conversationId: string): ConversationView | undefined;
  /**
   * The conversation before or after one in the list, going round; null where there is no other.
   * @param from id of the one in view, or null
   */
  neighbour(from: string | null, step: 1 | -1, onlyUnread: boolean): string | null;
  stop(): void;
}

const KEY = Symbol('conversations');
/** Rows that more than fill any screen. */
const FIRST_LOOK = 30;

/** @param nowMs device time: what is muted may not be any more */
export function createConversationsState(
  profile: Pick<ProfileState, 'db' | 'rowKey'>,
  nowMs: () => number
): ConversationsState {
  const { db, rowKey } = profile;
  let first = $state.raw<readonly ConversationView[] | undefined>(undefined);
  let live = $state.raw<Live<ConversationView[]> | null>(null);
  let callOff = () => {};
  let stopped = false;
  const every = $derived(live?.current);
  const all = $derived(every ? listedOf(every) : first);

  // A screenful at once; all of them, and their changes, once that is on screen: one query for every list.
  const follow = () => {
    if (!stopped) live = createLive(() => loadEveryConversation(db, rowKey));
  };
  loadConversations(db, rowKey, FIRST_LOOK).then((views) => {
    first = views;
    callOff = whenDrawn(follow);
  }, follow);

  let filter = $state('');
  const filtered = $derived(filterConversations(all ?? [], filter));
  const unread = $derived(countUnread(all ?? [], nowMs()));
  return {
    get all() {
      return all;
    },
    get every() {
      return every;
    },
    get filtered() {
      return filtered;
    },
    get filter() {
      return filter;
    },
    set filter(value) {
      filter = value;
    },
    get unread() {
      return unread;
    },
    find: (conversationId) => all?.find((view) => view.id === conversationId),
    neighbour(from, step, onlyUnread) {
      const list = all ?? [];
      const start = list.findIndex((view) => view.id === from);
      for (let distance = 1; distance <= list.length; distance += 1) {
        const at = start === -1 && step === -1 ? list.length - distance : start + step * distance;
        const view = list[(at + list.length * 2) % list.length];
        if (view && view.id !== from && (!onlyUnread || isUnread(view))) return view.id;
      }
      return null;
    },
    stop() {
      stopped = true;
      callOff();
      live?.stop();
    }
  };
}

/** Messages to read where one is notified; a chat that was marked unread counts as one. */
export function countUnread(views: readonly ConversationView[], nowMs: number): number {
  const counted = views.filter((view) => !isMuted(view, nowMs) && !view.blocked);
  return counted.reduce((sum, { unread, markedUnread }) => sum + (unread || Number(markedUnread)), 0);
}

export function provideConversations(conversations: ConversationsState): ConversationsState {
  return setContext(KEY, conversations);
}

export function useConversations(): ConversationsState {
  return getContext<ConversationsState>(KEY);
}
