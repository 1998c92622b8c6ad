import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { decodeNameRecord, type JsonValue, type WireError } from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';

const { ons } = loadVectors<{ ons: { result?: { encrypted_value: string; nonce: string } }[] }>(
  'network.json'
);
const { encrypted_value, nonce } = ons.find(({ result }) => result)?.result as {
  encrypted_value: string;
  nonce: string;
};

function code(body: JsonValue): unknown {
  try {
    decodeNameRecord(body);
    return null;
  } catch (error) {
    return (error as WireError).code;
  }
}

describe('the record of a name', () => {
  it('is read from under the result', () => {
    const record = decodeNameRecord({ result: { encrypted_value, nonce }, t: 1, hf: [19, 3] });
    expect(bytesToHex(record!.encryptedValue)).toBe(encrypted_value);
    expect(bytesToHex(record!.nonce)).toBe(nonce);
  });

  it('is absent for a name nobody has', () => {
    expect(decodeNameRecord({ result: {} })).toBeNull();
    expect(decodeNameRecord({ result: { encrypted_value: null, nonce } })).toBeNull();
  });

  it.each<[string, JsonValue]>([
    ['no object', 'nothing'],
    ['no result', { encrypted_value, nonce }],
    ['a result that is a list', { result: [] }],
    ['a value that is no text', { result: { encrypted_value: 5, nonce } }],
    ['a value that is short', { result: { encrypted_value: encrypted_value.slice(2), nonce } }],
    ['a value that is long', { result: { encrypted_value: `${encrypted_value}00`, nonce } }],
    ['a value of millions', { result: { encrypted_value: 'ab'.repeat(2_000_000), nonce } }],
    ['a value that is no hex', { result: { encrypted_value: `zz${encrypted_value.slice(2)}`, nonce } }],
    ['no nonce', { result: { encrypted_value } }],
    ['a nonce that is short', { result: { encrypted_value, nonce: nonce.slice(2) } }]
  ])('is refused with %s', (_, body) => {
    expect(code(body)).toBe('malformed');
  });

  it('never fails otherwise, whatever is answered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const body of [value, { result: value }] as JsonValue[])
          expect([null, 'malformed']).toContain(code(body));
      })
    );
  });
});
