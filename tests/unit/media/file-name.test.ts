import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFileName } from '../../../src/lib/media/index.ts';

describe('a name made safe', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['Übersicht – März (2).pdf', 'Übersicht – März (2).pdf'],
    ['家族👨‍👩‍👧.png', '家族👨‍👩‍👧.png'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Users\\me\\x.txt', 'C__Users_me_x.txt'],
    ['invoice\u202egnp.exe', 'invoicegnp.exe'],
    ['a\u0000b\r\nc.txt', 'abc.txt'],
    ['photo.jpg                                  .exe', 'photo.jpg .exe'],
    ['.htaccess', 'htaccess'],
    ['x. . .', 'x'],
    ['NUL.txt', '_NUL.txt'],
    ['com1', '_com1'],
    ['a\ud800b', 'ab'],
    ['', 'file'],
    ['...', 'file'],
    ['\u202e\u200f', 'file'],
    ['a∕b／c', 'a_b_c']
  ])('%j becomes %j', (given, wanted) => {
    expect(safeFileName(given)).toBe(wanted);
  });

  it('of 10,000 characters is cut before its extension, at a whole character', () => {
    const name = safeFileName(`${'ä👍'.repeat(5_000)}.jpeg`);
    expect(name).toMatch(/^(?:ä👍)+ä?….jpeg$/u);
    expect([...name].length).toBeLessThanOrEqual(120);
    expect(safeFileName('x'.repeat(10_000))).toBe(`${'x'.repeat(119)}…`);
    expect(safeFileName(`a.${'b'.repeat(10_000)}`).length).toBeLessThanOrEqual(120);
  });

  it('is never empty, long, hidden, a path, turned around or half a character, and safe names stay', () => {
    const tricky = fc.constantFrom(
      ...'./\\:\u202e\u200b\u2066 …\ud83d\ufeff\u0301con\u0000'.split(''),
      'CON',
      '.exe'
    );
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc
        .array(fc.oneof(tricky, fc.string({ maxLength: 3 })), { maxLength: 80 })
        .map((parts) => parts.join(''))
    );
    fc.assert(
      fc.property(names, (given) => {
        const name = safeFileName(given);
        expect(name).not.toBe('');
        expect([...name].length).toBeLessThanOrEqual(120);
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
        expect(name).not.toMatch(/[/\\:\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
        expect(name).not.toMatch(/^[. ]|[. ]$/u);
        expect(name).not.toMatch(/^(?:con|nul|aux|prn)(?:\.|$)/iu);
        expect(name.isWellFormed()).toBe(true);
        expect(safeFileName(name)).toBe(name);
      }),
      { numRuns: 1_000 }
    );
  });
});
