// Who may call: the name a request came to (DNS rebinding) and the page it came from (CORS).
import type { Reply } from './reply.ts';
import { API_HEADERS, failure } from './reply.ts';

/** Names a browser resolves to its own machine, whatever a name server says. */
const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** The name in a `Host` header, without its port, lower case; null when it is none. */
export function hostName(host: string | undefined): string | null {
  if (host === undefined || !/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.test(host)) return null;
  return host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
}

/**
 * A check for `Host`: known are loopback names and `allowed`. Ports do not matter: a page that rebinds its name
 * to us still sends that name.
 * @param allowed host names, without port
 */
export function createHostCheck(allowed: readonly string[]): (host: string | undefined) => boolean {
  const known = new Set([...LOOPBACK_NAMES, ...allowed.map((name) => name.toLowerCase())]);
  return (host) => {
    const name = hostName(host);
    return name !== null && known.has(name);
  };
}

/** Same origin (or no page at all), a page we were told to serve, or a foreign one. */
export type Caller = 'own' | 'allowed' | 'foreign';

/**
 * Where a request came from. Behind a proxy that ends TLS we do not know our own scheme, so an origin is own when
 * its host is the one the request came to.
 */
export function callerOf(
  origin: string | undefined,
  host: string | undefined,
  allowOrigins: ReadonlySet<string>
): Caller {
  if (origin === undefined) return 'own';
  if (allowOrigins.has(origin)) return 'allowed';
  if (!URL.canParse(origin)) return 'foreign';
  return new URL(origin).host === host?.toLowerCase() ? 'own' : 'foreign';
}

/** Headers that let an allowed page read an answer. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'etag, retry-after, x-gateway-error, x-network-signature',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'origin'
  };
}

/** How long a browser may remember a preflight, in seconds. */
const PREFLIGHT_MAX_AGE = '600';

/** Answer to `OPTIONS`: yes for allowed pages only. */
export function preflight(caller: Caller, origin: string | undefined): Reply {
  if (caller === 'foreign') return failure('origin-refused');
  if (caller === 'own' || origin === undefined)
    return failure('method-refused', { allow: 'GET, HEAD, POST' });
  return {
    status: 204,
    headers: {
      ...API_HEADERS,
      ...corsHeaders(origin),
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': PREFLIGHT_MAX_AGE
    },
    body: null
  };
}
