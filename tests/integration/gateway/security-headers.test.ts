// The security headers stand on every answer of the gateway, whatever it says (design.md §8).
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '../../../gateway/index.ts';
import { finishBuild } from '../../../scripts/lib/finish-build.mjs';
import { COMMON_HEADERS } from '../../../scripts/lib/security-policy.mjs';
import { createCertificate } from './certificate.ts';
import {
  call,
  createTlsServer,
  guardKey,
  postOnion,
  serviceNode,
  startGateway,
  type TlsServer
} from './support.ts';

const PAGE = `<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'self'">`;
const FILES = {
  'index.html': PAGE,
  '200.html': PAGE,
  'a.js': 'a();',
  'service-worker.js': 'w("%integrity:%");'
};
const ALLOWED = 'https://page.example';

let folder: string;
let guard: TlsServer;
let gateway: Gateway;
let limited: Gateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onionskin-headers-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  await finishBuild(folder, '1.0.0-x');
  guard = await createTlsServer(createCertificate(), (request, response) => {
    request.resume().on('end', () => response.writeHead(200).end('the answer of a node'));
  });
  const nodes = [serviceNode(1, '127.0.0.1', guard.port), serviceNode(2, '127.0.0.2', 1)];
  const options = {
    staticDirectory: folder,
    allowOrigins: [ALLOWED],
    virtualFiles: { '/network.json': { contentType: 'application/json', body: '{}' } }
  };
  gateway = await startGateway(nodes, options);
  limited = await startGateway(nodes, { ...options, limits: { requestsPerSecond: 0.001, burst: 1 } });
});
afterAll(async () => {
  await gateway.close();
  await limited.close();
  await guard.close();
  await rm(folder, { recursive: true });
});

type Headers = Record<string, string | string[] | undefined>;

function expectHeaders(headers: Headers, readableBy: 'same-origin' | 'cross-origin' = 'same-origin'): void {
  expect(headers).toMatchObject({ ...COMMON_HEADERS, 'cross-origin-resource-policy': readableBy });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
}

/** What the gateway says to bytes that are no proper request. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(gateway.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (part: string) => (answer += part));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('every answer carries the security headers', () => {
  const GETS = [
    ['/', 200],
    ['/index.html', 200],
    ['/a.js', 200],
    ['/service-worker.js', 200],
    ['/release-manifest.json', 200],
    ['/network.json', 200],
    ['/c/some-id', 200],
    ['/gone.js', 404],
    ['/../etc/passwd', 404],
    ['/gateway/v1/info', 200],
    ['/gateway/v1/nodes', 200],
    ['/gateway/v1/health', 200],
    ['/gateway/v1/gone', 404],
    ['/gateway/v1/onion/xyz', 405]
  ] as const;
  it.each(GETS)('to GET and HEAD %s', async (path, status) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await call(gateway.origin, { path, method });
      expect(answer.status).toBe(status);
      expectHeaders(answer.headers);
    }
  });

  it.each(['/index.html', '/a.js', '/gateway/v1/nodes'])('to a request for %s unchanged', async (path) => {
    const { headers } = await call(gateway.origin, { path });
    const again = await call(gateway.origin, { path, headers: { 'if-none-match': headers.etag as string } });
    expect(again.status).toBe(304);
    expectHeaders(again.headers);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    'to %s where only reading is allowed',
    async (method) => {
      for (const path of ['/', '/gateway/v1/info']) {
        const answer = await call(gateway.origin, { path, method });
        expect(answer.status).toBe(405);
        expectHeaders(answer.headers);
      }
    }
  );

  it('to onion requests, carried or refused', async () => {
    const carried = await postOnion(gateway.origin, Buffer.alloc(50));
    expect(carried.status).toBe(200);
    expect(carried.body.toString()).toBe('the answer of a node');
    expectHeaders(carried.headers);
    const small = await postOnion(gateway.origin, Buffer.alloc(1));
    expect(small.status).toBe(400);
    expectHeaders(small.headers);
    const dead = await postOnion(gateway.origin, Buffer.alloc(50), { guard: guardKey(2) });
    expect(dead.headers['x-gateway-error']).toBe('guard-unreachable');
    expectHeaders(dead.headers);
  });

  it('to other pages: those allowed may read, foreign ones are refused', async () => {
    const path = '/gateway/v1/info';
    const allowed = await call(gateway.origin, { path, headers: { origin: ALLOWED } });
    expectHeaders(allowed.headers, 'cross-origin');
    const preflight = await call(gateway.origin, { path, method: 'OPTIONS', headers: { origin: ALLOWED } });
    expect(preflight.status).toBe(204);
    expectHeaders(preflight.headers, 'cross-origin');
    const foreign = await call(gateway.origin, { path, headers: { origin: 'https://foreign.example' } });
    expect(foreign.status).toBe(403);
    expectHeaders(foreign.headers);
  });

  it('to a request for another host, and to one too many', async () => {
    const other = await call(gateway.origin, { path: '/', headers: { host: 'other.example' } });
    expect(other.status).toBe(403);
    expectHeaders(other.headers);
    await call(limited.origin, { path: '/gateway/v1/info' });
    const refused = await call(limited.origin, { path: '/gateway/v1/info' });
    expect(refused.status).toBe(429);
    expectHeaders(refused.headers);
  });

  it.each([
    ['400', 'nonsense\r\n\r\n'],
    ['417', `GET / HTTP/1.1\r\nHost: localhost\r\nExpect: magic\r\nConnection: close\r\n\r\n`]
  ])('to what is answered with %s below the routes', async (status, text) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const headers = Object.fromEntries(
      [...answer.matchAll(/^([\w-]+): (.*)\r$/gm)].map(([, name = '', value]) => [name.toLowerCase(), value])
    );
    expectHeaders(headers);
  });
});

it('a page carries the policy of the platform for scripts besides', async () => {
  const page = await call(gateway.origin, { path: '/c/some-id' });
  expect(page.headers['integrity-policy']).toBe('blocked-destinations=(script)');
  expect((await call(gateway.origin, { path: '/a.js' })).headers['integrity-policy']).toBeUndefined();
});
