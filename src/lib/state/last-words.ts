// Last words of a page: what was typed and is not known to be stored when the page is left. localStorage takes them at once,
// sealed, and whichever page of the profile comes next hands them to the engine.
import { errorCode } from '../errors.ts';
import type { LastWords, LastWordsSeal } from '../storage/queries-last-words.ts';
import { joinWords } from './composing.ts';
import { removeWords, wordKeys, wordPrefix } from './last-words-keys.ts';
import { chosenProfile, type ChoicePage } from './profile-choice.ts';
import type { ProfileState } from './profile.svelte.ts';
import type { Session } from './session.svelte.ts';

/** Words of another tab are taken up once that tab had this time to store them itself, milliseconds. */
const TAKEN_UP_AFTER_MS = 2_000;

/** Where the words of one conversation are kept. Ids are random and local. */
export interface LastWordsPlace {
  keep(words: LastWords): void;
  forget(): void;
}

/** @param seal null until it is made: nothing can be kept before */
export function createLastWordsPlace(
  page: ChoicePage,
  { profileId, conversationId }: { profileId: string; conversationId: string },
  seal: () => LastWordsSeal | null
): LastWordsPlace {
  const key = `${wordPrefix(profileId)}${conversationId}`;
  return {
    keep(words) {
      const sealWords = seal();
      // A profile that was left for good leaves nothing.
      if (sealWords === null || chosenProfile(page) !== profileId) return;
      try {
        page.localStorage.setItem(key, sealWords(words));
      } catch {
        // Without storage what the engine was told in time is all there is.
      }
    },
    forget: () => removeWords(page.localStorage, key)
  };
}

export interface LastWordsTakenUp {
  /** Resolves once all that was left when this page began are drafts; null: nothing was. */
  readonly brought: Promise<void> | null;
  stop(): void;
}

/** Makes drafts of what pages left: earlier ones now, other tabs as they go. What fails stays for the next page. */
export function takeUpLastWords(
  page: Window,
  profile: Pick<ProfileState, 'db' | 'rowKey' | 'status'>,
  call: Session['call']
): LastWordsTakenUp {
  const { localStorage } = page;
  const prefix = wordPrefix(profile.status.profileId);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function bring(key: string): Promise<void> {
    const sealed = localStorage.getItem(key);
    if (sealed === null) return;
    const conversationId = key.slice(prefix.length);
    const { openLastWords, unsentWords } = await import('../storage/queries-last-words.ts');
    const { db, rowKey } = profile;
    const words = await openLastWords(rowKey, conversationId, sealed);
    if (words) {
      for (const { stagedId, caption } of words.files) {
        if (caption === null) await call('attachment.unstage', { stagedId });
        else await call('attachment.describe', { stagedId, caption });
      }
      const text = joinWords(await unsentWords(db, rowKey, conversationId, words));
      await call('conversation.saveDraft', { conversationId, text }).catch((error: unknown) => {
        // The conversation is gone, and they with it.
        if (errorCode(error) !== 'not-found') throw error;
      });
    }
    // Later ones stay.
    if (localStorage.getItem(key) === sealed) removeWords(localStorage, key);
  }

  function bringAll(): Promise<void> | null {
    const keys = wordKeys(localStorage, prefix);
    return keys.length === 0 ? null : Promise.allSettled(keys.map(bring)).then(() => {});
  }

  function onStorage({ key, newValue }: StorageEvent): void {
    if (newValue === null || !key?.startsWith(prefix)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void bringAll(), TAKEN_UP_AFTER_MS);
  }

  page.addEventListener('storage', onStorage);
  return {
    brought: bringAll(),
    stop() {
      clearTimeout(timer);
      page.removeEventListener('storage', onStorage);
    }
  };
}
