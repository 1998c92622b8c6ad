// What a storage server shows to the world over HTTPS (network.md §6). No CORS: a browser needs the gateway.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { bytesToBase64, hexToBytes, utf8ToBytes } from '../../src/lib/bytes/index.ts';
import { MAX_ONION_REQUEST_BYTES } from '../../src/lib/wire/index.ts';
import { RpcRefusal } from '../rpc/reply.ts';
import { STORAGE_SERVER_VERSION } from '../service-node-states.ts';
import type { HopReply } from './peers.ts';

export interface SurfaceReply {
  readonly status: number;
  readonly contentType: 'application/json' | 'text/plain' | 'application/octet-stream';
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What stands behind the surface. */
export interface SurfaceHandlers {
  readonly ed25519PublicKeyHex: string;
  /** This node's clock, for `Date`. */
  now(): number;
  /** Whether this client may make another RPC call now. */
  mayCall(client: string): boolean;
  /** A reason when the node is not synchronised. */
  notReady(): string | null;
  rpc(body: Uint8Array): Promise<SurfaceReply>;
  onion(body: Uint8Array): Promise<HopReply>;
}

const VERSION = STORAGE_SERVER_VERSION.join('.');
const SERVER = `Oxen Storage Server/${VERSION}`;

function text(status: number, body: string): SurfaceReply {
  return { status, contentType: 'text/plain', body };
}

/** @throws RpcRefusal 413 over 10 MiB; the rest of such a body is not read */
function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const refuse = () => reject(new RpcRefusal({ status: 413, body: 'Request body too large' }));
    if (Number(request.headers['content-length'] ?? 0) > MAX_ONION_REQUEST_BYTES) return refuse();
    request.on('data', (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size <= MAX_ONION_REQUEST_BYTES) return;
      request.pause();
      refuse();
    });
    request.on('end', () => resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client went away'));
    });
  });
}

async function rpc(request: IncomingMessage, handlers: SurfaceHandlers): Promise<SurfaceReply> {
  if (!handlers.mayCall(request.socket.remoteAddress ?? '')) return text(429, 'Too Many Requests\n');
  const reason = handlers.notReady();
  if (reason !== null) return text(503, `Service node is not ready: ${reason}\n`);
  return handlers.rpc(await bodyOf(request));
}

async function route(request: IncomingMessage, handlers: SurfaceHandlers): Promise<SurfaceReply> {
  const method = request.method ?? 'GET';
  const path = (request.url ?? '/').split('?', 1)[0] as string;
  if (request.headers['x-loki-long-poll'] !== undefined) return text(410, 'long polling not supported');
  switch (`${method} ${path}`) {
    case 'POST /storage_rpc/v1':
      return rpc(request, handlers);
    case 'POST /onion_req/v2': {
      const reply = await handlers.onion(await bodyOf(request));
      return { ...reply, contentType: 'text/plain' };
    }
    case 'POST /ping_test/v1': {
      const key = bytesToBase64(hexToBytes(handlers.ed25519PublicKeyHex));
      return { ...text(200, ''), headers: { 'X-Oxen-Snode-Pubkey': key } };
    }
    case 'GET /get_stats/v1':
      return { status: 200, contentType: 'application/json', body: JSON.stringify({ version: VERSION }) };
    default:
      return text(404, `${method.toLowerCase()} ${path} Not Found`);
  }
}

function send(response: ServerResponse, reply: SurfaceReply, nowMs: number): void {
  const body = typeof reply.body === 'string' ? utf8ToBytes(reply.body) : reply.body;
  response.sendDate = false;
  // A real node says nothing about connections.
  response.removeHeader('Connection');
  // What is left of a body that is too large is not waited for.
  response.shouldKeepAlive &&= reply.status !== 413;
  response.writeHead(reply.status, {
    Server: SERVER,
    'Content-Type': reply.contentType,
    Date: new Date(nowMs).toUTCString(),
    'Content-Length': body.length,
    ...reply.headers
  });
  response.end(body);
}

/** What Node's parser already refused gets the words of a real node. */
export function refuseUnparsable(error: NodeJS.ErrnoException, socket: Duplex): void {
  const text = error.code === 'HPE_INVALID_CONTENT_LENGTH' ? 'invalid Content-Length' : 'Bad Request';
  if (!socket.writable) return;
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nServer: ${SERVER}\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${text.length}\r\n\r\n${text}`
  );
}

/** Answers one request. A client that went away is not an error. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: SurfaceHandlers
): Promise<void> {
  let reply: SurfaceReply;
  try {
    reply = await route(request, handlers);
  } catch (error) {
    if (!(error instanceof RpcRefusal)) {
      response.destroy();
      return;
    }
    reply = text(error.reply.status, String(error.reply.body));
  }
  send(response, reply, handlers.now());
}
