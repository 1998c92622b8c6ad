// Which profile this tab shows, and which one new tabs open: random ids in sessionStorage and localStorage, the same that
// the list of profiles holds. static/before-paint.js reads them too. Another profile is shown by loading the page anew,
// so that nothing of one is ever in the memory of another.

import { ACCOUNT_MARK_KEY } from './account-mark.ts';
import { forgetWords } from './last-words-keys.ts';

export const PROFILE_CHOICE_KEY = 'onionskin.profile';
const PARTED_KEY = 'onionskin.cleared';

/** The parts of a window that a choice needs. */
export interface ChoicePage {
  readonly sessionStorage: Storage;
  readonly localStorage: Storage;
  readonly location: { assign(url: string): void; replace(url: string): void };
}

const HOME = '/chats';

/** This tab's profile, else the one used last; null without any. */
export function chosenProfile(page: ChoicePage): string | null {
  return (
    read(() => page.sessionStorage, PROFILE_CHOICE_KEY) ?? read(() => page.localStorage, PROFILE_CHOICE_KEY)
  );
}

/** This tab shows the profile from now on, also after a reload; new tabs open it. */
export function chooseProfile(page: ChoicePage, profileId: string): void {
  write(() => page.sessionStorage, PROFILE_CHOICE_KEY, profileId);
  write(() => page.localStorage, PROFILE_CHOICE_KEY, profileId);
}

/** Shows another profile in this tab. @param path where to go in it */
export function enterProfile(page: ChoicePage, profileId: string, path = HOME): void {
  chooseProfile(page, profileId);
  page.location.assign(path);
}

/** New tabs open this profile; this tab stays with its own. */
export function offerProfile(page: ChoicePage, profileId: string): void {
  write(() => page.localStorage, PROFILE_CHOICE_KEY, profileId);
}

/** What is said once a profile was cleared, on whatever screen comes next. */
export interface Parting {
  /** Nodes that confirmed they deleted everything, of how many; null when only the device was cleared. */
  readonly nodes: { readonly confirmed: number; readonly all: number } | null;
  /** Nothing is left in this browser. */
  readonly isComplete: boolean;
}

/** Leaves a profile that is no more: for the next one, or the welcome screen. */
export function leaveProfile(
  page: ChoicePage,
  { next, parting }: { next: string | null; parting: Parting | null }
): void {
  const left = chosenProfile(page);
  if (left !== null) forgetWords(() => page.localStorage, left);
  erase(() => page.sessionStorage, PROFILE_CHOICE_KEY);
  erase(() => page.localStorage, PROFILE_CHOICE_KEY);
  if (parting) write(() => page.sessionStorage, PARTED_KEY, JSON.stringify(parting));
  if (next === null) {
    // Who clears the last one knows that none is left; the welcome screen needs not ask the engine first.
    if (parting) erase(() => page.localStorage, ACCOUNT_MARK_KEY);
    page.location.replace('/');
  } else {
    chooseProfile(page, next);
    page.location.replace(HOME);
  }
}

/** What is to be said of a profile that was cleared in this tab; asked once. */
export function takeParting(page: Pick<ChoicePage, 'sessionStorage'>): Parting | null {
  const text = read(() => page.sessionStorage, PARTED_KEY);
  if (text === null) return null;
  erase(() => page.sessionStorage, PARTED_KEY);
  try {
    const { nodes, isComplete } = JSON.parse(text) as Record<string, unknown>;
    const counted = nodes as { confirmed?: unknown; all?: unknown } | null;
    const isCounted = typeof counted?.confirmed === 'number' && typeof counted.all === 'number';
    return { nodes: isCounted ? (counted as Parting['nodes']) : null, isComplete: isComplete === true };
  } catch {
    return null;
  }
}

function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string): void {
  try {
    storage().setItem(key, value);
  } catch {
    // Without it a reload opens another profile; nothing else depends on it.
  }
}

function erase(storage: () => Storage, key: string): void {
  try {
    storage().removeItem(key);
  } catch {
    // Where it cannot be removed it was not written.
  }
}
