// What stands between the page and the network: captive portals, gateways that hang or lie, a wrong date
// (network.md §2.1, design.md §3, §3.1).
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../../gateway/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createAccountSeed, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { createMemoryOnionStore, type OnionSnapshot } from '../../../src/lib/onion/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  createOnionLocalnet,
  type Connected,
  type ConnectOptions,
  type OnionLocalnet
} from '../../support/onion-localnet.ts';

let world: OnionLocalnet;
const clients: Connected[] = [];
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  world = await createOnionLocalnet();
});
afterAll(() => world.close());
afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ onion }) => onion.stop()));
  await Promise.all(closing.splice(0).map((close) => close()));
});

const me = deriveIdentity(createAccountSeed(systemRandom));
function connect(options: ConnectOptions = {}): Connected {
  const client = world.connect(options);
  clients.push(client);
  return client;
}
const store = ({ swarm }: Connected) =>
  swarm.store({ accountId: me.accountId, namespace: 0, data: systemRandom(16), ttlMs: 60_000 });
const guardsIn = (snapshot: OnionSnapshot | null) => snapshot!.guards;
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const HTML = '<!doctype html><title>Log in to the network of this hotel</title>';
const portals: [string, () => Response | Promise<Response>][] = [
  ['a page', () => new Response(HTML, { headers: { 'content-type': 'text/html' } })],
  [
    'a page with status 511',
    () => new Response(HTML, { status: 511, headers: { 'content-type': 'text/html' } })
  ],
  // `redirect: error` makes browsers fail the request; so does this.
  ['a redirect', () => Promise.reject(new TypeError('unexpected redirect'))],
  ['JSON of its own', () => Response.json({ portal: true })],
  [
    'random bytes',
    () =>
      new Response(systemRandom(200) as BodyInit, { headers: { 'content-type': 'application/octet-stream' } })
  ]
];

describe('a captive portal', () => {
  it.each(portals)(
    'that answers %s is told from the gateway, and costs no node anything',
    async (_, answer) => {
      let isPortal = false;
      const memory = createMemoryOnionStore();
      const client = connect({
        store: memory,
        fetch: ((input: string, init: RequestInit) =>
          isPortal ? answer() : fetch(input, init)) as typeof fetch
      });
      await client.onion.ready();
      await store(client);
      await expect.poll(async () => guardsIn(await memory.load()).length).toBeGreaterThan(1);
      const before = guardsIn(await memory.load());
      isPortal = true;
      await expect(store(client)).rejects.toMatchObject({ retry: expect.stringMatching(/later|other-path/) });
      await expect
        .poll(() => client.onion.state())
        .toMatchObject({ phase: 'blocked', reason: 'gateway-unreachable' });
      isPortal = false;
      client.onion.retryNow();
      await client.onion.ready();
      expect((await store(client)).confirmedBy).toBe(3);
      await client.onion.stop();
      const after = await memory.load();
      expect(after!.strikes).toEqual({});
      // The guard nodes from before are still the first choice; a request that had to go around both may have added one.
      expect(guardsIn(after).slice(0, before.length)).toEqual(before);
      expect(guardsIn(after).length).toBeLessThanOrEqual(before.length + 1);
    }
  );
});

describe('the network of the device', () => {
  it('that goes away ends requests under way at once, and one that comes back serves the next', async () => {
    let isHanging = false;
    const client = connect({
      config: { requestTimeoutMs: 60_000, pathPatienceMs: 60_000 },
      fetch: ((input: string, init: RequestInit) =>
        isHanging && input.includes('/onion/')
          ? new Promise((_, reject) =>
              init.signal!.addEventListener('abort', () => reject(init.signal!.reason as Error))
            )
          : fetch(input, init)) as typeof fetch
    });
    await client.onion.ready();
    isHanging = true;
    let isSent = false;
    client.onion.onPacket(() => (isSent = true));
    const pending = store(client);
    pending.catch(() => {});
    await expect.poll(() => isSent).toBe(true);
    client.onion.setOnline(false);
    await expect(pending).rejects.toMatchObject({ code: 'offline', retry: 'later' });
    isHanging = false;
    client.onion.setOnline(true);
    expect((await store(client)).confirmedBy).toBe(3);
  });
});

