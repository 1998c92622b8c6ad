// The one text box of the restore screen and the thirteen slots that mirror it: pure (ux.md §4.2). Which words
// exist is known to the engine alone; its check comes in as data.
import type { Commands, WordCheck } from '../worker/protocol.ts';
import { accountIdFromQr } from './invite.ts';

/** Words of a recovery password (accounts-and-messages.md §1.2). */
export const RECOVERY_WORDS = 13;

/** What the engine says about a phrase as typed. */
export type PhraseCheck = Commands['phrase.check']['out'];

export type SlotState = 'empty' | 'waiting' | 'ok' | 'typing' | 'unknown';

export interface Slot {
  readonly number: number;
  readonly word: string;
  readonly state: SlotState;
  /** What completes the word being typed; empty when nothing does. */
  readonly ghost: string;
}

/** The sentence to show below the slots. At most one at a time. */
export type RecoveryProblem =
  | {
      readonly code: 'phrase-unknown-word';
      readonly index: number;
      readonly word: string;
      readonly suggestions: readonly string[];
    }
  | { readonly code: 'phrase-too-short' | 'phrase-too-long'; readonly count: number }
  | { readonly code: 'phrase-checksum' | 'phrase-overflow' };

/** Lower-case words of `text`: every run of other characters parts them (accounts-and-messages.md §1.2). */
export function recoveryWords(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

/** Whether `text` is the hex form that a recovery QR code holds. */
export function isSeedHex(text: string): boolean {
  return /^\s*[0-9a-f]{32}\s*$/i.test(text);
}

/**
 * What a QR code on the restore screen holds: the words or their hex, an Account ID (the code beside it in other
 * places), or something else. The Account ID is looked for first: its hex may hold thirteen runs of letters.
 */
export function readRecoveryQr(text: string): 'phrase' | 'account' | 'other' {
  if (accountIdFromQr(text)) return 'account';
  return isSeedHex(text) || recoveryWords(text).length === RECOVERY_WORDS ? 'phrase' : 'other';
}

/** Whether the last word may still grow: nothing follows it. */
export function isTypingLastWord(text: string): boolean {
  return /[a-z]$/i.test(text);
}

/** Start and end of word `index` in `text`, or null when there is no such word. */
export function wordRange(text: string, index: number): { start: number; end: number } | null {
  let count = 0;
  for (const match of text.matchAll(/[a-z]+/gi)) {
    if (count === index) return { start: match.index, end: match.index + match[0].length };
    count += 1;
  }
  return null;
}

/** `text` with word `index` put in place of what stands there; a last word is followed by a blank. */
export function replaceWord(text: string, index: number, word: string): string {
  const range = wordRange(text, index);
  if (!range) return text;
  const rest = text.slice(range.end);
  return text.slice(0, range.start) + word + (rest === '' && index < RECOVERY_WORDS - 1 ? ' ' : rest);
}

/** The thirteen slots. `check` may be older than `text`: a word that has changed since is shown as waiting. */
export function mirrorSlots(text: string, check: PhraseCheck | null): Slot[] {
  const words = isSeedHex(text) ? [] : recoveryWords(text);
  const typing = isTypingLastWord(text) ? words.length - 1 : -1;
  return Array.from({ length: RECOVERY_WORDS }, (_, index) => {
    const word = words[index] ?? '';
    return slot(index, word, index === typing, check?.words[index]);
  });
}

function slot(index: number, word: string, typing: boolean, checked: WordCheck | undefined): Slot {
  const number = index + 1;
  if (word === '') return { number, word, state: 'empty', ghost: '' };
  const known = checked?.word === word ? checked : undefined;
  const ghost = typing ? completionOf(word, known) : '';
  if (known?.status === 'ok') return { number, word, state: ghost === '' ? 'ok' : 'typing', ghost };
  if (known?.status === 'unknown' && !(typing && word.length < 3))
    return { number, word, state: 'unknown', ghost: '' };
  if (!typing) return { number, word, state: known ? 'unknown' : 'waiting', ghost: '' };
  return { number, word, state: 'typing', ghost };
}

function completionOf(word: string, checked: WordCheck | undefined): string {
  return checked?.suggestions.find((suggestion) => suggestion.startsWith(word))?.slice(word.length) ?? '';
}

/**
 * The one problem to name: an unknown word first, since it is the harder one to find.
 * @param submitted a button was pressed: a phrase that is merely short is now a problem too
 */
export function recoveryProblem(
  text: string,
  check: PhraseCheck | null,
  submitted: boolean
): RecoveryProblem | null {
  if (isSeedHex(text) || !check) return null;
  const slots = mirrorSlots(text, check);
  const unknown = slots.findIndex((entry) => entry.state === 'unknown');
  if (unknown >= 0) {
    const { word } = slots[unknown]!;
    return {
      code: 'phrase-unknown-word',
      index: unknown,
      word,
      suggestions: check.words[unknown]?.suggestions ?? []
    };
  }
  const count = recoveryWords(text).length;
  if (count > RECOVERY_WORDS) return { code: 'phrase-too-long', count };
  if (count < RECOVERY_WORDS) return submitted ? { code: 'phrase-too-short', count } : null;
  if (check.problem === 'phrase-checksum' || check.problem === 'phrase-overflow') {
    return isTypingLastWord(text) && !submitted && slots.at(-1)?.state === 'typing'
      ? null
      : { code: check.problem };
  }
  return null;
}

/** Whether pressing the button can succeed. */
export function isRecoveryReady(text: string, check: PhraseCheck | null): boolean {
  if (isSeedHex(text)) return true;
  return check !== null && check.problem === null && recoveryWords(text).length === RECOVERY_WORDS;
}
