import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import { UsageError } from '../../../src/lib/errors.ts';
import {
  INVALID_SWARM_ID,
  snodeAddress,
  swarmForKey,
  swarmIdFromHex,
  swarmIdToHex,
  swarmPosition
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

const network = loadVectors<{
  swarm_space: { pubkey: string; swarm_space_dec: string; swarm_space_hex: string }[];
  swarm_for_pubkey: { what: string; swarm_ids: string[]; pubkey: string; swarm: string | null }[];
  swarm_id_text: { id: string; text: string }[];
  snode_address: { pubkey: string; address: string }[];
}>('network.json');

const keyOf = (pubkey: string) => hexToBytes(pubkey).subarray(1);
const keyAt = (position: bigint) => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setBigUint64(24, position);
  return key;
};

describe('swarmPosition', () => {
  it.each(network.swarm_space)('of $pubkey is $swarm_space_hex', (vector) => {
    const position = swarmPosition(keyOf(vector.pubkey));
    expect(position).toBe(BigInt(vector.swarm_space_dec));
    expect(swarmIdToHex(position)).toBe(vector.swarm_space_hex);
  });

  it('refuses keys with their prefix byte', () => {
    expect(() => swarmPosition(new Uint8Array(33))).toThrow(UsageError);
  });
});

describe('swarmForKey', () => {
  it.each(network.swarm_for_pubkey.map((vector, index) => ({ ...vector, index })))(
    'gives the swarm of the test data, case $index',
    ({ swarm_ids, pubkey, swarm }) => {
      const expected = swarm === null ? null : BigInt(swarm);
      const ids = swarm_ids.map(BigInt);
      const key = keyOf(pubkey);
      const found = swarmForKey(ids, key);
      expect(found ?? INVALID_SWARM_ID).toBe(expected ?? INVALID_SWARM_ID);
      expect(swarmForKey(ids.toReversed(), key)).toBe(found);
    }
  );

  it('covers no swarm, one swarm and many', () => {
    const counts = new Set(network.swarm_for_pubkey.map(({ swarm_ids }) => Math.min(swarm_ids.length, 2)));
    expect([...counts].sort()).toEqual([0, 1, 2]);
  });

  it('gives a tie to the swarm before', () => {
    expect(swarmForKey([100n, 200n], keyAt(150n))).toBe(100n);
    expect(swarmForKey([100n, 200n], keyAt(151n))).toBe(200n);
    // Around the end of the space.
    expect(swarmForKey([10n, 2n ** 64n - 10n], keyAt(0n))).toBe(2n ** 64n - 10n);
  });

  it('passes over the invalid id, though a key may lie there', () => {
    expect(swarmForKey([INVALID_SWARM_ID], keyAt(5n))).toBeNull();
    expect(swarmForKey([INVALID_SWARM_ID, 7n, 2n ** 63n], keyAt(INVALID_SWARM_ID))).toBe(7n);
  });

  it('agrees with the rule as the specification words it', () => {
    const id = fc.bigInt({ min: 0n, max: 2n ** 64n - 2n });
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 9 }), id, (ids, position) => {
        const sorted = ids.toSorted((a, b) => (a < b ? -1 : 1));
        const found = sorted.findIndex((candidate) => candidate >= position);
        const at = found < 0 ? 0 : found;
        const right = sorted[at] as bigint;
        const left = sorted[(at + sorted.length - 1) % sorted.length] as bigint;
        const isRight = BigInt.asUintN(64, right - position) < BigInt.asUintN(64, position - left);
        expect(swarmForKey(ids, keyAt(position))).toBe(isRight ? right : left);
      }),
      { numRuns: 500 }
    );
  });
});

describe('text of swarm ids', () => {
  it.each(network.swarm_id_text)('$id is $text', ({ id, text }) => {
    expect(swarmIdToHex(BigInt(id))).toBe(text);
    expect(swarmIdFromHex(text)).toBe(BigInt(id));
  });

  it.each(['', '0x1', 'g', '-1', ' 1', '00000000000000001'])('refuses "%s"', (text) => {
    wireErrorOf(() => swarmIdFromHex(text));
  });
});

describe('snodeAddress', () => {
  it.each(network.snode_address)('of $pubkey is $address', ({ pubkey, address }) => {
    expect(snodeAddress(hexToBytes(pubkey))).toBe(address);
  });

  it('refuses keys of another length', () => {
    expect(() => snodeAddress(new Uint8Array(31))).toThrow(UsageError);
  });
});
