// Nodes, gateways and clocks that fail, on a real embedded network behind a real gateway (network.md §2.1, §2.2).
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalNode } from '../../../localnet/index.ts';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createAccountSeed, deriveIdentity, type Identity } from '../../../src/lib/crypto/index.ts';
import { createMemoryOnionStore } from '../../../src/lib/onion/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  createOnionLocalnet,
  type Connected,
  type ConnectOptions,
  type OnionLocalnet
} from '../../support/onion-localnet.ts';

let world: OnionLocalnet;
const clients: Connected[] = [];
beforeAll(async () => {
  // How long a silent member holds up its swarm, and a silent hop the path.
  world = await createOnionLocalnet({ limits: { memberMs: 200, hopMs: 1_000 } });
});
afterAll(() => world.close());
afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ onion }) => onion.stop()));
  for (const node of world.network.nodes) {
    node.setFault({});
    if (!node.isRunning) await node.start();
  }
});

function pathCount(onion: Connected['onion']): number {
  const state = onion.state();
  return state.phase === 'connected' ? state.pathCount : 0;
}

async function connect(options: ConnectOptions = {}): Promise<Connected> {
  const client = world.connect(options);
  clients.push(client);
  await client.onion.ready();
  return client;
}
const newIdentity = () => deriveIdentity(createAccountSeed(systemRandom));
const localNode = (edHex: string): LocalNode =>
  world.network.nodes.find((node) => node.ed25519PublicKeyHex === edHex)!;
const store = ({ swarm }: Connected, { accountId }: Identity, text = 'hello') =>
  swarm.store({ accountId, namespace: 0, data: utf8ToBytes(text), ttlMs: 86_400_000 });
const texts = async ({ swarm }: Connected, identity: Identity) => {
  const { results } = await swarm.retrieve({
    identity,
    namespaces: [{ namespace: 0 }],
    cursorOf: () => null
  });
  return results[0]!.messages.map(({ data }) => new TextDecoder().decode(data));
};
/** Keys of the hops of the standing paths, as far as requests have shown them. */
async function pathInUse({ onion }: Connected, away: Identity): Promise<string[]> {
  // While one path stands alone, a destination on it is reached by a detour that nothing else uses.
  await expect.poll(() => pathCount(onion)).toBe(2);
  const target = onion.nodes().find((node) => !clients[0]!.swarm.members(away.accountId).includes(node))!;
  await onion.requestNode(target, { method: 'info', params: {} });
  return onion.lastPath()!.hops.map((hop) => hop.ed25519PublicKeyHex);
}

/** An account whose swarm does without a node. */
function identityOutside({ swarm }: Connected, edHex: string): Identity {
  for (;;) {
    const identity = newIdentity();
    if (!swarm.members(identity.accountId).some((node) => node.ed25519PublicKeyHex === edHex))
      return identity;
  }
}

describe('a node of the path', () => {
  it.each([
    ['dies as guard', 0, (node: LocalNode) => node.stop()],
    ['dies as middle hop', 1, (node: LocalNode) => node.stop()],
    ['dies as last hop', 2, (node: LocalNode) => node.stop()],
    ['is too busy as guard', 0, (node: LocalNode) => node.setFault({ busy: true })],
    ['is not synchronised', 1, (node: LocalNode) => node.setFault({ notReady: 'syncing' })],
    ['does not know the next one', 1, (node: LocalNode) => node.setFault({ unknownPeers: allKeys() })],
    ['answers garbage as guard', 0, (node: LocalNode) => node.setFault({ garbage: 'http' })],
    ['answers garbage as hop', 1, (node: LocalNode) => node.setFault({ garbage: 'http' })]
  ] as const)('%s, and messages go on at once over others', async (_, position, breakIt) => {
    const client = await connect();
    const hops = await pathInUse(client, newIdentity());
    const me = identityOutside(client, hops[position]!);
    await breakIt(localNode(hops[position]!));
    for (let round = 0; round < 4; round++) await store(client, me, `round ${round}`);
    expect((await texts(client, me)).sort()).toEqual([0, 1, 2, 3].map((round) => `round ${round}`));
  });

  it('is swapped out of the path when the guard does not know it: the guard stays, and nothing fails', async () => {
    const client = await connect();
    const me = newIdentity();
    const hops = await pathInUse(client, me);
    const [guard, unknown] = hops as [string, string];
    localNode(guard).setFault({ unknownPeers: [unknown] });
    const used: string[][] = [];
    client.onion.onPath((path) => used.push(path.hops.map((hop) => hop.ed25519PublicKeyHex)));
    // A path never carries to its own hops, so everybody outside it is asked in turn.
    const outside = client.onion.nodes().filter((node) => !hops.includes(node.ed25519PublicKeyHex));
    const ask = async () => {
      for (const node of outside) await client.onion.requestNode(node, { method: 'info', params: {} });
    };
    // The mended path is used again once it has passed a test of its own.
    const isMended = (path: string[]) => path[0] === guard && !path.includes(unknown);
    await expect
      .poll(() => ask().then(() => used.some(isMended)), { timeout: 10_000, interval: 5 })
      .toBe(true);
    const isFaulty = (path: string[]) => path[0] === guard && path.includes(unknown);
    expect(used.filter(isFaulty).length).toBeLessThanOrEqual(3);
    expect(used.find(isMended)![1]).toBe(hops[2]);
    for (let round = 0; round < 10; round++) await store(client, me);
    expect(used.slice(-10).some(isFaulty)).toBe(false);
  });
});

