import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createGateway, type Gateway, type GatewayOptions, type NodeList } from '../../../gateway/index.ts';
import { MAINNET } from '../../../src/lib/networks.ts';
import { decodeGatewayNodeList, type ServiceNode } from '../../../src/lib/wire/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createCertificate } from './certificate.ts';
import {
  LOCAL,
  call,
  createTlsServer,
  guardKey,
  postOnion,
  serviceNode,
  startGateway,
  type TlsServer
} from './support.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0).reverse()) await server.close();
});

async function open(
  nodes: readonly ServiceNode[] = [],
  options: Partial<GatewayOptions> = {}
): Promise<Gateway> {
  const gateway = await startGateway(nodes, options);
  opened.push(gateway);
  return gateway;
}

async function openGuard(listener: Parameters<typeof createTlsServer>[1]): Promise<TlsServer> {
  const guard = await createTlsServer(createCertificate(), listener);
  opened.push(guard);
  return guard;
}

const NODES = [serviceNode(1, '127.1.0.1', 22021), serviceNode(2, '127.2.0.1', 22021)];

describe('the node list', () => {
  it('is what the source has, in the form of the wire', async () => {
    const gateway = await open(NODES);
    const answer = await call(gateway.origin, { path: '/gateway/v1/nodes' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(decodeGatewayNodeList(answer.body)).toMatchObject({ network: LOCAL.id, height: 7, nodes: NODES });
    expect(answer.headers['x-network-signature']).toBeUndefined();
  });

  it('is compressed on request, and not sent again unchanged', async () => {
    const gateway = await open(NODES);
    const get = (headers: Record<string, string>) =>
      call(gateway.origin, { path: '/gateway/v1/nodes', headers });
    const plain = await get({});
    const br = await get({ 'accept-encoding': 'br' });
    const gz = await get({ 'accept-encoding': 'gzip' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    expect(gunzipSync(gz.body).equals(plain.body)).toBe(true);
    expect(br.body.length).toBeLessThan(plain.body.length);
    const again = await get({ 'accept-encoding': 'br', 'if-none-match': br.headers.etag as string });
    expect(again.status).toBe(304);
    expect(again.body.length).toBe(0);
  });

  it('changes with its source', async () => {
    let list: NodeList = { height: 1, fetchedAtMs: 5, nodes: NODES };
    const gateway = await open([], { nodeSource: { current: () => list } });
    const first = await call(gateway.origin, { path: '/gateway/v1/nodes' });
    list = { height: 2, fetchedAtMs: 6, nodes: NODES.slice(1) };
    const second = await call(gateway.origin, {
      path: '/gateway/v1/nodes',
      headers: { 'if-none-match': first.headers.etag as string }
    });
    expect(second.status).toBe(200);
    expect(decodeGatewayNodeList(second.body)).toMatchObject({
      height: 2,
      fetchedAtMs: 6,
      nodes: NODES.slice(1)
    });
  });

  it('is signed on a local network: the very bytes before compression', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const signList = (body: Uint8Array) => Promise.resolve(new Uint8Array(sign(null, body, privateKey)));
    const gateway = await open(NODES, { signList });
    const answer = await call(gateway.origin, {
      path: '/gateway/v1/nodes',
      headers: { 'accept-encoding': 'gzip' }
    });
    const signature = Buffer.from(answer.headers['x-network-signature'] as string, 'base64');
    const body = gunzipSync(answer.body);
    expect(verify(null, body, publicKey, signature)).toBe(true);
    expect(verify(null, Buffer.concat([body, Buffer.from(' ')]), publicKey, signature)).toBe(false);
  });
});

describe('info and health', () => {
  it('say which network, and what is allowed', async () => {
    const info = await call((await open()).origin, { path: '/gateway/v1/info' });
    expect(JSON.parse(info.body.toString())).toMatchObject({
      network: LOCAL.id,
      gateway_version: 1,
      limits: { requests_per_second: null, max_body_bytes: 10 * 1024 * 1024, timeout_ms: 35_000 }
    });
    const limited = await call((await open([], { network: MAINNET })).origin, { path: '/gateway/v1/info' });
    expect(JSON.parse(limited.body.toString())).toMatchObject({
      network: 'mainnet',
      limits: {
        requests_per_second: 20,
        burst: 60,
        bytes_per_minute: 64 * 1024 * 1024,
        in_flight_per_guard: 64
      }
    });
  });

  it('say how old the list is, and nothing about people', async () => {
    const clock = createFakeClock(1_000_000);
    const source = { current: () => ({ height: 1, fetchedAtMs: 400_000, nodes: [] }) };
    const gateway = await open([], { clock, nodeSource: source });
    const health = await call(gateway.origin, { path: '/gateway/v1/health' });
    expect(health.status).toBe(200);
    expect(JSON.parse(health.body.toString())).toEqual({ node_list_age_ms: 600_000 });
  });

  it('answer HEAD without a body', async () => {
    const gateway = await open(NODES);
    for (const path of ['/gateway/v1/info', '/gateway/v1/nodes', '/gateway/v1/health']) {
      const full = await call(gateway.origin, { path });
      const head = await call(gateway.origin, { path, method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(head.body.length).toBe(0);
      expect(head.headers['content-length']).toBe(full.headers['content-length']);
    }
  });

  it.each([
    '/gateway/',
    '/gateway/v1',
    '/gateway/v2/info',
    '/gateway/v1/info/',
    '/gateway/v1/storage_rpc',
    '/gateway/../gateway/v1/info'
  ])('are all there is: %s is not found', async (path) => {
    const answer = await call((await open()).origin, { path });
    expect(answer.status).toBe(404);
    expect(answer.headers['x-gateway-error']).toBe('not-found');
  });

  it('take GET and HEAD alone', async () => {
    const gateway = await open();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await call(gateway.origin, { path: '/gateway/v1/info', method });
      expect(answer.status).toBe(405);
      expect(answer.headers['x-gateway-error']).toBe('method-refused');
    }
  });
});

describe('who may call', () => {
  it.each(['evil.example', 'evil.example:8420', '169.254.169.254', 'localhost.evil.example', 'a b'])(
    'no page whose name was rebound to us: Host %s',
    async (host) => {
      const gateway = await open(NODES, {
        staticDirectory: null,
        virtualFiles: { '/': { contentType: 'text/html', body: 'x' } }
      });
      for (const path of ['/', '/gateway/v1/nodes']) {
        const answer = await call(gateway.origin, { path, headers: { host } });
        expect(answer.status).toBe(403);
        expect(answer.headers['x-gateway-error']).toBe('host-refused');
        expect(answer.body.toString()).toBe('host-refused\n');
      }
    }
  );

  it('a name that was allowed, and loopback on any port', async () => {
    const gateway = await open(NODES, { allowHosts: ['chat.example.org'] });
    for (const host of ['chat.example.org', 'localhost:1', '127.0.0.1:4242', '[::1]']) {
      expect((await call(gateway.origin, { path: '/gateway/v1/info', headers: { host } })).status).toBe(200);
    }
  });

  it('no foreign page: neither a preflight nor a request', async () => {
    const guard = await openGuard((request, response) =>
      request.resume().on('end', () => response.end('yes'))
    );
    const gateway = await open([serviceNode(1, '127.0.0.1', guard.port)]);
    const preflight = await call(gateway.origin, {
      path: `/gateway/v1/onion/${guardKey(1)}`,
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    });
    expect(preflight.status).toBe(403);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const posted = await postOnion(gateway.origin, Buffer.alloc(50), { headers: { origin } });
      expect(posted.status).toBe(403);
      expect(posted.headers['x-gateway-error']).toBe('origin-refused');
    }
    expect(guard.connections()).toBe(0);
  });

  it('our own page, and a foreign one that was allowed', async () => {
    const guard = await openGuard((request, response) =>
      request.resume().on('end', () => response.end('yes'))
    );
    const gateway = await open([serviceNode(1, '127.0.0.1', guard.port)], {
      allowOrigins: ['https://app.example']
    });
    const own = await postOnion(gateway.origin, Buffer.alloc(50), { headers: { origin: gateway.origin } });
    expect(own.status).toBe(200);
    expect(own.headers['access-control-allow-origin']).toBeUndefined();
    const headers = { origin: 'https://app.example' };
    const preflight = await call(gateway.origin, {
      path: `/gateway/v1/onion/${guardKey(1)}`,
      method: 'OPTIONS',
      headers
    });
    expect(preflight).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'https://app.example' }
    });
    const posted = await postOnion(gateway.origin, Buffer.alloc(50), { headers });
    expect(posted).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': 'https://app.example',
        'cross-origin-resource-policy': 'cross-origin'
      }
    });
    const failed = await postOnion(gateway.origin, Buffer.alloc(50), { headers, guard: guardKey(9) });
    expect(failed.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(failed.headers['access-control-expose-headers']).toContain('x-gateway-error');
    const listed = await call(gateway.origin, { path: '/gateway/v1/nodes', headers });
    expect(listed.headers.vary).toBe('accept-encoding, origin');
  });
});

