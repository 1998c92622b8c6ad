import { describe, expect, it } from 'vitest';
import { nameHash, openNameRecord } from '../../../src/lib/crypto/index.ts';
import { bytesToBase64, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { codeThrown } from './support.ts';

interface NameVector {
  name: string;
  name_hash_base64: string;
  result?: { encrypted_value: string; nonce: string };
  account_id?: string;
}

const { ons: vectors } = loadVectors<{ ons: NameVector[] }>('network.json');
const withRecord = vectors.find(({ result }) => result !== undefined) as Required<NameVector>;
const record = {
  encryptedValue: hexToBytes(withRecord.result.encrypted_value),
  nonce: hexToBytes(withRecord.result.nonce)
};

describe('a name of the name service', () => {
  it.each(vectors)('is asked for by its hash: $name', ({ name, name_hash_base64 }) => {
    expect(bytesToBase64(nameHash(name))).toBe(name_hash_base64);
  });

  it('opens its record to an Account ID, in either case', () => {
    expect(openNameRecord(withRecord.name, record)).toBe(withRecord.account_id);
    expect(openNameRecord(withRecord.name.toUpperCase(), record)).toBe(withRecord.account_id);
  });

  it('does not open the record of another name, nor an altered one', () => {
    expect(codeThrown(() => openNameRecord('alicf', record))).toBe('open-failed');
    const altered = record.encryptedValue.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
    expect(codeThrown(() => openNameRecord(withRecord.name, { ...record, encryptedValue: altered }))).toBe(
      'open-failed'
    );
    const nonce = record.nonce.subarray(1);
    expect(codeThrown(() => openNameRecord(withRecord.name, { ...record, nonce }))).toBe('open-failed');
    const encryptedValue = new Uint8Array(3);
    expect(codeThrown(() => openNameRecord(withRecord.name, { ...record, encryptedValue }))).toBe(
      'open-failed'
    );
  });
});
