// The list of emoji for one screen: asked for when it is first wanted, then at hand.
import { loadEmoji, type EmojiList } from './emoji.ts';

export interface EmojiListState {
  /** Null until it was loaded. */
  readonly current: EmojiList | null;
  /** Loads it; a failed load is tried again with the next call. */
  want(): void;
}

export function createEmojiListState(): EmojiListState {
  let current = $state.raw<EmojiList | null>(null);
  let loading = false;
  return {
    get current() {
      return current;
    },
    want() {
      if (current || loading) return;
      loading = true;
      loadEmoji()
        .then(
          (list) => {
            current = list;
          },
          // Without a network the file may not be there yet; typing goes on without it.
          () => {}
        )
        .finally(() => {
          loading = false;
        });
    }
  };
}
