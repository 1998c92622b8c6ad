import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isRecoveryReady,
  isSeedHex,
  mirrorSlots,
  readRecoveryQr,
  recoveryProblem,
  recoveryWords,
  replaceWord,
  type PhraseCheck
} from '../../../src/lib/state/recovery-field.ts';

const LIST = [
  'velvet',
  'ozone',
  'lagoon',
  'gnaw',
  'tavern',
  'emerge',
  'puffin',
  'vivid',
  'sifting',
  'haunted'
];
const THIRTEEN = [...LIST, 'wobbly', 'mirror', 'gnaw'];

/** What the engine would say, with `unknown` words named. */
function check(
  text: string,
  o: { unknown?: string[]; partial?: Record<string, string>; problem?: string } = {}
): PhraseCheck {
  const words = recoveryWords(text).map((word) => {
    if (o.unknown?.includes(word))
      return { word, status: 'unknown' as const, suggestions: ['vivid', 'video'] };
    const whole = o.partial?.[word];
    if (whole) return { word, status: 'partial' as const, suggestions: [whole] };
    return { word, status: 'ok' as const, suggestions: [] };
  });
  return { words, problem: o.problem ?? null };
}

describe('the slots', () => {
  it('mirror thirteen words whatever stands between them', () => {
    const text = THIRTEEN.map((word, index) => `${index + 1}. ${word.toUpperCase()},\n`).join('\t');
    const slots = mirrorSlots(text, check(text));
    expect(slots.map((slot) => slot.word)).toEqual(THIRTEEN);
    expect(slots.every((slot) => slot.state === 'ok')).toBe(true);
    expect(slots.map((slot) => slot.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('show what would complete the word being typed', () => {
    const text = 'velvet mir';
    const slots = mirrorSlots(text, check(text, { partial: { mir: 'mirror' } }));
    expect(slots[1]).toEqual({ number: 2, word: 'mir', state: 'typing', ghost: 'ror' });
    expect(slots[2]?.state).toBe('empty');
  });

  it('offer the rest of a word that is told apart already', () => {
    const words = [{ word: 'mir', status: 'ok' as const, suggestions: ['mirror'] }];
    expect(mirrorSlots('mir', { words, problem: null })[0]).toMatchObject({ state: 'typing', ghost: 'ror' });
    expect(mirrorSlots('mir ', { words, problem: null })[0]).toMatchObject({ state: 'ok', ghost: '' });
  });

  it('do not judge a word by an answer about another one', () => {
    const slots = mirrorSlots('velvet ozone ', check('velvet ozon '));
    expect(slots.map((slot) => slot.state).slice(0, 3)).toEqual(['ok', 'waiting', 'empty']);
  });

  it('stay empty for the hex of a QR code', () => {
    expect(
      mirrorSlots('0123456789abcdef0123456789abcdef', null).every((slot) => slot.state === 'empty')
    ).toBe(true);
  });
});

describe('the one problem', () => {
  it('is the first unknown word, named and numbered, before anything else', () => {
    const text = [...THIRTEEN.slice(0, 7), 'vidid', 'vodod', 'x'].join(' ') + ' ';
    expect(
      recoveryProblem(
        text,
        check(text, { unknown: ['vidid', 'vodod', 'x'], problem: 'phrase-unknown-word' }),
        true
      )
    ).toEqual({
      code: 'phrase-unknown-word',
      index: 7,
      word: 'vidid',
      suggestions: ['vivid', 'video']
    });
  });

  it('is not a short word that is still being typed', () => {
    expect(recoveryProblem('velvet vi', check('velvet vi', { unknown: ['vi'] }), false)).toBeNull();
    expect(recoveryProblem('velvet vi ', check('velvet vi ', { unknown: ['vi'] }), false)).toMatchObject({
      index: 1
    });
  });

  it('is a missing word only once the button was pressed', () => {
    const text = THIRTEEN.slice(0, 12).join(' ');
    const short = check(text, { problem: 'phrase-too-short' });
    expect(recoveryProblem(text, short, false)).toBeNull();
    expect(recoveryProblem(text, short, true)).toEqual({ code: 'phrase-too-short', count: 12 });
  });

  it('is one word too many at once', () => {
    const text = [...THIRTEEN, 'gnaw'].join(' ');
    expect(recoveryProblem(text, check(text, { problem: 'phrase-too-long' }), false)).toEqual({
      code: 'phrase-too-long',
      count: 14
    });
  });

  it('is the phrase as a whole when every word exists', () => {
    const text = THIRTEEN.join(' ');
    for (const problem of ['phrase-checksum', 'phrase-overflow'] as const) {
      expect(recoveryProblem(text, check(text, { problem }), false)).toEqual({ code: problem });
    }
    expect(recoveryProblem(text, check(text), true)).toBeNull();
  });
});

describe('a suggestion', () => {
  it('takes the place of the wrong word and of nothing else', () => {
    expect(replaceWord('1. velvet, vidid;\nozone', 1, 'vivid')).toBe('1. velvet, vivid;\nozone');
  });

  it('finishes the last word with a blank, so that the next can follow', () => {
    expect(replaceWord('velvet mir', 1, 'mirror')).toBe('velvet mirror ');
    expect(replaceWord(THIRTEEN.join(' '), 12, 'gnaw')).toBe(THIRTEEN.join(' '));
  });

  it('changes nothing when there is no such word', () => {
    expect(replaceWord('velvet', 3, 'vivid')).toBe('velvet');
  });

  it('leaves every other word as it was', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 13 }), fc.nat(12), (words, at) => {
        const index = at % words.length;
        const after = recoveryWords(replaceWord(words.join(' '), index, 'vivid'));
        expect(after).toEqual(words.map((entry, position) => (position === index ? 'vivid' : entry)));
      })
    );
  });
});

describe('a QR code', () => {
  it('is told apart from the code of an Account ID, even one that reads like thirteen words', () => {
    const wordy = `05${'a1'.repeat(12)}b${'0'.repeat(39)}`;
    expect(recoveryWords(wordy)).toHaveLength(13);
    expect(readRecoveryQr(wordy)).toBe('account');
    expect(readRecoveryQr(`https://chat.example/#/c/${wordy}`)).toBe('account');
    expect(readRecoveryQr('0123456789abcdef0123456789ABCDEF')).toBe('phrase');
    expect(readRecoveryQr(THIRTEEN.join(' '))).toBe('phrase');
    expect(readRecoveryQr('https://chat.example/')).toBe('other');
  });
});

describe('the button', () => {
  it('is ready for a whole phrase without a problem, or for the hex of a QR code', () => {
    const text = THIRTEEN.join(' ');
    expect(isRecoveryReady(text, check(text))).toBe(true);
    expect(isRecoveryReady(text, check(text, { problem: 'phrase-checksum' }))).toBe(false);
    expect(isRecoveryReady(text, null)).toBe(false);
    expect(isRecoveryReady('velvet', check('velvet'))).toBe(false);
    expect(isRecoveryReady('0123456789ABCDEF0123456789abcdef\n', null)).toBe(true);
    expect(isSeedHex('0123456789abcdef0123456789abcde')).toBe(false);
  });
});
