import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertEmoji, loadEmoji, QUICK_EMOJI, typedCode } from '../../../src/lib/state/emoji.ts';

describe('the list of emoji', () => {
  it('has every group, no emoji twice, and a name for each', async () => {
    const { groups } = await loadEmoji();
    const all = groups.flatMap(({ emoji }) => emoji);
    expect(groups).toHaveLength(9);
    expect(all.length).toBeGreaterThan(1_800);
    expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length);
    expect(all.filter(({ emoji, name, codes }) => emoji === '' || name === '' || codes.length === 0)).toEqual(
      []
    );
  });

  it('holds each emoji as one character for the eye', async () => {
    const segmenter = new Intl.Segmenter('en');
    const { groups } = await loadEmoji();
    const long = groups
      .flatMap(({ emoji }) => emoji)
      .filter(({ emoji }) => [...segmenter.segment(emoji)].length !== 1);
    expect(long).toEqual([]);
  });

  it.each([
    ['tada', '🎉'],
    ['thumbs up', '👍'],
    ['sailboat', '⛵'],
    ['heart', '❤️'],
    ['hea', '❤️']
  ])('finds %s first by name', async (wanted, emoji) => {
    expect((await loadEmoji()).search(wanted, 8)[0]?.emoji).toBe(emoji);
  });

  it('finds by the beginning of a word and by further words, and nothing for nonsense', async () => {
    const list = await loadEmoji();
    expect(list.search('sailb', 5).map(({ emoji }) => emoji)).toContain('⛵');
    expect(list.search('cheerful', 40).map(({ emoji }) => emoji)).toContain('😀');
    expect(list.search('xqzzy', 5)).toEqual([]);
    expect(list.search('  ', 5)).toEqual([]);
    expect(list.search('a', 7)).toHaveLength(7);
  });

  it('knows names with and without the variation selector', async () => {
    const list = await loadEmoji();
    expect(list.nameOf('❤')).toBe('red heart');
    expect(list.nameOf('❤️')).toBe('red heart');
    expect(list.nameOf('no emoji')).toBeNull();
    expect(QUICK_EMOJI.map((emoji) => list.nameOf(emoji)).filter((name) => name === null)).toEqual([]);
    expect(list.byCode('Tada')?.emoji).toBe('🎉');
    expect(list.byCode('nothing_like_it')).toBeNull();
  });
});

describe('a name between colons', () => {
  it.each([
    [':ta', 'ta', 0, false],
    ['well :tada', 'tada', 5, false],
    ['(:+1', '+1', 1, false],
    [':tada:', 'tada', 0, true]
  ])('is seen in %s', (text, code, start, closed) => {
    expect(typedCode(text, text.length)).toEqual({ start, end: text.length, code, closed });
  });

  it.each([
    'https://a.example:80',
    'at 12:30',
    'a:b',
    ':',
    ':t',
    'see https://x/:name',
    ':two words',
    '::',
    ':a b:'
  ])('is not seen in %s', (text) => {
    expect(typedCode(text, text.length)).toBeNull();
  });

  it('ends at the caret', () => {
    expect(typedCode(':tada and more', 3)).toEqual({ start: 0, end: 3, code: 'ta', closed: false });
  });

  it('is replaced without touching what is around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = `${before}:tada:${after}`;
        const done = insertEmoji(text, before.length, before.length + 6, '🎉');
        expect(done.text).toBe(`${before}🎉${after}`);
        expect(done.text.slice(0, done.caret)).toBe(`${before}🎉`);
      })
    );
  });
});
