// Whole onions made by others, peeled by running nodes that hold the keys of the vectors ([onion_full]).
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { base64ToBytes, bytesToHex, bytesToUtf8, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  decryptLayer,
  deriveHopKey,
  type CryptoBackend,
  type HopCipher
} from '../../../src/lib/crypto/index.ts';
import { decodeFrame } from '../../../src/lib/wire/index.ts';
import { localnet, type LocalNode, type Localnet, type OpenedEvent } from '../../../localnet/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { createRawClient, type RawClient } from './support/https.ts';

interface Layer {
  readonly for: string;
  readonly enc_type: HopCipher;
  readonly ephemeral_sk: string;
  readonly ephemeral_pk: string;
  readonly recipient_x25519_pk: string;
  readonly routing_json?: string;
}

interface OnionVector {
  readonly what: string;
  readonly path?: readonly string[];
  readonly destination?: string;
  readonly payload_utf8?: string;
  readonly payload?: string;
  readonly control_json?: string;
  readonly http_body?: string;
  readonly layers_outermost_first?: readonly Layer[];
  readonly body_the_last_hop_posts?: string;
  readonly server?: { readonly host: string; readonly port: number; readonly protocol: string };
  readonly destination_ephemeral_pk?: string;
  readonly destination_ephemeral_sk?: string;
  readonly json_seen_per_hop?: readonly { readonly node?: string; readonly json?: object }[];
}

const vectors = loadVectors<{
  readonly keys: { readonly nodes: readonly { readonly name: string; readonly ed25519_seed: string }[] };
  readonly onion_full: readonly OnionVector[];
}>('network.json');
const requests = vectors.onion_full.filter((vector) => vector.http_body !== undefined);

let crypto: CryptoBackend;
let net: Localnet;
let client: RawClient;
let server: Server;
let posted: Buffer[] = [];
let opened: OpenedEvent[] = [];

beforeAll(async () => {
  crypto = await createCryptoBackend();
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      posted.push(Buffer.concat(parts));
      response.end('from the server');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as { port: number }).port;
  net = await localnet.create({
    nodes: vectors.keys.nodes.length,
    nodeSeeds: vectors.keys.nodes.map((node) => hexToBytes(node.ed25519_seed)),
    echo: false,
    relays: { 'plain.example.org:8080': { address: '127.0.0.1', port } }
  });
  net.onOpened((event) => opened.push(event));
  client = createRawClient();
});

beforeEach(() => {
  posted = [];
  opened = [];
});

afterAll(async () => {
  client.close();
  await net.close();
  server.close();
});

const nodeNamed = (name: string) => net.nodes[Number(name.slice(1))] as LocalNode;
const nameOf = (key: string) => `N${net.nodes.findIndex((node) => node.ed25519PublicKeyHex === key)}`;
const controlOf = (plaintext: Uint8Array) => bytesToUtf8(decodeFrame(plaintext).control);

async function send(vector: OnionVector) {
  const guard = nodeNamed(vector.path?.[0] as string);
  const body = hexToBytes(vector.http_body as string);
  return client.send(guard, { method: 'POST', path: '/onion_req/v2', body });
}

/** The last layer's key, as the client holds it. */
function answerKey(vector: OnionVector) {
  const layer = vector.layers_outermost_first?.at(-1);
  return deriveHopKey(crypto, {
    ownSecretKey: hexToBytes(layer?.ephemeral_sk ?? vector.destination_ephemeral_sk ?? ''),
    clientPublicKey: hexToBytes(layer?.ephemeral_pk ?? vector.destination_ephemeral_pk ?? ''),
    serverPublicKey: hexToBytes(nodeNamed(vector.destination as string).x25519PublicKeyHex),
    role: 'client',
    cipher: layer?.enc_type ?? (vector.what.includes('aes-gcm') ? 'aes-gcm' : 'xchacha20')
  });
}

