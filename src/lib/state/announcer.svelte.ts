// What is spoken without moving focus (ux.md §7): polite notes and errors, each in its own live region.
import { getContext, setContext } from 'svelte';

export interface Announcer {
  readonly polite: string;
  readonly assertive: string;
  say(text: string): void;
  alarm(text: string): void;
}

const KEY = Symbol('announcer');
/** A region speaks only when its text changes; this makes a repeated sentence a different one. */
const NOTHING_SEEN = '\u200b';

export function createAnnouncer(): Announcer {
  let polite = $state('');
  let assertive = $state('');
  const differing = (text: string, now: string) => (text === now ? text + NOTHING_SEEN : text);
  return {
    get polite() {
      return polite;
    },
    get assertive() {
      return assertive;
    },
    say(text) {
      polite = differing(text, polite);
    },
    alarm(text) {
      assertive = differing(text, assertive);
    }
  };
}

export function provideAnnouncer(announcer: Announcer): Announcer {
  return setContext(KEY, announcer);
}

export function useAnnouncer(): Announcer {
  return getContext<Announcer>(KEY);
}
