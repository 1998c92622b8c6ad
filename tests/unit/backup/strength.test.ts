import { describe, expect, it } from 'vitest';
import { passphraseStrength } from '../../../src/lib/backup/index.ts';
import { WORD_LIST } from '../../../src/lib/crypto/word-list.ts';

const listed = new Set(WORD_LIST);
const judge = (passphrase: string) => passphraseStrength(passphrase, (word) => listed.has(word));

describe('the strength of a passphrase', () => {
  it.each([
    'password',
    'Password1',
    'P4ssw0rd!',
    'aaaaaaaaaaaaaaaa',
    'abcdefghijkl',
    'qwertyuiop123',
    '12345678901234567890',
    'summer2024',
    'passwordpassword',
    'monkey monkey monkey monkey monkey',
    'letmein12345'
  ])('of %s is weak', (passphrase) => {
    expect(judge(passphrase).level).toBe('weak');
  });

  it('grows with words of a list by what a draw from it is worth, and no more', () => {
    const words = WORD_LIST.filter((word) => word.length > 4).slice(100, 1_600);
    const at = (count: number) =>
      judge(
        words
          .filter((_, index) => index % 200 === 0)
          .slice(0, count)
          .join(' ')
      );
    const drawn = Math.log2(WORD_LIST.length);
    for (const count of [3, 4, 5, 6]) {
      expect(at(count).bits).toBeLessThanOrEqual(Math.ceil(count * drawn + count));
      expect(at(count).bits).toBeGreaterThan(at(count - 1).bits);
    }
    expect(at(3).level).toBe('fair');
    expect(at(4).level).not.toBe('strong');
    expect(at(6).level).toBe('strong');
  });

  it('of random characters is what they are worth', () => {
    expect(judge('xQ7#mB2!vK9$').level).toMatch(/good|strong/);
    expect(judge('k3').bits).toBeLessThan(12);
    expect(judge('').bits).toBe(0);
  });

  it('does not grow by saying the same again', () => {
    const once = judge('harbour lantern');
    expect(judge('harbour lantern harbour lantern').bits - once.bits).toBeLessThan(5);
  });
});
