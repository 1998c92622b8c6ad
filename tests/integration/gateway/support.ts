// Guards and seeds that behave as a test wants, behind real TLS, and a client that is no browser.
import { request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createGateway, type Gateway, type GatewayOptions, type NodeList } from '../../../gateway/index.ts';
import { MAINNET, type NetworkDescriptor } from '../../../src/lib/networks.ts';
import type { ServiceNode } from '../../../src/lib/wire/index.ts';
import type { Certificate } from './certificate.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface TlsServer {
  readonly port: number;
  /** Connections that were opened so far. */
  readonly connections: () => number;
  /** Ends every connection that is open now, as a guard does with idle ones. */
  dropConnections(): void;
  close(): Promise<void>;
}

export async function createTlsServer(certificate: Certificate, listener: Listener): Promise<TlsServer> {
  const server = createHttpsServer(certificate, listener);
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('secureConnection', (socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    dropConnections,
    close: () =>
      new Promise((resolve) => {
        dropConnections();
        server.close(() => resolve());
      })
  };
}

export const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** A descriptor of a local network with nothing in it, for tests that bring their own nodes. */
export const LOCAL: NetworkDescriptor = {
  ...MAINNET,
  id: 'ab'.repeat(32),
  kind: 'local',
  seeds: [],
  anchors: []
};

export function guardKey(index: number): string {
  return index.toString(16).padStart(64, '0');
}

export function serviceNode(index: number, ip: string, port: number): ServiceNode {
  return {
    ed25519PublicKeyHex: guardKey(index),
    x25519PublicKeyHex: (index + 0x1000).toString(16).padStart(64, '0'),
    ip,
    port,
    swarmIdHex: '1000'
  };
}

export async function startGateway(
  nodes: readonly ServiceNode[],
  options: Partial<GatewayOptions> = {}
): Promise<Gateway> {
  const list: NodeList = { height: 7, fetchedAtMs: Date.now(), nodes };
  const gateway = await createGateway({ network: LOCAL, nodeSource: { current: () => list }, ...options });
  await gateway.listen();
  return gateway;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
  /** Path as it goes on the wire, unchanged. */
  readonly path: string;
}

/** One request with exactly these headers (and a `Host`, unless given). */
export function call(
  origin: string,
  { method = 'GET', headers = {}, body, path }: CallOptions
): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request({ host: hostname, port, method, path, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      readBody(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
        reject
      );
    });
    sent.end(body);
  });
}

/** An onion post to guard `index`. */
export function postOnion(
  origin: string,
  body: Uint8Array,
  options: { guard?: string; headers?: Record<string, string> } = {}
): Promise<Answer> {
  return call(origin, {
    method: 'POST',
    path: `/gateway/v1/onion/${options.guard ?? guardKey(1)}`,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(body.length),
      ...options.headers
    },
    body
  });
}
