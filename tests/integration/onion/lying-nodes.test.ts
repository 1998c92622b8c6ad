// Nodes that lie on a real embedded network: replayed answers, stores that are confirmed and not kept, swarms made up
// (network.md §4.4, §5.6).
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalNode } from '../../../localnet/index.ts';
import { createAccountSeed, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  createOnionLocalnet,
  type Connected,
  type ConnectOptions,
  type OnionLocalnet
} from '../../support/onion-localnet.ts';

let world: OnionLocalnet;
let client: Connected;
beforeAll(async () => {
  world = await createOnionLocalnet({ limits: { memberMs: 200, hopMs: 1_000 } });
});
afterAll(() => world.close());
afterEach(async () => {
  await client.onion.stop();
  for (const node of world.network.nodes) node.setFault({});
});

async function connect(options: ConnectOptions = {}): Promise<void> {
  client = world.connect(options);
  await client.onion.ready();
}
const newIdentity = () => deriveIdentity(createAccountSeed(systemRandom));
const store = (me: ReturnType<typeof newIdentity>) =>
  client.swarm.store({ accountId: me.accountId, namespace: 0, data: systemRandom(16), ttlMs: 60_000 });
const readFrom = (identity: ReturnType<typeof newIdentity>, preferNode: string) =>
  client.swarm.retrieve({ identity, namespaces: [{ namespace: 0 }], cursorOf: () => null, preferNode });
const localNode = (edHex: string): LocalNode =>
  world.network.nodes.find((node) => node.ed25519PublicKeyHex === edHex)!;

describe('a guard node that answers with what it answered before', () => {
  it('is not believed, and messages go over another path', async () => {
    let recorded: Uint8Array | null = null;
    let replayedBy: string | null = null;
    let replays = 0;
    await connect({
      fetch: (async (input: string, init: RequestInit) => {
        const guard = /\/onion\/([0-9a-f]{64})$/.exec(input)?.[1];
        if (guard !== undefined && guard === replayedBy && recorded) {
          replays++;
          return new Response(recorded as BodyInit, {
            headers: { 'content-type': 'application/octet-stream' }
          });
        }
        const response = await fetch(input, init);
        if (guard !== undefined) recorded = new Uint8Array(await response.clone().arrayBuffer());
        return response;
      }) as typeof fetch
    });
    const me = newIdentity();
    await store(me);
    replayedBy = client.onion.lastPath()!.hops[0]!.ed25519PublicKeyHex;
    const hashes: string[] = [];
    await expect
      .poll(async () => {
        hashes.push((await store(me)).hash);
        return replays;
      })
      .toBeGreaterThan(0);
    await world.network.settle();
    const member = client.swarm.members(me.accountId)[0]!.ed25519PublicKeyHex;
    const { results } = await readFrom(me, member);
    expect(results[0]!.messages.map(({ hash }) => hash)).toEqual(expect.arrayContaining(hashes));
  });
});

describe('a member that confirms and keeps nothing', () => {
  it('is found out when the account is read, and the others have everything', async () => {
    const warned: string[] = [];
    await connect({ log: { ...silentLog, warn: (event) => void warned.push(event) } });
    const me = newIdentity();
    const [stale, honest] = client.swarm.members(me.accountId).map((node) => node.ed25519PublicKeyHex) as [
      string,
      string
    ];
    localNode(stale).setFault({ stale: true });
    const { confirmedBy } = await store(me);
    expect(confirmedBy).toBe(3);
    await world.network.settle();
    expect((await readFrom(me, honest)).results[0]!.messages).toHaveLength(1);
    expect(warned).toEqual([]);
    expect((await readFrom(me, stale)).results[0]!.messages).toHaveLength(0);
    expect(warned).toEqual(['swarm-broken-promise']);
    // Three times is enough to ask others first.
    for (let round = 0; round < 2; round++) {
      await store(me);
      await world.network.settle();
      await readFrom(me, stale);
    }
    expect(client.onion.isUsable(stale)).toBe(false);
    expect(client.swarm.members(me.accountId).at(-1)!.ed25519PublicKeyHex).toBe(stale);
  });
});

describe('members that name a swarm of their own making', () => {
  it('do not get the account, and asking for the list does not become a storm', async () => {
    const strangers = await createOnionLocalnet({ nodes: 3, swarms: 1 });
    try {
      let surveys = 0;
      await connect({
        fetch: ((input: string, init: RequestInit) => {
          if (input.endsWith('/gateway/v1/nodes')) surveys++;
          return fetch(input, init);
        }) as typeof fetch
      });
      const me = newIdentity();
      const members = client.swarm.members(me.accountId).map((node) => localNode(node.ed25519PublicKeyHex));
      const forgedSwarm = strangers.network.nodeList().nodes;
      for (const member of members) member.setFault({ wrongSwarm: 'elsewhere', forgedSwarm });
      const before = surveys;
      for (let round = 0; round < 10; round++) {
        await expect(store(me)).rejects.toMatchObject({ code: 'wrong-swarm', retry: 'later' });
      }
      expect(surveys - before).toBeLessThanOrEqual(1);
      for (const member of members) member.setFault({});
      expect((await store(me)).confirmedBy).toBeGreaterThan(0);
    } finally {
      await strangers.close();
    }
  });
});
