// What was said of files that wait in a composer, and is not done yet: a page that is left now has to say it again.
import type { FileWord } from '../storage/queries-last-words.ts';

export interface FileWords {
  /** The last word on each file that the engine has not confirmed. */
  readonly pending: readonly FileWord[];
  /** Counts as pending until it is done, or was refused. */
  follow<Result>(word: FileWord, done: Promise<Result>): Promise<Result>;
  /** @param callback whenever one is settled */
  onSettled(callback: () => void): void;
}

export function createFileWords(): FileWords {
  const words = new Map<string, FileWord>();
  const callbacks: (() => void)[] = [];
  return {
    get pending() {
      return [...words.values()];
    },
    follow(word, done) {
      words.set(word.stagedId, word);
      const settle = () => {
        if (words.get(word.stagedId) !== word) return;
        words.delete(word.stagedId);
        for (const callback of callbacks) callback();
      };
      done.then(settle, settle);
      return done;
    },
    onSettled: (callback) => void callbacks.push(callback)
  };
}
