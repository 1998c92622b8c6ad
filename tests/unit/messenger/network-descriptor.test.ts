import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNetworkFile } from '../../../src/lib/messenger/network-descriptor.ts';
import { MAINNET, TESTNET, type NetworkDescriptor } from '../../../src/lib/networks.ts';

const local: NetworkDescriptor = {
  id: 'ab'.repeat(32),
  kind: 'local',
  seeds: [{ url: 'http://127.0.0.1:4000/json_rpc' }, { url: 'https://x', publicKeySha256Base64: 'aa' }],
  anchors: [{ ed25519PublicKeyHex: 'cd'.repeat(32), ip: '127.3.1.1', port: 22021 }],
  listSigningKeyHex: 'ef'.repeat(32),
  minimumPool: 4,
  fileServer: {
    protocol: 'http',
    host: '127.0.0.1',
    port: 4001,
    ed25519PublicKeyHex: '12'.repeat(32),
    x25519PublicKeyHex: '34'.repeat(32)
  },
  echoAccountId: `05${'56'.repeat(32)}` as NetworkDescriptor['echoAccountId']
};
const parse = (value: unknown) => parseNetworkFile(JSON.stringify(value));

describe('the network file', () => {
  test('describes a local network whole', () => {
    expect(parse(local)).toEqual(local);
    expect(parse({ ...local, echoAccountId: null })?.echoAccountId).toBeNull();
  });

  test('names mainnet and testnet, and cannot change their keys', () => {
    const forged = { ...MAINNET, anchors: local.anchors, listSigningKeyHex: local.listSigningKeyHex };
    expect(parse(forged)).toBe(MAINNET);
    expect(parse({ id: 'testnet', kind: 'testnet' })).toBe(TESTNET);
    expect(parse({ ...local, id: 'mainnet' })).toBeNull();
    expect(parse({ ...MAINNET, id: 'ab'.repeat(32) })).toBeNull();
  });

  test.each([
    ['no key that signs the list', { listSigningKeyHex: null }],
    ['an id that is no key', { id: 'local' }],
    ['an anchor without a port', { anchors: [{ ed25519PublicKeyHex: 'cd'.repeat(32), ip: '1.2.3.4' }] }],
    ['a port out of range', { fileServer: { ...local.fileServer, port: 70_000 } }],
    ['a minimum pool of nothing', { minimumPool: 0 }],
    ['too many anchors', { anchors: Array.from({ length: 2_001 }, () => local.anchors[0]) }],
    ['seeds that are no list', { seeds: {} }]
  ])('is refused with %s', (_, change) => {
    expect(parse({ ...local, ...change })).toBeNull();
  });

  test('is null for any other text, however large', () => {
    expect(parseNetworkFile('')).toBeNull();
    expect(parseNetworkFile('<!doctype html>')).toBeNull();
    expect(parseNetworkFile(' '.repeat(300_000))).toBeNull();
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseNetworkFile(text)).toBeNull();
      })
    );
  });

  test('is refused when any one field is replaced by nonsense', () => {
    const fields = ['id', 'kind', 'seeds', 'anchors', 'listSigningKeyHex', 'minimumPool', 'fileServer'];
    for (const field of fields) {
      for (const nonsense of [undefined, null, 7.5, '', {}, [null]]) {
        expect(parse({ ...local, [field]: nonsense }), `${field} = ${JSON.stringify(nonsense)}`).toBeNull();
      }
    }
  });
});