describe('[onion_full] requests', () => {
  for (const vector of requests) {
    test(`${vector.what}: each hop opens its own layer and no other`, async () => {
      await send(vector);
      const recipients = [...(vector.path ?? []), ...(vector.destination ? [vector.destination] : [])];
      expect(opened.map(({ nodeEd }) => nameOf(nodeEd))).toEqual(recipients);
      const roles = recipients.map(() => 'node');
      roles[roles.length - 1] = vector.server ? 'server' : 'final';
      expect(opened.map(({ role }) => role)).toEqual(roles);
      const controls = opened.map(({ plaintext }) => controlOf(plaintext));
      for (const [index, layer] of (vector.layers_outermost_first ?? []).entries()) {
        if (layer.routing_json !== undefined) expect(controls[index]).toBe(layer.routing_json);
      }
      for (const [index, seen] of (vector.json_seen_per_hop ?? []).slice(1).entries()) {
        if (seen.json) expect(JSON.parse(controls[index] ?? '')).toEqual(seen.json);
      }
      // The destination stands in one control only: that of the last hop.
      const { destination } = vector;
      if (!destination) return;
      const key = nodeNamed(destination).ed25519PublicKeyHex;
      const knowing = controls.flatMap((control, index) =>
        control.includes(key) ? [recipients[index]] : []
      );
      expect(knowing).toEqual([vector.path?.at(-1)]);
    });
  }

  for (const vector of requests.filter(({ destination }) => destination !== undefined)) {
    test(`${vector.what}: the client opens the answer`, async () => {
      const answer = await send(vector);
      expect(answer.status).toBe(200);
      const flags = JSON.parse(vector.control_json ?? '{}') as { base64?: boolean; json?: boolean };
      const sealed = flags.base64 === false ? answer.body : base64ToBytes(bytesToUtf8(answer.body));
      const reply = JSON.parse(bytesToUtf8(await decryptLayer(crypto, await answerKey(vector), sealed))) as {
        status: number;
        body: string | object;
      };
      expect(typeof reply.body).toBe(flags.json ? 'object' : 'string');
      const body = (typeof reply.body === 'string' ? JSON.parse(reply.body) : reply.body) as {
        results: { code: number }[];
      };
      expect([reply.status, body.results.map(({ code }) => code)]).toEqual([200, [200]]);
      const payload = vector.payload_utf8 ?? bytesToUtf8(hexToBytes(vector.payload ?? ''));
      expect(bytesToUtf8(decodeFrame(opened.at(-1)?.plaintext as Uint8Array).blob)).toBe(payload);
    });
  }

  for (const vector of requests.filter(({ body_the_last_hop_posts: body }) => body !== undefined)) {
    test(`${vector.what}: the last hop posts the whole layer`, async () => {
      const answer = await send(vector);
      expect(bytesToHex(opened.at(-1)?.plaintext as Uint8Array)).toBe(vector.body_the_last_hop_posts);
      if (vector.server?.host === 'plain.example.org') {
        expect(posted.map((body) => body.toString('hex'))).toEqual([vector.body_the_last_hop_posts]);
        expect([answer.status, bytesToUtf8(answer.body)]).toEqual([200, 'from the server']);
      } else {
        // Nodes of this network relay only to servers it knows.
        expect([answer.status, posted.length]).toEqual([502, 0]);
      }
    });
  }
});

describe('limits of hops', () => {
  const caseA = requests[0] as OnionVector;

  test('a request that claims to have come further than 15 hops is refused', async () => {
    const body = Buffer.from(hexToBytes(caseA.http_body as string)).toString('latin1');
    const claiming = (hops: number) => Buffer.from(body.replace(/\}$/, `,"hop_no":${hops}}`), 'latin1');
    const guard = nodeNamed('N0');
    const at = (hops: number) =>
      client.send(guard, { method: 'POST', path: '/onion_req/v2', body: claiming(hops) });
    const refused = await at(16);
    expect([refused.status, bytesToUtf8(refused.body)]).toEqual([
      400,
      'onion request max path length exceeded'
    ]);
    expect(opened).toEqual([]);
    // 13 at the guard is 16 at the destination: the third hop's successor refuses.
    const later = await at(13);
    expect([later.status, opened.length]).toEqual([400, 3]);
    expect((await at(12)).status).toBe(200);
  });

  test('a body over 10 MiB is refused without being opened', async () => {
    const body = new Uint8Array(10 * 1024 * 1024 + 1);
    const answer = await client
      .send(nodeNamed('N0'), { method: 'POST', path: '/onion_req/v2', body })
      .catch((error: NodeJS.ErrnoException) => error.code);
    if (typeof answer === 'object')
      expect([answer.status, bytesToUtf8(answer.body)]).toEqual([413, 'Request body too large']);
    else expect(['ECONNRESET', 'EPIPE']).toContain(answer);
    expect(opened).toEqual([]);
  });
});
