// Recovery password <-> account seed (accounts-and-messages.md §1.2): 12 words and a checksum word.
import { hexToBytes } from '../bytes/index.ts';
import { assertLength, MnemonicError, type MnemonicErrorCode } from './errors.ts';
import { ACCOUNT_SEED_BYTES } from './identity.ts';
import type { Bytes } from './primitives.ts';
import { WORD_LIST } from './word-list.ts';

const WORD_COUNT = 13;
const DATA_WORD_COUNT = 12;
/** Words are told apart by this many letters. */
const PREFIX_LETTERS = 3;
const MAX_SUGGESTIONS = 4;
const N = WORD_LIST.length;

const INDEX_BY_PREFIX: ReadonlyMap<string, number> = new Map(
  WORD_LIST.map((word, index) => [word.slice(0, PREFIX_LETTERS), index])
);

/** CRC-32/ISO-HDLC of ASCII text. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index++) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Which of the 12 data words is repeated as the 13th. */
function checksumPosition(dataIndexes: readonly number[]): number {
  const prefixes = dataIndexes.map((index) => (WORD_LIST[index] as string).slice(0, PREFIX_LETTERS));
  return crc32(prefixes.join('')) % DATA_WORD_COUNT;
}

/**
 * The 13 words of an account seed of 16 bytes.
 * @throws CryptoError `bad-key-length`
 */
export function encodeRecoveryPassword(accountSeed: Uint8Array): string[] {
  assertLength(accountSeed, ACCOUNT_SEED_BYTES, 'accountSeed');
  const view = new DataView(accountSeed.buffer, accountSeed.byteOffset, accountSeed.byteLength);
  const indexes: number[] = [];
  for (let offset = 0; offset < ACCOUNT_SEED_BYTES; offset += 4) {
    const value = view.getUint32(offset, true);
    const first = value % N;
    const second = (Math.floor(value / N) + first) % N;
    const third = (Math.floor(value / (N * N)) + second) % N;
    indexes.push(first, second, third);
  }
  indexes.push(indexes[checksumPosition(indexes)] as number);
  return indexes.map((index) => WORD_LIST[index] as string);
}

/** Everything but ASCII letters separates, so line breaks, commas and list numbers are harmless. */
function splitWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

function indexOfWord(word: string): number | null {
  return INDEX_BY_PREFIX.get(word.slice(0, PREFIX_LETTERS)) ?? null;
}

/** The 32-character form that recovery QR codes hold, or null. */
function decodeSeedHex(text: string): Bytes | null {
  const compact = text.trim();
  return /^[0-9a-fA-F]{32}$/.test(compact) ? hexToBytes(compact) : null;
}

function seedOfIndexes(indexes: readonly number[]): Bytes {
  const seed = new Uint8Array(ACCOUNT_SEED_BYTES);
  const view = new DataView(seed.buffer);
  for (let group = 0; group < 4; group++) {
    const [a, b, c] = indexes.slice(group * 3, group * 3 + 3) as [number, number, number];
    const value = a + N * ((N - a + b) % N) + N * N * ((N - b + c) % N);
    if (value > 0xffffffff) throw new MnemonicError('phrase-overflow');
    view.setUint32(group * 4, value, true);
  }
  return seed;
}

/**
 * The account seed (16 bytes) of a recovery password as typed or pasted, or of the 32 hex characters of a recovery QR code.
 * Words count by their first three letters, in either case.
 * @throws MnemonicError `phrase-too-short`, `phrase-too-long`, `phrase-unknown-word` (`details.index` from 0, `details.word`),
 *   `phrase-checksum`, `phrase-overflow`
 */
