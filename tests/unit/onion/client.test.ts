// The client over a network in memory, with a clock that stands still unless told.
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { createCryptoBackend, createNobleBackend } from '../../../src/lib/crypto/index.ts';
import { OnionError, type PacketEvent, type PathSnapshot } from '../../../src/lib/onion/index.ts';
import type { RpcRequest } from '../../../src/lib/wire/index.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createWorlds, type FakeWorld, type FakeWorldOptions } from '../../support/onion-fakes.ts';
import { createFakeTransport } from '../../support/onion-network.ts';

const worlds = createWorlds(await createCryptoBackend());
/** Where no thread answers sooner or later than another, so that a seed decides everything. */
const exactWorlds = createWorlds(createNobleBackend());
afterEach(async () => {
  await worlds.stopAll();
  await exactWorlds.stopAll();
});

const INFO: RpcRequest = { method: 'info', params: {} };
const keysOf = (path: PathSnapshot) => path.hops.map((hop) => hop.ed25519PublicKeyHex);

async function connected(
  options: FakeWorldOptions = {},
  among = worlds
): Promise<FakeWorld & { clock: FakeClock }> {
  const clock = createFakeClock();
  const world = among.create({ clock, ...options });
  await world.onion.ready();
  return { ...world, clock };
}

/** Asks nodes of the pool, enough to see every path, and gives those that were used. */
async function askAll({ onion }: FakeWorld): Promise<PathSnapshot[]> {
  const used: PathSnapshot[] = [];
  for (const node of onion.nodes().slice(0, 12)) {
    await onion.requestNode(node, INFO);
    used.push(onion.lastPath()!);
  }
  return used;
}
const guardsOf = (paths: readonly PathSnapshot[]) => new Set(paths.map((path) => keysOf(path)[0]!));

