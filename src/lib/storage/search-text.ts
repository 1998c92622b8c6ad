// Words of a text, as search compares them: case, diacritics and compatibility forms folded; scripts that put no blanks
// between words as pairs of characters. Pure, and used on both sides: the worker finds with it, the page highlights.

/** Most of a text that is looked at, UTF-16 units; sent ones hold 2,000 code points. */
const MAX_TEXT_UNITS = 32_768;
/** Longer words are kept by their beginning, UTF-16 units. */
const MAX_TERM_UNITS = 40;
const MAX_TERMS_PER_TEXT = 4_096;
/** Longest question looked at, UTF-16 units, and most words of it. */
const MAX_QUERY_UNITS = 256;
const MAX_QUERY_PARTS = 12;
/** Most places marked in one text. */
const MAX_RANGES = 200;

/** Marks of whatever script they stand with, points of Hebrew, the Arabic line filler, and characters nobody sees. */
const DROPPED = /[[\p{M}&&\p{sc=Inherited}]--[\u3099\u309A]]|[\p{M}&&\p{sc=Hebrew}]|[\p{Cf}\u0640]/v;
/** A character and the marks on it. */
const CLUSTERS = /[\s\S]\p{M}*/gu;
const ASCII = /^[\0-\x7f]*$/;

/** Letters that no normal form takes apart, though people leave out the difference. */
const PLAIN_FORMS: ReadonlyMap<string, string> = new Map([
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ħ', 'h'],
  ['ŧ', 't'],
  ['þ', 'th'],
  ['æ', 'ae'],
  ['œ', 'oe']
]);

/** Runs without blanks between words; words; single pictures. */
const TOKENS =
  /(?<run>[[[\p{L}\p{M}\p{N}]&&[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}]][\u3099\u309A\u30FC\p{RI}]]+)|(?<word>[[\p{L}\p{M}\p{N}]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}\u3099\u309A\u30FC]]+)|\p{ExtPict}/gv;

interface Token {
  /** A word is found by its beginning, a run anywhere in it. */
  readonly kind: 'word' | 'run';
  readonly text: string;
  readonly start: number;
}

export interface QueryPart {
  readonly kind: 'word' | 'run';
  /** Folded. */
  readonly text: string;
  /** A text that holds the part holds terms that begin with each of these. */
  readonly terms: readonly string[];
}

/** What was asked for: texts that hold every part. */
export type SearchQuery = readonly QueryPart[];

/** From the first unit to before the last, in UTF-16 units of the text as it is shown. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

function foldCluster(cluster: string): string {
  let folded = '';
  for (const character of cluster.normalize('NFKD')) {
    if (DROPPED.test(character)) continue;
    // Up and down again folds what has several small forms or none of one letter: ß, ς, ı.
    const low = character.toUpperCase().toLowerCase();
    folded += PLAIN_FORMS.get(low) ?? low;
  }
  return folded;
}

/** A text as search compares it. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = '';
  for (const [cluster] of text.matchAll(CLUSTERS)) folded += foldCluster(cluster);
  return folded;
}

function tokensOf(folded: string): Token[] {
  return Array.from(folded.matchAll(TOKENS), ({ 0: text, index, groups }) => ({
    kind: groups?.['word'] === undefined ? 'run' : 'word',
    text,
    start: index
  }));
}

function cutTerm(word: string): string {
  if (word.length <= MAX_TERM_UNITS) return word;
  const cut = word.slice(0, MAX_TERM_UNITS);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** Every two neighbours of a run; the last character alone too, so that each begins some term. */
function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  return characters.map((character, at) => character + (characters[at + 1] ?? ''));
}

