// A network over time: restarts, folders that cannot be used, swarms that change, and what is kept.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, deriveIdentity, verifyText } from '../../../src/lib/crypto/index.ts';
import { decodeSeedReply, storeRpc } from '../../../src/lib/wire/index.ts';
import { localnet, type LocalNode, type Localnet, type LocalnetOptions } from '../../../localnet/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const me = deriveIdentity(new Uint8Array(16).fill(5));

let folder: string;
const running = new Set<Localnet>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onionskin-localnet-'));
});

afterEach(async () => {
  for (const net of running) await net.close();
  running.clear();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: LocalnetOptions = {}): Promise<Localnet> {
  const net = await localnet.create({ nodes: 6, swarms: 2, echo: false, ...options });
  running.add(net);
  return net;
}

async function stop(net: Localnet): Promise<void> {
  running.delete(net);
  await net.close();
}

async function store(net: Localnet, text: string, nowMs = Date.now(), ttlMs = 60_000) {
  const [member] = net.swarmOf(me.accountId) as [LocalNode];
  const data = new TextEncoder().encode(text);
  const request = storeRpc({ account: me.accountId, namespace: 0, timestampMs: nowMs, ttlMs, data });
  return (await member.call(request)).status;
}

const texts = (items: readonly { data: Uint8Array }[]) =>
  items.map(({ data }) => new TextDecoder().decode(data));
const listOf = (node: LocalNode) => texts(node.store.list(hexToBytes(me.accountId)));

describe('a data folder', () => {
  test('makes the same network after a restart, with its messages', async () => {
    const before = await start({ dataDirectory: folder, echo: true });
    expect(await store(before, 'kept')).toBe(200);
    const { descriptor, nodes } = before;
    const addresses = nodes.map(({ ed25519PublicKeyHex, ip, port, swarmIdHex }) => [
      ed25519PublicKeyHex,
      ip,
      port,
      swarmIdHex
    ]);
    await stop(before);
    const after = await start({ dataDirectory: folder, nodes: undefined, swarms: undefined, echo: true });
    expect(after.descriptor).toEqual({ ...descriptor, seeds: after.descriptor.seeds });
    expect(
      after.nodes.map(({ ed25519PublicKeyHex, ip, port, swarmIdHex }) => [
        ed25519PublicKeyHex,
        ip,
        port,
        swarmIdHex
      ])
    ).toEqual(addresses);
    expect(texts(after.stored(me.accountId))).toEqual(['kept']);
    expect(after.countStored()).toBe(3);
  });

  test('without one, a network forgets everything', async () => {
    const before = await start();
    await store(before, 'gone');
    const { id } = before.descriptor;
    await stop(before);
    const after = await start();
    expect(after.descriptor.id).not.toBe(id);
    expect(after.stored(me.accountId)).toEqual([]);
  });

  test('keeps keys where only its owner reads them', async () => {
    await start({ dataDirectory: folder });
    expect(statSync(join(folder, 'network.json')).mode & 0o077).toBe(0);
  });

  test('that is a file, or below one, is named by code', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    for (const dataDirectory of [path, join(path, 'below')]) {
      await expect(start({ dataDirectory })).rejects.toMatchObject({
        code: 'data-directory-unwritable',
        details: { path: dataDirectory }
      });
    }
  });

  test.each(['/proc', '/proc/onionskin'])(
    'that cannot be written (%s) is named by code',
    async (dataDirectory) => {
      await expect(start({ dataDirectory })).rejects.toMatchObject({
        code: 'data-directory-unwritable',
        details: { path: dataDirectory }
      });
    }
  );

  test('that another network uses is named by code, and the other goes on', async () => {
    const first = await start({ dataDirectory: folder });
    await expect(start({ dataDirectory: folder })).rejects.toMatchObject({ code: 'data-directory-in-use' });
    expect(await store(first, 'still here')).toBe(200);
  });

  test.each([
    ['network.json', '{"format":1'],
    ['network.json', '{"format":2,"nodes":[]}'],
    ['messages.sqlite', 'not a database, and long enough to be looked at as one'.repeat(20)]
  ])('with a damaged %s is named by code', async (file, content) => {
    writeFileSync(join(folder, file), content);
    await expect(start({ dataDirectory: folder })).rejects.toMatchObject({ code: 'data-directory-damaged' });
    expect(readFileSync(join(folder, file), 'utf8')).toBe(content);
  });

  test('with more nodes than before moves messages to their owners', async () => {
    const before = await start({ dataDirectory: folder, nodes: 2, swarms: 2 });
    await store(before, 'moves along');
    await stop(before);
    const after = await start({ dataDirectory: folder, nodes: 8, swarms: undefined });
    const members = after.swarmOf(me.accountId);
    expect(members.length).toBeGreaterThan(1);
    for (const member of members) expect(listOf(member)).toEqual(['moves along']);
  });
});

