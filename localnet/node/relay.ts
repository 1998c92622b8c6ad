// The last hop as a client of servers (network.md §3.4): one POST, to a server this network knows.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { MAX_ONION_REPLY_BYTES } from '../../src/lib/wire/index.ts';
import type { HopReply } from './peers.ts';

export interface RelayTarget {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  /** Path of the request. */
  readonly target: string;
}

/** Where a server really listens. */
export interface RelayAddress {
  readonly address: string;
  readonly port: number;
}

/** Looks a server up by `protocol://host:port`; null when this network does not relay to it. */
export type RelayTable = (server: Omit<RelayTarget, 'target'>) => RelayAddress | null;

const USER_AGENT = 'Oxen Storage Server/2.8.0';

function textReply(status: number, text: string): HopReply {
  return { status, body: new TextEncoder().encode(text) };
}

/** @throws Error when the server sends more than a hop hands back */
async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_ONION_REPLY_BYTES) throw new Error('reply too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function post(target: RelayTarget, at: RelayAddress, body: Uint8Array, limitMs: number) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = (target.protocol === 'https' ? httpsRequest : httpRequest)({
      method: 'POST',
      host: at.address,
      port: at.port,
      path: target.target,
      ...(target.protocol === 'https' && { servername: target.host, minVersion: 'TLSv1.2' as const }),
      headers: {
        host: `${target.host}:${target.port}`,
        accept: '*/*',
        'content-type': 'application/octet-stream',
        'user-agent': USER_AGENT,
        'content-length': body.length
      },
      signal: AbortSignal.timeout(limitMs)
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });
}

/**
 * Posts a whole decrypted layer to a server.
 * @returns its status and body unchanged; 504 when it takes too long, 502 with a text when it cannot be reached
 */
export async function relayToServer(
  table: RelayTable,
  target: RelayTarget,
  body: Uint8Array,
  limitMs: number
): Promise<HopReply> {
  const at = table(target);
  if (!at) return textReply(502, 'Could not resolve host');
  try {
    const response = await post(target, at, body, limitMs);
    return { status: response.statusCode ?? 502, body: await bodyOf(response) };
  } catch (error) {
    const isTimeout =
      error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
    return isTimeout ? textReply(504, 'Request time out') : textReply(502, 'Could not connect to server');
  }
}
