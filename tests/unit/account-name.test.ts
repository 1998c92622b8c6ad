import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACCOUNT_NAME_LENGTH, parseAccountName } from '../../src/lib/account-name.ts';

test('a name is taken in lower case and without blanks around it', () => {
  expect(parseAccountName('  Ana-B_7 ')).toBe('ana-b_7');
  expect(parseAccountName('a'.repeat(ACCOUNT_NAME_LENGTH))).toHaveLength(ACCOUNT_NAME_LENGTH);
});

test('what cannot be registered is no name', () => {
  const broken = [
    '',
    ' ',
    '-',
    '-a',
    'a-',
    'a b',
    'a.b',
    'ä',
    'a\u0000b',
    'a'.repeat(ACCOUNT_NAME_LENGTH + 1)
  ];
  for (const text of [...broken, 'a'.repeat(1_000_000)]) expect(parseAccountName(text)).toBeNull();
});

test('whatever is typed, a name holds only what names hold, and is its own name', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\w -]{0,70}$/)), (text) => {
      const name = parseAccountName(text);
      if (name === null) return;
      expect(name).toMatch(/^[a-z0-9_-]{1,64}$/);
      expect(parseAccountName(name)).toBe(name);
    })
  );
});
