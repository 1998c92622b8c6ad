import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesToBase64,
  bytesToHex,
  bytesToUtf8,
  hexToBytes,
  utf8ToBytes
} from '../../../src/lib/bytes/index.ts';
import {
  decodeActiveNodesBin,
  decodeActiveNodesText,
  decodeDaemonNodes,
  decodeGatewayNodeList,
  decodeSeedReply,
  decodeServiceNodeStates,
  encodeActiveNodesBin,
  encodeGatewayNodeList,
  formatIpv4,
  MAX_NODE_LIST_BYTES,
  MAX_SERVICE_NODES,
  type GatewayNodeList,
  type JsonObject,
  type JsonValue
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface ListedNode {
  pubkey_ed25519: string;
  swarm_id: string;
  ip: string;
  https_port: number;
  omq_quic_port: number;
  version: [number, number, number];
}

const { active_nodes_bin } = loadVectors<{
  active_nodes_bin: { what: string; blob: string; base64?: string; nodes?: ListedNode[]; expect?: string }[];
}>('network.json');
const { nodes: realNodes } = loadVectors<{ nodes: JsonObject[] }>('storage-server-captures.json');

const ED = 'ab'.repeat(32);
const X = 'cd'.repeat(32);
const entry = {
  pubkey_ed25519: ED,
  pubkey_x25519: X,
  public_ip: '95.216.33.113',
  storage_port: 22_100,
  swarm: 'f4ffffffffffffff'
};
const node = {
  ed25519PublicKeyHex: ED,
  x25519PublicKeyHex: X,
  ip: '95.216.33.113',
  port: 22_100,
  swarmIdHex: 'f4ffffffffffffff'
};
const gatewayList = (nodes: JsonValue, more: object = {}) =>
  utf8ToBytes(JSON.stringify({ network: 'mainnet', height: 5, fetched_at: 6, nodes, ...more }));

describe('the list of a gateway', () => {
  it('is read', () => {
    expect(decodeGatewayNodeList(gatewayList([entry]))).toEqual({
      network: 'mainnet',
      height: 5,
      fetchedAtMs: 6,
      nodes: [node]
    });
  });

  it.each<[string, JsonValue]>([
    ['no object', 'x'],
    ['a short key', { ...entry, pubkey_ed25519: 'ab' }],
    ['a key that is no hex', { ...entry, pubkey_ed25519: 'zz'.repeat(32) }],
    ['no X25519 key', { ...entry, pubkey_x25519: '' }],
    ['no address', { ...entry, public_ip: null }],
    ['the unspecified address', { ...entry, public_ip: '0.0.0.0' }],
    ['the broadcast address', { ...entry, public_ip: '255.255.255.255' }],
    ['an address in octal', { ...entry, public_ip: '010.0.0.1' }],
    ['a host name', { ...entry, public_ip: 'localhost' }],
    ['port 0', { ...entry, storage_port: 0 }],
    ['a port that is text', { ...entry, storage_port: '22100' }],
    ['a port over 65535', { ...entry, storage_port: 65_536 }]
  ])('drops an entry with %s, and keeps the others', (_, bad) => {
    expect(decodeGatewayNodeList(gatewayList([bad, entry])).nodes).toEqual([node]);
  });

  it('lists a key once, in lower case', () => {
    const upper = { ...entry, pubkey_ed25519: ED.toUpperCase() };
    expect(decodeGatewayNodeList(gatewayList([upper, { ...entry, storage_port: 1 }])).nodes).toEqual([node]);
  });

  it('takes the invalid swarm, none and nonsense for no swarm', () => {
    for (const swarm of ['ffffffffffffffff', null, '', '0x5', 'f'.repeat(17), 5]) {
      expect(decodeGatewayNodeList(gatewayList([{ ...entry, swarm }])).nodes[0]?.swarmIdHex).toBeNull();
    }
    const { nodes } = decodeGatewayNodeList(gatewayList([{ ...entry, swarm: '00AB' }]));
    expect(nodes[0]?.swarmIdHex).toBe('ab');
  });

  it('is refused without its frame, and beyond its bounds', () => {
    wireErrorOf(() => decodeGatewayNodeList(utf8ToBytes('<html>')));
    expect(wireErrorOf(() => decodeGatewayNodeList(gatewayList([], { network: 5 })))).toMatchObject({
      field: 'network'
    });
    expect(wireErrorOf(() => decodeGatewayNodeList(gatewayList({})))).toMatchObject({ field: 'nodes' });
    expect(wireErrorOf(() => decodeGatewayNodeList(gatewayList([], { height: -1 })))).toMatchObject({
      field: 'height'
    });
    const many = new Array<JsonValue>(MAX_SERVICE_NODES + 1).fill(1);
    wireErrorOf(() => decodeGatewayNodeList(gatewayList(many)), 'too-large');
    wireErrorOf(() => decodeGatewayNodeList(new Uint8Array(MAX_NODE_LIST_BYTES + 1)), 'too-large');
  });

  it('is written with the names of the specification, and refused when it has too many nodes', () => {
    const list: GatewayNodeList = { network: 'mainnet', height: 5, fetchedAtMs: 6, nodes: [node] };
    expect(bytesToUtf8(encodeGatewayNodeList(list))).toBe(bytesToUtf8(gatewayList([entry])));
    const many = new Array<typeof node>(MAX_SERVICE_NODES + 1).fill(node);
    wireErrorOf(() => encodeGatewayNodeList({ ...list, nodes: many }), 'too-large');
  });

  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex);
  const nodes = fc.uniqueArray(
    fc.record({
      ed25519PublicKeyHex: key,
      x25519PublicKeyHex: key,
      ip: fc.integer({ min: 1, max: 0xffff_fffe }).map(formatIpv4),
      port: fc.integer({ min: 1, max: 65_535 }),
      swarmIdHex: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 2n }).map((id) => id.toString(16)))
    }),
    { selector: ({ ed25519PublicKeyHex }) => ed25519PublicKeyHex, maxLength: 30 }
  );

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(nodes, (list) => {
        const original = { network: 'local', height: 1, fetchedAtMs: 2, nodes: list };
        expect(decodeGatewayNodeList(encodeGatewayNodeList(original))).toEqual(original);
      })
    );
  });

  it('in its compact form is read back as well', () => {
    const versions = fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(nodes, versions, fc.nat({ max: 65_535 }), (list, version, omqPort) => {
        const compact = list.map(({ x25519PublicKeyHex: _, ...rest }) => ({ ...rest, omqPort, version }));
        expect(decodeActiveNodesBin(encodeActiveNodesBin(compact))).toEqual(compact);
      })
    );
  });
});