describe('requests', () => {
  it.each([4, 5, 9, 30])(
    'take three hops and a destination that are four nodes, in a network of %i',
    async (nodes) => {
      const world = await connected({ nodes });
      for (const node of world.onion.nodes()) {
        const { status } = await world.onion.requestNode(node, INFO);
        const hops = keysOf(world.onion.lastPath()!);
        expect(status).toBe(200);
        expect(new Set([...hops, node.ed25519PublicKeyHex]).size).toBe(4);
      }
    }
  );

  it('enter by two guard nodes at most, whatever the destination', async () => {
    const world = await connected();
    expect(guardsOf(await askAll(world)).size).toBeLessThanOrEqual(2);
  });

  it.each([1, 2, 3, 4, 5, 6])('use two paths that share no node, in a network of nine (%i)', async (seed) => {
    const world = await connected({ seed });
    const paths = new Map((await askAll(world)).map((path) => [path.pathId, keysOf(path)]));
    expect(paths.size).toBe(2);
    expect(new Set([...paths.values()].flat()).size).toBe(6);
  });

  it('wait for a connection that is being made, and get their answer', async () => {
    const clock = createFakeClock();
    const world = worlds.create({ clock });
    const target = world.network.nodes[0]!;
    expect((await world.onion.requestNode(target, INFO)).status).toBe(200);
  });

  it('fail at once while offline, and while no gateway can be used', async () => {
    const world = await connected();
    world.onion.setOnline(false);
    await expect(world.onion.requestNode(world.network.nodes[0]!, INFO)).rejects.toMatchObject({
      code: 'offline'
    });
    world.transport.claims.get('own')!.networkId = 'testnet';
    world.onion.setOnline(true);
    await world.reaches((state) => state.phase === 'blocked');
    await expect(world.onion.requestNode(world.network.nodes[0]!, INFO)).rejects.toMatchObject({
      code: 'wrong-network',
      retry: 'later'
    });
  });

  it('go out again after the pause a busy gateway asks for, if it is short', async () => {
    const world = await connected();
    const post = world.transport.postOnion.bind(world.transport);
    let refusals = 1;
    world.transport.postOnion = async (...args) => {
      if (refusals-- <= 0) return post(...args);
      throw new OnionError('gateway-busy', { retry: 'later', details: { retryAfterMs: 1_000 } });
    };
    const pending = world.onion.requestNode(world.network.nodes[0]!, INFO, { timeoutMs: 10_000 });
    await expect.poll(() => world.clock.advance(1_000).then(() => refusals)).toBeLessThan(0);
    expect((await pending).status).toBe(200);
    refusals = 10;
    world.transport.postOnion = async () => {
      throw new OnionError('gateway-busy', { retry: 'later', details: { retryAfterMs: 60_000 } });
    };
    await expect(world.onion.requestNode(world.network.nodes[0]!, INFO)).rejects.toMatchObject({
      code: 'gateway-busy'
    });
  });

  it('go through another guard node when the gateway does not know the one, which is not struck', async () => {
    const world = await connected();
    const [first] = guardsOf(await askAll(world));
    const post = world.transport.postOnion.bind(world.transport);
    world.transport.postOnion = async (guardHex, ...rest) => {
      if (guardHex !== first) return post(guardHex, ...rest);
      throw new OnionError('gateway-refused', { retry: 'later', details: { gatewayCode: 'unknown-guard' } });
    };
    const others = guardsOf(await askAll(world));
    expect(others.has(first!)).toBe(false);
    expect(world.onion.isUsable(first!)).toBe(true);
  });

  it('are not posted through a gateway that is only being tried', async () => {
    const clock = createFakeClock();
    const world = worlds.create({
      clock,
      claims: ({ nodes }) => ({
        own: { networkId: 'mainnet', nodes },
        second: { networkId: 'testnet', nodes }
      })
    });
    await world.onion.ready();
    const pending = Promise.allSettled(
      world.network.nodes.map((node) => world.onion.requestNode(node, INFO))
    );
    // The layers are still being wrapped.
    world.transport.claims.get('own')!.isDown = true;
    world.onion.retryNow();
    await world.reaches((state) => state.phase === 'blocked');
    expect((await pending).every(({ status }) => status === 'rejected')).toBe(true);
    expect(world.transport.fetched.some(({ gateway }) => gateway === 'second')).toBe(true);
    expect(world.transport.posted.filter(({ gateway }) => gateway === 'second')).toEqual([]);
  });

  it('that end with the client say so, and leave no timer behind', async () => {
    const clock = createFakeClock();
    let sleeping = 0;
    const counting: Clock = {
      ...clock,
      sleep: (ms, signal) => {
        sleeping++;
        return clock.sleep(ms, signal).finally(() => sleeping--);
      }
    };
    const world = worlds.create({ clock: counting });
    await world.onion.ready();
    for (const node of world.network.nodes) node.fault = { kind: 'hang' };
    const pending = Promise.allSettled(
      world.network.nodes.map((node) => world.onion.requestNode(node, INFO))
    );
    expect(sleeping).toBeGreaterThan(0);
    await world.onion.stop();
    const reasons = (await pending).map((outcome) => (outcome as PromiseRejectedResult).reason as OnionError);
    expect(new Set(reasons.map(({ code }) => code))).toEqual(new Set(['onion-stopped']));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sleeping).toBe(0);
  });

  it('end with the signal of their caller, which costs nobody a strike', async () => {
    const world = await connected();
    for (const node of world.network.nodes) node.fault = { kind: 'hang' };
    const controller = new AbortController();
    const pending = world.onion.requestNode(world.network.nodes[0]!, INFO, { signal: controller.signal });
    await expect.poll(() => world.onion.lastPath()).not.toBeNull();
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    await world.onion.stop();
    expect((await world.store.load())!.strikes).toEqual({});
  });

  it('show where the packet is, and the hops it takes', async () => {
    const world = await connected();
    const packets: PacketEvent[] = [];
    const paths: PathSnapshot[] = [];
    world.onion.onPacket((packet) => packets.push(packet));
    world.onion.onPath((path) => paths.push(path));
    await world.onion.requestNode(world.network.nodes[0]!, INFO);
    expect(packets.map(({ gap, phase }) => `${phase} ${gap}`)).toEqual(['sent 0', 'answered 0']);
    expect(new Set(packets.map(({ pathId }) => pathId))).toEqual(new Set([paths[0]!.pathId]));
    expect(paths[0]!.destination).toEqual({ kind: 'node', address: world.network.nodes[0]!.ip });
    for (const node of world.network.nodes) node.fault = { kind: 'hang' };
    packets.length = 0;
    const pending = world.onion.requestNode(world.network.nodes[0]!, INFO).catch(() => {});
    await expect.poll(() => packets.length).toBe(1);
    await world.clock.advance(1_000);
    expect(packets.map(({ gap }) => gap)).toEqual([0, 1, 2, 3, 4]);
    await world.clock.advance(1_000);
    await pending;
  });
});