describe('swarms that change', () => {
  test('a node that joins is sent what its swarm holds', async () => {
    const net = await start();
    await store(net, 'old');
    const [member] = net.swarmOf(me.accountId) as [LocalNode];
    const joined = await net.addNode(member.swarmIdHex as string);
    expect(listOf(joined)).toEqual(['old']);
    expect(net.nodeList().nodes.length).toBe(7);
  });

  test('a node that moves away answers 421, and the account keeps its messages', async () => {
    const net = await start();
    await store(net, 'first');
    const members = net.swarmOf(me.accountId);
    const [moved] = members as [LocalNode];
    const other = net.nodes.find((node) => !members.includes(node)) as LocalNode;
    await moved.setSwarm(other.swarmIdHex);
    const request = storeRpc({
      account: me.accountId,
      namespace: 0,
      timestampMs: Date.now(),
      ttlMs: 60_000,
      data: new Uint8Array([1])
    });
    expect((await moved.call(request)).status).toBe(421);
    expect(texts(net.stored(me.accountId))).toEqual(['first']);
  });

  test('a new swarm nearest to an account takes its messages over', async () => {
    const net = await start();
    await store(net, 'moving house');
    const position = (await import('../../../src/lib/wire/index.ts')).swarmPosition(me.x25519PublicKey);
    const joined = await net.addNode(position.toString(16));
    expect(net.swarmOf(me.accountId)).toEqual([joined]);
    expect(texts(net.stored(me.accountId))).toEqual(['moving house']);
  });

  test('a member that was away is sent what it missed', async () => {
    const net = await start({ limits: { memberMs: 50 } });
    const [, away] = net.swarmOf(me.accountId) as [LocalNode, LocalNode];
    await away.stop();
    await store(net, 'missed');
    expect(listOf(away)).toEqual([]);
    await away.start();
    expect(listOf(away)).toEqual(['missed']);
  });

  test('without any swarm nothing can be stored, and get_swarm names none', async () => {
    const net = await start();
    for (const node of net.nodes) await node.setSwarm(null);
    const [node] = net.nodes as [LocalNode];
    const params = { pubkey: me.accountId };
    const swarm = await node.call({ method: 'get_swarm', params });
    expect(swarm).toMatchObject({ status: 200, body: { snodes: [], swarm: 'ffffffffffffffff' } });
    const request = { ...params, timestamp: Date.now(), ttl: 60_000, data: 'YWJj' };
    expect(await node.call({ method: 'store', params: request })).toMatchObject({
      status: 500,
      body: 'No swarms known!'
    });
  });
});

describe('time', () => {
  test('expired messages go with the sweep every ten seconds, not before', async () => {
    const clock = createFakeClock();
    const net = await start({ clock });
    await store(net, 'short', clock.now(), 12_000);
    await store(net, 'long', clock.now(), 60_000);
    await clock.advance(10_001);
    expect(texts(net.stored(me.accountId))).toEqual(['short', 'long']);
    await clock.advance(3_000);
    expect(texts(net.stored(me.accountId))).toEqual(['short', 'long']);
    await clock.advance(7_000);
    expect(texts(net.stored(me.accountId))).toEqual(['long']);
  });

  test('the chain grows a block every two minutes', async () => {
    const clock = createFakeClock();
    const net = await start({ clock });
    const { height } = net.nodeList();
    await clock.advance(240_000);
    expect(net.nodeList().height).toBe(height + 2);
  });
});

describe('what the gateway is given', () => {
  test('the list is that of the seed, and its signature verifies with the id of the network', async () => {
    const net = await start();
    const answer = await fetch(net.seedUrl, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', method: 'get_n_service_nodes', params: { active_only: true } })
    });
    expect(answer.headers.get('content-type')).toBe('application/json');
    const { nodes, height } = decodeSeedReply(new Uint8Array(await answer.arrayBuffer()));
    expect(nodes.map(({ requestedUnlockHeight: _, ...node }) => node)).toEqual(net.nodeList().nodes);
    expect(height).toBe(net.nodeList().height);
    const crypto = await createCryptoBackend();
    const body = crypto.random(50);
    const signature = await net.signList(body);
    expect(await verifyText(crypto, hexToBytes(net.descriptor.id), body, signature)).toBe(true);
    expect(await verifyText(crypto, hexToBytes(net.descriptor.id), crypto.random(50), signature)).toBe(false);
  });

  test('every node has an address in a /24 of its own', async () => {
    const net = await start({ nodes: 9, swarms: 3 });
    const blocks = net.nodes.map(({ ip }) => ip.split('.').slice(0, 3).join('.'));
    expect(new Set(blocks).size).toBe(9);
  });

  test('two networks run side by side', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await store(a, 'in a');
    expect(texts(a.stored(me.accountId))).toEqual(['in a']);
    expect(b.stored(me.accountId)).toEqual([]);
  });
});
