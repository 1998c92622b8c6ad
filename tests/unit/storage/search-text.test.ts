import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findMatches,
  foldText,
  highlightRanges,
  parseQuery,
  termsOf
} from '../../../src/lib/storage/search-text.ts';

/** What the places of a typed text cut out of a text. */
const marked = (text: string, typed: string) =>
  highlightRanges(text, typed).map(({ start, end }) => text.slice(start, end));

/** Whether the index would propose the text. */
function isProposed(text: string, typed: string): boolean {
  const terms = termsOf([text]);
  const wanted = parseQuery(typed)?.flatMap((part) => part.terms) ?? [];
  return wanted.length > 0 && wanted.every((term) => terms.some((own) => own.startsWith(term)));
}

/** Texts of many scripts, put together of few pieces. */
const piecesUpTo = (maxLength: number) =>
  fc
    .array(
      fc.constantFrom(
        'Größe',
        'ça',
        '東京都',
        'ไทย',
        'שָׁלוֹם',
        '한국어',
        'ﬁn',
        '👍🏽',
        'x',
        '12',
        'ガラス',
        ' ',
        '-'
      ),
      { minLength: 1, maxLength }
    )
    .map((pieces) => pieces.join(''));

/** These, and any text at all, broken pairs included. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  piecesUpTo(12)
);

describe('folding', () => {
  test.each([
    ['Größe', 'grosse'],
    ['ÇA ÉTÉ', 'ca ete'],
    ['ﬁn ①', 'fin 1'],
    ['ΟΔΟΣ οδος ὁδός', 'οδοσ οδοσ οδοσ'],
    ['İstanbul ısı', 'istanbul isi'],
    ['Łódź Ørsted Æsir', 'lodz orsted aesir'],
    ['Ёлка', 'елка'],
    ['مُحَمَّد', 'محمد'],
    ['שָׁלוֹם', 'שלום'],
    ['soft\u00ADhy\u200Bphen', 'softhyphen'],
    ['ＡＢＣ', 'abc'],
    ['ไทย', 'ไทย']
  ])('%s is compared as %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  test('does not depend on the normal form, and folds nothing further the second time', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(foldText(text.normalize('NFD'))).toBe(foldText(text.normalize('NFC')));
        expect(foldText(foldText(text))).toBe(foldText(text));
      })
    );
  });

  test('keeps apart what is written differently', () => {
    expect(foldText('か')).not.toBe(foldText('が'));
    expect(foldText('bar')).not.toBe(foldText('ban'));
  });
});

describe('a typed text', () => {
  test('finds words by their beginnings, all of them, in any order', () => {
    const text = 'The train is late again';
    expect(marked(text, 'LAT tra')).toEqual(['tra', 'lat']);
    expect(marked(text, 'late bus')).toEqual([]);
    expect(marked(text, 'rain')).toEqual([]);
    expect(isProposed(text, 'rain')).toBe(false);
  });

  test('asks for nothing when there is no word in it', () => {
    for (const typed of ['', '   ', '?!…', '\u0301', '\uD800']) expect(parseQuery(typed)).toBeNull();
  });

  test('finds scripts without blanks anywhere, in one piece', () => {
    expect(marked('明日東京都へ行く', '京都')).toEqual(['京都']);
    expect(marked('明日東京都へ行く', '都')).toEqual(['都']);
    expect(marked('明日東京都へ行く', '京へ')).toEqual([]);
    expect(marked('ฉันรักภาษาไทย', 'ภาษา')).toEqual(['ภาษา']);
    expect(marked('新しいiPhone充電器', 'iphone 電器')).toEqual(['iPhone', '電器']);
  });

  test('finds Korean while a syllable is still being typed', () => {
    expect(marked('한국어', '하')).toEqual(['한']);
    expect(marked('한국어', '한국')).toEqual(['한국']);
  });

  test('marks the places as they are written', () => {
    expect(marked('Die Größe, die GROSSE', 'gross')).toEqual(['Größ', 'GROSS']);
    expect(marked('cafe\u0301 👍🏽', 'café')).toEqual(['cafe\u0301']);
    expect(marked('gut 👍🏽 ja', '👍')).toEqual(['👍']);
  });

  test('joins places that touch', () => {
    expect(highlightRanges('aaab', 'aa aaa')).toEqual([{ start: 0, end: 3 }]);
  });

  test('is found in any of the texts that belong together, and marked where it is', () => {
    const query = parseQuery('bread receipt');
    expect(query && findMatches(['bring bread', 'receipt.pdf'], query)).toEqual([
      [{ start: 6, end: 11 }],
      [{ start: 0, end: 7 }]
    ]);
    expect(query && findMatches(['bring bread', 'list.pdf'], query)).toBeNull();
  });

  test('is bounded, however long', () => {
    const parts = parseQuery('word '.repeat(10).concat(...Array.from({ length: 900 }, (_, at) => ` w${at}`)));
    expect(parts?.length).toBeLessThanOrEqual(12);
    expect(
      termsOf([Array.from({ length: 50_000 }, (_, at) => `w${at}`).join(' ')]).length
    ).toBeLessThanOrEqual(4_096);
    expect(marked('a'.repeat(100), 'a'.repeat(60))).toEqual(['a'.repeat(60)]);
    expect(isProposed('a'.repeat(100), 'a'.repeat(60))).toBe(true);
    expect(marked('a'.repeat(50), 'a'.repeat(60))).toEqual([]);
  });
});

describe('the terms of a text', () => {
  test('propose the text for whatever is found in it', () => {
    let found = 0;
    fc.assert(
      fc.property(piecesUpTo(12), piecesUpTo(2), (text, typed) => {
        if (highlightRanges(text, typed).length === 0) return;
        found += 1;
        expect(isProposed(text, typed)).toBe(true);
      }),
      { numRuns: 1_000 }
    );
    expect(found).toBeGreaterThan(50);
  });

  test('a beginning of a word and any piece of a run find it', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), (text, from, length) => {
        const folded = foldText(text);
        for (const { kind, text: part } of parseQuery(text) ?? []) {
          const characters = Array.from(part);
          const start = kind === 'word' ? 0 : from % characters.length;
          const typed = characters.slice(start, start + 1 + (length % characters.length)).join('');
          if (parseQuery(typed)?.[0]?.text !== typed) continue;
          expect(folded).toContain(typed);
          expect(highlightRanges(text, typed).length).toBeGreaterThan(0);
          expect(isProposed(text, typed)).toBe(true);
        }
      })
    );
  });

  test('places lie within the text, in order and apart', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let last = -1;
        for (const { start, end } of highlightRanges(text, text)) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          last = end;
        }
      })
    );
  });
});
