// The focus within a timeline whose lines come and go: which message Tab reaches, and how focus gets to one that is not in the
// document now.
import type { VirtualizerHandle } from 'virtua/svelte';
import { nextMessage, type TimelineLine } from '../../state/timeline.ts';

/** Frames a line gets to appear before focus gives up on it. */
export const FOCUS_FRAMES = 30;

export interface TimelineFocusDeps {
  readonly log: () => HTMLElement | undefined;
  readonly list: () => VirtualizerHandle | undefined;
  readonly lines: () => readonly TimelineLine[];
}

export interface TimelineFocus {
  /** The one message of all that Tab reaches: the one focused last, else the newest. */
  readonly reachableId: string | null;
  /** Its line; -1 without one. */
  readonly reachableIndex: number;
  /** A message was given the focus by the person. */
  took(messageId: string): void;
  /** The focus went elsewhere by the person's own deed. */
  released(): void;
  /**
   * A message that has focus while lines come and go around it can be moved in the document, and loses focus by that.
   * It gets it back, unless somebody took it elsewhere.
   */
  hold(): void;
  /** Moves focus to the message of a line, also one that is not in the document now. */
  toLine(index: number): Promise<void>;
  toMessage(messageId: string): Promise<void>;
  /** The same without scrolling there. */
  toArticle(messageId: string): Promise<void>;
  /** The line of the first or last message a person wrote; -1 without one. */
  edge(edge: 'first' | 'last'): number;
  /** The message that gets focus when `messageId` goes. */
  neighbourOf(messageId: string): string | null;
  articleOf(messageId: string): HTMLElement | null;
}

export function createTimelineFocus({ log, list, lines }: TimelineFocusDeps): TimelineFocus {
  let focusedId = $state<string | null>(null);
  let held = false;
  const edge = (which: 'first' | 'last') =>
    which === 'first' ? nextMessage(lines(), 0, 1) : nextMessage(lines(), lines().length - 1, -1);
  const indexOf = (messageId: string | null) => lines().findIndex(({ message }) => message.id === messageId);
  const reachableId = $derived(
    indexOf(focusedId) >= 0 ? focusedId : (lines()[edge('last')]?.message.id ?? null)
  );
  const reachableIndex = $derived(indexOf(reachableId));

  const articleOf = (messageId: string) =>
    log()?.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`) ?? null;

  async function toArticle(messageId: string): Promise<void> {
    focusedId = messageId;
    for (let count = 0; count < FOCUS_FRAMES; count += 1) {
      const article = articleOf(messageId);
      if (article) return article.focus({ preventScroll: true });
      await new Promise(requestAnimationFrame);
    }
  }

  async function toLine(index: number): Promise<void> {
    const line = lines()[index];
    if (!line) return;
    focusedId = line.message.id;
    list()?.scrollToIndex(index, { align: 'nearest' });
    await toArticle(line.message.id);
  }

  return {
    get reachableId() {
      return reachableId;
    },
    get reachableIndex() {
      return reachableIndex;
    },
    took(messageId) {
      focusedId = messageId;
      held = true;
    },
    released() {
      held = false;
    },
    hold() {
      if (held && document.activeElement === document.body && focusedId !== null) {
        articleOf(focusedId)?.focus({ preventScroll: true });
      }
    },
    toLine,
    toMessage: (messageId) => toLine(indexOf(messageId)),
    toArticle,
    edge,
    neighbourOf(messageId) {
      const index = indexOf(messageId);
      const after = nextMessage(lines(), index + 1, 1);
      return lines()[after < 0 ? nextMessage(lines(), index - 1, -1) : after]?.message.id ?? null;
    },
    articleOf
  };
}
