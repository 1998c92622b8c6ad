// Routes (design.md §3). Each decision is a function from the head of a request to a reply; only the onion route
// touches bodies, and leaves them to relay.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../src/lib/clock.ts';
import type { NetworkDescriptor } from '../src/lib/networks.ts';
import { callerOf, corsHeaders, preflight } from './callers.ts';
import { clientKey } from './client-address.ts';
import type { GuardAddress } from './guard-address.ts';
import type { GuardLookup } from './guard-directory.ts';
import type { InFlight } from './in-flight.ts';
import type { GatewayLimits } from './limits.ts';
import { chooseEncoding, entityTag, isUnchanged } from './negotiation.ts';
import type { NodeSource } from './node-source.ts';
import type { NodesDocument } from './nodes-document.ts';
import type { Relay } from './relay.ts';
import { API_HEADERS, drain, failure, jsonReply, sendReply, type Reply } from './reply.ts';
import type { StaticSite } from './static-site.ts';
import type { TokenBuckets } from './token-buckets.ts';

export const GATEWAY_VERSION = 1;

export interface HandlerDependencies {
  readonly network: NetworkDescriptor;
  readonly nodeSource: NodeSource;
  readonly nodesDocument: () => Promise<NodesDocument>;
  readonly findGuard: (ed25519PublicKeyHex: string) => GuardLookup;
  readonly relay: Relay;
  readonly site: StaticSite;
  readonly isKnownHost: (host: string | undefined) => boolean;
  readonly allowOrigins: ReadonlySet<string>;
  readonly trustedProxies: number;
  readonly limits: GatewayLimits;
  readonly requests: TokenBuckets;
  readonly bytes: TokenBuckets;
  readonly inFlight: InFlight;
  /** The same requests by address. */
  readonly inFlightOfAddress: InFlight;
  readonly clock: Clock;
}

const ONION_ROUTE = /^\/gateway\/v1\/onion\/([^/]*)$/;

/** What a guard's full queue or ours asks of a client, milliseconds. */
const BUSY_RETRY_MS = 2_000;

/** `Infinity` is no JSON. */
const finite = (value: number) => (Number.isFinite(value) ? value : null);

function infoReply({ network, limits }: HandlerDependencies): Reply {
  return jsonReply({
    network: network.id,
    gateway_version: GATEWAY_VERSION,
    limits: {
      requests_per_second: finite(limits.requestsPerSecond),
      burst: finite(limits.burst),
      bytes_per_minute: finite(limits.bytesPerMinute),
      in_flight_per_guard: finite(limits.inFlightPerGuard),
      min_body_bytes: limits.minBodyBytes,
      max_body_bytes: limits.maxBodyBytes,
      max_reply_bytes: limits.maxReplyBytes,
      timeout_ms: limits.relayTimeoutMs
    }
  });
}

function healthReply({ nodeSource, clock }: HandlerDependencies): Reply {
  return jsonReply({ node_list_age_ms: Math.max(0, clock.now() - nodeSource.current().fetchedAtMs) });
}

async function nodesReply(dependencies: HandlerDependencies, request: IncomingMessage): Promise<Reply> {
  const document = await dependencies.nodesDocument();
  const encoding = chooseEncoding(request.headers['accept-encoding'] as string | undefined, ['br', 'gzip']);
  const headers: Record<string, string> = {
    ...API_HEADERS,
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    etag: entityTag(document.tag, encoding),
    vary: 'accept-encoding'
  };
  if (document.signature !== null) headers['x-network-signature'] = document.signature;
  if (isUnchanged(request.headers['if-none-match'], document.tag))
    return { status: 304, headers, body: null };
  if (encoding !== 'identity') headers['content-encoding'] = encoding;
  return { status: 200, headers, body: document.bodies[encoding] };
}

/** The guard and body length of an onion request whose head is in order, or what is wrong with it. */
export function checkOnionHead(
  head: { key: string; contentType: string | undefined; contentLength: string | undefined },
  limits: GatewayLimits,
  findGuard: HandlerDependencies['findGuard']
): { guard: GuardAddress; bodyBytes: number } | Reply {
  if (!/^[0-9a-f]{64}$/.test(head.key)) return failure('malformed-guard');
  // A type that no form can send, so that a foreign page needs a preflight.
  if (head.contentType?.trim().toLowerCase() !== 'application/octet-stream') {
    return failure('content-type-refused');
  }
  if (head.contentLength === undefined) return failure('length-required');
  const bodyBytes = Number(head.contentLength);
  if (bodyBytes < limits.minBodyBytes) return failure('body-too-small');
  if (bodyBytes > limits.maxBodyBytes) return failure('body-too-large');
  const guard = findGuard(head.key);
  return typeof guard === 'string' ? failure(guard) : { guard, bodyBytes };
}