/** The distinct terms of texts that belong together, at most 4,096. */
export function termsOf(texts: readonly string[]): string[] {
  const terms = new Set<string>();
  for (const text of texts) {
    for (const token of tokensOf(foldText(text.slice(0, MAX_TEXT_UNITS)))) {
      if (token.kind === 'word') terms.add(cutTerm(token.text));
      else for (const pair of pairsOf(token.text)) terms.add(pair);
      if (terms.size >= MAX_TERMS_PER_TEXT) return [...terms].slice(0, MAX_TERMS_PER_TEXT);
    }
  }
  return [...terms];
}

/** What a typed text asks for; null when there is nothing in it to look for. */
export function parseQuery(typed: string): SearchQuery | null {
  const parts = new Map<string, QueryPart>();
  for (const { kind, text } of tokensOf(foldText(typed.slice(0, MAX_QUERY_UNITS)))) {
    if (parts.size === MAX_QUERY_PARTS) break;
    const pairs = kind === 'word' ? [cutTerm(text)] : pairsOf(text);
    // The last character alone would also ask for what only begins with it.
    parts.set(text, { kind, text, terms: pairs.length === 1 ? pairs : pairs.slice(0, -1) });
  }
  return parts.size === 0 ? null : [...parts.values()];
}

/** A folded text, and for each of its units where it came from. */
interface FoldedText {
  readonly text: string;
  /** Null: each unit from the one at its place. */
  readonly sources: readonly TextRange[] | null;
}

function foldWithSources(text: string): FoldedText {
  if (ASCII.test(text)) return { text: text.toLowerCase(), sources: null };
  const sources: TextRange[] = [];
  let folded = '';
  for (const { 0: cluster, index } of text.matchAll(CLUSTERS)) {
    const source = { start: index, end: index + cluster.length };
    const piece = foldCluster(cluster);
    folded += piece;
    for (let unit = 0; unit < piece.length; unit++) sources.push(source);
  }
  return { text: folded, sources };
}

function placesOf(part: QueryPart, tokens: readonly Token[]): TextRange[] {
  const places: TextRange[] = [];
  for (const token of tokens) {
    if (token.kind !== part.kind) continue;
    if (part.kind === 'word') {
      if (token.text.startsWith(part.text))
        places.push({ start: token.start, end: token.start + part.text.length });
      continue;
    }
    for (let at = token.text.indexOf(part.text); at >= 0; at = token.text.indexOf(part.text, at + 1)) {
      places.push({ start: token.start + at, end: token.start + at + part.text.length });
    }
  }
  return places;
}

/**
 * Where texts that belong together hold what was asked for.
 * @returns the places in each text, in order and apart from each other, at most 200; null unless every part is somewhere
 */
export function findMatches(texts: readonly string[], query: SearchQuery): TextRange[][] | null {
  const read = texts.map((text) => {
    const folded = foldWithSources(text.slice(0, MAX_TEXT_UNITS));
    return { sources: folded.sources, tokens: tokensOf(folded.text), places: [] as TextRange[] };
  });
  for (const part of query) {
    let isFound = false;
    for (const { tokens, places } of read) {
      const own = placesOf(part, tokens);
      places.push(...own);
      isFound ||= own.length > 0;
    }
    if (!isFound) return null;
  }
  return read.map(({ sources, places }) => joined(places.map((place) => sourceOf(place, sources))));
}

function sourceOf({ start, end }: TextRange, sources: readonly TextRange[] | null): TextRange {
  if (sources === null) return { start, end };
  return { start: sources[start]?.start ?? start, end: sources[end - 1]?.end ?? end };
}

function joined(ranges: readonly TextRange[]): TextRange[] {
  const result: TextRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = result.at(-1);
    if (last && range.start <= last.end)
      result[result.length - 1] = { ...last, end: Math.max(last.end, range.end) };
    else result.push(range);
  }
  return result.slice(0, MAX_RANGES);
}

/** The places of a typed text in a text that is shown; empty where not all of it is there. */
export function highlightRanges(text: string, typed: string): readonly TextRange[] {
  const query = parseQuery(typed);
  return (query && findMatches([text], query)?.[0]) ?? [];
}
