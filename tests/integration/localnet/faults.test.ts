// Every fault a node can be given, as a client sees it (network.md §2.1, §4.6, §7.11).
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { base64ToBytes, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  deriveIdentity,
  memberStoreText,
  retrieveSignedText,
  signText,
  verifyText,
  type CryptoBackend
} from '../../../src/lib/crypto/index.ts';
import {
  decodeActiveNodesText,
  decodeServiceNodeStates,
  retrieveRpc,
  storeRpc,
  type JsonObject,
  type JsonValue
} from '../../../src/lib/wire/index.ts';
import { localnet, type LocalNode, type Localnet, type NodeFaults } from '../../../localnet/index.ts';
import { createRawClient, type RawClient } from './support/https.ts';
import { infoRpc, requestOverPath, type OnionResult } from './support/onion-client.ts';

const me = deriveIdentity(new Uint8Array(16).fill(9));
const HOP_LIMIT_MS = 150;

let crypto: CryptoBackend;
let net: Localnet;
let client: RawClient;
let guard: LocalNode;
let middle: LocalNode;
let exit: LocalNode;
let members: LocalNode[];

beforeAll(async () => {
  crypto = await createCryptoBackend();
  net = await localnet.create({
    echo: false,
    limits: { hopMs: HOP_LIMIT_MS, memberMs: 100 },
    rateLimit: null
  });
  client = createRawClient();
  members = net.swarmOf(me.accountId);
  [guard, middle, exit] = net.nodes.filter((node) => !members.includes(node)) as [
    LocalNode,
    LocalNode,
    LocalNode
  ];
});

afterEach(async () => {
  for (const node of net.nodes) {
    node.setFault({});
    if (!node.isRunning) await node.start();
  }
});

afterAll(async () => {
  client.close();
  await net.close();
});

const first = () => members[0] as LocalNode;
const second = () => members[1] as LocalNode;
const overPath = (rpc = infoRpc(), destination = first()) =>
  requestOverPath(client, crypto, [guard, middle, exit, destination], rpc);

function store(data = crypto.random(40)) {
  return storeRpc({ account: me.accountId, namespace: 0, timestampMs: Date.now(), ttlMs: 60_000, data });
}

async function retrieve() {
  const timestampMs = Date.now();
  const signature = await signText(crypto, me, retrieveSignedText(0, timestampMs));
  const ed25519PublicKeyHex = Buffer.from(me.ed25519PublicKey).toString('hex');
  return retrieveRpc({
    account: me.accountId,
    namespace: 0,
    timestampMs,
    auth: { signature, ed25519PublicKeyHex }
  });
}

function entriesOf(result: OnionResult): Record<string, JsonObject> {
  if (result.kind !== 'reply') throw new Error(`no reply: ${JSON.stringify(result)}`);
  return (result.body as JsonObject)['swarm'] as Record<string, JsonObject>;
}

test('without a fault a request arrives, which is the control of this file', async () => {
  expect(await overPath()).toMatchObject({ kind: 'reply', status: 200, body: { version: [2, 8, 0] } });
});

describe('a hop in the middle', () => {
  const NOT_READY = { kind: 'path-error', status: 503 };
  const TIMED_OUT = { kind: 'path-error', status: 504, text: 'Request time out' };

  test.each<[string, NodeFaults, object]>([
    ['that drops is a time-out at the hop before it', { drop: true }, TIMED_OUT],
    ['that hangs is a time-out at the hop before it', { hang: true }, TIMED_OUT],
    ['that is too slow is a time-out', { delayMs: HOP_LIMIT_MS * 3 }, TIMED_OUT],
    ['that is shutting down is named', { shuttingDown: true }, NOT_READY],
    ['that is not synchronised is named', { notReady: 'not done syncing' }, NOT_READY]
  ])('%s', async (_what, faults, expected) => {
    middle.setFault(faults);
    const result = await overPath();
    expect(result).toMatchObject(expected);
    if (result.kind === 'path-error' && result.status === 503) {
      expect(result.text).toBe(`Snode not ready: ${middle.ed25519PublicKeyHex}`);
    }
  });

  test('that was stopped is a time-out, and works again after its start', async () => {
    await middle.stop();
    expect(await overPath()).toMatchObject(TIMED_OUT);
    await middle.start();
    expect(await overPath()).toMatchObject({ kind: 'reply', status: 200 });
  });

  test('that answers garbage gives the client nothing it can read', async () => {
    middle.setFault({ garbage: 'http' });
    expect(await overPath()).toEqual({ kind: 'unreadable', status: 200 });
  });

  test('that does not know the next node names it', async () => {
    middle.setFault({ unknownPeers: [exit.ed25519PublicKeyHex] });
    const text = `Next node not found: ${exit.ed25519PublicKeyHex}`;
    expect(await overPath()).toEqual({ kind: 'path-error', status: 502, text });
  });
});

