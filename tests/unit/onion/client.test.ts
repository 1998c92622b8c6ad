import { afterEach, describe, expect, it } from 'vitest';
import { createNobleBackend } from '../../../src/lib/crypto/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createMemoryOnionStore, createOnionClient, type OnionClient } from '../../../src/lib/onion/index.ts';
import { createFakeNetwork, createFakeTransport, descriptorFor } from '../../support/onion-network.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const clients: OnionClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});

describe('the onion client', () => {
  it('connects and gets an answer from a node', async () => {
    const random = seededRandom(1);
    const crypto = createNobleBackend(random);
    const network = createFakeNetwork({ crypto, random, now: () => systemClock.now() });
    const transport = createFakeTransport(network, { own: { networkId: 'mainnet', nodes: network.nodes } });
    const client = createOnionClient({
      crypto,
      transport,
      network: descriptorFor(network, { random }),
      store: createMemoryOnionStore(),
      clock: systemClock,
      random,
      log: silentLog
    });
    clients.push(client);
    client.start();
    await client.ready();
    const target = client.nodes()[0]!;
    const reply = await client.requestNode(target, { method: 'info', params: {} });
    expect(reply.status).toBe(200);
    const hops = client.lastPath()!.hops.map((hop) => hop.ed25519PublicKeyHex);
    expect(new Set([...hops, target.ed25519PublicKeyHex]).size).toBe(4);
  });
});