describe('a member of the swarm', () => {
  const membersOf = ({ swarm }: Connected, { accountId }: Identity) =>
    swarm.members(accountId).map((node) => localNode(node.ed25519PublicKeyHex));

  it('that is dead leaves the message to the others', async () => {
    const client = await connect();
    const me = newIdentity();
    await membersOf(client, me)[0]!.stop();
    const { confirmedBy, swarmSize } = await store(client, me);
    expect([confirmedBy, swarmSize]).toEqual([2, 3]);
    expect(await texts(client, me)).toEqual(['hello']);
  });

  it.each([
    ['signs wrongly', { wrongSignature: true }],
    ['answers bytes without encryption', { garbage: 'http' }],
    ['answers bytes in encryption', { garbage: 'reply' }],
    ['answers a body that is no JSON', { garbage: 'body' }],
    ['names another swarm', { wrongSwarm: 'elsewhere' }],
    ['says "wrong swarm" and names nobody', { wrongSwarm: 'empty' }],
    ['has a clock that is wrong by an hour', { clockOffsetMs: 3_600_000 }],
    ['is not synchronised', { notReady: 'syncing' }]
  ] as const)('that %s costs a retry elsewhere', async (_, fault) => {
    const client = await connect();
    const me = newIdentity();
    const members = membersOf(client, me);
    members[0]!.setFault(fault);
    for (let round = 0; round < 5; round++) {
      expect((await store(client, me, `round ${round}`)).confirmedBy).toBeGreaterThanOrEqual(1);
    }
    members[0]!.setFault({});
    await world.network.settle();
    expect(world.network.stored(me.accountId)).toHaveLength(5);
  });

  it('that returns items of random bytes has them dropped and counted', async () => {
    const client = await connect();
    const me = newIdentity();
    await store(client, me);
    await world.network.settle();
    for (const member of membersOf(client, me)) member.setFault({ garbage: 'messages' });
    const { results } = await client.swarm.retrieve({
      identity: me,
      namespaces: [{ namespace: 0 }],
      cursorOf: () => null
    });
    expect(results[0]!.messages).toEqual([]);
    expect(results[0]!.skipped).toBeGreaterThan(0);
  });

  it('that moved to another swarm is found again through the pool', async () => {
    const client = await connect();
    const me = newIdentity();
    const members = membersOf(client, me);
    const home = members[0]!.swarmIdHex;
    const other = world.network.nodes.find((node) => node.swarmIdHex !== home)!.swarmIdHex;
    await members[0]!.setSwarm(other);
    for (let round = 0; round < 4; round++) await store(client, me, `round ${round}`);
    expect(await texts(client, me)).toHaveLength(4);
    await members[0]!.setSwarm(home);
  });
});

describe('clocks', () => {
  it.each([2 * 3_600_000, -3 * 86_400_000, 5 * 365 * 86_400_000, -5 * 365 * 86_400_000])(
    'that are wrong on the device by %i ms stop nothing',
    async (wrongBy) => {
      const clock = { ...systemClock, now: () => Date.now() + wrongBy };
      const client = await connect({ clock });
      const me = newIdentity();
      await store(client, me);
      expect(await texts(client, me)).toEqual(['hello']);
      expect(Math.abs(client.onion.clockOffsetMs()! - wrongBy)).toBeLessThan(5_000);
      // Whoever looks at the date is told, once three nodes agree.
      await expect
        .poll(() => client.onion.state())
        .toMatchObject({ phase: 'connected', warning: { kind: 'clock-wrong', offMs: wrongBy } });
    }
  );

  it('that are changed on the device while it runs are measured again', async () => {
    let wrongBy = 0;
    const clock = { ...systemClock, now: () => Date.now() + wrongBy };
    const client = await connect({ clock });
    const me = newIdentity();
    await store(client, me, 'before');
    wrongBy = 7_200_000;
    // The last measurement has to be old enough for another one.
    await expect.poll(() => client.onion.resyncClock(), { timeout: 10_000 }).toBe(true);
    await store(client, me, 'after');
    expect((await texts(client, me)).sort()).toEqual(['after', 'before']);
  });
});

