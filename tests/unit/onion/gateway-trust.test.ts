// A gateway that lies about the network gets no request that names the account (design.md §3.1). Everything the gateway
// is given, and everything any node can open, is recorded; the honest gateway is the control.
import { afterEach, describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createAccountSeed,
  createCryptoBackend,
  deriveIdentity,
  type Identity
} from '../../../src/lib/crypto/index.ts';
import type { ConnectionState } from '../../../src/lib/onion/index.ts';
import { createWorlds, type FakeWorld, type FakeWorldOptions } from '../../support/onion-fakes.ts';
import { createFakeNode, createFakeTransport, type FakeNetwork } from '../../support/onion-network.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const worlds = createWorlds(await createCryptoBackend());
afterEach(() => worlds.stopAll());

const me: Identity = deriveIdentity(createAccountSeed(seededRandom(99)));
/** Answers account methods somehow; what counts is that the question was asked. */
const handle: FakeWorldOptions['handle'] = async () => ({ status: 200, body: {} });
const evilNodes = (count: number) =>
  Array.from({ length: count }, (_, index) => createFakeNode(seededRandom(500 + index), index + 100, 'ab'));

/** Tries what a messenger does first, until it fails. */
async function useAccount({ swarm }: FakeWorld): Promise<void> {
  const input = { accountId: me.accountId, namespace: 0, data: utf8ToBytes('hi'), ttlMs: 60_000 };
  await swarm.store(input).catch(() => {});
  await swarm
    .retrieve({ identity: me, namespaces: [{ namespace: 0 }], cursorOf: () => null })
    .catch(() => {});
}

/** Whether any node opened something that names the account, in text or in any layer. */
function namesAccount(network: FakeNetwork): boolean {
  return openedWith(network, me.accountId.slice(2)).length > 0;
}

const openedWith = ({ opened }: FakeNetwork, needle: string) =>
  opened.filter(({ plaintext }) => Buffer.from(plaintext).toString('latin1').includes(needle));

const isBlocked = (state: ConnectionState) => state.phase === 'blocked';

