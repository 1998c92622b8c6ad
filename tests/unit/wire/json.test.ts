import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { isJsonObject, MAX_JSON_DEPTH, parseJson, type JsonValue } from '../../../src/lib/wire/index.ts';
import { wireErrorOf } from './wire-errors.ts';

const parse = (input: Uint8Array | string, limit = 1000) => parseJson(input, limit, 'test');
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('parseJson', () => {
  it('reads text and UTF-8 bytes alike', () => {
    expect(parse('{"a":[1,"é"]}')).toEqual({ a: [1, 'é'] });
    expect(parse(utf8ToBytes('{"a":[1,"é"]}'))).toEqual({ a: [1, 'é'] });
  });

  it.each(['', '{', '{"a":1}x', "{'a':1}", 'NaN', '\u0000'])('refuses %j', (text) => {
    expect(wireErrorOf(() => parse(text))).toMatchObject({ structure: 'test', field: 'json' });
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(wireErrorOf(() => parse(Uint8Array.of(0x22, 0xff, 0x22)))).toMatchObject({ field: 'json' });
  });

  it('bounds length and depth, the limits themselves passing', () => {
    expect(parse('"abc"', 5)).toBe('abc');
    wireErrorOf(() => parse('"abc"', 4), 'too-large');
    expect(Array.isArray(parse(nested(MAX_JSON_DEPTH)))).toBe(true);
    wireErrorOf(() => parse(nested(MAX_JSON_DEPTH + 1)), 'too-large');
    wireErrorOf(() => parse('{"a":'.repeat(100)), 'too-large');
    wireErrorOf(() => parse('['.repeat(2_000_000), 2_000_000), 'too-large');
  });

  it('counts no brackets inside text, whatever is escaped there', () => {
    const texts = ['[[', '\\', '\\\\', '"', '\\"[', `a\\\\"${'['.repeat(50)}`, ''];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...texts), fc.string())), (list) => {
        const value = [...list, '['.repeat(60)];
        expect(parse(JSON.stringify(value), 1_000_000)).toEqual(value);
      })
    );
  });

  it('agrees with the engine on everything that is not too deep', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parse(text, 1_000_000))).toBe(text);
      })
    );
  });
});

describe('isJsonObject', () => {
  it('is true of objects alone', () => {
    const objects: JsonValue[] = [{}, { a: 1 }];
    expect(objects.every((value) => isJsonObject(value))).toBe(true);
    expect([null, undefined, [], 1, 'a', true].some((value) => isJsonObject(value))).toBe(false);
  });
});