describe('a gateway', () => {
  it('that goes away and comes back is used again, with the same guards', async () => {
    const memory = createMemoryOnionStore();
    const second = await world.addGateway();
    const { origin } = second;
    const client = await connect({ gateways: [origin], store: memory });
    const me = newIdentity();
    await store(client, me, 'before');
    const { port } = new URL(origin);
    await second.close();
    await expect(store(client, me, 'lost')).rejects.toMatchObject({
      code: 'gateway-unreachable',
      retry: 'later'
    });
    expect(client.onion.state().phase).toBe('blocked');
    const back = await world.addGateway({ port: Number(port) });
    expect(back.origin).toBe(origin);
    client.onion.retryNow();
    await client.onion.ready();
    await store(client, me, 'after');
    expect((await texts(client, me)).sort()).toEqual(['after', 'before']);
  });

  it('that is gone is replaced by another of the build', async () => {
    const first = await world.addGateway();
    const { origin } = first;
    const client = await connect({ gateways: [origin, world.gateway.origin] });
    const me = newIdentity();
    await store(client, me);
    expect(client.onion.lastPath()!.gatewayOrigin).toBe(origin);
    await first.close();
    expect(await texts(client, me)).toEqual(['hello']);
    expect(client.onion.lastPath()!.gatewayOrigin).toBe(world.gateway.origin);
  });

  it('is not asked while the device is offline, and at once when it is online again', async () => {
    let asked = 0;
    const client = await connect({
      fetch: ((input: string, init: RequestInit) => {
        asked++;
        return fetch(input, init);
      }) as typeof fetch
    });
    const me = newIdentity();
    client.onion.setOnline(false);
    const before = asked;
    await expect(store(client, me)).rejects.toMatchObject({ code: 'offline', retry: 'later' });
    expect(client.onion.state()).toEqual({ phase: 'offline' });
    expect(asked).toBe(before);
    client.onion.setOnline(true);
    await store(client, me);
    expect(await texts(client, me)).toEqual(['hello']);
  });
});

describe('the whole network', () => {
  it('may fall silent and come back', async () => {
    const client = await connect();
    const me = newIdentity();
    await Promise.all(world.network.nodes.map((node) => node.stop()));
    await expect(store(client, me)).rejects.toMatchObject({
      name: expect.stringMatching(/OnionError|SwarmError/)
    });
    await Promise.all(world.network.nodes.map((node) => node.start()));
    await expect
      .poll(
        () =>
          store(client, me).then(
            () => true,
            () => false
          ),
        { timeout: 20_000 }
      )
      .toBe(true);
    expect(await texts(client, me)).toEqual(['hello']);
  });
});

describe('a file server outside the network', () => {
  it('is reached by a v4 request through the last hop', async () => {
    const client = await connect();
    const { fileServer } = world.network.descriptor;
    const server = {
      protocol: fileServer.protocol,
      host: fileServer.host,
      port: fileServer.port,
      x25519PublicKey: Uint8Array.from(Buffer.from(fileServer.x25519PublicKeyHex, 'hex'))
    };
    const missing = await client.onion.requestServer(server, {
      method: 'GET',
      endpoint: '/file/999',
      headers: {}
    });
    expect(missing.code).toBe(404);
    const stored = await client.onion.requestServer(server, {
      method: 'POST',
      endpoint: '/file',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: utf8ToBytes('a file')
    });
    expect(stored.code).toBe(200);
    expect(client.onion.lastPath()!.destination).toEqual({ kind: 'server', address: fileServer.host });
  });

  it('that no hop may relay to is refused by the last hop, which is told from silence', async () => {
    const client = await connect();
    const server = {
      protocol: 'http',
      host: 'example.invalid',
      port: 80,
      x25519PublicKey: new Uint8Array(32).fill(9)
    } as const;
    await expect(
      client.onion.requestServer(server, { method: 'GET', endpoint: '/', headers: {} })
    ).rejects.toMatchObject({ name: 'OnionError' });
  });
});

function allKeys(): string[] {
  return world.network.nodes.map((node) => node.ed25519PublicKeyHex);
}
