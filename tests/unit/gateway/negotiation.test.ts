import { describe, expect, it } from 'vitest';
import { chooseEncoding, entityTag, isUnchanged } from '../../../gateway/negotiation.ts';

describe('the encoding of an answer', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br; q=0, gzip; q=0.0', 'identity'],
    ['*', 'br'],
    ['*;q=0', 'identity'],
    ['BR', 'br'],
    ['brotli', 'identity'],
    ['gzip;q=abc', 'identity']
  ])('for %s is %s', (accept, encoding) => {
    expect(chooseEncoding(accept, ['br', 'gzip', 'identity'])).toBe(encoding);
  });

  it('is one that is there', () => {
    expect(chooseEncoding('br, gzip', ['gzip', 'identity'])).toBe('gzip');
    expect(chooseEncoding('br, gzip', ['identity'])).toBe('identity');
  });
});

describe('If-None-Match', () => {
  it.each([
    ['"tag"', true],
    ['W/"tag-br"', true],
    ['"other", "tag-gzip"', true],
    ['*', true],
    ['tag', false],
    ['"tag-zstd"', false],
    [undefined, false]
  ])('%s: %s', (header, unchanged) => {
    expect(isUnchanged(header, 'tag')).toBe(unchanged);
  });

  it('tells encodings apart, as a tag names bytes', () => {
    expect(new Set([entityTag('t', 'identity'), entityTag('t', 'br'), entityTag('t', 'gzip')]).size).toBe(3);
  });
});
