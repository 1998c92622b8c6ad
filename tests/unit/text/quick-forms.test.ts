// What is written without the language's data is what the data would have written.
import { describe, expect, it } from 'vitest';
import { initials } from '../../../src/lib/state/avatar.ts';
import { createFormats } from '../../../src/lib/text/format.ts';
import { createNumber, createPlural } from '../../../src/lib/text/plural.ts';

const MOMENTS = Array.from({ length: 96 }, (_, quarter) => new Date(2026, 2, 1, 0, quarter * 15).getTime());

describe('forms without the data of a language', () => {
  it('counts as the rules of English do', () => {
    const rules = new Intl.PluralRules('en');
    const plural = createPlural('en');
    const number = createNumber('en');
    const numbers = new Intl.NumberFormat('en');
    for (const count of [...Array(1_200).keys(), -1, 0.5, 1.5, 12_345]) {
      const form = rules.select(count) === 'one' ? 'one' : 'other';
      expect(plural(count, { one: 'one', other: 'other' })).toBe(form);
      expect(number(count)).toBe(numbers.format(count));
    }
  });

  it.each([
    ['en-GB', 'en-GB'],
    ['en-US', 'en-US'],
    ['en-US', 'en-GB'],
    ['de-DE', 'en-GB'],
    ['en-GB', 'en-US']
  ])('tells the time of a browser in %s, in words of %s, with that browser’s clock', (own, locale) => {
    const ownClock = () => new Intl.DateTimeFormat(own, { hour: 'numeric', minute: '2-digit' });
    const { hourCycle } = ownClock().resolvedOptions();
    const quick = createFormats({ locale, ownClock });
    const slow = createFormats({ locale, hourCycle: () => hourCycle });
    for (const ms of MOMENTS) expect(quick.time(ms)).toBe(slow.time(ms));
    expect(quick.full(MOMENTS[40] as number)).toBe(slow.full(MOMENTS[40] as number));
  });

  it('takes first letters as a reader sees them', () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    for (const name of [
      'ana',
      'e\u0301mile',
      'a',
      '\u{1F469}\u200D\u{1F680}',
      '7up',
      'x\u0308',
      'été',
      'A\u200Db'
    ]) {
      const [first] = segmenter.segment(name);
      expect(initials(name)).toBe(first?.segment.toLocaleUpperCase());
    }
    expect(initials('Ana Maria Braun')).toBe('AB');
  });
});
