// Keeps what stands in a composer as the draft of its conversation: by the engine a moment after the last key, and by the page
// itself when it is left before the engine has answered.
import type { WordsOnTheirWay } from '../storage/queries-last-words.ts';
import type { FileWords } from './file-words.ts';
import type { LastWordsPlace } from './last-words.ts';

/** A draft is kept this long after the last key, milliseconds. */
const DRAFT_DELAY_MS = 400;

export interface DraftKeeperDeps {
  /** What stands there, and what was taken out of it and is not with the engine yet. */
  readonly text: () => string;
  /** Messages the engine has not confirmed. */
  readonly sending: () => readonly WordsOnTheirWay[];
  /** Has the engine store it. */
  readonly save: (text: string) => Promise<unknown>;
  readonly files: Pick<FileWords, 'pending' | 'onSettled'>;
  readonly lastWords: LastWordsPlace;
}

export interface DraftKeeper {
  /** The database has this one. */
  found(text: string): void;
  /** Keeps it soon. */
  later(): void;
  /** Keeps it now. */
  now(): void;
  /** A message was stored, and the draft there was with it. */
  sent(): void;
  /** The page may be over any moment: keeps it now, by itself too. */
  leave(): void;
  /** The conversation goes; nothing of it is kept. */
  drop(): void;
}

export function createDraftKeeper(deps: DraftKeeperDeps): DraftKeeper {
  const { text, sending, save, files, lastWords } = deps;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What the engine was told last, and what it said it stored; null: not known. */
  let told: string | null = '';
  let stored: string | null = '';
  let isNoted = false;
  let isOver = false;

  function now(): void {
    clearTimeout(timer);
    const draft = text();
    if (isOver || draft === told) return;
    told = draft;
    save(draft).then(
      () => {
        stored = draft;
        settle();
      },
      // What is typed is still on screen; the next key tries again.
      () => {
        if (told === draft) told = null;
      }
    );
  }

  const isStored = () => text() === stored && sending().length === 0 && files.pending.length === 0;

  function settle(): void {
    if (!isNoted || !isStored()) return;
    isNoted = false;
    lastWords.forget();
  }

  files.onSettled(settle);

  return {
    found(draft) {
      told = stored = draft;
    },
    later() {
      clearTimeout(timer);
      timer = setTimeout(now, DRAFT_DELAY_MS);
    },
    now,
    sent() {
      // The same words again are another draft.
      if (text() !== '') told = null;
      now();
      settle();
    },
    leave() {
      now();
      if (isOver || isStored()) return;
      isNoted = true;
      lastWords.keep({ text: text(), sending: sending(), files: files.pending });
    },
    drop() {
      isOver = true;
      clearTimeout(timer);
      lastWords.forget();
    }
  };
}
