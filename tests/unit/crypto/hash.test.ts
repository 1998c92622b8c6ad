import { blake2b as nobleBlake2b } from '@noble/hashes/blake2.js';
import { sha3_256 as nobleSha3, shake256 as nobleShake } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, utf8ToBytes } from '#lib/bytes/index.ts';
import { blake2b, sha3, shake256 } from '#lib/crypto/index.ts';
import { UsageError } from '#lib/errors.ts';

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
/** Around the ends of blocks of 128 and 136 bytes, and anywhere. */
const messages = fc.oneof(bytes(0, 20), bytes(120, 140), bytes(250, 275), bytes(0, 2_000));

describe('BLAKE2b', () => {
  it('gives the answers of RFC 7693 and of the reference implementation', () => {
    expect(bytesToHex(blake2b(utf8ToBytes('abc'), { length: 64 }))).toBe(
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1' +
        '7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923'
    );
    expect(bytesToHex(blake2b(new Uint8Array(), { length: 32 }))).toBe(
      '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8'
    );
    const key = Uint8Array.from({ length: 64 }, (_, index) => index);
    expect(bytesToHex(blake2b(new Uint8Array(), { length: 64, key }))).toBe(
      '10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786' +
        'b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568'
    );
  });

  it('agrees with noble for every length of message, key and hash, with and without personalisation', () => {
    fc.assert(
      fc.property(
        messages,
        fc.integer({ min: 1, max: 64 }),
        fc.option(bytes(0, 64), { nil: undefined }),
        fc.option(bytes(16), { nil: undefined }),
        (message, length, key, personalisation) => {
          const hash = blake2b(message, {
            length,
            ...(key && { key }),
            ...(personalisation && { personalisation })
          });
          const expected = nobleBlake2b(message, {
            dkLen: length,
            ...(key && key.length > 0 && { key }),
            ...(personalisation && { personalization: personalisation })
          });
          expect(bytesToHex(hash)).toBe(bytesToHex(expected));
        }
      ),
      { numRuns: 400 }
    );
  });

  it('leaves what it was given as it was, and hashes views at any place', () => {
    const whole = Uint8Array.from({ length: 301 }, (_, index) => index);
    const before = whole.slice();
    const hash = blake2b(whole.subarray(3, 300), { length: 20, key: whole.subarray(1, 30) });
    expect(whole).toEqual(before);
    expect(hash).toEqual(
      nobleBlake2b(before.slice(3, 300), { dkLen: 20, key: before.slice(1, 30) }) as Uint8Array
    );
  });

  it.each([
    ['no bytes', { length: 0 }],
    ['more than 64 bytes', { length: 65 }],
    ['half a byte', { length: 1.5 }],
    ['a key of 65 bytes', { length: 32, key: new Uint8Array(65) }],
    ['a personalisation of 15 bytes', { length: 32, personalisation: new Uint8Array(15) }]
  ])('refuses %s', (_, options) => {
    expect(() => blake2b(new Uint8Array(3), options)).toThrow(UsageError);
  });
});

describe('SHA-3', () => {
  it('gives the answers of FIPS 202', () => {
    expect(bytesToHex(sha3(new Uint8Array()))).toBe(
      'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a'
    );
    expect(bytesToHex(sha3(utf8ToBytes('abc')))).toBe(
      '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'
    );
    expect(bytesToHex(shake256(new Uint8Array(), 32))).toBe(
      '46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f'
    );
  });

  it('agrees with noble for every length of message and output', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 500 }), (message, length) => {
        expect(bytesToHex(sha3(message))).toBe(bytesToHex(nobleSha3(message)));
        expect(bytesToHex(shake256(message, length))).toBe(
          bytesToHex(nobleShake(message, { dkLen: length }))
        );
      }),
      { numRuns: 300 }
    );
  });
});