describe('before a gateway has proved itself', () => {
  it('names the account through an honest gateway (control)', async () => {
    const world = worlds.create({ handle });
    await world.onion.ready();
    expect(namesAccount(world.network)).toBe(false);
    await useAccount(world);
    expect(namesAccount(world.network)).toBe(true);
  });

  it('posts nothing at all through one that calls itself another network', async () => {
    const world = worlds.create({
      handle,
      claims: ({ nodes }) => ({ own: { networkId: 'testnet', nodes } })
    });
    const state = await world.reaches(isBlocked);
    await useAccount(world);
    expect(state).toMatchObject({
      reason: 'wrong-network',
      gateways: [{ origin: 'own', state: 'wrong-network' }]
    });
    expect(world.transport.posted).toEqual([]);
    expect(world.transport.fetched.every(({ what }) => what === 'info')).toBe(true);
  });

  it('posts nothing at all through one whose list names another network', async () => {
    const claims = ({ nodes }: FakeNetwork) => ({
      own: { networkId: 'mainnet', listNetworkId: 'testnet', nodes }
    });
    const world = worlds.create({ handle, claims });
    expect(await world.reaches(isBlocked)).toMatchObject({ reason: 'wrong-network' });
    await useAccount(world);
    expect(world.transport.posted).toEqual([]);
  });

  it('posts nothing at all through one that lists nodes of its own', async () => {
    const own = evilNodes(40);
    const world = worlds.create({ handle, claims: () => ({ own: { networkId: 'mainnet', nodes: own } }) });
    world.network.nodes.push(...own);
    expect(await world.reaches(isBlocked)).toMatchObject({ reason: 'list-not-verified' });
    await useAccount(world);
    expect(world.transport.posted).toEqual([]);
  });

  it('posts nothing at all through one whose list lacks two of five anchors', async () => {
    const world = worlds.create({ handle });
    const lacking = world.descriptor.anchors.slice(0, 2).map((anchor) => anchor.ed25519PublicKeyHex);
    const nodes = world.network.nodes.filter((node) => !lacking.includes(node.ed25519PublicKeyHex));
    const liar = world.again({
      transport: createFakeTransport(world.network, { own: { networkId: 'mainnet', nodes } })
    });
    expect(await liar.reaches(isBlocked)).toMatchObject({ reason: 'list-not-verified' });
    expect(liar.transport.posted).toEqual([]);
  });

  it('uses no node that only the gateway knows', async () => {
    const own = evilNodes(40);
    const world = worlds.create({
      handle,
      claims: ({ nodes }) => ({ own: { networkId: 'mainnet', nodes: [...own, ...nodes] } })
    });
    const honest = new Set(world.network.nodes.map((node) => node.ed25519PublicKeyHex));
    await world.onion.ready();
    await useAccount(world);
    expect(new Set(world.onion.nodes().map((node) => node.ed25519PublicKeyHex))).toEqual(honest);
    for (const { guardHex } of world.transport.posted) expect(honest.has(guardHex)).toBe(true);
  });

  it('names no account when servers of the gateway stand in for the anchors', async () => {
    const world = worlds.create({ handle });
    const impostors = evilNodes(world.network.nodes.length);
    // The keys of the true nodes, at servers that have other ones.
    const nodes = world.network.nodes.map((node, index) => ({
      ...impostors[index]!,
      ed25519PublicKeyHex: node.ed25519PublicKeyHex,
      x25519PublicKeyHex: node.x25519PublicKeyHex,
      fault: null
    }));
    const stopped = world.onion.stop();
    await stopped;
    world.network.nodes.splice(0, Infinity, ...nodes);
    world.network.opened.length = 0;
    const robbed = world.again({ store: { load: async () => null, save: async () => {} } });
    await robbed.reaches(isBlocked);
    await useAccount(robbed);
    expect(robbed.network.opened).toEqual([]);
    expect(robbed.onion.nodes()).toEqual([]);
  });

  it('counts no node on the word of one lying anchor, nor a false address', async () => {
    const world = worlds.create({ handle });
    await world.onion.stop();
    const liar = world.descriptor.anchors[0]!.ed25519PublicKeyHex;
    const own = evilNodes(12);
    world.network.listOf = (asked) =>
      asked.ed25519PublicKeyHex === liar
        ? [...own, ...world.network.nodes.map((node) => ({ ...node, ip: '6.6.6.6' }))]
        : world.network.nodes;
    const again = world.again({ store: { load: async () => null, save: async () => {} } });
    await again.onion.ready();
    expect(again.onion.nodes().some((node) => node.ip === '6.6.6.6')).toBe(false);
    expect(again.onion.nodes()).toHaveLength(9);
  });

  it('does not believe anchors that agree on too few nodes', async () => {
    const world = worlds.create({ handle, minimumPool: 12 });
    expect(await world.reaches(isBlocked)).toMatchObject({ reason: 'list-not-verified' });
    await useAccount(world);
    expect(namesAccount(world.network)).toBe(false);
  });

  it('asks with the long form where nodes do not know the compact list', async () => {
    const world = worlds.create({ handle });
    await world.onion.stop();
    world.network.knowsCompactList = false;
    const again = world.again({ store: { load: async () => null, save: async () => {} } });
    await again.onion.ready();
    expect(again.onion.nodes()).toHaveLength(9);
    expect(openedWith(again.network, 'get_service_nodes').length).toBeGreaterThan(1);
  });
});

describe('with a second gateway in the build', () => {
  it('fails over from one that lies, and says which is used', async () => {
    const world = worlds.create({
      handle,
      claims: ({ nodes }) => ({
        own: { networkId: 'testnet', nodes },
        second: { networkId: 'mainnet', nodes }
      })
    });
    await world.onion.ready();
    await useAccount(world);
    expect(world.onion.lastPath()!.gatewayOrigin).toBe('second');
    expect(world.transport.posted.every(({ gateway }) => gateway === 'second')).toBe(true);
    expect(namesAccount(world.network)).toBe(true);
  });

  it('fails over from one that goes away, and keeps guards and pool', async () => {
    const world = worlds.create({
      handle,
      claims: ({ nodes }) => ({
        own: { networkId: 'mainnet', nodes },
        second: { networkId: 'mainnet', nodes }
      })
    });
    await world.onion.ready();
    const guards = new Set(world.transport.posted.map(({ guardHex }) => guardHex));
    const before = world.transport.posted.length;
    world.transport.claims.get('own')!.isDown = true;
    await useAccount(world);
    const after = world.transport.posted.slice(before);
    expect(after.length).toBeGreaterThan(0);
    expect(after.every(({ gateway, guardHex }) => gateway === 'second' && guards.has(guardHex))).toBe(true);
  });
});

