// The file server over onions (accounts-and-messages.md §5.4).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bytesToUtf8 } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, type CryptoBackend } from '../../../src/lib/crypto/index.ts';
import type { V4Request, V4Response } from '../../../src/lib/wire/index.ts';
import { localnet, type Localnet, type OpenedEvent } from '../../../localnet/index.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createRawClient, type RawClient } from './support/https.ts';
import { requestFile } from './support/onion-client.ts';

const DAY_MS = 86_400_000;

let crypto: CryptoBackend;
let net: Localnet;
let client: RawClient;
let clock: FakeClock;

beforeAll(async () => {
  crypto = await createCryptoBackend();
  clock = createFakeClock();
  // Days pass here; nothing needs to be swept meanwhile.
  net = await localnet.create({ nodes: 5, swarms: 1, echo: false, clock, sweepMs: 30 * DAY_MS });
  client = createRawClient();
});

beforeEach(() => net.setFileServerFault({}));

afterAll(async () => {
  client.close();
  await net.close();
});

const ask = (request: V4Request) => requestFile(client, crypto, net, net.nodes.slice(0, 3), request);

async function answered(request: V4Request): Promise<V4Response> {
  const response = await ask(request);
  if (!('code' in response)) throw new Error(`path error ${response.status}`);
  return response;
}

const jsonOf = ({ body }: V4Response) =>
  JSON.parse(bytesToUtf8(body)) as Record<string, number> & { id: string };
const upload = (body: Uint8Array, headers: Record<string, string> = {}) =>
  answered({ method: 'POST', endpoint: '/file', headers, body });
const get = (endpoint: string, method = 'GET', headers: Record<string, string> = {}) =>
  answered({ method, endpoint, headers });

describe('an upload', () => {
  test('can be fetched again, bytes unchanged, with the end of its life', async () => {
    const file = crypto.random(5_000);
    const { id, size, expires } = jsonOf(await upload(file));
    expect(id).toMatch(/^[A-Za-z0-9_-]{44}$/);
    expect([size, expires]).toEqual([5_000, (clock.now() + 14 * DAY_MS) / 1000]);
    const fetched = await get(`/file/${id}`);
    expect([fetched.code, Buffer.compare(fetched.body, file)]).toEqual([200, 0]);
    expect(Date.parse(fetched.headers['expires'] ?? '')).toBe(Math.floor(expires as number) * 1000);
  });

  test('of the same bytes has the same id and renews it', async () => {
    const file = crypto.random(100);
    const first = jsonOf(await upload(file));
    await clock.advance(DAY_MS);
    const second = jsonOf(await upload(file));
    expect(second.id).toBe(first.id);
    expect((second['expires'] as number) - (first['expires'] as number)).toBe(DAY_MS / 1000);
    expect(second['uploaded']).toBe(first['uploaded']);
    expect(jsonOf(await upload(crypto.random(100))).id).not.toBe(first.id);
  });

  test('lives as long as it asks, and no longer than two weeks', async () => {
    const short = jsonOf(await upload(crypto.random(10), { 'X-FS-TTL': '3600' }));
    expect(short['expires']).toBe((clock.now() + 3_600_000) / 1000);
    const long = jsonOf(await upload(crypto.random(10), { 'X-FS-TTL': '99999999' }));
    expect(long['expires']).toBe((clock.now() + 14 * DAY_MS) / 1000);
    await clock.advance(3_600_000);
    expect((await get(`/file/${short.id}`)).code).toBe(404);
    expect((await get(`/file/${long.id}`)).code).toBe(200);
  });

  test('may have 10,000,000 bytes and not one more', async () => {
    const largest = new Uint8Array(10_000_000).fill(1);
    const { id, size } = jsonOf(await upload(largest));
    expect(size).toBe(10_000_000);
    expect((await get(`/file/${id}`)).body.length).toBe(10_000_000);
    expect((await upload(new Uint8Array(10_000_001))).code).toBe(413);
  });

  test('without bytes is refused', async () => {
    expect((await get('/file', 'POST')).code).toBe(400);
  });
});

describe('other requests', () => {
  test('info tells size and times', async () => {
    const { id } = jsonOf(await upload(crypto.random(77)));
    expect(jsonOf(await get(`/file/${id}/info`))).toEqual({
      size: 77,
      uploaded: clock.now() / 1000,
      expires: (clock.now() + 14 * DAY_MS) / 1000
    });
  });

  test('extend prolongs, and never shortens', async () => {
    const { id } = jsonOf(await upload(crypto.random(10), { 'X-FS-TTL': '7200' }));
    const longer = jsonOf(await get(`/file/${id}/extend`, 'POST', { 'X-FS-TTL': '86400' }));
    expect(longer['expires']).toBe((clock.now() + DAY_MS) / 1000);
    const shorter = jsonOf(await get(`/file/${id}/extend`, 'POST', { 'X-FS-TTL': '60' }));
    expect(shorter['expires']).toBe(longer['expires']);
  });

  test('an old decimal id can be read and not prolonged', async () => {
    net.files.store.putNumbered('123456', new Uint8Array([1, 2, 3]), clock.now() + DAY_MS, clock.now());
    expect([...(await get('/file/123456')).body]).toEqual([1, 2, 3]);
    expect((await get('/file/123456/extend', 'POST')).code).toBe(404);
  });

  test.each([
    '/file/1',
    `/file/${'A'.repeat(44)}`,
    '/file/..',
    '/files',
    '/',
    '/file/1/other',
    '/file//info'
  ])('%s is unknown', async (endpoint) => {
    expect((await get(endpoint)).code).toBe(404);
  });
});

describe('the onion around it', () => {
  test('is opened by three nodes, of which the last alone learns the server', async () => {
    const opened: OpenedEvent[] = [];
    const stop = net.onOpened((event) => opened.push(event));
    await upload(crypto.random(20));
    stop();
    expect(opened.map(({ role }) => role)).toEqual(['node', 'node', 'server']);
    const { host } = net.descriptor.fileServer;
    const naming = opened.map(({ plaintext }) => Buffer.from(plaintext).includes(host));
    expect(naming).toEqual([false, false, true]);
  });

  test('a payload that is no v4 list gets an encrypted 400', async () => {
    const { openServerRequest } = await import('../../../localnet/file-server/file-server.ts');
    expect(openServerRequest).toBeTypeOf('function');
    const response = await ask({ method: 'GET', endpoint: 'no-slash', headers: {} });
    expect(response).toMatchObject({ code: 400 });
    expect(bytesToUtf8((response as V4Response).body)).toBe('Invalid v4 onion request');
  });

  test.each([
    ['is down', { drop: true }, 502],
    ['fails', { status: 500 }, 500]
  ])('a server that %s is a path error', async (_what, faults, status) => {
    net.setFileServerFault(faults);
    expect(await ask({ method: 'GET', endpoint: '/file/1', headers: {} })).toEqual({ status });
  });

  test('a server that answers garbage cannot be read', async () => {
    net.setFileServerFault({ garbage: true });
    await expect(ask({ method: 'GET', endpoint: '/file/1', headers: {} })).rejects.toMatchObject({
      code: 'open-failed'
    });
  });
});
