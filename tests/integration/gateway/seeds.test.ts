import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { anchorList } from '../../../gateway/anchor-list.ts';
import type { NodeList } from '../../../gateway/index.ts';
import { fetchSeedList } from '../../../gateway/seed-request.ts';
import { createSeedNodeSource, type SeedNodeSource } from '../../../gateway/seed-source.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { MAINNET, TESTNET, type NetworkDescriptor } from '../../../src/lib/networks.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { createCertificate } from './certificate.ts';
import { createTlsServer, guardKey, readBody, type Listener, type TlsServer } from './support.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const state = (index: number) => ({
  service_node_pubkey: guardKey(index),
  pubkey_ed25519: guardKey(index),
  pubkey_x25519: guardKey(index + 0x1000),
  public_ip: `8.8.${index >> 8}.${index & 255}`,
  storage_port: 22021,
  requested_unlock_height: 0,
  swarm: 'f4ffffffffffffff'
});
const reply = (count: number) =>
  JSON.stringify({
    id: 0,
    jsonrpc: '2.0',
    result: {
      service_node_states: Array.from({ length: count }, (_, index) => state(index + 1)),
      height: 77,
      status: 'OK'
    }
  });
const answering =
  (text: string, status = 200): Listener =>
  (request, response) =>
    void request.resume().on('end', () => response.writeHead(status).end(text));

const certificate = createCertificate();
async function openSeed(listener: Listener): Promise<TlsServer> {
  const seed = await createTlsServer(certificate, listener);
  opened.push(seed);
  return seed;
}
const seedAt = (server: TlsServer, publicKeySha256Base64 = certificate.publicKeySha256) => ({
  url: `https://localhost:${server.port}/json_rpc`,
  publicKeySha256Base64
});

