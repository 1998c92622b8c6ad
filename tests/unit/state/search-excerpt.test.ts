import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/lib/state/search-excerpt.ts';

const matches = (text: string, ranges: { start: number; end: number }[]) =>
  excerpt(text, ranges)
    .filter((part) => part.isMatch)
    .map((part) => part.text);

describe('an excerpt of a found message', () => {
  it('lights every match, in order and in their own letters', () => {
    const text = 'Ferry, then another ferry';
    const ranges = [
      { start: 20, end: 25 },
      { start: 0, end: 5 }
    ];
    expect(matches(text, ranges)).toEqual(['Ferry', 'ferry']);
    expect(
      excerpt(text, ranges)
        .map((part) => part.text)
        .join('')
    ).toBe(text);
  });

  it('begins near the first match, at a word, and says that something was left out', () => {
    const text = `${'word '.repeat(100)}ferry home`;
    const [dots, before, match] = excerpt(text, [{ start: 500, end: 505 }]);
    expect(dots).toEqual({ text: '…', isMatch: false });
    expect(before?.text).toMatch(/^(word )+$/);
    expect(match).toEqual({ text: 'ferry', isMatch: true });
  });

  it('shows the beginning where the text itself holds no match', () => {
    expect(excerpt('a  b\nc', [])).toEqual([{ text: 'a b c', isMatch: false }]);
    expect(excerpt('', [])).toEqual([]);
  });

  it('survives ranges that overlap or leave the text, and stays short', () => {
    const range = fc.record({ start: fc.nat(400), end: fc.nat(400) });
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(range, { maxLength: 8 }),
        (text, ranges) => {
          const parts = excerpt(
            text,
            ranges.map(({ start, end }) => ({ start: Math.min(start, end), end: Math.max(start, end) }))
          );
          expect(parts.map((part) => part.text).join('').length).toBeLessThanOrEqual(161);
        }
      )
    );
  });
});
