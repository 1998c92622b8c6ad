// Counting and limits of what is typed into the composer: pure.

/** Most code points of one message (accounts-and-messages.md §3.2). */
export const MESSAGE_LIMIT = 2_000;
/** From here on the number is shown (ux.md §4.4). */
export const COUNT_FROM = 1_800;

export interface TextCount {
  /** Unicode code points. */
  readonly count: number;
  readonly shown: boolean;
  /** How many too many; 0 within the limit. */
  readonly over: number;
}

export function countText(text: string): TextCount {
  // A code point takes one or two units, so a short text need not be walked.
  if (text.length < COUNT_FROM) return { count: text.length, shown: false, over: 0 };
  let count = 0;
  for (const _point of text) count += 1;
  return { count, shown: count >= COUNT_FROM, over: Math.max(0, count - MESSAGE_LIMIT) };
}

/** Whether a press of Enter sends, or breaks the line. Never while an input method is composing. */
export function sendsOnEnter(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  enterSends: boolean
): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return true;
  return event.shiftKey !== enterSends;
}

/** Texts as one, each in lines of its own. */
export function joinWords(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}