describe('paths', () => {
  it('get new hops behind the same guard nodes after ten minutes, and not before', async () => {
    const world = await connected({ nodes: 30 });
    const first = await askAll(world);
    await world.clock.advance(500_000);
    expect(new Set((await askAll(world)).map((path) => path.pathId))).toEqual(
      new Set(first.map((path) => path.pathId))
    );
    await world.clock.advance(160_000);
    const old = new Set(first.map((path) => path.pathId));
    await expect
      .poll(async () => (await askAll(world)).some(({ pathId }) => old.has(pathId)), { timeout: 5_000 })
      .toBe(false);
    const renewed = await askAll(world);
    expect(guardsOf(renewed)).toEqual(guardsOf(first));
    const hopsBefore = new Set(first.flatMap((path) => keysOf(path).slice(1)));
    for (const path of renewed) {
      for (const hop of keysOf(path).slice(1)) expect(hopsBefore.has(hop)).toBe(false);
    }
  });

  it('are renewed on request, guard nodes kept', async () => {
    const world = await connected({ nodes: 30 });
    const before = await askAll(world);
    await world.onion.newPath();
    const after = await askAll(world);
    expect(guardsOf(after)).toEqual(guardsOf(before));
    expect(new Set(after.map((path) => path.pathId)).size).toBe(2);
    for (const path of after) expect(before.map(({ pathId }) => pathId)).not.toContain(path.pathId);
  });

  it('keep the old hops when no others answer', async () => {
    const world = await connected({ nodes: 30 });
    const before = new Set((await askAll(world)).map((path) => path.pathId));
    const inUse = new Set((await askAll(world)).flatMap(keysOf));
    for (const node of world.network.nodes) {
      if (!inUse.has(node.ed25519PublicKeyHex)) node.fault = { kind: 'not-ready' };
    }
    await world.onion.newPath();
    for (const node of world.network.nodes) node.fault = null;
    expect(new Set((await askAll(world)).map((path) => path.pathId))).toEqual(before);
  });

  it('get another guard node once the gateway has three times not reached the one', async () => {
    const world = await connected();
    const [dead] = guardsOf(await askAll(world));
    world.network.node(dead!).fault = { kind: 'dead' };
    const live = world.onion.nodes().filter((node) => node.ed25519PublicKeyHex !== dead);
    await expect
      .poll(
        async () => {
          for (const node of live) await world.onion.requestNode(node, INFO);
          await world.clock.advance(60_000);
          return world.onion.isUsable(dead!);
        },
        { timeout: 10_000 }
      )
      .toBe(false);
    await expect.poll(() => world.onion.state()).toEqual({ phase: 'connected', pathCount: 2 });
    world.network.node(dead!).fault = null;
    const paths = await askAll(world);
    await world.onion.stop();
    const { guards } = (await world.store.load())!;
    expect(guards).not.toContain(dead);
    for (const guard of guardsOf(paths)) expect(guards).toContain(guard);
  });

  /** A node that says of every other one that it is gone. @returns how many of 40 requests failed */
  async function amongLies(world: FakeWorld & { clock: FakeClock }, liar: string): Promise<number> {
    const onion = world.network.onion;
    const next = /"destination":"([0-9a-f]{64})"/;
    world.network.onion = async (...args) => {
      const from = world.network.opened.length;
      const reply = await onion(...args);
      const seen = world.network.opened
        .slice(from)
        .find(({ nodeHex, role }) => nodeHex === liar && role === 'node');
      const named = seen && next.exec(Buffer.from(seen.plaintext).toString('latin1'))?.[1];
      return named ? { status: 502, body: Buffer.from(`Next node not found: ${named}`) } : reply;
    };
    const targets = othersThan(world, liar);
    let failures = 0;
    for (let round = 0; round < 5; round++) {
      for (const node of targets) {
        await world.onion.requestNode(node, INFO).catch(() => failures++);
      }
      await world.clock.advance(60_000);
    }
    return failures;
  }
  const othersThan = ({ onion }: FakeWorld, edHex: string) =>
    onion.nodes().filter((node) => node.ed25519PublicKeyHex !== edHex);

  it('survive a hop that says of every other node that it is gone', async () => {
    const world = await connected({}, exactWorlds);
    const liar = keysOf((await askAll(world))[0]!)[1]!;
    // Three lies are believed in part, then the liar is known.
    expect(await amongLies(world, liar)).toBeLessThan(10);
    expect(world.onion.isUsable(liar)).toBe(false);
    const gone = othersThan(world, liar).filter((node) => !world.onion.isUsable(node.ed25519PublicKeyHex));
    expect(gone.length).toBeLessThan(4);
  });

  it('go on while a last hop lies, though all guard nodes of the day were struck out', async () => {
    const world = await connected({ seed: 291 }, exactWorlds);
    const liar = keysOf((await askAll(world))[0]!)[2]!;
    expect(await amongLies(world, liar)).toBeLessThan(20);
  }, 60_000);

  it('are tried again after a gateway that was gone, with nobody struck', async () => {
    const world = await connected();
    const before = await askAll(world);
    world.transport.claims.get('own')!.isDown = true;
    await expect(world.onion.requestNode(world.network.nodes[0]!, INFO)).rejects.toMatchObject({
      code: 'gateway-unreachable'
    });
    world.transport.claims.get('own')!.isDown = false;
    world.onion.retryNow();
    await world.onion.ready();
    expect(new Set((await askAll(world)).map((path) => path.pathId))).toEqual(
      new Set(before.map((path) => path.pathId))
    );
    await world.onion.stop();
    expect((await world.store.load())!.strikes).toEqual({});
  });
});