describe('addresses in the list', () => {
  const REFUSED: [string, number][] = [
    ['10.0.0.1', 22021],
    ['127.0.0.1', 22021],
    ['192.168.1.1', 22021],
    ['172.16.0.1', 22021],
    ['169.254.169.254', 443],
    ['100.64.0.1', 22021],
    ['224.0.0.1', 22021],
    ['0.0.0.0', 22021],
    ['255.255.255.255', 22021],
    ['localhost', 22021],
    ['::1', 22021],
    ['0x7f000001', 22021],
    ['2130706433', 22021],
    ['127.1', 22021],
    ['010.8.8.8', 22021],
    ['8.8.8.8', 0],
    ['8.8.8.8', 22],
    ['8.8.8.8', 80],
    ['8.8.8.8', 1023],
    ['8.8.8.8', 65_536],
    ['8.8.8.8', 443.5]
  ];

  it.each(REFUSED)('are refused on a real network: %s port %d', async (ip, port) => {
    const gateway = await open([serviceNode(1, ip, port)], { network: MAINNET });
    const answer = await postOnion(gateway.origin, Buffer.alloc(50));
    expect(answer.status).toBe(403);
    expect(answer.headers['x-gateway-error']).toBe('address-refused');
  });
});

describe('limits', () => {
  it('let a burst pass and say when to come back, per address', async () => {
    const clock = createFakeClock();
    const gateway = await open(NODES, {
      clock,
      network: MAINNET,
      trustProxy: 1,
      limits: { requestsPerSecond: 0.5, burst: 3 }
    });
    const from = (address: string) =>
      call(gateway.origin, {
        path: '/gateway/v1/info',
        headers: { 'x-forwarded-for': `1.1.1.1, ${address}` }
      });
    for (let request = 0; request < 3; request++) expect((await from('2001:db8::1')).status).toBe(200);
    const refused = await from('2001:db8::ffff');
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({ 'x-gateway-error': 'rate-limited', 'retry-after': '2' });
    expect((await from('2001:db8:0:1::1')).status).toBe(200);
    await clock.advance(2_000);
    expect((await from('2001:db8::1')).status).toBe(200);
  });

  it('do not believe X-Forwarded-For unless told to', async () => {
    const gateway = await open(NODES, {
      clock: createFakeClock(),
      limits: { requestsPerSecond: 1, burst: 1 }
    });
    const from = (address: string) =>
      call(gateway.origin, { path: '/gateway/v1/info', headers: { 'x-forwarded-for': address } });
    expect((await from('8.8.8.8')).status).toBe(200);
    expect((await from('8.8.4.4')).status).toBe(429);
  });

  it('count bytes both ways', async () => {
    const clock = createFakeClock();
    const guard = await openGuard((request, response) =>
      request.resume().on('end', () => response.end(Buffer.alloc(900)))
    );
    const gateway = await open([serviceNode(1, '127.0.0.1', guard.port)], {
      clock,
      limits: { bytesPerMinute: 1_200 }
    });
    expect((await postOnion(gateway.origin, Buffer.alloc(100))).status).toBe(200);
    expect((await postOnion(gateway.origin, Buffer.alloc(300))).status).toBe(200);
    const refused = await postOnion(gateway.origin, Buffer.alloc(5));
    expect(refused.status).toBe(429);
    // 1,000 bytes over, at 20 a second.
    expect(Number(refused.headers['retry-after'])).toBe(51);
    expect(guard.connections()).toBe(1);
    await clock.advance(51_000);
    expect((await postOnion(gateway.origin, Buffer.alloc(5))).status).toBe(200);
  });

  it('bound what is under way, per guard and in all, and free the place afterwards', async () => {
    const waiting: (() => void)[] = [];
    const arrivals: (() => void)[] = [];
    const guard = await openGuard((request, response) => {
      request.resume().on('end', () => {
        waiting.push(() => response.end('yes'));
        arrivals.shift()?.();
      });
    });
    const nodes = [1, 2, 3].map((index) => serviceNode(index, '127.0.0.1', guard.port));
    const gateway = await open(nodes, { limits: { inFlightPerGuard: 1, inFlight: 2 } });
    const post = (index: number) => postOnion(gateway.origin, Buffer.alloc(50), { guard: guardKey(index) });
    const arrived = () => new Promise<void>((resolve) => arrivals.push(resolve));

    let next = arrived();
    const first = post(1);
    await next;
    const busyGuard = await post(1);
    expect(busyGuard).toMatchObject({
      status: 503,
      headers: { 'x-gateway-error': 'guard-busy', 'retry-after': '2' }
    });
    next = arrived();
    const second = post(2);
    await next;
    expect(await post(3)).toMatchObject({ status: 503, headers: { 'x-gateway-error': 'gateway-busy' } });
    for (const release of waiting.splice(0)) release();
    expect((await Promise.all([first, second])).map((answer) => answer.status)).toEqual([200, 200]);
    next = arrived();
    const third = post(3);
    await next;
    waiting.pop()?.();
    expect((await third).status).toBe(200);
  });
});

