// Message requests and blocked contacts: live, read only where they are shown.
import { getContext, setContext } from 'svelte';
import { loadBlocked, loadRequests, type ConversationView } from '../storage/queries.ts';
import { createLive, type Live } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';

export interface RequestsState {
  /** Undefined until they were read. */
  readonly all: readonly ConversationView[] | undefined;
  readonly count: number;
  find(conversationId: string): ConversationView | undefined;
  stop(): void;
}

const KEY = Symbol('requests');

export function createRequestsState({ db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>): RequestsState {
  const live = createLive(() => loadRequests(db, rowKey));
  return {
    get all() {
      return live.current;
    },
    get count() {
      return live.current?.length ?? 0;
    },
    find: (conversationId) => live.current?.find((view) => view.id === conversationId),
    stop: () => live.stop()
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
