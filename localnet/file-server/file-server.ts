// The file server: v4 onion requests over plain HTTP (network.md §3.4, §3.5).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../src/lib/clock.ts';
import { utf8ToBytes } from '../../src/lib/bytes/index.ts';
import {
  decryptLayer,
  deriveHopKey,
  encryptLayer,
  type CryptoBackend,
  type HopKey
} from '../../src/lib/crypto/index.ts';
import {
  decodeOuterRequest,
  decodeV4Request,
  encodeV4Response,
  MAX_ONION_REQUEST_BYTES,
  type V4Request,
  type V4Response
} from '../../src/lib/wire/index.ts';
import type { Activity } from '../activity.ts';
import type { ServerFaults } from '../faults.ts';
import { closeServer, listen } from '../listening.ts';
import { passServerFaults, readBody } from '../plain-server.ts';
import type { FileStore } from './file-store.ts';
import { answerFileRequest } from './routes.ts';

export interface FileServer {
  readonly store: FileStore;
  listen(port: number): Promise<number>;
  setFaults(faults: ServerFaults): void;
  /** A request without any transport, as Echo makes it. */
  call(request: V4Request): Promise<V4Response>;
  close(): Promise<void>;
}

export interface FileServerDependencies {
  readonly activity: Activity;
  readonly clock: Clock;
  readonly crypto: CryptoBackend;
  readonly store: FileStore;
  /** The server's X25519 keys, 32 bytes each. */
  readonly x25519SecretKey: Uint8Array;
  readonly x25519PublicKey: Uint8Array;
}

const HOST = '127.0.0.1';
const PATH = '/oxen/v4/lsrpc';

/**
 * The payload a hop posted, and the key for the answer (vectors [server_onion_parser]).
 * @returns null when the body is no onion request for this server; it then gets a plain 400
 */
export async function openServerRequest(
  crypto: CryptoBackend,
  keys: { readonly x25519SecretKey: Uint8Array; readonly x25519PublicKey: Uint8Array },
  body: Uint8Array
): Promise<{ key: HopKey; payload: Uint8Array } | null> {
  try {
    const { ciphertext, ephemeralPublicKey, cipher } = decodeOuterRequest(body);
    const key = await deriveHopKey(crypto, {
      ownSecretKey: keys.x25519SecretKey,
      clientPublicKey: ephemeralPublicKey,
      serverPublicKey: keys.x25519PublicKey,
      role: 'server',
      cipher
    });
    return { key, payload: await decryptLayer(crypto, key, ciphertext) };
  } catch {
    return null;
  }
}

function decodeOrNull(payload: Uint8Array): V4Request | null {
  try {
    return decodeV4Request(payload);
  } catch {
    return null;
  }
}

export function createFileServer(dependencies: FileServerDependencies): FileServer {
  const { activity, clock, crypto, store } = dependencies;
  let faults: ServerFaults = {};
  const call = async (request: V4Request) => {
    const answer = answerFileRequest(store, request, clock.now());
    await store.committed();
    return answer;
  };
  const answerPayload = async (payload: Uint8Array): Promise<V4Response> => {
    const request = decodeOrNull(payload);
    if (!request) return { code: 400, headers: {}, body: utf8ToBytes('Invalid v4 onion request') };
    return call(request);
  };
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    if (!(await passServerFaults(request, response, faults, clock))) return;
    if (request.method !== 'POST' || request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    const body = await readBody(request, MAX_ONION_REQUEST_BYTES);
    const opened = body && (await openServerRequest(crypto, dependencies, body));
    if (!opened) {
      response.writeHead(body ? 400 : 413).end();
      return;
    }
    const answer = encodeV4Response(await answerPayload(opened.payload));
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    response.end(await encryptLayer(crypto, opened.key, answer));
  };
  const server = createServer((request, response) => {
    void activity.run(() => handle(request, response)).catch(() => response.destroy());
  });
  return {
    store,
    call,
    listen: (port) => listen(server, HOST, port),
    setFaults(next) {
      faults = next;
    },
    close: () => closeServer(server)
  };
}
