// What is known while an account comes back: which nodes were asked, whether its profile was found, and when to ask for a
// name instead (accounts-and-messages.md §1.3). All of it is read from what the engine did; nothing is guessed.
import { loadEveryConversation, loadProfile, type ConversationView } from '../storage/queries.ts';
import { createLive } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';
import type { Session } from './session.svelte.ts';

/** How long to look for the profile before a person is asked, milliseconds. */
export const PROFILE_PATIENCE_MS = 15_000;

/** Between the last node's answer and rows that came with it, milliseconds. */
const SETTLE_MS = 500;

export interface RestoreProgress {
  /** Nodes that were asked for the account, of how many hold it; null before the first answered. */
  readonly looked: { readonly asked: number; readonly of: number } | null;
  /** The name that came; empty before. Undefined until it was read. */
  readonly name: string | undefined;
  readonly contacts: number;
  readonly requests: number;
  /** `looking`; `none`: no node knows a profile; `late`: it takes too long. In both the person is asked, and the search goes on. */
  readonly search: 'looking' | 'found' | 'none' | 'late';
  stop(): void;
}

/** Whether the open account has a name yet: one without is still on its way back. False when it cannot be read. */
export async function hasName(profile: Pick<ProfileState, 'db' | 'rowKey'>): Promise<boolean> {
  const view = await loadProfile(profile.db, profile.rowKey).catch(() => null);
  return view !== null && view.displayName !== '';
}

/** @param deps.setTimer calls back once after so many milliseconds; returns what calls it off */
export function createRestoreProgress(deps: {
  profile: Pick<ProfileState, 'db' | 'rowKey' | 'view'>;
  onEvent: Session['onEvent'];
  setTimer: (callback: () => void, ms: number) => () => void;
}): RestoreProgress {
  const { profile } = deps;
  let looked = $state.raw<{ asked: number; of: number } | null>(null);
  let isLate = $state(false);
  let isExhausted = $state(false);
  let stopSettling = () => {};
  const live = createLive(() => loadEveryConversation(profile.db, profile.rowKey));
  const stopTimer = deps.setTimer(() => (isLate = true), PROFILE_PATIENCE_MS);
  const stopListening = deps.onEvent((event) => {
    if (event.type !== 'looked') return;
    looked = { asked: event.asked, of: event.of };
    stopSettling();
    if (event.asked >= event.of) stopSettling = deps.setTimer(() => (isExhausted = true), SETTLE_MS);
  });
  const people = $derived((live.current ?? []).filter((view: ConversationView) => view.kind === 'contact'));
  const isRequest = (view: ConversationView) => view.request === 'incoming';

  return {
    get looked() {
      return looked;
    },
    get name() {
      return profile.view?.displayName;
    },
    get contacts() {
      return people.filter((view) => !isRequest(view)).length;
    },
    get requests() {
      return people.filter(isRequest).length;
    },
    get search() {
      if ((profile.view?.displayName ?? '') !== '') return 'found';
      if (isExhausted) return 'none';
      return isLate ? 'late' : 'looking';
    },
    stop() {
      stopTimer();
      stopSettling();
      stopListening();
      live.stop();
    }
  };
}