describe('the server', () => {
  it('says that its port is taken', async () => {
    const first = await open();
    const { port } = new URL(first.origin);
    const second = await createGateway({
      network: LOCAL,
      nodeSource: { current: () => ({ height: 0, fetchedAtMs: 0, nodes: [] }) },
      port: Number(port)
    });
    await expect(second.listen()).rejects.toMatchObject({ code: 'address-in-use' });
  });

  it('lets what is under way finish before it closes, and takes nothing new', async () => {
    let answer: () => void = () => {};
    let arrived: () => void = () => {};
    const hasArrived = new Promise<void>((resolve) => (arrived = resolve));
    const guard = await openGuard((request, response) => {
      answer = () => response.end('yes');
      request.resume().on('end', arrived);
    });
    const gateway = await open([serviceNode(1, '127.0.0.1', guard.port)]);
    const underWay = postOnion(gateway.origin, Buffer.alloc(50));
    await hasArrived;
    const { origin } = gateway;
    const closed = gateway.close();
    await expect(call(origin, { path: '/gateway/v1/info' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    answer();
    expect((await underWay).status).toBe(200);
    await closed;
    opened.pop();
  });

  it('serves what stands beside the API, ignoring ranges', async () => {
    const body = '{"id":"x"}';
    const gateway = await open([], {
      virtualFiles: { '/network.json': { contentType: 'application/json', body } }
    });
    const answer = await call(gateway.origin, { path: '/network.json?x=1', headers: { range: 'bytes=0-1' } });
    expect(answer).toMatchObject({ status: 200, body: Buffer.from(body) });
    const head = await call(gateway.origin, { path: '/network.json', method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(body.length) } });
    expect(head.body.length).toBe(0);
    expect((await call(gateway.origin, { path: '/network.json', method: 'POST' })).status).toBe(405);
  });
});
