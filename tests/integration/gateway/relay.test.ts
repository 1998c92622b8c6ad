import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Gateway, GatewayOptions } from '../../../gateway/index.ts';
import { createCertificate } from './certificate.ts';
import {
  call,
  createTlsServer,
  guardKey,
  postOnion,
  readBody,
  serviceNode,
  startGateway,
  type Listener,
  type TlsServer
} from './support.ts';

const certificate = createCertificate();
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const server of opened.splice(0).reverse()) await server.close();
});

/** A gateway in front of one guard (key 1) that answers with `listener`. */
async function setUp(
  listener: Listener,
  options: Partial<GatewayOptions> = {}
): Promise<{ gateway: Gateway; guard: TlsServer }> {
  const guard = await createTlsServer(certificate, listener);
  opened.push(guard);
  const gateway = await startGateway([serviceNode(1, '127.0.0.1', guard.port)], options);
  opened.push(gateway);
  return { gateway, guard };
}

/** Reads everything, then answers. */
const answering =
  (status: number, body: Uint8Array | string, headers: Record<string, string> = {}): Listener =>
  (request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end(body));
  };

describe('the relay', () => {
  it('carries body, status and answer unchanged, and nothing else', async () => {
    const body = randomBytes(70_000);
    const reply = randomBytes(90_000);
    const seen: { method?: string; url?: string; headers: object; body: Buffer }[] = [];
    const { gateway } = await setUp((request, response) => {
      void readBody(request).then((read) => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body: read });
        response.writeHead(421, { 'x-node': 'says', 'set-cookie': 'a=b', 'content-type': 'text/html' });
        response.end(reply);
      });
    });
    const answer = await postOnion(gateway.origin, body, {
      headers: { cookie: 'c=d', 'user-agent': 'someone', 'accept-language': 'xx', referer: 'http://r/' }
    });
    expect(answer.status).toBe(421);
    expect(answer.body.equals(reply)).toBe(true);
    expect(answer.headers['x-gateway-error']).toBeUndefined();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/onion_req/v2' });
    expect(seen[0]?.body.equals(body)).toBe(true);
    expect(Object.keys(seen[0]?.headers ?? {}).sort()).toEqual(['content-length', 'content-type', 'host']);
    expect(Object.keys(answer.headers)).not.toContain('set-cookie');
    expect(Object.keys(answer.headers)).not.toContain('x-node');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store'
    });
  });

  it.each([200, 400, 404, 413, 500, 502, 503, 504])(
    "passes on status %i of a guard as the guard's",
    async (status) => {
      const { gateway } = await setUp(answering(status, 'plain text'));
      const answer = await postOnion(gateway.origin, randomBytes(100));
      expect(answer).toMatchObject({ status, body: Buffer.from('plain text') });
      expect(answer.headers['x-gateway-error']).toBeUndefined();
    }
  );

  it('follows no redirect and passes no address on', async () => {
    let requests = 0;
    const { gateway } = await setUp((request, response) => {
      requests += 1;
      answering(302, 'elsewhere', { location: 'https://127.0.0.1:1/secret' })(request, response);
    });
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBeUndefined();
    expect(requests).toBe(1);
  });

  it('passes on an answer that comes before the body was read', async () => {
    const { gateway, guard } = await setUp((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('Request body too large');
    });
    for (let request = 0; request < 2; request++) {
      const answer = await postOnion(gateway.origin, Buffer.alloc(9 * 1024 * 1024));
      expect(answer).toMatchObject({ status: 413, body: Buffer.from('Request body too large') });
    }
    expect(guard.connections()).toBe(2);
  });

  it('keeps connections to a guard and sends again when the guard had closed one', async () => {
    const { gateway, guard } = await setUp(answering(200, 'yes'));
    for (let request = 0; request < 5; request++) await postOnion(gateway.origin, randomBytes(100));
    expect(guard.connections()).toBe(1);
    // Both ends of the kept connection are in this process: the gateway learns of the end only as it writes.
    guard.dropConnections();
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('yes') });
    expect(guard.connections()).toBe(2);
  });

  it('carries the largest body and the largest answer', async () => {
    const reply = Buffer.alloc(15 * 1024 * 1024, 7);
    let received = 0;
    const { gateway } = await setUp((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.length)).on('end', () => response.end(reply));
    });
    const answer = await postOnion(gateway.origin, Buffer.alloc(10 * 1024 * 1024, 1));
    expect(received).toBe(10 * 1024 * 1024);
    expect(answer.body.length).toBe(reply.length);
  });
});