describe('once a pool is verified', () => {
  it('is blocked, and keeps the old pool, when the gateway lists less than two thirds of it', async () => {
    const world = worlds.create({ handle });
    await world.onion.ready();
    await world.onion.stop();
    const pool = world.onion.nodes().map((node) => node.ed25519PublicKeyHex);
    const nodes = [...world.network.nodes.slice(0, 5), ...evilNodes(40)];
    const again = world.again({
      transport: createFakeTransport(world.network, { own: { networkId: 'mainnet', nodes } })
    });
    expect(await again.reaches(isBlocked)).toMatchObject({ reason: 'list-not-verified' });
    await useAccount(again);
    expect(again.transport.posted).toEqual([]);
    expect(again.onion.nodes().map((node) => node.ed25519PublicKeyHex)).toEqual(pool);
  });

  it('needs no new verification, and goes on with the same guards after a restart', async () => {
    const world = worlds.create({ handle });
    await world.onion.ready();
    await world.onion.stop();
    const saved = (await world.store.load())!;
    expect(saved.guards).toHaveLength(2);
    const again = world.again();
    await again.onion.ready();
    await useAccount(again);
    const guards = new Set(again.transport.posted.map(({ guardHex }) => guardHex));
    for (const guard of guards) expect(saved.guards).toContain(guard);
  });

  it('refreshes from three verified nodes in distinct subnets', async () => {
    const world = worlds.create({ handle });
    await world.onion.ready();
    const joined = createFakeNode(seededRandom(77), 60, '1000');
    world.network.nodes.push(joined);
    world.network.opened.length = 0;
    expect(await world.onion.refreshNodes()).toBe(true);
    expect(world.onion.nodes()).toHaveLength(10);
    const asked = openedWith(world.network, 'active_nodes_bin').filter(({ role }) => role === 'final');
    expect(new Set(asked.map(({ nodeHex }) => world.network.node(nodeHex).ip)).size).toBe(3);
  });

  it('keeps the old pool when refreshed nodes lost more than a third of it', async () => {
    const world = worlds.create({ handle });
    await world.onion.ready();
    world.network.listOf = () => world.network.nodes.slice(0, 5);
    expect(await world.onion.refreshNodes()).toBe(false);
    expect(world.onion.nodes()).toHaveLength(9);
  });
});

describe('against a gateway that lets guards look dead', () => {
  it('tries four fresh guards a day, then stops and says so', async () => {
    const world = worlds.create({
      handle,
      nodes: 30,
      claims: ({ nodes }) => ({ own: { networkId: 'mainnet', nodes } })
    });
    await world.onion.stop();
    const anchors = new Set(world.descriptor.anchors.map((anchor) => anchor.ed25519PublicKeyHex));
    const transport = createFakeTransport(world.network, {
      own: { networkId: 'mainnet', nodes: world.network.nodes }
    });
    const honestPost = transport.postOnion.bind(transport);
    // Anchors answer, so that the list is verified; every other guard seems dead.
    transport.postOnion = async (guardHex, body, options) => {
      if (anchors.has(guardHex)) return honestPost(guardHex, body, options);
      transport.posted.push({ gateway: 'own', guardHex, body });
      return world.network.onion('no such node', body, options.signal);
    };
    const again = world.again({ transport, store: { load: async () => null, save: async () => {} } });
    const state = await again.reaches(
      (current) => current.phase === 'blocked' && current.gateways[0]!.state === 'guards-exhausted'
    );
    expect(state.phase).toBe('blocked');
    await useAccount(again);
    const fresh = new Set(
      transport.posted.map(({ guardHex }) => guardHex).filter((key) => !anchors.has(key))
    );
    expect(fresh.size).toBeLessThanOrEqual(4);
    expect(fresh.size).toBeGreaterThan(0);
    expect(namesAccount(again.network)).toBe(false);
  });
});
