// What nodes that hang cost, with the time limits of a real client (network.md §2.2). Its clock runs twenty times as fast
// as the network's, and everything is measured in its seconds.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalNode } from '../../../localnet/index.ts';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { createAccountSeed, deriveIdentity, type Identity } from '../../../src/lib/crypto/index.ts';
import { createMemoryOnionStore, DEFAULT_ONION_CONFIG } from '../../../src/lib/onion/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { createOnionLocalnet, type Connected, type OnionLocalnet } from '../../support/onion-localnet.ts';
import { createQuickClock } from '../../support/quick-clock.ts';

const clock = createQuickClock(20);
/** A member waits 5 s for a silent one, a hop 30 s for the next: more where the clock of the client is slowed by a busy machine. */
const limits = { memberMs: 250, hopMs: 2_000 };
const { pathPatienceMs, probePatienceMs, requestTimeoutMs } = DEFAULT_ONION_CONFIG;
/** For the answer itself and for a busy machine. */
const SLACK_MS = 4_000;

let world: OnionLocalnet;
let client: Connected;
let memory: ReturnType<typeof createMemoryOnionStore>;
beforeAll(async () => {
  // Enough nodes for a member that is no hop of a standing path, and seldom one of a detour.
  world = await createOnionLocalnet({ limits, nodes: 24, swarms: 8 });
});
afterAll(async () => {
  clock.stop();
  await world.close();
});
afterEach(async () => {
  await client.onion.stop();
  for (const node of world.network.nodes) node.setFault({});
});

async function connect(): Promise<void> {
  memory = createMemoryOnionStore();
  // As where the list is signed: IMPATIENT limits are undone, fresh guard nodes stay uncounted.
  const config = { ...DEFAULT_ONION_CONFIG, freshGuardsPerDay: null };
  client = world.connect({ clock, store: memory, config });
  await client.onion.ready();
}
const newIdentity = () => deriveIdentity(createAccountSeed(systemRandom));
const localNode = (edHex: string): LocalNode =>
  world.network.nodes.find((node) => node.ed25519PublicKeyHex === edHex)!;
const membersOf = ({ accountId }: Identity) =>
  client.swarm.members(accountId).map((node) => node.ed25519PublicKeyHex);
const store = ({ accountId }: Identity, text = 'hello') =>
  client.swarm.store({ accountId, namespace: 0, data: utf8ToBytes(text), ttlMs: 86_400_000 });
const retrieve = (identity: Identity, preferNode?: string) =>
  client.swarm.retrieve({
    identity,
    namespaces: [{ namespace: 0 }],
    cursorOf: () => null,
    ...(preferNode === undefined ? {} : { preferNode })
  });
async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = clock.monotonic();
  await work();
  return clock.monotonic() - startedAt;
}
/** Strikes as they would be saved. */
async function strikesOf(edHex: string): Promise<number> {
  await client.onion.stop();
  return (await memory.load())?.strikes[edHex]?.length ?? 0;
}
/** Nodes of the two standing paths, as requests show them. */
async function standingHops(): Promise<Set<string>> {
  const uses = new Map<string, { count: number; hops: string[] }>();
  for (const node of client.onion.nodes().slice(0, 8)) {
    await client.onion.requestNode(node, { method: 'info', params: {} });
    const { pathId, hops } = client.onion.lastPath()!;
    const use = uses.get(pathId) ?? { count: 0, hops: hops.map((hop) => hop.ed25519PublicKeyHex) };
    uses.set(pathId, { ...use, count: use.count + 1 });
  }
  const standing = [...uses.values()].sort((a, b) => b.count - a.count).slice(0, 2);
  return new Set(standing.flatMap(({ hops }) => hops));
}
/** A node that is no hop of a standing path, and an account it holds. */
async function memberAside(): Promise<{ me: Identity; silent: string }> {
  const hops = await standingHops();
  const aside = client.onion.nodes().find((node) => !hops.has(node.ed25519PublicKeyHex))!;
  const silent = aside.ed25519PublicKeyHex;
  let me = newIdentity();
  while (!membersOf(me).includes(silent)) me = newIdentity();
  return { me, silent };
}
function identityOutside(edHexes: readonly string[]): Identity {
  for (;;) {
    const identity = newIdentity();
    if (!membersOf(identity).some((key) => edHexes.includes(key))) return identity;
  }
}

