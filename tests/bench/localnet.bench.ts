// The embedded network against design.md §4: a thousand stored messages and a thousand onion requests a second, and
// memory that does not grow with what is stored. Network and client share the cores.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToBase64, bytesToHex, bytesToUtf8, utf8ToBytes } from '../../src/lib/bytes/index.ts';
import { createCryptoBackend, type CryptoBackend } from '../../src/lib/crypto/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { encodeFinalControl, encodeRpc, swarmForKey, type RpcRequest } from '../../src/lib/wire/index.ts';
import { buildOnion } from '../integration/localnet/support/onion-builder.ts';
import type { NetworkSaid } from './localnet-process.ts';
import type { Bench, BenchRow } from './types.ts';

type NetworkNode = NetworkSaid['nodes'][number];

const CONNECTIONS = 24;
const ROUND_MS = 3_000;
const MESSAGE_BYTES = 1_024;
const ONIONS = 400;
const FIRST_FILL = 20_000;
const SECOND_FILL = 80_000;
const MEBIBYTE = 1024 * 1024;

interface Post {
  readonly node: NetworkNode;
  readonly path: string;
  readonly body: Uint8Array;
}

function send(agent: Agent, { node, path, body }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({
      agent,
      host: node.ip,
      port: node.port,
      method: 'POST',
      path,
      headers: { 'content-length': body.length }
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    sent.end(body);
  });
}

/** Answered requests a second. */
async function rate(next: () => Post): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
  let end = performance.now() + ROUND_MS / 4;
  let count = 0;
  const loop = async () => {
    while (performance.now() < end) {
      await send(agent, next());
      count += 1;
    }
  };
  const round = () => Promise.all(Array.from({ length: CONNECTIONS }, loop));
  // Connections are made and code is compiled before anything counts.
  await round();
  count = 0;
  const begin = performance.now();
  end = begin + ROUND_MS;
  await round();
  const perSecond = (count / (performance.now() - begin)) * 1000;
  agent.destroy();
  return perSecond;
}

function memberOf(nodes: readonly NetworkNode[], key32: Uint8Array): NetworkNode {
  const ids = nodes.map((node) => BigInt(`0x${node.swarmIdHex}`));
  const swarm = swarmForKey(ids, key32);
  return nodes.find((_, index) => ids[index] === swarm) as NetworkNode;
}

/** A store of random bytes to an account nobody has; its node keeps and forwards it. */
function newStore(nodes: readonly NetworkNode[]): { node: NetworkNode; rpc: RpcRequest } {
  const key = systemRandom(32);
  const data = bytesToBase64(systemRandom(MESSAGE_BYTES));
  const params = { pubkey: `05${bytesToHex(key)}`, timestamp: Date.now(), ttl: 86_400_000, data };
  return { node: memberOf(nodes, key), rpc: { method: 'store', params } };
}

/** An onion over three nodes to a fourth. */
async function newOnion(
  crypto: CryptoBackend,
  nodes: readonly NetworkNode[],
  destination: NetworkNode,
  rpc: RpcRequest,
  turn: number
): Promise<Post> {
  const others = nodes.filter((node) => node !== destination);
  const path = [0, 1, 2].map((hop) => others[(turn + hop * 3) % others.length] as NetworkNode);
  const hops = [...path, destination].map((node, index) => ({
    x25519PublicKeyHex: node.x25519PublicKeyHex,
    cipher: 'aes-gcm' as const,
    control: index === 0 ? {} : { destination: node.ed25519PublicKeyHex }
  }));
  const innermost = { blob: encodeRpc(rpc), control: bytesToUtf8(encodeFinalControl()) };
  const { body } = await buildOnion(crypto, hops, innermost);
  return { node: path[0] as NetworkNode, path: '/onion_req/v2', body };
}

async function start(folder: string): Promise<{ child: ChildProcess; nodes: readonly NetworkNode[] }> {
  const child = fork(join(import.meta.dirname, 'localnet-process.ts'), [folder], {
    execArgv: ['--expose-gc']
  });
  const [said] = (await once(child, 'message')) as [NetworkSaid];
  return { child, nodes: said.nodes };
}

interface Filled {
  readonly ms: number;
  readonly stored: number;
  readonly rss: number;
  readonly held: number;
  readonly error?: string;
}

async function fill(child: ChildProcess, count: number): Promise<Filled> {
  child.send({ fill: count });
  const [said] = (await once(child, 'message')) as [Filled];
  if (said.error !== undefined) throw new Error(said.error);
  return said;
}

async function throughput(nodes: readonly NetworkNode[]): Promise<BenchRow[]> {
  const crypto = await createCryptoBackend();
  const direct = await rate(() => {
    const { node, rpc } = newStore(nodes);
    return { node, path: '/storage_rpc/v1', body: utf8ToBytes(JSON.stringify(rpc)) };
  });
  const onions = async (make: (turn: number) => Promise<Post>) => {
    const posts: Post[] = [];
    for (let turn = 0; turn < ONIONS; turn++) posts.push(await make(turn));
    let next = 0;
    return rate(() => posts[next++ % posts.length] as Post);
  };
  const info = await onions((turn) =>
    newOnion(crypto, nodes, nodes[turn % nodes.length] as NetworkNode, { method: 'info', params: {} }, turn)
  );
  const storing = await onions((turn) => {
    const { node, rpc } = newStore(nodes);
    return newOnion(crypto, nodes, node, rpc, turn);
  });
  const note = `${CONNECTIONS} TLS connections, client on the same cores`;
  return [
    {
      what: 'stored messages of 1 KiB, each by three members',
      value: direct,
      unit: '/s',
      atLeast: 1_000,
      note
    },
    { what: 'onion requests over three hops to a fourth', value: info, unit: '/s', atLeast: 1_000, note },
    {
      what: 'onion requests that store, each by three members',
      value: storing,
      unit: '/s',
      note: 'built before'
    }
  ];
}

async function growth(child: ChildProcess): Promise<BenchRow[]> {
  const before = await fill(child, FIRST_FILL);
  const after = await fill(child, SECOND_FILL);
  const messages = FIRST_FILL + SECOND_FILL;
  const note = `from ${FIRST_FILL} to ${messages} messages, three rows each`;
  return [
    {
      what: 'memory held more for 80,000 more messages',
      value: (after.held - before.held) / MEBIBYTE,
      unit: 'MiB',
      atMost: 8,
      note
    },
    {
      what: 'the same in resident memory',
      value: (after.rss - before.rss) / MEBIBYTE,
      unit: 'MiB',
      atMost: 64,
      note
    },
    { what: 'stores without any transport', value: (SECOND_FILL / after.ms) * 1000, unit: '/s' }
  ];
}

export const bench: Bench = {
  name: 'embedded network',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'onionskin-bench-'));
    const { child, nodes } = await start(folder);
    try {
      return [...(await throughput(nodes)), ...(await growth(child))];
    } finally {
      child.disconnect();
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    }
  }
};
