// Many bad clients at once: they are bounded, and others are served meanwhile (design.md §3).
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Gateway } from '../../../gateway/index.ts';
import { createCertificate } from './certificate.ts';
import {
  createTlsServer,
  guardKey,
  postOnion,
  serviceNode,
  startGateway,
  type TlsServer
} from './support.ts';

const SLOW_SENDERS = 80;
const certificate = createCertificate();
let guard: TlsServer;
let gateway: Gateway;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close();
  await guard.close();
});

/** Begins a body and does not go on. @param onAnswer told the first line of what comes back */
function sendSlowly(address: string, onAnswer: (line: string) => void): void {
  const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.once('data', (chunk) => onAnswer(chunk.toString().split('\r\n', 1)[0]!));
  socket.write(
    `POST /gateway/v1/onion/${guardKey(1)} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${address}\r\n` +
      'Content-Type: application/octet-stream\r\nContent-Length: 100000\r\n\r\nx'
  );
}

it('one address that sends slowly keeps nobody else from a guard', async () => {
  guard = await createTlsServer(certificate, (request, response) => {
    request.resume().on('end', () => response.end('yes'));
  });
  const nodes = [serviceNode(1, '127.0.0.1', guard.port)];
  // On a local network these are off, and on a real one this guard's address would be refused.
  const limits = { inFlightPerAddress: 48, inFlightPerGuard: 64, inFlight: 1_024 };
  gateway = await startGateway(nodes, { limits, trustProxy: 1 });
  const refused: string[] = [];
  for (let sender = 0; sender < SLOW_SENDERS; sender++)
    sendSlowly('198.51.100.1', (line) => refused.push(line));
  await expect.poll(() => refused.length, { timeout: 15_000 }).toBe(SLOW_SENDERS - limits.inFlightPerAddress);
  expect(refused.every((line) => line.includes(' 429 '))).toBe(true);
  const other = await postOnion(gateway.origin, Buffer.alloc(50), {
    headers: { 'x-forwarded-for': '198.51.100.2' }
  });
  expect([other.status, other.body.toString()]).toEqual([200, 'yes']);
  expect(refused).toHaveLength(SLOW_SENDERS - limits.inFlightPerAddress);
  // Its places are free again once it is gone.
  for (const socket of sockets.splice(0)) socket.destroy();
  await expect
    .poll(async () => {
      const headers = { 'x-forwarded-for': '198.51.100.1' };
      return (await postOnion(gateway.origin, Buffer.alloc(50), { headers })).status;
    })
    .toBe(200);
});

/** Opens a connection and says nothing. Resolves when it is refused, or answered after a request. */
function openConnection(): { readonly socket: Socket; readonly closed: Promise<'closed'> } {
  const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve('closed'))) };
}

const asks = (socket: Socket) =>
  new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString().split('\r\n', 1)[0]!));
    socket.write('GET /gateway/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });

it('one address that opens connections gets so many and no more, and places come free again', async () => {
  guard = await createTlsServer(certificate, (_, response) => response.end('yes'));
  const nodes = [serviceNode(1, '127.0.0.1', guard.port)];
  gateway = await startGateway(nodes, { limits: { connectionsPerAddress: 3 } });
  const idle = [openConnection(), openConnection(), openConnection()];
  for (const { socket } of idle) expect(await asks(socket)).toBe('HTTP/1.1 200 OK');
  expect(await openConnection().closed).toBe('closed');
  idle[0]!.socket.destroy();
  await idle[0]!.closed;
  await expect
    .poll(() => {
      const { socket, closed } = openConnection();
      return Promise.race([asks(socket), closed]);
    })
    .toBe('HTTP/1.1 200 OK');
});
