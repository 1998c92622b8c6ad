// The invite that the address carried, from the moment it is taken out of the address until the person answers it.
// In memory alone: an Account ID goes into no address, history entry or storage of ours (design.md §6).
import { getContext, setContext } from 'svelte';
import { readInviteHash, type InviteHash } from './invite.ts';

declare global {
  interface Window {
    /** Put there by static/before-paint.js, which removes an invite from the address before anything is painted. */
    onionskinInvite?: string;
  }
}

export type PendingInvite = Exclude<InviteHash, { kind: 'none' }>;

export interface InviteInbox {
  /** What waits for an answer, or null. */
  readonly pending: PendingInvite | null;
  /** Takes an invite out of the address, if one is there. @returns whether one was found */
  take(): boolean;
  /** The person answered: it is forgotten. */
  clear(): void;
}

const KEY = Symbol('invite inbox');

/** @param page the window whose address may hold an invite */
export function createInviteInbox(page: Window): InviteInbox {
  let pending = $state.raw<PendingInvite | null>(null);
  return {
    get pending() {
      return pending;
    },
    take() {
      const hash = page.onionskinInvite ?? page.location.hash;
      delete page.onionskinInvite;
      const read = readInviteHash(hash);
      if (read.kind === 'none') return false;
      const { pathname, search } = page.location;
      page.history.replaceState(page.history.state, '', pathname + search);
      pending = read;
      return true;
    },
    clear() {
      pending = null;
    }
  };
}

export function provideInviteInbox(inbox: InviteInbox): InviteInbox {
  return setContext(KEY, inbox);
}

export function useInviteInbox(): InviteInbox {
  return getContext<InviteInbox>(KEY);
}