async function onion(
  dependencies: HandlerDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  context: { key: string; client: string; headers: Record<string, string> }
): Promise<Reply | null> {
  if (request.method !== 'POST') return failure('method-refused', { allow: 'POST' });
  const { limits, bytes, inFlight, relay, findGuard } = dependencies;
  const { 'content-type': contentType, 'content-length': contentLength } = request.headers;
  const checked = checkOnionHead({ key: context.key, contentType, contentLength }, limits, findGuard);
  if ('status' in checked) return checked;
  const waitMs = bytes.waitMs(context.client);
  if (waitMs > 0) return failure('rate-limited', { retryAfterMs: waitMs });
  const own = dependencies.inFlightOfAddress.enter(context.client);
  if (typeof own === 'string') return failure('rate-limited', { retryAfterMs: BUSY_RETRY_MS });
  const place = inFlight.enter(context.key);
  if (typeof place === 'string') {
    own.release();
    return failure(place, { retryAfterMs: BUSY_RETRY_MS });
  }
  try {
    bytes.spend(context.client, checked.bodyBytes);
    const result = await relay.carry(request, response, checked.guard, checked.bodyBytes, context.headers);
    bytes.spend(context.client, result.replyBytes);
  } finally {
    place.release();
    own.release();
  }
  return null;
}

async function api(
  dependencies: HandlerDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  path: string
): Promise<Reply | null> {
  const { origin, host } = request.headers;
  const caller = callerOf(origin, host, dependencies.allowOrigins);
  if (request.method === 'OPTIONS') return preflight(caller, origin);
  if (caller === 'foreign') return failure('origin-refused');
  const headers = caller === 'allowed' && origin !== undefined ? corsHeaders(origin) : {};

  const answer = async () => {
    const forwarded = request.headers['x-forwarded-for'] as string | undefined;
    const client = clientKey(request.socket.remoteAddress, forwarded, dependencies.trustedProxies);
    const waitMs = dependencies.requests.waitMs(client);
    if (waitMs > 0) return failure('rate-limited', { retryAfterMs: waitMs });
    dependencies.requests.spend(client, 1);

    const key = ONION_ROUTE.exec(path)?.[1];
    if (key !== undefined) return onion(dependencies, request, response, { key, client, headers });
    if (!['/gateway/v1/info', '/gateway/v1/nodes', '/gateway/v1/health'].includes(path)) {
      return failure('not-found');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return failure('method-refused', { allow: 'GET, HEAD' });
    }
    if (path === '/gateway/v1/info') return infoReply(dependencies);
    return path === '/gateway/v1/health' ? healthReply(dependencies) : nodesReply(dependencies, request);
  };
  const reply = await answer();
  return reply && { ...reply, headers: merge(reply.headers, headers) };
}

/** `vary` adds up; of everything else the later wins. */
function merge(first: Reply['headers'], second: Reply['headers']): Record<string, string> {
  const vary = [first.vary, second.vary].filter((value) => value !== undefined).join(', ');
  return { ...first, ...second, ...(vary === '' ? {} : { vary }) };
}

/** The whole gateway as a function of a request. */
export function createHandler(dependencies: HandlerDependencies) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = await decide(request, response);
    if (!reply) return;
    sendReply(response, reply, request.method === 'HEAD');
    drain(request);
  };

  async function decide(request: IncomingMessage, response: ServerResponse): Promise<Reply | null> {
    if (!dependencies.isKnownHost(request.headers.host)) return failure('host-refused');
    const path = (request.url ?? '/').split('?', 1)[0] as string;
    if (path.startsWith('/gateway/')) return api(dependencies, request, response, path);
    return dependencies.site({
      method: request.method ?? 'GET',
      path,
      acceptEncoding: request.headers['accept-encoding'] as string | undefined,
      ifNoneMatch: request.headers['if-none-match']
    });
  }
}
