// The only network call of this floor: opaque bytes to a gateway and back (design.md §3, network.md §6.1). Tells the
// gateway's own failures from what the guard node said; decides nothing about nodes.
import { base64ToBytes, bytesToUtf8 } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import { MAX_NODE_LIST_BYTES, MAX_ONION_REPLY_BYTES, MAX_ONION_REQUEST_BYTES } from '../wire/index.ts';
import { withDeadline } from './deadline.ts';
import { OnionError } from './errors.ts';

const MAX_INFO_BYTES = 64 * 1024;
const MAX_ERROR_CODE_LENGTH = 64;
const MAX_RETRY_AFTER_MS = 60_000;

export interface TransportOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Bytes of the answer that have come so far. */
  readonly onReceived?: (bytes: number) => void;
}

export interface GatewayTransport {
  /** Origins this build may use, the page's own first. */
  readonly gateways: readonly string[];
  /** The origin in use. */
  readonly current: () => string;
  /** Uses another of `gateways` from the next call on. */
  select(origin: string): void;
  /**
   * Has the body carried to `/onion_req/v2` of a guard node.
   * @returns status and body as the guard node gave them
   * @throws OnionError `guard-unreachable` on the gateway's word; `gateway-unreachable`, `gateway-refused`,
   *   `gateway-busy` (`details.gatewayCode`); `path-timeout`; `response-unreadable` for a reply cut short;
   *   `onion-too-large`
   */
  postOnion(
    guardEd25519Hex: string,
    body: Uint8Array,
    options: TransportOptions
  ): Promise<{ status: number; body: Uint8Array }>;
  /**
   * The gateway's claim of a node list, with its signature (64 bytes) if it gave one.
   * @throws OnionError `gateway-*`
   */
  fetchNodes(options: TransportOptions): Promise<{ body: Uint8Array; signature: Uint8Array | null }>;
  /**
   * Which network the gateway says it serves; null when it says nothing understandable.
   * @throws OnionError `gateway-*`
   */
  fetchInfo(options: TransportOptions): Promise<{ networkId: string | null }>;
}

export interface TransportDependencies {
  readonly fetch: typeof globalThis.fetch;
  /** Origins (`https://host[:port]`), the page's own first; at least one. */
  readonly gateways: readonly string[];
  readonly clock: Clock;
}

export function createGatewayTransport(dependencies: TransportDependencies): GatewayTransport {
  const { fetch, gateways, clock } = dependencies;
  let current = gateways[0] ?? '';

  /** @param reading reads the answer within the same deadline */
  async function call<T>(
    path: string,
    init: RequestInit,
    options: TransportOptions,
    onDeadline: () => OnionError,
    reading: (response: Response) => Promise<T>
  ): Promise<T> {
    return withDeadline(clock, options, onDeadline, async (signal) => {
      let response: Response;
      try {
        response = await fetch(`${current}${path}`, {
          ...init,
          signal,
          credentials: 'omit',
          redirect: 'error',
          referrerPolicy: 'no-referrer'
        });
      } catch (cause) {
        signal.throwIfAborted();
        throw new OnionError('gateway-unreachable', { retry: 'later', cause });
      }
      const gatewayCode = response.headers.get('x-gateway-error');
      if (gatewayCode !== null) {
        void response.body?.cancel().catch(() => {});
        throw gatewayError(gatewayCode.slice(0, MAX_ERROR_CODE_LENGTH), response);
      }
      return reading(response);
    });
  }

  function get<T>(path: string, options: TransportOptions, maxBytes: number, read: Reader<T>): Promise<T> {
    const onDeadline = () => new OnionError('gateway-unreachable', { retry: 'later' });
    return call(path, { method: 'GET', cache: 'no-cache' }, options, onDeadline, async (response) => {
      // A static host without a gateway answers its start page, or 404.
      if (response.status !== 200 || mediaType(response) !== 'application/json') {
        void response.body?.cancel().catch(() => {});
        throw new OnionError('gateway-unreachable', { retry: 'later', details: { status: response.status } });
      }
      return read(await readBody(response, maxBytes, 'gateway-unreachable'), response);
    });
  }

  return {
    gateways,
    current: () => current,
    select(origin) {
      if (gateways.includes(origin)) current = origin;
    },
    async postOnion(guardEd25519Hex, body, options) {
      if (body.length > MAX_ONION_REQUEST_BYTES) throw new OnionError('onion-too-large');
      return call(
        `/gateway/v1/onion/${guardEd25519Hex}`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: body as Uint8Array<ArrayBuffer>,
          cache: 'no-store'
        },
        options,
        () => new OnionError('path-timeout', { retry: 'other-path' }),
        async (response) => {
          // The gateway gives every answer of a guard this type; another one comes from something in between.
          if (mediaType(response) !== 'application/octet-stream') {
            void response.body?.cancel().catch(() => {});
            throw new OnionError('gateway-unreachable', {
              retry: 'later',
              details: { status: response.status }
            });
          }
          const reply = await readBody(
            response,
            MAX_ONION_REPLY_BYTES,
            'response-unreadable',
            options.onReceived
          );
          return { status: response.status, body: reply };
        }
      );
    },
    fetchNodes: (options) =>
      get('/gateway/v1/nodes', options, MAX_NODE_LIST_BYTES, (body, response) => ({
        body,
        signature: decodeSignature(response.headers.get('x-network-signature'))
      })),
    fetchInfo: (options) =>
      get('/gateway/v1/info', options, MAX_INFO_BYTES, (body) => ({ networkId: networkIdOf(body) }))
  };
}

type Reader<T> = (body: Uint8Array, response: Response) => T;

const GUARD_FAULTS: readonly string[] = ['guard-unreachable', 'guard-timeout'];
const BUSY: readonly string[] = ['rate-limited', 'guard-busy', 'gateway-busy'];

function gatewayError(gatewayCode: string, response: Response): OnionError {
  const details = { gatewayCode, status: response.status };
  if (GUARD_FAULTS.includes(gatewayCode)) {
    return new OnionError('guard-unreachable', { retry: 'other-path', details });
  }
  if (BUSY.includes(gatewayCode) || response.status === 429) {
    const seconds = Number(response.headers.get('retry-after'));
    const retryAfterMs =
      Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : 1000;
    return new OnionError('gateway-busy', { retry: 'later', details: { ...details, retryAfterMs } });
  }
  return new OnionError('gateway-refused', { retry: 'later', details });
}

function mediaType(response: Response): string {
  return (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The body, if it is complete and within `maxBytes`; otherwise the error named. */
async function readBody(
  response: Response,
  maxBytes: number,
  code: 'gateway-unreachable' | 'response-unreadable',
  onReceived?: TransportOptions['onReceived']
): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > maxBytes)
        throw new OnionError(code, { retry: 'other-path', details: { limit: maxBytes } });
      chunks.push(value);
      onReceived?.(length);
    }
  } catch (cause) {
    void reader.cancel().catch(() => {});
    if (cause instanceof OnionError) throw cause;
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new OnionError(code, { retry: 'other-path', cause });
  }
  return joinChunks(chunks, length);
}

function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

function decodeSignature(text: string | null): Uint8Array | null {
  if (text === null || text.length > 88) return null;
  try {
    const signature = base64ToBytes(text);
    return signature.length === 64 ? signature : null;
  } catch {
    return null;
  }
}

function networkIdOf(body: Uint8Array): string | null {
  try {
    const info: unknown = JSON.parse(bytesToUtf8(body));
    if (typeof info !== 'object' || info === null || !('network' in info)) return null;
    return typeof info.network === 'string' ? info.network : null;
  } catch {
    return null;
  }
}