export function decodeRecoveryPassword(text: string): Bytes {
  const seed = decodeSeedHex(text);
  if (seed !== null) return seed;
  const words = splitWords(text);
  if (words.length < WORD_COUNT)
    throw new MnemonicError('phrase-too-short', { details: { count: words.length } });
  if (words.length > WORD_COUNT)
    throw new MnemonicError('phrase-too-long', { details: { count: words.length } });
  const indexes = words.map((word, index) => {
    const found = indexOfWord(word);
    if (found === null) throw new MnemonicError('phrase-unknown-word', { details: { index, word } });
    return found;
  });
  const data = indexes.slice(0, DATA_WORD_COUNT);
  if (indexes[DATA_WORD_COUNT] !== data[checksumPosition(data)]) throw new MnemonicError('phrase-checksum');
  return seedOfIndexes(data);
}

export interface WordCheck {
  readonly word: string;
  /** `partial`: the last word, still being typed, with words that begin like it. */
  readonly status: 'ok' | 'partial' | 'unknown';
  /** For `partial` and an unfinished last word the words that begin like it, for `unknown` similar ones; at most four. */
  readonly suggestions: string[];
}

/** Letters to insert, delete or replace to get from `a` to `b`; `limit + 1` when it takes more than `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  const row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const letter = a.charCodeAt(line - 1);
    let diagonal = row[0] as number;
    let least = (row[0] = line);
    for (let column = 1; column <= b.length; column++) {
      const above = row[column] as number;
      const replaced = diagonal + (letter === b.charCodeAt(column - 1) ? 0 : 1);
      row[column] = Math.min(replaced, above + 1, (row[column - 1] as number) + 1);
      diagonal = above;
      least = Math.min(least, row[column] as number);
    }
    if (least > limit) return limit + 1;
  }
  return row[b.length] as number;
}

/** Mistakes in a word that is still taken for a listed one. */
const MAX_MISTAKES = 2;
/** A pasted text may hold one endless "word"; no listed word is longer than this by a typing mistake or two. */
const MAX_COMPARED_LETTERS = 14;

/** One bit for each letter that occurs. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) - 97);
  return letters;
}

const LETTERS_OF_WORDS = WORD_LIST.map(lettersOf);

/** A mistake adds a letter, takes one away, or does both: words with more different letters need no closer look. */
function mayBeSimilar(letters: number, others: number): boolean {
  let different = letters ^ others;
  let count = 0;
  for (; different !== 0; different &= different - 1) count++;
  return count <= 2 * MAX_MISTAKES;
}

function similarWords(word: string): string[] {
  if (word.length < 2 || word.length > MAX_COMPARED_LETTERS) return [];
  const letters = lettersOf(word);
  const candidates = WORD_LIST.filter((_, index) => mayBeSimilar(letters, LETTERS_OF_WORDS[index] as number));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate, MAX_MISTAKES) }))
    .filter(({ distance }) => distance <= MAX_MISTAKES)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ candidate }) => candidate);
}

function checkWord(word: string, isUnfinished: boolean): WordCheck {
  const completions = isUnfinished
    ? WORD_LIST.filter((candidate) => candidate.startsWith(word) && candidate !== word).slice(
        0,
        MAX_SUGGESTIONS
      )
    : [];
  if (indexOfWord(word) !== null) return { word, status: 'ok', suggestions: completions };
  if (completions.length > 0) return { word, status: 'partial', suggestions: completions };
  return { word, status: 'unknown', suggestions: similarWords(word) };
}

/** What a screen shows while a recovery password is typed: each word, and the code `decodeRecoveryPassword` would throw. */
export function checkRecoveryWords(text: string): { words: WordCheck[]; problem: MnemonicErrorCode | null } {
  const problem = problemOf(text);
  if (decodeSeedHex(text) !== null) return { words: [], problem };
  const isLastUnfinished = /[a-z]$/i.test(text);
  // One word over the limit is shown, so that "too long" has something to point at.
  const words = splitWords(text).slice(0, WORD_COUNT + 1);
  return {
    words: words.map((word, index) => checkWord(word, isLastUnfinished && index === words.length - 1)),
    problem
  };
}

function problemOf(text: string): MnemonicErrorCode | null {
  try {
    decodeRecoveryPassword(text);
    return null;
  } catch (error) {
    if (error instanceof MnemonicError) return error.code;
    throw error;
  }
}