describe('a hop that hangs', () => {
  it.each([0, 1, 2])('at position %i costs the patience for a path and a test, once', async (position) => {
    await connect();
    const first = newIdentity();
    await store(first);
    const { pathId, hops } = client.onion.lastPath()!;
    const hung = hops[position]!.ed25519PublicKeyHex;
    const me = identityOutside([hung]);
    localNode(hung).setFault({ hang: true });
    let sent = 0;
    const unsubscribe = client.onion.onPacket((packet) => {
      if (packet.pathId === pathId && packet.gap === 0 && packet.phase === 'sent') sent += 1;
    });
    const times: number[] = [];
    for (let round = 0; round < 6; round++) times.push(await took(() => store(me, `round ${round}`)));
    unsubscribe();
    // Two paths take turns, so a path that is kept would be sent over about three times.
    expect(sent).toBeLessThanOrEqual(1);
    expect(Math.max(...times)).toBeLessThan(pathPatienceMs + probePatienceMs + SLACK_MS);
    expect(pathPatienceMs + probePatienceMs + SLACK_MS).toBeLessThan(requestTimeoutMs);
    expect((await retrieve(me)).results[0]!.messages).toHaveLength(6);
  });
});

describe('a member that hangs', () => {
  it('is asked no more after the first time, and costs a read no more than its patience', async () => {
    await connect();
    const { me, silent } = await memberAside();
    await store(me);
    await world.network.settle();
    localNode(silent).setFault({ hang: true });
    const first = await took(() => retrieve(me, silent));
    expect(first).toBeGreaterThanOrEqual(pathPatienceMs);
    expect(first).toBeLessThan(pathPatienceMs + probePatienceMs + SLACK_MS);
    for (let round = 0; round < 3; round++) {
      expect(await took(() => retrieve(me, silent))).toBeLessThan(pathPatienceMs);
    }
    // Asked, late, and given up for another: no strike, and none for the hops that carried to it.
    expect(await strikesOf(silent)).toBeLessThanOrEqual(1);
  });

  it('takes one strike when the request ends with its time limit, and the path none', async () => {
    await connect();
    const [silent] = membersOf(newIdentity()) as [string];
    const node = client.onion.nodes().find((each) => each.ed25519PublicKeyHex === silent)!;
    localNode(silent).setFault({ hang: true });
    await expect(client.onion.requestNode(node, { method: 'info', params: {} })).rejects.toMatchObject({
      code: 'path-timeout'
    });
    await client.onion.stop();
    expect(Object.entries((await memory.load())!.strikes).map(([key, times]) => [key, times.length])).toEqual(
      [[silent, 1]]
    );
  });

  it('leaves a store to the others for as long as they wait for it, and doubles nothing', async () => {
    await connect();
    const { me, silent } = await memberAside();
    localNode(silent).setFault({ hang: true });
    const times: number[] = [];
    for (let round = 0; round < 3; round++) times.push(await took(() => store(me, `round ${round}`)));
    // Whoever answers waits 5 s for the silent one. Asking the silent one itself costs its patience besides, once.
    expect(times.filter((ms) => ms >= 5_000 + SLACK_MS).length).toBeLessThanOrEqual(1);
    expect(Math.max(...times)).toBeLessThan(6_000 + 5_000 + SLACK_MS);
    localNode(silent).setFault({});
    await world.network.settle();
    expect(world.network.stored(me.accountId)).toHaveLength(3);
  });
});
