import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { padMessage, stripPadding } from '../../../src/lib/crypto/index.ts';
import { bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { MESSAGES } from './support.ts';

const { bytes, lengths, strip_only } = MESSAGES.message_padding;

describe('message padding', () => {
  it.each(lengths)('makes $padded_length bytes of $content_length', ({ content_length, padded_length }) => {
    expect(padMessage(new Uint8Array(content_length).fill(7))).toHaveLength(padded_length);
  });

  it.each(bytes)('is exact for "$content_hex"', ({ content_hex, padded_hex }) => {
    expect(bytesToHex(padMessage(hexToBytes(content_hex)))).toBe(padded_hex);
    expect(bytesToHex(stripPadding(hexToBytes(padded_hex)))).toBe(content_hex);
  });

  it.each(strip_only)('is stripped from other clients: $what', ({ padded_hex, content_hex }) => {
    expect(bytesToHex(stripPadding(hexToBytes(padded_hex)))).toBe(content_hex);
  });

  it('is stripped again from content of any length, and always ends in a zero', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (content) => {
        const padded = padMessage(content);
        expect(padded.length % 160).toBe(0);
        expect(padded.at(-1)).toBe(0);
        expect(bytesToHex(stripPadding(padded))).toBe(bytesToHex(content));
      })
    );
  });

  it('leaves bytes without the mark as they are', () => {
    for (const hex of ['', '00', '0000', '0100', 'ff', '8001']) {
      expect(bytesToHex(stripPadding(hexToBytes(hex)))).toBe(hex);
    }
  });
});