describe('a guard', () => {
  test('that is not synchronised, or busy, says so itself', async () => {
    guard.setFault({ notReady: 'not done syncing' });
    const text = 'Service node is not ready: not done syncing\n';
    expect(await overPath()).toEqual({ kind: 'path-error', status: 503, text });
    guard.setFault({ busy: true });
    expect(await overPath()).toMatchObject({ status: 503, text: 'Server busy, try again later' });
  });

  test('that drops cuts the connection', async () => {
    guard.setFault({ drop: true });
    await expect(overPath()).rejects.toThrow(/hang up|ECONNRESET/);
  });

  test('that is slow answers later', async () => {
    guard.setFault({ delayMs: 60 });
    const begin = performance.now();
    expect(await overPath()).toMatchObject({ kind: 'reply', status: 200 });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(55);
  });
});

describe('a destination', () => {
  test('in another swarm, as it believes, answers 421 with where to go', async () => {
    first().setFault({ wrongSwarm: 'elsewhere' });
    const result = await overPath(store());
    expect(result).toMatchObject({ kind: 'reply', status: 421 });
    const keys = ((result as { body: JsonObject }).body['snodes'] as JsonObject[]).map(
      (node) => node['pubkey_ed25519']
    );
    expect(keys.length).toBe(6);
    expect(keys).not.toContain(first().ed25519PublicKeyHex);
    first().setFault({ wrongSwarm: 'empty' });
    expect(await overPath(store())).toMatchObject({ status: 421, body: { snodes: [] } });
  });

  test('with a skewed clock refuses a store with 406, and its answers carry its time', async () => {
    first().setFault({ clockOffsetMs: -120_000 });
    expect(await overPath(store())).toEqual({
      kind: 'reply',
      status: 406,
      body: 'Timestamp error: check your clock'
    });
    const info = (await overPath()) as { body: { t: number; timestamp: number } };
    expect(Math.abs(Date.now() - 120_000 - info.body.t)).toBeLessThan(5_000);
    expect(info.body.timestamp).toBe(info.body.t);
  });

  test('that is stale confirms a store and then does not have it', async () => {
    first().setFault({ stale: true });
    const data = crypto.random(30);
    expect(Object.keys(entriesOf(await overPath(store(data)))).length).toBe(3);
    expect(await overPath(await retrieve())).toMatchObject({ body: { messages: [], more: false } });
    first().setFault({});
    const has = (node: LocalNode) =>
      node.store.list(hexToBytes(me.accountId)).some((item) => Buffer.compare(item.data, data) === 0);
    expect([has(first()), has(second())]).toEqual([false, true]);
  });

  test.each<[NodeFaults['garbage'], (result: OnionResult) => void]>([
    ['http', (result) => expect(result.kind).toBe('unreadable')],
    ['reply', (result) => expect(result.kind).toBe('unreadable')],
    ['body', (result) => expect(result.kind).toBe('unreadable')]
  ])('that answers garbage of kind %s', async (garbage, check) => {
    first().setFault({ garbage });
    check(await overPath());
  });

  test('that damages messages still answers with well-formed items', async () => {
    const data = crypto.random(30);
    await overPath(store(data));
    first().setFault({ garbage: 'messages' });
    const result = (await overPath(await retrieve())) as { body: { messages: { data: string }[] } };
    expect(result.body.messages.length).toBeGreaterThan(0);
    for (const item of result.body.messages) {
      expect(Buffer.compare(base64ToBytes(item.data), data)).not.toBe(0);
    }
  });
});