describe('network time', () => {
  it('is that of the network when the device is wrong by days, and one node lies', async () => {
    const clock = createFakeClock();
    const wrongByMs = 3 * 86_400_000;
    const device: Clock = { ...clock, now: () => clock.now() };
    const world = worlds.create({ clock: device });
    for (const node of world.network.nodes) node.clockSkewMs = -wrongByMs;
    world.network.nodes[4]!.clockSkewMs = 500_000_000;
    await world.onion.ready();
    expect(world.onion.clockOffsetMs()).toBeGreaterThan(wrongByMs - 1_000);
    expect(world.onion.clockOffsetMs()).toBeLessThan(wrongByMs + 1_000);
    expect(Math.abs(world.onion.networkTimeMs() - (clock.now() - wrongByMs))).toBeLessThan(1_000);
  });

  it('is measured again after a refusal, but not for every refusal', async () => {
    const world = await connected();
    await world.clock.advance(10_000);
    for (const node of world.network.nodes) node.clockSkewMs = 90_000;
    expect(await world.onion.resyncClock()).toBe(true);
    expect(world.onion.clockOffsetMs()).toBe(-90_000);
    expect(await world.onion.resyncClock()).toBe(false);
    await world.clock.advance(10_000);
    expect(await world.onion.resyncClock()).toBe(true);
  });
});

describe('what survives a restart', () => {
  it('is a pool too old to trust in no more, but the guard nodes are', async () => {
    const world = await connected({ nodes: 30 });
    await world.onion.stop();
    const saved = (await world.store.load())!;
    await world.clock.advance(15 * 86_400_000);
    const again = world.again({
      transport: createFakeTransport(world.network, {
        own: { networkId: 'mainnet', nodes: world.network.nodes }
      })
    });
    const steps: string[] = [];
    again.onion.onState((state) => steps.push(state.phase === 'connecting' ? state.step : state.phase));
    await again.onion.ready();
    expect(steps).toContain('verifying');
    const anchors = new Set(again.descriptor.anchors.map((anchor) => anchor.ed25519PublicKeyHex));
    for (const guard of guardsOf(await askAll(again))) {
      expect(saved.guards.includes(guard) || anchors.has(guard)).toBe(true);
    }
  });

  it('is nothing of another network', async () => {
    const world = await connected();
    await world.onion.stop();
    const saved = (await world.store.load())!;
    const store = { load: async () => ({ ...saved, networkId: 'testnet' }), save: async () => {} };
    const again = world.again({ store });
    await again.reaches((state) => state.phase === 'connecting' && state.step === 'verifying');
    await again.onion.ready();
  });

  it('is not needed: a store that fails is worked without', async () => {
    const world = await connected();
    const store = {
      load: () => Promise.reject(new Error('broken')),
      save: () => Promise.reject(new Error('broken'))
    };
    const again = world.again({ store });
    await again.onion.ready();
    expect((await again.onion.requestNode(world.network.nodes[0]!, INFO)).status).toBe(200);
  });
});
