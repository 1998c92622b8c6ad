import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8Length } from '../../../src/lib/bytes/index.ts';
import { parseDisplayName, receivedName } from '../../../src/lib/messenger/display-name.ts';
import { countCodePoints, cutToCodePoints } from '../../../src/lib/messenger/limits.ts';

describe('names', () => {
  test('lose what is invisible at their ends only', () => {
    expect(parseDisplayName('\u200B \uFEFFAna\u200DMaria \u2060\n')).toBe('Ana\u200DMaria');
  });

  test.each(['', '   ', '\u200B\u2060\uFEFF', '\n'])('%j is empty', (text) => {
    expect(() => parseDisplayName(text)).toThrow(expect.objectContaining({ code: 'name-empty' }));
    expect(receivedName(text)).toBeNull();
  });

  test('are 100 bytes at most; a received one is cut at a character', () => {
    expect(parseDisplayName('ä'.repeat(50))).toHaveLength(50);
    expect(() => parseDisplayName('ä'.repeat(51))).toThrow(
      expect.objectContaining({ code: 'name-too-long' })
    );
    expect(receivedName('😀'.repeat(30))).toBe('😀'.repeat(25));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const name = receivedName(text);
        if (name === null) return;
        expect(utf8Length(name)).toBeLessThanOrEqual(100);
        expect(name.isWellFormed()).toBe(true);
        expect(name).not.toBe('');
      })
    );
  });
});

test('cutting counts code points and never splits one', () => {
  expect(cutToCodePoints('a😀b', 2)).toBe('a😀');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(60), (text, limit) => {
      const cut = cutToCodePoints(text, limit);
      expect(text.startsWith(cut)).toBe(true);
      expect(countCodePoints(cut)).toBe(Math.min(limit, countCodePoints(text)));
    })
  );
});
