import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  decodeV4Request,
  decodeV4Response,
  encodeV4Request,
  encodeV4Response,
  MAX_ONION_REQUEST_BYTES
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface V4Vector {
  what: string;
  kind: 'request' | 'response' | 'malformed';
  meta_json: string;
  body: string | null;
  encoded: string;
}

const { v4: vectors } = loadVectors<{ v4: V4Vector[] }>('network.json');
const ofKind = (kind: V4Vector['kind']) => vectors.filter((vector) => vector.kind === kind);

describe('payloads of the test data', () => {
  it('are all of three kinds', () => {
    expect(vectors.length).toBe(19);
    expect(ofKind('request').length + ofKind('response').length + ofKind('malformed').length).toBe(19);
  });

  it.each(ofKind('request'))('encode and decode as a request: $what', (vector) => {
    const request = {
      ...JSON.parse(vector.meta_json),
      ...(vector.body !== null && { body: hexToBytes(vector.body) })
    };
    expect(bytesToHex(encodeV4Request(request))).toBe(vector.encoded);
    expect(decodeV4Request(hexToBytes(vector.encoded))).toEqual(request);
  });

  it.each(ofKind('response'))('encode and decode as a response: $what', (vector) => {
    const response = { ...JSON.parse(vector.meta_json), body: hexToBytes(vector.body ?? '') };
    const bytes = hexToBytes(vector.encoded);
    expect(decodeV4Response(bytes)).toEqual(response);
    // One vector's JSON has blanks, which only a reader meets.
    if (!vector.meta_json.includes(': ')) expect(encodeV4Response(response)).toEqual(bytes);
    expect(decodeV4Response(encodeV4Response(response))).toEqual(response);
  });

  it.each(ofKind('malformed'))('are refused: $what', (vector) => {
    expect(wireErrorOf(() => decodeV4Request(hexToBytes(vector.encoded)))).toMatchObject({ structure: 'v4' });
    expect(wireErrorOf(() => decodeV4Response(hexToBytes(vector.encoded)))).toMatchObject({
      structure: 'v4'
    });
  });
});

describe('decoding', () => {
  const list = (meta: string) => utf8ToBytes(`l${utf8ToBytes(meta).length}:${meta}e`);

  const GOOD = 'l28:{"method":"","endpoint":"/"}';

  it('starts from metadata that is read', () => {
    expect(decodeV4Request(utf8ToBytes(`${GOOD}1:ae`)).body).toEqual(utf8ToBytes('a'));
  });

  it.each([
    ['a length with a leading zero', 'l02:{}e'],
    ['a length of eleven digits', 'l00000000002:{}e'],
    ['bytes after the list', 'l2:{}ee'],
    ['metadata that is a list', 'l2:[]e'],
    ['three parts', `${GOOD}1:a1:be`],
    ['a body that takes the end of the list with it', `${GOOD}2:ae`],
    ['a body that ends before the list does', `${GOOD}1:abe`]
  ])('refuses %s', (_, text) => {
    wireErrorOf(() => decodeV4Request(utf8ToBytes(text)));
  });

  it.each([
    ['endpoint', '{"method":"GET","endpoint":"room"}'],
    ['endpoint', '{"method":"GET"}'],
    ['method', '{"endpoint":"/x"}'],
    ['headers', '{"method":"GET","endpoint":"/x","headers":[]}'],
    ['A', '{"method":"GET","endpoint":"/x","headers":{"A":1}}']
  ])('of a request names the field that is wrong: %s of %s', (field, meta) => {
    expect(wireErrorOf(() => decodeV4Request(list(meta)))).toMatchObject({ field });
  });

  it.each(['{}', '{"code":"200"}', '{"code":99}', '{"code":200.5}'])('of a response refuses %s', (meta) => {
    expect(wireErrorOf(() => decodeV4Response(list(meta)))).toMatchObject({ field: 'code' });
  });

  it('takes absent headers for none, and lowers names in responses', () => {
    expect(decodeV4Request(list('{"method":"GET","endpoint":"/x"}')).headers).toEqual({});
    expect(decodeV4Response(list('{"code":200,"headers":{"Content-Type":"a"}}'))).toEqual({
      code: 200,
      headers: { 'content-type': 'a' },
      body: new Uint8Array()
    });
  });

  it('bounds size, metadata and number of headers', () => {
    wireErrorOf(() => decodeV4Request(new Uint8Array(MAX_ONION_REQUEST_BYTES + 1)), 'too-large');
    const long = `{"method":"GET","endpoint":"/${'x'.repeat(70_000)}"}`;
    wireErrorOf(() => decodeV4Request(list(long)), 'too-large');
    const headers = JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`h${n}`, 'x'])));
    wireErrorOf(
      () => decodeV4Request(list(`{"method":"GET","endpoint":"/x","headers":${headers}}`)),
      'too-large'
    );
  });
});

describe('encoding', () => {
  it('leaves content-length out of responses', () => {
    const response = { code: 200, headers: { 'Content-Length': '3', 'X-A': 'b' }, body: utf8ToBytes('abc') };
    expect(decodeV4Response(encodeV4Response(response)).headers).toEqual({ 'x-a': 'b' });
  });

  const headers = fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string({ unit: 'grapheme' }), {
    maxKeys: 6,
    noNullPrototype: true
  });

  it('is undone by decoding', () => {
    const requests = fc.record(
      {
        method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
        endpoint: fc.string({ unit: 'grapheme' }).map((text) => `/${text}`),
        headers,
        body: fc.uint8Array({ maxLength: 300 })
      },
      { requiredKeys: ['method', 'endpoint', 'headers'] }
    );
    fc.assert(
      fc.property(requests, (request) => {
        expect(decodeV4Request(encodeV4Request(request))).toEqual(request);
      })
    );
  });
});
