// What is offered while somebody types `:name` (ux.md §4.4): which emoji, which of them is next, and what a choice
// makes of the text.
import { insertEmoji, typedCode, type Emoji, type TypedCode } from './emoji.ts';
import type { EmojiListState } from './emoji-list.svelte.ts';

/** Most that are offered. */
const OFFERED = 6;

export interface Replacement {
  readonly text: string;
  readonly caret: number;
}

export interface EmojiCompletion {
  readonly offered: readonly Emoji[];
  /** Index of the one Enter takes. */
  readonly active: number;
  /** Told after each change of text or caret. @returns the text in which a closed `:name:` became its emoji, else null */
  follow(text: string, caret: number): Replacement | null;
  move(step: 1 | -1): void;
  /** Puts the emoji in place of what was typed. @param index of `offered` */
  choose(text: string, index: number): Replacement | null;
  /** Offers nothing more for this name. */
  dismiss(): void;
}

export function createEmojiCompletion(list: EmojiListState): EmojiCompletion {
  let typed = $state.raw<TypedCode | null>(null);
  let active = $state(0);
  let dismissedAt: number | null = null;
  const offered = $derived(
    typed && !typed.closed && list.current ? list.current.search(typed.code, OFFERED) : []
  );

  return {
    get offered() {
      return offered;
    },
    get active() {
      return Math.min(active, Math.max(0, offered.length - 1));
    },
    follow(text, caret) {
      const found = typedCode(text, caret);
      if (found?.code !== typed?.code) active = 0;
      if (found) list.want();
      if (found?.start !== dismissedAt) dismissedAt = null;
      typed = found && found.start !== dismissedAt ? found : null;
      if (!found?.closed) return null;
      const emoji = list.current?.byCode(found.code);
      return emoji ? insertEmoji(text, found.start, found.end, emoji.emoji) : null;
    },
    move(step) {
      if (offered.length > 0) active = (active + step + offered.length) % offered.length;
    },
    choose(text, index) {
      const emoji = offered[index];
      if (!typed || !emoji) return null;
      const { start, end } = typed;
      typed = null;
      return insertEmoji(text, start, end, `${emoji.emoji} `);
    },
    dismiss() {
      dismissedAt = typed?.start ?? null;
      typed = null;
    }
  };
}
