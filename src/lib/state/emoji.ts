// Emoji by group and by name, and the `:name:` a person is typing. The list is large, so it comes when first wanted.
import type { EMOJI_DATA } from '../text/en/emoji-data.ts';

export type EmojiGroup = keyof typeof EMOJI_DATA;

export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** Names between colons, best first. */
  readonly codes: readonly string[];
  /** Its further words, lower case. */
  readonly words: readonly string[];
}

export interface EmojiList {
  readonly groups: readonly { readonly group: EmojiGroup; readonly emoji: readonly Emoji[] }[];
  /** Best first, at most `limit`. */
  search(wanted: string, limit: number): readonly Emoji[];
  /** Null for an emoji that is not in the list. */
  nameOf(emoji: string): string | null;
  /** The emoji of a name between colons; null when nothing has it. */
  byCode(code: string): Emoji | null;
}

/** One press away, with their names. */
export const QUICK_EMOJI = ['❤️', '👍', '😂', '😮', '😢', '🙏'] as const;

export async function loadEmoji(): Promise<EmojiList> {
  const { EMOJI_DATA: data } = await import('../text/en/emoji-data.ts');
  return createEmojiList(data);
}

/** @param data lines of `emoji|name|codes|words` by group */
export function createEmojiList(data: Readonly<Record<EmojiGroup, string>>): EmojiList {
  const groups = (Object.keys(data) as EmojiGroup[]).map((group) => ({
    group,
    emoji: data[group].split('\n').map(readLine)
  }));
  const all = groups.flatMap(({ emoji }) => emoji);
  const byEmoji = new Map(all.map((entry) => [withoutVariant(entry.emoji), entry]));
  const byCode = new Map(all.flatMap((entry) => entry.codes.map((code) => [code, entry] as const)));
  return {
    groups,
    search(wanted, limit) {
      const words = wanted
        .toLowerCase()
        .split(/[\s_:]+/)
        .filter((word) => word !== '');
      if (words.length === 0) return [];
      return all
        .map((entry) => ({ entry, rank: rank(entry, words) }))
        .filter(({ rank: found }) => found < Infinity)
        .sort((a, b) => a.rank - b.rank)
        .slice(0, limit)
        .map(({ entry }) => entry);
    },
    nameOf: (emoji) => byEmoji.get(withoutVariant(emoji))?.name ?? null,
    byCode: (code) => byCode.get(code.toLowerCase()) ?? null
  };
}

function readLine(line: string): Emoji {
  const [emoji = '', name = '', codes = '', words = ''] = line.split('|');
  const split = (text: string) => text.split(' ').filter((part) => part !== '');
  return { emoji, name, codes: split(codes), words: split(words.toLowerCase()) };
}

/** Clients differ in whether they write the variation selector. */
function withoutVariant(emoji: string): string {
  return emoji.replaceAll('\ufe0f', '');
}

/** The sum over all words wanted; Infinity when one of them is nowhere. */
function rank(entry: Emoji, wanted: readonly string[]): number {
  const name = entry.name.toLowerCase().split(/[\s:,-]+/);
  const codes = entry.codes.flatMap((code) => code.split('_'));
  return wanted.reduce((sum, word, index) => {
    if (index === 0 && (entry.codes.includes(word) || entry.name.toLowerCase() === word)) return sum;
    // Of the names that begin so, the shortest is meant: `:hea` is the heart.
    const code = index === 0 ? entry.codes.find((one) => one.startsWith(word)) : undefined;
    if (code !== undefined) return sum + 1 + code.length / MAX_CODE;
    if (name[index] === word) return sum + 2;
    if (name.includes(word) || codes.includes(word)) return sum + 3;
    if ([...name, ...codes].some((part) => part.startsWith(word))) return sum + 4;
    if (entry.words.includes(word)) return sum + 5;
    return entry.words.some((part) => part.startsWith(word)) ? sum + 6 : Infinity;
  }, 0);
}

/** Shortest name that is completed, and the longest that is looked at: code points of a colon's word. */
const MIN_CODE = 2;
const MAX_CODE = 40;

export interface TypedCode {
  /** Position of the first colon. */
  readonly start: number;
  /** After the name, and after its second colon when that was typed. */
  readonly end: number;
  readonly code: string;
  /** The second colon was typed. */
  readonly closed: boolean;
}

/**
 * The emoji name before the caret; null when there is none. Its colon begins a word, so an address, a time or a
 * place in code is never taken for one.
 */
export function typedCode(text: string, caret: number): TypedCode | null {
  const from = Math.max(0, caret - MAX_CODE - 2);
  const match = /(?:^|[\s(])(:([a-z0-9_+-]+)(:?))$/i.exec(text.slice(from, caret));
  const [, written, code, second] = match ?? [];
  if (written === undefined || code === undefined || code.length < MIN_CODE) return null;
  const start = caret - written.length;
  if (start === from && from > 0) return null;
  return { start, end: caret, code, closed: second === ':' };
}

/** The text with an emoji in place of a name, and where the caret then is. */
export function insertEmoji(
  text: string,
  start: number,
  end: number,
  emoji: string
): { readonly text: string; readonly caret: number } {
  return { text: text.slice(0, start) + emoji + text.slice(end), caret: start + emoji.length };
}
