// One question to one seed: its list of active service nodes (network.md §1.2). A seed signs its own certificate,
// so it is recognised by its public key, and told nothing before it was.
import { createHash, type KeyObject } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Seed } from '../src/lib/networks.ts';
import { MAX_NODE_LIST_BYTES, decodeSeedReply } from '../src/lib/wire/index.ts';
import { SeedError } from './errors.ts';
import type { NodeList } from './node-source.ts';

const TIMEOUT_MS = 15_000;

const QUESTION = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'get_n_service_nodes',
  params: {
    active_only: true,
    // `swarm` is `swarm_id` as text: as a number it exceeds what JSON carries exactly.
    fields: {
      public_ip: true,
      storage_port: true,
      pubkey_x25519: true,
      pubkey_ed25519: true,
      requested_unlock_height: true,
      height: true,
      swarm: true
    }
  }
});

/** An open connection to a seed that has shown the key we know; plain when the seed has none. */
function openConnection(url: URL, seed: Seed, signal: AbortSignal): Promise<Socket> {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return new Promise((resolve, reject) => {
    const fail = (code: 'seed-unreachable' | 'seed-pin-mismatch', cause?: unknown) => {
      socket.destroy();
      reject(new SeedError(code, { cause, retry: 'later' }));
    };
    const isTls = url.protocol === 'https:';
    // With a certificate of its own making, Node would skip checkServerIdentity: the key is compared by hand.
    const tls = isTls
      ? connectTls({
          host: url.hostname,
          port,
          servername: isIP(url.hostname) ? '' : url.hostname,
          rejectUnauthorized: false
        })
      : null;
    const socket = tls ?? connectTcp({ host: url.hostname, port });
    socket.once('error', (error) => fail('seed-unreachable', error));
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      if (tls && publicKeyHash(tls.getPeerX509Certificate()) !== seed.publicKeySha256Base64) {
        return fail('seed-pin-mismatch');
      }
      resolve(socket);
    });
    signal.addEventListener('abort', () => fail('seed-unreachable', signal.reason), { once: true });
  });
}

/** base64 of the SHA-256 of a certificate's public key, DER. */
function publicKeyHash(certificate: { publicKey: KeyObject } | undefined): string | null {
  if (!certificate) return null;
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

function ask(url: URL, socket: Socket, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (code: 'seed-unreachable' | 'seed-refused' | 'seed-malformed', cause?: unknown) => {
      socket.destroy();
      reject(new SeedError(code, { cause, retry: 'later' }));
    };
    const question = httpRequest({
      createConnection: () => socket,
      host: url.hostname,
      method: 'POST',
      path: url.pathname,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(QUESTION) },
      signal
    });
    question.on('error', (error) => fail('seed-unreachable', error));
    question.on('response', (answer: IncomingMessage) => {
      if (answer.statusCode !== 200) return fail('seed-refused');
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_NODE_LIST_BYTES) fail('seed-malformed');
        else chunks.push(chunk);
      });
      answer.on('error', (error) => fail('seed-unreachable', error));
      answer.on('end', () => {
        socket.destroy();
        resolve(Buffer.concat(chunks));
      });
    });
    question.end(QUESTION);
  });
}

function readList(body: Buffer, nowMs: number): NodeList {
  try {
    return { ...decodeSeedReply(body), fetchedAtMs: nowMs };
  } catch (error) {
    throw new SeedError('seed-malformed', { cause: error, retry: 'later' });
  }
}

/**
 * The list of one seed.
 * @param nowMs becomes the time of the list
 * @throws SeedError `seed-unreachable`, `seed-pin-mismatch`, `seed-refused` (not status 200), `seed-malformed`
 *   (also when longer than 8 MiB)
 */
export async function fetchSeedList(
  seed: Seed,
  nowMs: number,
  options: { signal?: AbortSignal; timeoutMs?: number } = {}
): Promise<NodeList> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const url = new URL(seed.url);
  const socket = await openConnection(url, seed, signal);
  return readList(await ask(url, socket, signal), nowMs);
}