describe('the relay refuses', () => {
  it.each([
    ['no key', '', 404, 'not-found'],
    ['a key in capitals', 'AB'.repeat(32), 400, 'malformed-guard'],
    ['a short key', 'ab'.repeat(31), 400, 'malformed-guard'],
    ['an address', '127.0.0.1:22', 400, 'malformed-guard'],
    ['an encoded path', '..%2f..%2fetc', 400, 'malformed-guard'],
    ['a node not in the list', guardKey(99), 404, 'unknown-guard']
  ])('%s', async (_name, guard, status, code) => {
    let requests = 0;
    const { gateway } = await setUp((request, response) => {
      requests += 1;
      answering(200, 'yes')(request, response);
    });
    const path = guard === '' ? '/gateway/v1/onion' : `/gateway/v1/onion/${guard}`;
    const answer = await call(gateway.origin, {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/octet-stream', 'content-length': '10' },
      body: Buffer.alloc(10)
    });
    expect(answer.status).toBe(status);
    expect(answer.headers['x-gateway-error']).toBe(code);
    expect(requests).toBe(0);
  });

  it.each([
    ['four bytes', Buffer.alloc(4), {}, 400, 'body-too-small'],
    ['an empty body', Buffer.alloc(0), {}, 400, 'body-too-small'],
    ['one byte too many', Buffer.alloc(10 * 1024 * 1024 + 1), {}, 413, 'body-too-large'],
    ['text', Buffer.alloc(10), { 'content-type': 'text/plain' }, 415, 'content-type-refused'],
    [
      'a form',
      Buffer.alloc(10),
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'content-type-refused'
    ],
    [
      'a type that only begins well',
      Buffer.alloc(10),
      { 'content-type': 'application/octet-stream, text/plain' },
      415,
      'content-type-refused'
    ]
  ])('%s', async (_name, body, headers, status, code) => {
    const { gateway, guard } = await setUp(answering(200, 'yes'));
    const answer = await postOnion(gateway.origin, body, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['x-gateway-error']).toBe(code);
    expect(guard.connections()).toBe(0);
  });

  it('a body without a length, however long it would be', async () => {
    const { gateway, guard } = await setUp(answering(200, 'yes'));
    const answer = await call(gateway.origin, {
      method: 'POST',
      path: `/gateway/v1/onion/${guardKey(1)}`,
      headers: { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(100)
    });
    expect(answer.status).toBe(411);
    expect(answer.headers['x-gateway-error']).toBe('length-required');
    expect(guard.connections()).toBe(0);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('%s', async (method) => {
    const { gateway } = await setUp(answering(200, 'yes'));
    const answer = await call(gateway.origin, { method, path: `/gateway/v1/onion/${guardKey(1)}` });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('POST');
  });
});

describe('a guard that misbehaves', () => {
  const LIMITS = { relayTimeoutMs: 400, connectTimeoutMs: 200 };

  it('is unreachable when nothing listens', async () => {
    const gateway = await startGateway([serviceNode(1, '127.0.0.1', 1)]);
    opened.push(gateway);
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer.status).toBe(502);
    expect(answer.headers['x-gateway-error']).toBe('guard-unreachable');
  });

  it('is unreachable when it accepts and never speaks TLS', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const gateway = await startGateway([serviceNode(1, '127.0.0.1', port)], { limits: LIMITS });
    opened.push({ close: () => new Promise((resolve) => silent.close(() => resolve())) }, gateway);
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer.headers['x-gateway-error']).toBe('guard-unreachable');
  });

  it.each<[string, string]>([
    ['garbage', 'this is not HTTP at all\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'
    ],
    ['a status that is none', 'HTTP/1.1 700 Odd\r\nContent-Length: 0\r\n\r\n']
  ])('is unreachable when it answers %s', async (_name, text) => {
    const { gateway } = await setUp((request) => void request.socket.write(text), { limits: LIMITS });
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer.status).toBe(502);
    expect(answer.headers['x-gateway-error']).toBe('guard-unreachable');
  });

  it('is unreachable when it hangs up', async () => {
    const { gateway } = await setUp((request) => request.socket.destroy());
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer.headers['x-gateway-error']).toBe('guard-unreachable');
  });

  it('has timed out when it does not answer', async () => {
    const { gateway } = await setUp((request) => void request.resume(), { limits: LIMITS });
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer.status).toBe(504);
    expect(answer.headers['x-gateway-error']).toBe('guard-timeout');
  });

  it('has timed out when it does not even read', async () => {
    const { gateway } = await setUp((request) => void request.pause(), { limits: LIMITS });
    const answer = await postOnion(gateway.origin, Buffer.alloc(9 * 1024 * 1024));
    expect(answer.headers['x-gateway-error']).toBe('guard-timeout');
  });

  it('is cut short when its answer stalls', async () => {
    const { gateway } = await setUp((_request, response) => void response.write('a beginning'), {
      limits: LIMITS
    });
    await expect(postOnion(gateway.origin, randomBytes(100))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('is refused an answer that says it is too long', async () => {
    const { gateway } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-length': String(15 * 1024 * 1024 + 1) }).write('x');
    });
    const answer = await postOnion(gateway.origin, randomBytes(100));
    expect(answer.status).toBe(502);
    expect(answer.headers['x-gateway-error']).toBe('reply-too-large');
  });

  it('is cut short when its answer does not end', async () => {
    let sent = 0;
    const { gateway } = await setUp((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        sent += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    await expect(postOnion(gateway.origin, randomBytes(100))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(sent).toBeLessThan(40 * 1024 * 1024);
  });

  it('loses only its own connection: the next request is served', async () => {
    let requests = 0;
    const { gateway } = await setUp((request, response) => {
      requests += 1;
      if (requests === 1) request.socket.destroy();
      else answering(200, 'yes')(request, response);
    });
    expect((await postOnion(gateway.origin, randomBytes(100))).status).toBe(502);
    expect((await postOnion(gateway.origin, randomBytes(100))).status).toBe(200);
  });
});

describe('a client that misbehaves', () => {
  /** Sends raw text and resolves with what came back until the end of the connection. */
  const raw = (origin: string, text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('error', () => {});
      socket.on('close', () => resolve(received));
      socket.write(text);
    });
  const head = (length: number) =>
    `POST /gateway/v1/onion/${guardKey(1)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${length}\r\n\r\n`;

  it('is told so, and not the guard blamed, when it sends its body too slowly', async () => {
    const { gateway } = await setUp(answering(200, 'yes'), {
      limits: { relayTimeoutMs: 300, headersTimeoutMs: 300 }
    });
    const received = await raw(gateway.origin, `${head(1000)}only a little`);
    expect(received).toContain('HTTP/1.1 408');
    expect(received.toLowerCase()).toContain('x-gateway-error: request-timeout');
  });

  it('is answered and then dropped when it goes on sending what was refused', async () => {
    const { gateway, guard } = await setUp(answering(200, 'yes'));
    const refused = await raw(gateway.origin, `${head(1_000_000_000)}a part of it`);
    expect(refused).toContain('HTTP/1.1 413');
    expect(guard.connections()).toBe(0);
  });

  it('is dropped when it does not finish its head', async () => {
    const { gateway } = await setUp(answering(200, 'yes'), { limits: { headersTimeoutMs: 200 } });
    expect(await raw(gateway.origin, 'POST /gateway/v1/onion HTTP/1.1\r\nHost: lo')).toContain('408');
  });

  it('is dropped when it sends no HTTP, two lengths, or a length and chunks', async () => {
    const { gateway, guard } = await setUp(answering(200, 'yes'));
    const line = `POST /gateway/v1/onion/${guardKey(1)} HTTP/1.1\r\nHost: localhost\r\n`;
    for (const text of [
      'hello\r\n\r\n',
      `${line}Content-Length: 10\r\nContent-Length: 20\r\n\r\n`,
      `${line}Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`
    ]) {
      expect(await raw(gateway.origin, text)).toContain('HTTP/1.1 400');
    }
    expect(guard.connections()).toBe(0);
  });

  it('takes its request to the guard down with it when it goes away', async () => {
    let ended: () => void = () => {};
    const isEnded = new Promise<void>((resolve) => (ended = resolve));
    let began: () => void = () => {};
    const hasBegun = new Promise<void>((resolve) => (began = resolve));
    const { gateway } = await setUp((request) => {
      began();
      request.on('error', () => {});
      request.socket.on('close', ended);
    });
    const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
    socket.write(`${head(1000)}some`);
    await hasBegun;
    socket.destroy();
    await isEnded;
  });
});