describe('the list of a daemon', () => {
  it('is read from a result, from an oxend_request reply and from a seed', () => {
    const state = { ...entry, requested_unlock_height: 9 };
    const result = { service_node_states: [state], height: 7, status: 'OK' };
    const expected = { ...node, requestedUnlockHeight: 9 };
    expect(decodeServiceNodeStates(result)).toEqual([expected]);
    expect(decodeServiceNodeStates({ result, t: 1, hf: [19, 3] })).toEqual([expected]);
    expect(decodeSeedReply(utf8ToBytes(JSON.stringify({ id: 0, jsonrpc: '2.0', result })))).toEqual({
      height: 7,
      nodes: [expected]
    });
    expect(decodeDaemonNodes({ service_node_states: [] })).toEqual({ height: 0, nodes: [] });
  });

  it('of a real network is read, swarm for swarm', () => {
    const states = decodeServiceNodeStates({ service_node_states: realNodes });
    expect(states).toHaveLength(9);
    const swarms = new Set(states.map(({ swarmIdHex }) => swarmIdHex));
    expect(swarms.size).toBe(3);
    expect([...swarms].sort()).toEqual([...new Set(realNodes.map((real) => real['swarm']))].sort());
  });

  it('believes the number of a swarm only where JSON numbers are exact', () => {
    const { swarm: _, ...rest } = entry;
    const swarmOf = (swarm_id: number) =>
      decodeServiceNodeStates({ service_node_states: [{ ...rest, swarm_id }] })[0]?.swarmIdHex;
    expect(swarmOf(694)).toBe('2b6');
    expect(swarmOf(2 ** 62)).toBeNull();
  });

  it('is refused without states', () => {
    wireErrorOf(() => decodeServiceNodeStates({ result: {} }));
    wireErrorOf(() => decodeServiceNodeStates('oxend returned unparsable data'));
    wireErrorOf(() => decodeSeedReply(utf8ToBytes('{"error":{"code":-1}}')));
  });
});

describe('the compact list', () => {
  it.each(active_nodes_bin)('of the test data: $what', (vector) => {
    const bytes = hexToBytes(vector.blob);
    if (vector.expect === 'error') {
      wireErrorOf(() => decodeActiveNodesBin(bytes));
      return;
    }
    const nodes = decodeActiveNodesBin(bytes);
    expect(nodes).toEqual(
      vector.nodes?.map((listed) => ({
        ed25519PublicKeyHex: listed.pubkey_ed25519,
        swarmIdHex: listed.swarm_id,
        ip: listed.ip,
        port: listed.https_port,
        omqPort: listed.omq_quic_port,
        version: listed.version
      }))
    );
    expect(decodeActiveNodesText(vector.base64)).toEqual(nodes);
    expect(encodeActiveNodesBin(nodes)).toEqual(bytes);
  });

  const active = { ed25519PublicKeyHex: ED, swarmIdHex: 'ff', ip: '1.2.3.4', port: 443, omqPort: 0 };

  it('caps versions, and drops nodes without contact', () => {
    const bytes = encodeActiveNodesBin([
      { ...active, version: [2, 300, 1] },
      { ...active, ip: '0.0.0.0', version: [2, 8, 0] },
      { ...active, port: 0, version: [2, 8, 0] },
      { ...active, swarmIdHex: null, version: [2, 8, 0] }
    ]);
    expect(decodeActiveNodesBin(bytes)).toEqual([
      { ...active, version: [2, 255, 1] },
      { ...active, swarmIdHex: null, version: [2, 8, 0] }
    ]);
  });

  it('is bounded, and refused when it is no base64 text', () => {
    wireErrorOf(() => decodeActiveNodesBin(new Uint8Array(51 * (MAX_SERVICE_NODES + 1))), 'too-large');
    wireErrorOf(() => decodeActiveNodesText('A'.repeat(2_000_000)), 'too-large');
    wireErrorOf(() => decodeActiveNodesText({}));
    wireErrorOf(() => decodeActiveNodesText('no method active_nodes_bin'));
    expect(decodeActiveNodesText(bytesToBase64(new Uint8Array()))).toEqual([]);
  });
});
