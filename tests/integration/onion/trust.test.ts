// Which gateway and which node is believed, over real gateways and nodes (design.md §3.1). What a gateway was asked is
// recorded at the client's only call into the network.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../../gateway/index.ts';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { createAccountSeed, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import type { NetworkDescriptor } from '../../../src/lib/networks.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { createOnionLocalnet, type Connected, type OnionLocalnet } from '../../support/onion-localnet.ts';

let world: OnionLocalnet;
let foreign: OnionLocalnet;
const gateways: Gateway[] = [];
const clients: Connected[] = [];
beforeAll(async () => {
  [world, foreign] = await Promise.all([createOnionLocalnet(), createOnionLocalnet({ nodes: 5, swarms: 1 })]);
});
afterAll(async () => {
  await Promise.all([world.close(), foreign.close()]);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ onion }) => onion.stop()));
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  for (const node of world.network.nodes) node.setFault({});
});

const me = deriveIdentity(createAccountSeed(systemRandom));

function connect(origins: string[], descriptor?: NetworkDescriptor): Connected & { paths: string[] } {
  const paths: string[] = [];
  const client = world.connect({
    gateways: origins,
    ...(descriptor ? { descriptor } : {}),
    fetch: ((input: string, init: RequestInit) => {
      paths.push(new URL(input).pathname);
      return fetch(input, init);
    }) as typeof fetch
  });
  clients.push(client);
  return { ...client, paths };
}
const store = ({ swarm }: Connected) =>
  swarm.store({ accountId: me.accountId, namespace: 0, data: utf8ToBytes('hi'), ttlMs: 60_000 });
async function blockedBecause({ onion }: Connected): Promise<string> {
  await expect.poll(() => onion.state().phase, { timeout: 10_000 }).toBe('blocked');
  const state = onion.state();
  return state.phase === 'blocked' ? state.reason : '';
}
async function gatewayWith(over: Partial<Parameters<typeof createGateway>[0]>): Promise<Gateway> {
  const list = world.network.nodeList();
  const gateway = await createGateway({
    network: world.network.descriptor,
    nodeSource: { current: () => list },
    signList: (body) => world.network.signList(body),
    ...over
  });
  await gateway.listen();
  gateways.push(gateway);
  return gateway;
}
/** The same network as one whose build knows five anchors and no list key, as mainnet's does. */
function anchored(): NetworkDescriptor {
  const anchors = world.network.nodes.slice(0, 5).map(({ ed25519PublicKeyHex, ip, port }) => ({
    ed25519PublicKeyHex,
    ip,
    port
  }));
  return { ...world.network.descriptor, listSigningKeyHex: null, anchors };
}

describe('a gateway', () => {
  it('of another network is asked for nothing but its name', async () => {
    const client = connect([foreign.gateway.origin]);
    expect(await blockedBecause(client)).toBe('wrong-network');
    await expect(store(client)).rejects.toMatchObject({ code: 'wrong-network' });
    expect(new Set(client.paths)).toEqual(new Set(['/gateway/v1/info']));
  });

  it.each([
    ['does not sign its list', { signList: () => Promise.resolve(new Uint8Array(0)) }],
    ['signs its list with another key', { signList: (body: Uint8Array) => foreign.network.signList(body) }]
  ])('that %s carries nothing', async (_, over) => {
    const gateway = await gatewayWith(over);
    const client = connect([gateway.origin]);
    expect(await blockedBecause(client)).toBe('list-not-verified');
    await expect(store(client)).rejects.toMatchObject({ code: 'list-not-verified' });
    expect(client.paths.some((path) => path.includes('/onion/'))).toBe(false);
  });

  it('that lists nodes of its own, or too few anchors, carries nothing', async () => {
    const own = foreign.network.nodeList();
    const lacking = { ...world.network.nodeList(), nodes: world.network.nodeList().nodes.slice(2) };
    for (const list of [own, lacking]) {
      const gateway = await gatewayWith({ nodeSource: { current: () => list } });
      const client = connect([gateway.origin], anchored());
      expect(await blockedBecause(client)).toBe('list-not-verified');
      await expect(store(client)).rejects.toMatchObject({ code: 'list-not-verified' });
      expect(client.paths.some((path) => path.includes('/onion/'))).toBe(false);
    }
  });

  it('that is honest carries messages, on a signed network and over anchors (control)', async () => {
    for (const descriptor of [world.network.descriptor, anchored()]) {
      const client = connect([world.gateway.origin], descriptor);
      await client.onion.ready();
      expect((await store(client)).confirmedBy).toBe(3);
      expect(client.paths.some((path) => path.includes('/onion/'))).toBe(true);
    }
  });
});

describe('a node', () => {
  it('that lists others than the rest do is outvoted', async () => {
    const forged = foreign.network.nodeList().nodes;
    world.network.nodes[0]!.setFault({ forgedNodes: forged });
    const client = connect([world.gateway.origin], anchored());
    await client.onion.ready();
    const keys = new Set(client.onion.nodes().map((node) => node.ed25519PublicKeyHex));
    expect(keys).toEqual(new Set(world.network.nodes.map((node) => node.ed25519PublicKeyHex)));
  });

  it('that joins is known after the next refresh', async () => {
    const client = connect([world.gateway.origin]);
    await client.onion.ready();
    const swarmIdHex = world.network.nodes[0]!.swarmIdHex!;
    const joined = await world.network.addNode(swarmIdHex);
    expect(client.onion.nodes()).toHaveLength(9);
    expect(await client.onion.refreshNodes()).toBe(true);
    expect(client.onion.nodes().some((node) => node.ed25519PublicKeyHex === joined.ed25519PublicKeyHex)).toBe(
      true
    );
    expect((await store(client)).confirmedBy).toBeGreaterThanOrEqual(3);
  });
});
