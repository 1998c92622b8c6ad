// Answers as values: handlers return them, one function writes them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { COMMON_HEADERS } from '../scripts/lib/security-policy.mjs';
import type { GatewayErrorCode } from './errors.ts';

export interface Reply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

/** Headers of every answer of our own, whatever it says: never a document. */
export const API_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON_HEADERS,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'"
};

const encoder = new TextEncoder();

export function jsonReply(value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    headers: { ...API_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: encoder.encode(JSON.stringify(value))
  };
}

/** Status of each failure of the gateway's own. */
const STATUS: Readonly<Record<GatewayErrorCode, number>> = {
  'host-refused': 403,
  'origin-refused': 403,
  'not-found': 404,
  'method-refused': 405,
  'malformed-guard': 400,
  'unknown-guard': 404,
  'address-refused': 403,
  'content-type-refused': 415,
  'length-required': 411,
  'body-too-small': 400,
  'body-too-large': 413,
  'request-timeout': 408,
  'rate-limited': 429,
  'guard-busy': 503,
  'gateway-busy': 503,
  'guard-unreachable': 502,
  'guard-timeout': 504,
  'reply-too-large': 502
};

/**
 * A failure of the gateway's own, marked so that no client takes it for a node's (network.md §2.1).
 * @param retryAfterMs rounded up to whole seconds in `Retry-After`
 */
export function failure(
  code: GatewayErrorCode,
  options: { retryAfterMs?: number; allow?: string } = {}
): Reply {
  const headers: Record<string, string> = {
    ...API_HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-gateway-error': code
  };
  if (options.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(options.retryAfterMs / 1000)));
  }
  if (options.allow) headers.allow = options.allow;
  return { status: STATUS[code], headers, body: encoder.encode(`${code}\n`) };
}

/** Writes a reply, without its body for HEAD. Does nothing when an answer has begun. */
export function sendReply(response: ServerResponse, reply: Reply, headOnly: boolean): void {
  if (response.headersSent || response.destroyed) return;
  const noBody = reply.status === 204 || reply.status === 304;
  const length = noBody ? {} : { 'content-length': String(reply.body?.length ?? 0) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  response.end(headOnly || noBody ? undefined : (reply.body ?? undefined));
}

/** An answer to what is no request, for a connection that ends with it. @param statusLine such as `400 Bad Request` */
export function rawReply(statusLine: string): string {
  const headers = Object.entries(API_HEADERS).map(([name, value]) => `${name}: ${value}`);
  const lines = [`HTTP/1.1 ${statusLine}`, ...headers, 'content-length: 0', 'connection: close'];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** How long what is left of a refused request is read and dropped. */
const MAX_DRAIN_MS = 2_000;

/**
 * Reads what a client still sends after it was answered, for a moment: cut off at once, it would lose the answer;
 * never cut off, it could send for as long as it likes.
 */
export function drain(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), MAX_DRAIN_MS);
  const stop = () => clearTimeout(timer);
  request.once('end', stop);
  request.once('close', stop);
}
