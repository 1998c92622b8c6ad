// Message requests, out of what is read of all conversations, and blocked contacts, read only where they are shown.
import { getContext, setContext } from 'svelte';
import { loadBlocked, requestsOf, type ConversationView } from '../storage/queries.ts';
import type { ConversationsState } from './conversations.svelte.ts';
import { createLive, type Live } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';

export interface RequestsState {
  /** Undefined until they were read. */
  readonly all: readonly ConversationView[] | undefined;
  readonly count: number;
  find(conversationId: string): ConversationView | undefined;
}

const KEY = Symbol('requests');

/** @param conversations what is read of all conversations anyway */
export function createRequestsState(conversations: Pick<ConversationsState, 'every'>): RequestsState {
  const all = $derived(conversations.every && requestsOf(conversations.every));
  return {
    get all() {
      return all;
    },
    get count() {
      return all?.length ?? 0;
    },
    find: (conversationId) => all?.find((view) => view.id === conversationId)
  };
}

export function provideRequests(requests: RequestsState): RequestsState {
  return setContext(KEY, requests);
}

export function useRequests(): RequestsState {
  return getContext<RequestsState>(KEY);
}

/** Blocked contacts, latest first. Stop it when done. */
export function followBlocked({ db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>): Live<ConversationView[]> {
  return createLive(() => loadBlocked(db, rowKey));
}
