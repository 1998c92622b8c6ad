import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAINNET } from '../../../src/lib/networks.ts';
import {
  decodeBundledNodes,
  encodeBundledNodes,
  remainingNodes,
  WireError,
  type BundledNode,
  type BundledNodes,
  type JsonValue
} from '../../../src/lib/wire/index.ts';

const node = (over: Partial<BundledNode> = {}): BundledNode => ({
  ed25519PublicKeyHex: 'ab'.repeat(32),
  ip: '192.0.2.1',
  port: 22_021,
  swarmIdHex: 'f4ffffffffffffff',
  requestedUnlockHeight: 0,
  ...over
});
const list = (nodes: readonly BundledNode[]): BundledNodes => ({
  network: 'mainnet',
  height: 1_000,
  fetchedAtMs: 1_780_000_000_000,
  nodes
});
const decode = (text: string) => decodeBundledNodes(JSON.parse(text) as JsonValue);

const anyNode = fc.record({
  ed25519PublicKeyHex: fc.stringMatching(/^[0-9a-f]{64}$/),
  ip: fc
    .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
    .map((parts) => parts.join('.')),
  port: fc.integer({ min: 1, max: 65_535 }),
  swarmIdHex: fc.option(fc.stringMatching(/^[0-9a-f]{1,16}$/)),
  requestedUnlockHeight: fc.nat()
});

describe('the node list of a release', () => {
  it('comes back as it was written, one node a line, in the order of keys', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyNode, { selector: (each) => each.ed25519PublicKeyHex, maxLength: 20 }),
        (nodes) => {
          const text = encodeBundledNodes(list(nodes));
          const keys = nodes.map((each) => each.ed25519PublicKeyHex).sort();
          expect(decode(text)).toEqual(
            list(keys.map((key) => nodes.find((each) => each.ed25519PublicKeyHex === key)!))
          );
          expect(text.split('\n').filter((line) => line.startsWith('    '))).toHaveLength(nodes.length);
        }
      )
    );
  });

  it.each([
    ['nothing', null],
    ['no list', { network: 'mainnet', height: 1, fetchedAtMs: 1 }],
    ['a height of text', { network: 'mainnet', height: '1', fetchedAtMs: 1, nodes: [] }],
    ['a node that is no list', { ...list([]), nodes: [{}] }],
    ['a short key', { ...list([]), nodes: [['ab', '192.0.2.1', 1, '', 0]] }],
    ['an address of text', { ...list([]), nodes: [['ab'.repeat(32), 'example.org', 1, '', 0]] }],
    ['port 0', { ...list([]), nodes: [['ab'.repeat(32), '192.0.2.1', 0, '', 0]] }],
    ['a swarm that is no hex', { ...list([]), nodes: [['ab'.repeat(32), '192.0.2.1', 1, 'xyz', 0]] }],
    ['a field too many', { ...list([]), nodes: [['ab'.repeat(32), '192.0.2.1', 1, '', 0, 0]] }],
    ['a key twice', { ...list([]), nodes: [1, 2].map((port) => ['ab'.repeat(32), '192.0.2.1', port, '', 0]) }]
  ])('is refused as a whole for %s', (_, value) => {
    expect(() => decodeBundledNodes(value as unknown as JsonValue)).toThrow(WireError);
  });

  it('is refused or read, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          decodeBundledNodes(value as JsonValue);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      })
    );
  });

  it('leaves out nodes whose time is over, at a block every two minutes', () => {
    const made = list([
      node({ requestedUnlockHeight: 0, ed25519PublicKeyHex: '01'.repeat(32) }),
      node({ requestedUnlockHeight: 1_010, ed25519PublicKeyHex: '02'.repeat(32) }),
      node({ requestedUnlockHeight: 1_011, ed25519PublicKeyHex: '03'.repeat(32) })
    ]);
    const ports = (afterMs: number) => remainingNodes(made, made.fetchedAtMs + afterMs).length;
    expect(ports(0)).toBe(3);
    expect(ports(10 * 120_000 - 1)).toBe(3);
    expect(ports(10 * 120_000)).toBe(2);
    expect(ports(11 * 120_000)).toBe(1);
    // A device clock that is behind drops nobody.
    expect(ports(-86_400_000)).toBe(3);
  });

  it('is well formed in this release, and of mainnet', () => {
    const bundled = decode(
      readFileSync(new URL('../../../src/lib/wire/mainnet-nodes.json', import.meta.url), 'utf8')
    );
    expect(bundled.network).toBe(MAINNET.id);
    expect(bundled.nodes.length === 0 || bundled.nodes.length >= MAINNET.minimumPool).toBe(true);
  });
});
