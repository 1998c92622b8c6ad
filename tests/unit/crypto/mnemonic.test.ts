import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkRecoveryWords,
  decodeRecoveryPassword,
  encodeRecoveryPassword,
  MnemonicError
} from '../../../src/lib/crypto/index.ts';
import { WORD_LIST } from '../../../src/lib/crypto/word-list.ts';
import { bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { codeThrown, MESSAGES } from './support.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const PHRASE = 'amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed';
const SEED_HEX = '000102030405060708090a0b0c0d0e0f';

describe('the word list', () => {
  it('is the one that clients use', () => {
    const vector = MESSAGES.word_list;
    expect(WORD_LIST).toHaveLength(vector.count);
    expect([WORD_LIST[0], WORD_LIST[813], WORD_LIST.at(-1)]).toEqual([
      vector.first,
      vector.index_813,
      vector.last
    ]);
    expect(sha256(WORD_LIST.join('\n'))).toBe(vector.sha256_of_words_joined_by_newline_no_trailing_newline);
    expect(sha256(WORD_LIST.join(','))).toBe(vector.sha256_of_words_joined_by_comma);
    const prefixes = new Set(WORD_LIST.map((word) => word.slice(0, vector.prefix_length)));
    expect(prefixes.size).toBe(vector.distinct_prefixes);
  });
});

describe('a recovery password', () => {
  it.each(MESSAGES.accounts)('encodes a seed and decodes to it: $what', (vector) => {
    expect(encodeRecoveryPassword(hexToBytes(vector.seed_hex)).join(' ')).toBe(vector.recovery_phrase);
    expect(bytesToHex(decodeRecoveryPassword(vector.recovery_phrase))).toBe(vector.seed_hex);
  });

  it.each(MESSAGES.recovery_phrase_accept)('is accepted: $what', ({ input, expect: seedHex }) => {
    expect(bytesToHex(decodeRecoveryPassword(input))).toBe(seedHex);
    expect(checkRecoveryWords(input).problem).toBeNull();
  });

  it.each(MESSAGES.recovery_phrase_reject)(
    'is refused with its own code: $what',
    ({ input, expect_error }) => {
      const code = `phrase-${expect_error.replaceAll('_', '-')}`;
      expect(codeThrown(() => decodeRecoveryPassword(input))).toBe(code);
      expect(checkRecoveryWords(input).problem).toBe(code);
    }
  );

  it('says which word it does not know', () => {
    const text = PHRASE.replace('lamb', 'Lxmb');
    let details: unknown = null;
    try {
      decodeRecoveryPassword(text);
    } catch (error) {
      if (error instanceof MnemonicError) details = error.details;
    }
    expect(details).toEqual({ index: 6, word: 'lxmb' });
  });

  it('has the hex form of QR codes', () => {
    expect(bytesToHex(decodeRecoveryPassword(` ${SEED_HEX.toUpperCase()}\n`))).toBe(SEED_HEX);
    expect(codeThrown(() => decodeRecoveryPassword(SEED_HEX.slice(1)))).toBe('phrase-too-short');
  });

  it('round-trips for every seed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (seed) => {
        const words = encodeRecoveryPassword(seed);
        expect(words).toHaveLength(13);
        expect(bytesToHex(decodeRecoveryPassword(words.join(' ')))).toBe(bytesToHex(seed));
        const shortened = words.map((word) => word.slice(0, 3).toUpperCase()).join(', ');
        expect(bytesToHex(decodeRecoveryPassword(shortened))).toBe(bytesToHex(seed));
      })
    );
  });

  it('decodes any text to 16 bytes or throws MnemonicError', () => {
    const word = fc.oneof(fc.constantFrom(...WORD_LIST), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 16 }), (words) => {
        try {
          expect(decodeRecoveryPassword(words.join(' '))).toHaveLength(16);
        } catch (error) {
          expect(error).toBeInstanceOf(MnemonicError);
        }
      })
    );
  });

  it('is not made of a seed of another length', () => {
    expect(codeThrown(() => encodeRecoveryPassword(new Uint8Array(32)))).toBe('bad-key-length');
  });
});

describe('checking words while they are typed', () => {
  it('calls the unfinished last word partial and completes it', () => {
    const { words, problem } = checkRecoveryWords('amaze bu');
    expect(problem).toBe('phrase-too-short');
    expect(words[0]).toEqual({ word: 'amaze', status: 'ok', suggestions: [] });
    expect(words[1]).toMatchObject({ word: 'bu', status: 'partial' });
    expect(words[1]?.suggestions.length).toBeGreaterThan(1);
    for (const suggestion of words[1]?.suggestions ?? []) expect(suggestion.startsWith('bu')).toBe(true);
  });

  it('calls the same word unknown once it is finished', () => {
    expect(checkRecoveryWords('amaze bu ').words[1]?.status).toBe('unknown');
    expect(checkRecoveryWords('bu amaze').words[0]?.status).toBe('unknown');
  });

  it('completes a word that already counts', () => {
    expect(checkRecoveryWords('ama').words[0]).toEqual({ word: 'ama', status: 'ok', suggestions: ['amaze'] });
    expect(checkRecoveryWords('amaze').words[0]?.suggestions).toEqual([]);
  });

  it('suggests the word that was meant for a mistyped one', () => {
    expect(checkRecoveryWords('amaze bxffet cake').words[1]).toMatchObject({ status: 'unknown' });
    expect(checkRecoveryWords('amaze bxffet cake').words[1]?.suggestions).toContain('buffet');
  });

  it('finds nothing wrong with a whole recovery password', () => {
    const { words, problem } = checkRecoveryWords(PHRASE);
    expect(problem).toBeNull();
    expect(words.map(({ word }) => word).join(' ')).toBe(PHRASE);
    expect(words.every(({ status }) => status === 'ok')).toBe(true);
  });

  it('takes the hex form without words', () => {
    expect(checkRecoveryWords(SEED_HEX)).toEqual({ words: [], problem: null });
  });

  it('stays bounded for endless text', () => {
    const { words, problem } = checkRecoveryWords(`${'a'.repeat(100_000)} ${'zzq '.repeat(100_000)}`);
    expect(problem).toBe('phrase-too-long');
    expect(words.length).toBeLessThanOrEqual(14);
  });
});
