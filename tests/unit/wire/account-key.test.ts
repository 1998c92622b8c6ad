import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { parseAccountKey } from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

const { pubkey_parse: vectors } = loadVectors<{
  pubkey_parse: {
    input: string;
    input_is_hex_of_raw_bytes: boolean;
    valid: boolean;
    prefixed_hex?: string;
    type?: number;
  }[];
}>('network.json');

describe('parseAccountKey', () => {
  it.each(vectors)('judges $input (raw bytes: $input_is_hex_of_raw_bytes)', (vector) => {
    const input = vector.input_is_hex_of_raw_bytes ? hexToBytes(vector.input) : vector.input;
    if (!vector.valid) {
      wireErrorOf(() => parseAccountKey(input));
      return;
    }
    const { prefix, key, hex } = parseAccountKey(input);
    expect({ type: prefix, prefixed_hex: hex }).toEqual({
      type: vector.type,
      prefixed_hex: vector.prefixed_hex
    });
    expect(bytesToHex(key)).toBe(hex.slice(2));
  });

  it('refuses bytes of another length', () => {
    wireErrorOf(() => parseAccountKey(new Uint8Array(32)));
  });
});
