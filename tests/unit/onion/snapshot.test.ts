import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSnapshot, type OnionSnapshot } from '../../../src/lib/onion/snapshot.ts';

const NOW_MS = 1_750_000_000_000;
const key = (index: number) => index.toString(16).padStart(64, '0');
const snapshot: OnionSnapshot = {
  version: 1,
  networkId: 'mainnet',
  nodes: [0, 1, 2].map((index) => ({
    ed25519PublicKeyHex: key(index),
    ip: `10.0.${index}.1`,
    port: 443,
    swarmIdHex: index === 2 ? null : 'ab'
  })),
  verifiedAtMs: NOW_MS - 1_000,
  guards: [key(1), key(0)],
  freshGuards: [{ gateway: 'own', atMs: NOW_MS - 5 }],
  strikes: { [key(2)]: [NOW_MS - 9] },
  gateway: { origin: 'own', sinceMs: NOW_MS - 7 }
};
const copy = () => JSON.parse(JSON.stringify(snapshot)) as Record<string, unknown>;

describe('a saved snapshot', () => {
  it('comes back as it was saved', () => {
    expect(readSnapshot(copy(), 'mainnet', NOW_MS)).toEqual(snapshot);
  });

  it('is worth nothing on another network or in another version', () => {
    expect(readSnapshot(copy(), 'testnet', NOW_MS)).toBeNull();
    expect(readSnapshot({ ...copy(), version: 2 }, 'mainnet', NOW_MS)).toBeNull();
  });

  it('loses what cannot be used and keeps the rest', () => {
    const damaged = {
      ...copy(),
      nodes: [
        ...(copy().nodes as object[]),
        { ed25519PublicKeyHex: 'XX' },
        null,
        { ...snapshot.nodes[0], ip: 'host' }
      ],
      guards: [key(1), key(77), 5],
      freshGuards: [{ gateway: 'own', atMs: NOW_MS - 2 * 86_400_000 }, 'x'],
      strikes: { [key(2)]: [NOW_MS, 'soon'], [key(99)]: [NOW_MS] },
      gateway: 'own'
    };
    expect(readSnapshot(damaged, 'mainnet', NOW_MS)).toEqual({
      ...snapshot,
      guards: [key(1)],
      freshGuards: [],
      strikes: { [key(2)]: [NOW_MS] },
      gateway: null
    });
  });

  it('never breaks on anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(snapshot)), (value, field) => {
        readSnapshot(value, 'mainnet', NOW_MS);
        const read = readSnapshot({ ...copy(), [field]: value }, 'mainnet', NOW_MS);
        for (const guard of read?.guards ?? []) {
          expect(read!.nodes.some((node) => node.ed25519PublicKeyHex === guard)).toBe(true);
        }
      })
    );
  });
});
