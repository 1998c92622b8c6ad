// What a node shows to anybody (network.md §6), and what it tells about the network (§1.2, §1.5, §5.8).
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  base64ToBytes,
  bytesToBase64,
  bytesToHex,
  hexToBytes,
  utf8ToBytes
} from '../../../src/lib/bytes/index.ts';
import { nameHash, openNameRecord } from '../../../src/lib/crypto/index.ts';
import {
  decodeActiveNodesBin,
  decodeActiveNodesText,
  decodeServiceNodeStates
} from '../../../src/lib/wire/index.ts';
import { localnet, type LocalNode, type Localnet } from '../../../localnet/index.ts';
import { createRawClient, type RawClient } from './support/https.ts';

let net: Localnet;
let client: RawClient;
let node: LocalNode;

beforeAll(async () => {
  net = await localnet.create();
  client = createRawClient();
  [node] = net.nodes as [LocalNode];
});

afterAll(async () => {
  client.close();
  await net.close();
});

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array) =>
  client.send(node, { method, path, headers, ...(body && { body }) });

async function rpc(method: string, params: object) {
  const answer = await send('POST', '/storage_rpc/v1', {}, utf8ToBytes(JSON.stringify({ method, params })));
  return { ...answer, text: Buffer.from(answer.body).toString('latin1') };
}

const oxend = (endpoint: string, params: object) => rpc('oxend_request', { endpoint, params });

describe('over HTTPS', () => {
  test('a ping test is answered with the key of the node', async () => {
    const answer = await send('POST', '/ping_test/v1');
    const at = answer.rawHeaders.indexOf('X-Oxen-Snode-Pubkey');
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
    expect(bytesToHex(base64ToBytes(answer.rawHeaders[at + 1] ?? ''))).toBe(node.ed25519PublicKeyHex);
  });

  test('long polling is gone', async () => {
    expect((await send('POST', '/storage_rpc/v1', { 'x-loki-long-poll': '1' })).status).toBe(410);
  });

  test.each(['OPTIONS', 'POST', 'GET'])('no answer to %s carries a CORS header', async (method) => {
    for (const path of ['/storage_rpc/v1', '/onion_req/v2', '/', '/get_stats/v1']) {
      const answer = await send(method, path, {
        origin: 'https://app.example',
        'access-control-request-method': 'POST'
      });
      expect(answer.rawHeaders.filter((text) => /access-control/i.test(text))).toEqual([]);
    }
  });

  test('a request that is no HTTP gets a 400 in the words of the server', async () => {
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect({ host: node.ip, port: node.port, rejectUnauthorized: false }, () => {
        socket.write('POST /onion_req/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n');
      });
      socket.on('data', (data) => (text += String(data)));
      socket.on('close', () => resolve(text));
    });
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(said.endsWith('\r\n\r\ninvalid Content-Length')).toBe(true);
  });
});

describe('get_service_nodes', () => {
  test.each([
    ['an object of names', { public_ip: true, storage_port: true, pubkey_x25519: false }],
    ['a list of names', ['public_ip', 'storage_port']]
  ])('takes fields as %s, and leaves the others out', async (_what, fields) => {
    const { text } = await oxend('get_service_nodes', { active_only: true, fields });
    const { result } = JSON.parse(text) as { result: { service_node_states: object[] } };
    expect(result.service_node_states[0]).toEqual({ public_ip: node.ip, storage_port: node.port });
    expect(result.service_node_states.length).toBe(9);
  });

  test('gives swarms as hex text and as a number that JSON parsers round', async () => {
    const { text } = await oxend('get_service_nodes', { fields: ['swarm', 'swarm_id'] });
    const exact = BigInt(`0x${node.swarmIdHex}`);
    expect(text).toContain(`"swarm":"${node.swarmIdHex}","swarm_id":${exact}`);
    expect(BigInt(Number(exact))).not.toBe(exact);
  });

  test('names the nodes asked for, or as many as asked for', async () => {
    const keys = [node.ed25519PublicKeyHex];
    const some = await oxend('get_service_nodes', { service_node_pubkeys: keys });
    expect(decodeServiceNodeStates(JSON.parse(some.text) as never).map((entry) => entry.ip)).toEqual([
      node.ip
    ]);
    const few = await oxend('get_service_nodes', { limit: 2 });
    expect(decodeServiceNodeStates(JSON.parse(few.text) as never).length).toBe(2);
  });
});

describe('active_nodes_bin', () => {
  test('is bytes in a direct call and base64 text in a batch', async () => {
    const direct = await rpc('active_nodes_bin', {});
    expect(direct.rawHeaders).toContain('application/octet-stream');
    const nodes = decodeActiveNodesBin(direct.body);
    expect(nodes.map(({ ip, port, swarmIdHex }) => [ip, port, swarmIdHex])).toEqual(
      net.nodes.map(({ ip, port, swarmIdHex }) => [ip, port, swarmIdHex])
    );
    const batch = await rpc('batch', { requests: [{ method: 'active_nodes_bin', params: {} }] });
    const [result] = (JSON.parse(batch.text) as { results: { body: string }[] }).results;
    expect(decodeActiveNodesText(result?.body)).toEqual(nodes);
  });
});

describe('ons_resolve', () => {
  const ask = (name: string) => oxend('ons_resolve', { type: 0, name_hash: bytesToBase64(nameHash(name)) });

  test('knows the name of Echo, whose record opens with the name alone', async () => {
    const { result } = JSON.parse((await ask('Echo')).text) as {
      result: { encrypted_value: string; nonce: string };
    };
    const record = { encryptedValue: hexToBytes(result.encrypted_value), nonce: hexToBytes(result.nonce) };
    expect(openNameRecord('echo', record)).toBe(net.echoAccountId);
    expect(() => openNameRecord('other', record)).toThrow();
  });

  test('has no record for a name nobody registered', async () => {
    const answer = await ask('nobody');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, expect.objectContaining({ result: {} })]);
  });

  test('without a hash is refused', async () => {
    expect((await oxend('ons_resolve', { type: 0 })).status).toBe(400);
  });
});
