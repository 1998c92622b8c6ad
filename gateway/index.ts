// The gateway: static site and blind relay in one server (design.md §3). It keeps nothing and logs no request.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../src/lib/clock.ts';
import { errorCode } from '../src/lib/errors.ts';
import { silentLog, type Log } from '../src/lib/log.ts';
import type { NetworkDescriptor } from '../src/lib/networks.ts';
import { createHostCheck, hostName } from './callers.ts';
import { clientKey } from './client-address.ts';
import { GatewayStartError } from './errors.ts';
import { createGuardDirectory } from './guard-directory.ts';
import { createHandler } from './handler.ts';
import { createInFlight } from './in-flight.ts';
import { DEFAULT_LIMITS, LOCAL_LIMITS, type GatewayLimits } from './limits.ts';
import type { NodeSource } from './node-source.ts';
import { createNodesDocument, type SignList } from './nodes-document.ts';
import { createRelay } from './relay.ts';
import { API_HEADERS, rawReply, sendReply } from './reply.ts';
import { createStaticSite, type VirtualFile } from './static-site.ts';
import { createTokenBuckets } from './token-buckets.ts';

export { GatewayStartError, SeedError, type GatewayErrorCode } from './errors.ts';
export { DEFAULT_LIMITS, LOCAL_LIMITS, type GatewayLimits } from './limits.ts';
export type { NodeList, NodeSource } from './node-source.ts';
export type { VirtualFile } from './static-site.ts';

export interface GatewayOptions {
  readonly network: NetworkDescriptor;
  readonly nodeSource: NodeSource;
  /** The finished build; without it only `/gateway/` and the virtual files are served. */
  readonly staticDirectory?: string | null;
  /** Files that exist only here, by path. */
  readonly virtualFiles?: Readonly<Record<string, VirtualFile>>;
  /** Signs the body of the node list, on a local network. */
  readonly signList?: SignList;
  /** Origins of pages served elsewhere that may use this gateway. */
  readonly allowOrigins?: readonly string[];
  /** Names this gateway is reached by, besides loopback and `host`. */
  readonly allowHosts?: readonly string[];
  /** How many proxies of our own stand in front (each adds to `X-Forwarded-For`). */
  readonly trustProxy?: number;
  readonly limits?: Partial<GatewayLimits>;
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface Gateway {
  /** Where it is reached; valid once it listens. */
  readonly origin: string;
  /** @throws GatewayStartError `address-in-use`, `address-not-permitted` */
  listen(): Promise<void>;
  /** Lets requests under way finish for a moment, then ends everything. */
  close(): Promise<void>;
}

/** How long requests under way may go on when the gateway stops. */
const CLOSE_GRACE_MS = 3_000;
/** An idle connection of a browser; longer than its slowest polling would cost memory for nothing. */
const KEEP_ALIVE_MS = 20_000;
const MAX_CONNECTIONS = 4_096;

/** @throws GatewayStartError `build-missing` */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { network, nodeSource, host = '127.0.0.1', port = 0, clock = systemClock, log = silentLog } = options;
  const isLocal = network.kind === 'local';
  const limits = { ...(isLocal ? LOCAL_LIMITS : DEFAULT_LIMITS), ...options.limits };
  const relay = createRelay(limits);
  const ownName = hostName(host.includes(':') ? `[${host}]` : host);
  const handle = createHandler({
    network,
    nodeSource,
    nodesDocument: createNodesDocument(network.id, nodeSource, options.signList),
    findGuard: createGuardDirectory(nodeSource, isLocal),
    relay,
    site: await createStaticSite(options.staticDirectory ?? null, options.virtualFiles),
    isKnownHost: createHostCheck([...(ownName ? [ownName] : []), ...(options.allowHosts ?? [])]),
    allowOrigins: new Set(options.allowOrigins),
    trustedProxies: options.trustProxy ?? 0,
    limits,
    requests: createTokenBuckets({ perSecond: limits.requestsPerSecond, burst: limits.burst, clock }),
    bytes: createTokenBuckets({ perSecond: limits.bytesPerMinute / 60, burst: limits.bytesPerMinute, clock }),
    inFlight: createInFlight(limits.inFlightPerGuard, limits.inFlight),
    inFlightOfAddress: createInFlight(limits.inFlightPerAddress, Infinity),
    clock
  });

  const server = createServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.relayTimeoutMs + limits.headersTimeoutMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Ours says which host it wants, with its own mark.
    requireHostHeader: false
  });
  server.maxConnections = MAX_CONNECTIONS;
  // Behind a proxy all connections come from its address.
  if ((options.trustProxy ?? 0) === 0) boundConnections(server, limits.connectionsPerAddress);
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A bug of ours: the code says where, the request says nothing.
      log.error('gateway.request-failed', { code: errorCode(error) });
      response.destroy();
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
    if (socket.writable) socket.end(rawReply(status));
  });
  // Else Node answers by itself, without our headers.
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    sendReply(response, { status: 417, headers: API_HEADERS, body: null }, false);
  });

  return {
    get origin() {
      const address = server.address() as AddressInfo | null;
      return `http://${host.includes(':') ? `[${host}]` : host}:${address?.port ?? port}`;
    },
    listen: () => listen(server, host, port),
    close: () => close(server, relay.close)
  };
}

/** Those beyond the bound are closed unheard, so that nobody alone can take all places. */
function boundConnections(server: Server, perAddress: number): void {
  const open = createInFlight(perAddress, Infinity);
  server.on('connection', (socket) => {
    const place = open.enter(clientKey(socket.remoteAddress, undefined, 0));
    if (typeof place === 'string') socket.destroy();
    else socket.once('close', () => place.release());
  });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'EADDRINUSE' ? 'address-in-use' : 'address-not-permitted';
      reject(new GatewayStartError(code, { cause: error, details: { host, port, reason: error.code } }));
    });
    server.listen(port, host, resolve);
  });
}

async function close(server: Server, closeRelay: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
  closeRelay();
}