describe('a member of the swarm', () => {
  test.each<[string, NodeFaults, JsonObject]>([
    ['times out', { asMember: { kind: 'timeout' } }, { failed: true, timeout: true }],
    ['hangs altogether', { hang: true }, { failed: true, timeout: true }],
    [
      'refuses with a code',
      { asMember: { kind: 'code', code: 421, reason: 'x' } },
      { failed: true, code: 421, reason: 'x' }
    ],
    [
      'gives a bad reply',
      { asMember: { kind: 'bad-peer-response' } },
      { failed: true, bad_peer_response: true }
    ],
    ['fails in its database', { asMember: { kind: 'query-failure' } }, { failed: true, query_failure: true }],
    [
      'has a clock of its own',
      { clockOffsetMs: -120_000 },
      { failed: true, code: 406, reason: 'Timestamp error: check your clock' }
    ]
  ])('that %s has an entry that says so, and the others count', async (_what, faults, expected) => {
    second().setFault(faults);
    const entries = entriesOf(await overPath(store()));
    expect(entries[second().ed25519PublicKeyHex]).toEqual(expected);
    expect(Object.values(entries).filter((entry) => entry['failed'] === undefined).length).toBe(2);
  });

  test('that signs wrongly is told apart by its signature alone', async () => {
    second().setFault({ wrongSignature: true });
    for (const [key, entry] of Object.entries(entriesOf(await overPath(store())))) {
      const text = memberStoreText(String(entry['hash']));
      const isRight = await verifyText(
        crypto,
        hexToBytes(key),
        text,
        base64ToBytes(String(entry['signature']))
      );
      expect(isRight).toBe(key !== second().ed25519PublicKeyHex);
    }
  });

  test('a swarm of which nobody kept anything answers 500', async () => {
    for (const member of members) member.setFault({ asMember: { kind: 'query-failure' } });
    // The entry node's own part fails when its database does.
    const insert = first().store.insert;
    first().store.insert = () => {
      throw new Error('disk full');
    };
    try {
      const result = (await overPath(store())) as { status: number; body: JsonObject };
      expect(result.status).toBe(500);
      expect(Object.values(result.body['swarm'] as Record<string, JsonObject>).length).toBe(3);
    } finally {
      first().store.insert = insert;
    }
  });
});

describe('lists', () => {
  const forged = [
    {
      ed25519PublicKeyHex: 'ab'.repeat(32),
      x25519PublicKeyHex: 'cd'.repeat(32),
      ip: '127.9.9.9',
      port: 5000,
      swarmIdHex: '1'
    }
  ];

  test('a forged list is given by that node alone, in every form', async () => {
    first().setFault({ forgedNodes: forged });
    const params = { active_only: true };
    const states = { method: 'oxend_request', params: { endpoint: 'get_service_nodes', params } };
    const listed = (await overPath(states)) as { body: JsonValue };
    expect(decodeServiceNodeStates(listed.body).map((node) => node.ip)).toEqual(['127.9.9.9']);
    const binary = (await overPath({ method: 'active_nodes_bin', params: {} })) as { body: string };
    expect(decodeActiveNodesText(binary.body).map((node) => node.ip)).toEqual(['127.9.9.9']);
    const honest = (await overPath(states, second())) as { body: JsonValue };
    expect(decodeServiceNodeStates(honest.body).length).toBe(9);
  });

  test('a forged swarm is named for every account', async () => {
    first().setFault({ forgedSwarm: forged });
    const rpc = { method: 'get_swarm', params: { pubkey: me.accountId } };
    expect(await overPath(rpc)).toMatchObject({ body: { snodes: [{ ip: '127.9.9.9', port: '5000' }] } });
  });

  test('a seed can be down, lie, or answer garbage', async () => {
    const ask = () =>
      fetch(net.seedUrl, {
        method: 'POST',
        body: JSON.stringify({
          jsonrpc: '2.0',
          method: 'get_n_service_nodes',
          params: { fields: { public_ip: true } }
        })
      });
    const honest = (await (await ask()).json()) as { result: { service_node_states: object[] } };
    expect(honest.result.service_node_states[0]).toEqual({ public_ip: '127.0.11.1' });
    net.setSeedFault({ forgedNodes: forged });
    expect(await (await ask()).json()).toMatchObject({
      result: { service_node_states: [{ public_ip: '127.9.9.9' }] }
    });
    net.setSeedFault({ status: 503 });
    expect((await ask()).status).toBe(503);
    net.setSeedFault({ garbage: true });
    await expect((await ask()).json()).rejects.toThrow();
    net.setSeedFault({ drop: true });
    await expect(ask()).rejects.toThrow();
    net.setSeedFault({});
    expect((await ask()).status).toBe(200);
  });
});