describe('one seed', () => {
  it('is asked for all active nodes and read', async () => {
    const asked: unknown[] = [];
    const seed = await openSeed((request, response) => {
      void readBody(request).then((body) => {
        asked.push({
          path: request.url,
          method: request.method,
          question: JSON.parse(body.toString()) as unknown
        });
        response.end(reply(20));
      });
    });
    const list = await fetchSeedList(seedAt(seed), 5_000);
    expect(list).toMatchObject({ height: 77, fetchedAtMs: 5_000 });
    expect(list.nodes).toHaveLength(20);
    expect(list.nodes[0]).toMatchObject({
      ed25519PublicKeyHex: guardKey(1),
      ip: '8.8.0.1',
      port: 22021,
      swarmIdHex: 'f4ffffffffffffff'
    });
    expect(asked).toEqual([
      {
        path: '/json_rpc',
        method: 'POST',
        question: expect.objectContaining({
          method: 'get_n_service_nodes',
          params: expect.objectContaining({ active_only: true }) as object
        }) as object
      }
    ]);
  });

  it('is told nothing when it shows another key than ours', async () => {
    let requests = 0;
    const seed = await openSeed((request, response) => {
      requests += 1;
      answering(reply(20))(request, response);
    });
    const other = createCertificate().publicKeySha256;
    await expect(fetchSeedList(seedAt(seed, other), 0)).rejects.toMatchObject({ code: 'seed-pin-mismatch' });
    expect(requests).toBe(0);
    await expect(fetchSeedList({ url: seedAt(seed).url }, 0)).rejects.toMatchObject({
      code: 'seed-pin-mismatch'
    });
    expect(requests).toBe(0);
  });

  it.each([
    ['no JSON', 'nothing'],
    ['an error', '{"jsonrpc":"2.0","error":{"code":-1}}'],
    ['no list', '{"result":{"height":1}}'],
    ['a list that is none', '{"result":{"height":1,"service_node_states":{}}}']
  ])('is malformed when it answers with %s', async (_name, text) => {
    const seed = await openSeed(answering(text));
    await expect(fetchSeedList(seedAt(seed), 0)).rejects.toMatchObject({ code: 'seed-malformed' });
  });

  it('is refused a status that is not 200', async () => {
    const seed = await openSeed(answering(reply(20), 302));
    await expect(fetchSeedList(seedAt(seed), 0)).rejects.toMatchObject({ code: 'seed-refused' });
  });

  it('is cut off when its answer does not end', async () => {
    const seed = await openSeed((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await expect(fetchSeedList(seedAt(seed), 0)).rejects.toMatchObject({ code: 'seed-malformed' });
  });

  it('is unreachable when it does not answer in time, and when nobody is there', async () => {
    const seed = await openSeed((request) => void request.resume());
    await expect(fetchSeedList(seedAt(seed), 0, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'seed-unreachable'
    });
    await expect(fetchSeedList({ url: 'https://127.0.0.1:1/json_rpc' }, 0)).rejects.toMatchObject({
      code: 'seed-unreachable'
    });
  });

  it('of the testnet is asked without TLS', async () => {
    const server = createServer(answering(reply(3)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { port } = server.address() as AddressInfo;
    expect((await fetchSeedList({ url: `http://127.0.0.1:${port}/json_rpc` }, 0)).nodes).toHaveLength(3);
  });
});

describe('the source of the list', () => {
  const TWO_HOURS = 2 * 60 * 60 * 1000;
  const listOf = (count: number, height = 1): NodeList => ({
    height,
    fetchedAtMs: 0,
    nodes: Array.from({ length: count }, (_, index) => ({
      ed25519PublicKeyHex: guardKey(index),
      x25519PublicKeyHex: guardKey(index),
      ip: '8.8.8.8',
      port: 22021,
      swarmIdHex: null
    }))
  });

  function source(
    fetchList: (url: string) => NodeList,
    options: { fallback?: NodeList | null; network?: NetworkDescriptor } = {}
  ): { source: SeedNodeSource; asked: string[]; clock: ReturnType<typeof createFakeClock> } {
    const asked: string[] = [];
    const clock = createFakeClock();
    const made = createSeedNodeSource({
      network: options.network ?? MAINNET,
      fallback: options.fallback ?? null,
      clock,
      random: seededRandom(1),
      log: silentLog,
      fetchList: (seed) => {
        asked.push(seed.url);
        return new Promise((resolve) => resolve(fetchList(seed.url)));
      }
    });
    opened.push({ close: () => made.stop() });
    return { source: made, asked, clock };
  }

  const fails = (): never => {
    throw new Error('no');
  };

  it('is the first seed with a good list', async () => {
    let calls = 0;
    const { source: made, asked } = source(() => (++calls < 3 ? fails() : listOf(30)));
    expect(await made.start()).toEqual({ from: 'seed' });
    expect(made.current().nodes).toHaveLength(30);
    expect(new Set(asked).size).toBe(3);
  });

  it('does not believe a list shorter than the network can be', async () => {
    const { source: made } = source(() => listOf(11), { fallback: anchorList(MAINNET) });
    expect(await made.start()).toEqual({ from: 'fallback' });
    expect(made.current().nodes).toHaveLength(5);
  });

  it('does not start without a list', async () => {
    const { source: made } = source(fails);
    await expect(made.start()).rejects.toMatchObject({ code: 'no-verified-list' });
  });

  it('starts on what came with the release, goes on asking, and lets go of it once a seed answers', async () => {
    let isUp = false;
    const { source: made, clock } = source(() => (isUp ? listOf(40) : fails()), {
      fallback: anchorList(MAINNET)
    });
    await made.start();
    isUp = true;
    await clock.advance(1_200);
    expect(made.current().nodes).toHaveLength(40);
  });

  it('is refreshed on its own clock and keeps the last good list meanwhile', async () => {
    let height = 1;
    let isUp = true;
    const { source: made, clock, asked } = source(() => (isUp ? listOf(20, height) : fails()));
    await made.start();
    for (let call = 0; call < 100; call++) made.current();
    expect(asked).toHaveLength(1);
    height = 2;
    await clock.advance(TWO_HOURS * 1.11);
    expect(made.current().height).toBe(2);
    isUp = false;
    height = 3;
    await clock.advance(TWO_HOURS * 1.11);
    expect(made.current().height).toBe(2);
    isUp = true;
    await clock.advance(11 * 60_000);
    expect(made.current().height).toBe(3);
  });

  it('asks ever more rarely while no seed answers', async () => {
    const { source: made, clock, asked } = source(fails, { fallback: listOf(20) });
    await made.start();
    for (let minute = 0; minute < 60; minute++) await clock.advance(60_000);
    const rounds = asked.length / MAINNET.seeds.length;
    expect(rounds).toBeGreaterThan(10);
    expect(rounds).toBeLessThan(20);
  });

  it('stops', async () => {
    const { source: made, clock, asked } = source(() => listOf(20));
    await made.start();
    await made.stop();
    await clock.advance(TWO_HOURS * 3);
    expect(asked).toHaveLength(1);
  });

  it('knows the anchors of each network with their derived onion keys', () => {
    const list = anchorList(MAINNET) as NodeList;
    expect(list.nodes.map((node) => node.ip)).toEqual(MAINNET.anchors.map((anchor) => anchor.ip));
    for (const node of list.nodes) expect(node.x25519PublicKeyHex).toMatch(/^[0-9a-f]{64}$/);
    expect(anchorList(TESTNET)?.nodes).toHaveLength(1);
    expect(anchorList({ ...MAINNET, anchors: [] })).toBeNull();
  });
});
