import { describe, expect, it } from 'vitest';
import { pathRows } from '../../../src/lib/state/path-view.ts';
import type { PathSnapshot } from '../../../src/lib/worker/protocol.ts';

const PATH: PathSnapshot = {
  pathId: 'p1',
  gatewayOrigin: 'https://relay.example:8443',
  hops: ['198.51.100.7', '203.0.113.9', '192.0.2.4'].map((ip, index) => ({
    ed25519PublicKeyHex: String(index).repeat(64),
    ip
  })),
  destination: { kind: 'node', address: '203.0.113.77' }
};

describe('the rows of a path', () => {
  it('name the real stops in the order a letter passes them', () => {
    expect(pathRows(PATH).map((row) => [row.stop, row.address])).toEqual([
      ['you', null],
      ['relay', 'relay.example:8443'],
      ['entry', '198.51.100.7'],
      ['middle', '203.0.113.9'],
      ['last', '192.0.2.4'],
      ['destination', '203.0.113.77']
    ]);
  });

  it('lose one layer at every node and none at the relay', () => {
    expect(pathRows(PATH).map((row) => row.layers)).toEqual([4, 4, 3, 2, 1, 0]);
  });

  it('claim no place before a request was made', () => {
    expect(pathRows(null).map((row) => row.place)).toEqual([
      'this-browser',
      ...Array.from({ length: 5 }, () => 'not-yet')
    ]);
  });

  it('know addresses that never leave the computer', () => {
    const rows = pathRows({
      ...PATH,
      gatewayOrigin: 'http://127.0.0.1:8080',
      destination: { kind: 'server', address: '[::1]:80' }
    });
    expect(rows.map((row) => row.place)).toEqual([
      'this-browser',
      'this-computer',
      'elsewhere',
      'elsewhere',
      'elsewhere',
      'this-computer'
    ]);
    expect(pathRows({ ...PATH, gatewayOrigin: 'https://127.example' })[1]?.place).toBe('elsewhere');
  });
});