describe('several gateways', () => {
  it('are tried when the first keeps saying that it is too busy', async () => {
    const second = await world.addGateway();
    let isBusy = false;
    const client = connect({
      gateways: [world.gateway.origin, second.origin],
      fetch: ((input: string, init: RequestInit) =>
        isBusy && input.startsWith(`${world.gateway.origin}/gateway/v1/onion/`)
          ? Promise.resolve(
              new Response(null, {
                status: 503,
                headers: { 'x-gateway-error': 'gateway-busy', 'retry-after': '1' }
              })
            )
          : fetch(input, init)) as typeof fetch
    });
    await client.onion.ready();
    await store(client);
    expect(client.onion.lastPath()!.gatewayOrigin).toBe(world.gateway.origin);
    isBusy = true;
    await expect
      .poll(
        () =>
          store(client).then(
            ({ confirmedBy }) => confirmedBy,
            () => 0
          ),
        { timeout: 10_000 }
      )
      .toBe(3);
    expect(client.onion.lastPath()!.gatewayOrigin).toBe(second.origin);
  });

  it('are tried when the first takes connections and answers nothing any more', async () => {
    let isHanging = false;
    const front = await listening(
      createServer((request, response) => {
        if (isHanging) return;
        void forward(request, response);
      })
    );
    const { origin } = world.gateway;
    const client = connect({ gateways: [front, origin], config: { gatewayTimeoutMs: 400 } });
    await client.onion.ready();
    await store(client);
    expect(client.onion.lastPath()!.gatewayOrigin).toBe(front);
    isHanging = true;
    await expect
      .poll(
        () =>
          store(client).then(
            ({ confirmedBy }) => confirmedBy,
            () => 0
          ),
        { timeout: 8_000 }
      )
      .toBe(3);
    expect(client.onion.lastPath()!.gatewayOrigin).toBe(origin);
    // Absent, not lying: nothing to warn of.
    expect(client.onion.state()).not.toHaveProperty('warning');
  });

  it('go on when the first begins to lie, and the person is told which', async () => {
    const honest = world.network.nodeList();
    let list = honest;
    const gateway: Gateway = await createGateway({
      network: world.network.descriptor,
      nodeSource: { current: () => list },
      signList: (body) => world.network.signList(body)
    });
    await gateway.listen();
    closing.push(() => gateway.close());
    const memory = createMemoryOnionStore();
    const client = connect({ gateways: [gateway.origin, world.gateway.origin], store: memory });
    await client.onion.ready();
    const known = client.onion.nodes();
    list = { ...honest, nodes: honest.nodes.slice(0, 4) };
    expect(await client.onion.refreshNodes()).toBe(false);
    await client.onion.ready();
    expect((await store(client)).confirmedBy).toBe(3);
    expect(client.onion.nodes()).toBe(known);
    expect(client.onion.state()).toMatchObject({
      phase: 'connected',
      warning: { kind: 'gateway-distrusted', origin: gateway.origin, state: 'list-not-verified' }
    });
    // The one that proved good is the one a restart begins with.
    await client.onion.stop();
    const again = connect({ gateways: [gateway.origin, world.gateway.origin], store: memory });
    await again.onion.ready();
    await store(again);
    expect(again.onion.lastPath()!.gatewayOrigin).toBe(world.gateway.origin);
  });
});

describe('a date no certificate can be valid at', () => {
  it('is what the person is told when no gateway can be reached', async () => {
    const clock = { ...systemClock, now: () => Date.now() - 40 * 365 * 86_400_000 };
    const fails = (() => Promise.reject(new TypeError('Failed to fetch'))) as typeof fetch;
    const client = connect({ clock, fetch: fails });
    await expect.poll(() => client.onion.state()).toMatchObject({ phase: 'blocked', reason: 'clock-wrong' });
    await expect(store(client)).rejects.toMatchObject({ code: 'clock-wrong', retry: 'later' });
    // With the right date it is the gateway (control).
    const control = connect({ fetch: fails });
    await expect
      .poll(() => control.onion.state())
      .toMatchObject({ phase: 'blocked', reason: 'gateway-unreachable' });
  });
});

/** Passes a request on to the real gateway. */
async function forward(
  request: import('node:http').IncomingMessage,
  response: import('node:http').ServerResponse
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await fetch(`${world.gateway.origin}${request.url}`, {
    method: request.method ?? 'GET',
    ...(request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
    headers: { 'content-type': request.headers['content-type'] ?? 'application/json' }
  });
  const headers = Object.fromEntries(
    ['content-type', 'x-network-signature', 'x-gateway-error']
      .map((name) => [name, answer.headers.get(name)] as const)
      .filter((entry): entry is [string, string] => entry[1] !== null)
  );
  response.writeHead(answer.status, headers);
  response.end(Buffer.from(await answer.arrayBuffer()));
}
