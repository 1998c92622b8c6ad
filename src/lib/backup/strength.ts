// How long a passphrase holds against somebody who has the file: an estimate of its bits that rather says too little. Each
// guess costs the work of the key derivation, so fewer bits are needed than for a password of a site.

export type StrengthLevel = 'weak' | 'fair' | 'good' | 'strong';

export interface Strength {
  readonly bits: number;
  readonly level: StrengthLevel;
}

/** Fewer code points are refused. */
export const MIN_PASSPHRASE_LENGTH = 8;
/** More are refused; nobody types them. */
export const MAX_PASSPHRASE_LENGTH = 1_024;

const LEVELS: readonly (readonly [number, StrengthLevel])[] = [
  [58, 'strong'],
  [46, 'good'],
  [34, 'fair'],
  [0, 'weak']
];

/** A word that guessers try first, or that stands in any dictionary. */
const COMMON_BITS = 7;
const WORD_BITS = 11;
/** What follows from the one before: repeated, or next in a row. */
const FOLLOWING_BITS = 1;

const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop'
];

const COMMON = new Set(
  (
    'password passwort passphrase secret letmein welcome admin login master dragon monkey football baseball ' +
    'iloveyou sunshine princess shadow superman batman trustno hello freedom whatever qazwsx session onionskin ' +
    'onion backup summer winter spring autumn love test user root pass word monday friday january december michael ' +
    'jennifer jordan charlie thomas daniel andrew'
  ).split(' ')
);

/**
 * @param isListed whether a word stands in the list that generated passphrases are made of
 */
export function passphraseStrength(passphrase: string, isListed: (word: string) => boolean): Strength {
  let bits = 0;
  const seen = new Set<string>();
  for (const token of passphrase.normalize('NFC').match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? []) {
    const plain = plainWord(token);
    const isRepeated = seen.has(plain);
    seen.add(plain);
    // What comes again adds next to nothing.
    if (isRepeated) bits += FOLLOWING_BITS;
    else if (COMMON.has(plain)) bits += COMMON_BITS;
    else for (const part of token.match(/\p{L}+|[^\p{L}]+/gu) ?? []) bits += partBits(part, isListed);
  }
  const level = LEVELS.find(([from]) => bits >= from)?.[1] ?? 'weak';
  return { bits: Math.floor(bits), level };
}

function partBits(part: string, isListed: (word: string) => boolean): number {
  const word = part.toLowerCase();
  if (/^[^\p{L}\p{N}]+$/u.test(part)) return separatorBits(part);
  if (COMMON.has(word)) return COMMON_BITS;
  if (/^(19|20)\p{N}{2}$/u.test(part)) return COMMON_BITS;
  const characters = characterBits(part);
  const inWord = [...COMMON].filter((common) => common.length > 4 && word.includes(common));
  if (inWord.length > 0) return Math.min(characters, COMMON_BITS + characterBits(part) / 4);
  return isListed(word) ? Math.min(characters, WORD_BITS) : Math.min(characters, longWordBits(word));
}

/** Letters in a row are more often a word of some language than drawn at random. */
function longWordBits(word: string): number {
  return /^\p{L}+$/u.test(word) ? 6 + 2.2 * [...word].length : Number.POSITIVE_INFINITY;
}

function separatorBits(part: string): number {
  return part === ' ' || part === '-' ? 0.5 : characterBits(part);
}

/** Each character by the size of its kind; what follows from the one before hardly counts. */
function characterBits(part: string): number {
  const characters = [...part];
  return characters.reduce((sum, character, index) => {
    const before = characters[index - 1];
    if (before !== undefined && follows(before.toLowerCase(), character.toLowerCase()))
      return sum + FOLLOWING_BITS;
    return sum + kindBits(character);
  }, 0);
}

function kindBits(character: string): number {
  if (/[0-9]/.test(character)) return 3.3;
  if (/[a-z]/.test(character)) return 4.7;
  return /[A-Z]/.test(character) ? 5 : 5.5;
}

function follows(before: string, character: string): boolean {
  if (before === character) return true;
  return ROWS.some((row) => {
    const at = row.indexOf(before);
    return at >= 0 && (row[at + 1] === character || (at > 0 && row[at - 1] === character));
  });
}

const LETTER_OF: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't'
};

/** Without case, digits at the end, and the usual digits for letters. */
function plainWord(token: string): string {
  const word = token.toLowerCase();
  if (!/\p{L}/u.test(word)) return word;
  return word.replace(/\p{N}+$/u, '').replace(/[013457]/g, (digit) => LETTER_OF[digit] ?? digit);
}
