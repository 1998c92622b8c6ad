// Whole onions against the vectors of others: built byte for byte, and answers opened (network.md §3, `[onion_full]`).
import { describe, expect, it } from 'vitest';
import { bytesToHex, bytesToUtf8, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  createNobleBackend,
  decryptLayer,
  deriveHopKey,
  type HopCipher,
  type HopKey
} from '../../../src/lib/crypto/index.ts';
import {
  buildOnionRequest,
  type LayerOptions,
  type OnionDestination
} from '../../../src/lib/onion/build-request.ts';
import { openNodeResponse, openServerResponse } from '../../../src/lib/onion/open-response.ts';
import { createNodeKeys } from '../../../src/lib/onion/node-pool.ts';
import { decodeInnerRequest, decodeOuterRequest, decodeV4Response } from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';

interface Layer {
  for: string;
  enc_type: HopCipher;
  ephemeral_sk: string;
  nonce: string;
  routing_json?: string;
}
interface Server {
  x25519_sk: string;
  x25519_pk: string;
  host: string;
  target: string;
  protocol: 'http' | 'https';
  port: number;
}
interface Response {
  symmetric_key: string;
  plaintext_utf8: string;
  http_body?: string;
  http_body_hex?: string;
  client_key?: { sk: string };
  v4_response_utf8?: string;
}
interface Onion {
  what: string;
  path?: string[];
  destination?: string;
  server?: Server;
  payload_utf8?: string;
  payload?: string;
  control_json?: string;
  v4_request?: string;
  http_body?: string;
  layers_outermost_first?: Layer[];
  response?: Response;
  destination_ephemeral_sk?: string;
}
interface NodeKeys {
  name: string;
  ed25519_pk: string;
  x25519_pk: string;
  x25519_sk: string;
}

const { onion_full: onions, keys } = loadVectors<{ onion_full: Onion[]; keys: { nodes: NodeKeys[] } }>(
  'network.json'
);
const nodeOf = (name: string) => keys.nodes.find((node) => node.name === name)!;
const hopOf = (name: string) => ({
  ed25519PublicKeyHex: nodeOf(name).ed25519_pk,
  x25519PublicKey: hexToBytes(nodeOf(name).x25519_pk)
});
const fixed = onions.filter((onion) => onion.layers_outermost_first);
const replies = onions.filter((onion) => onion.response && !onion.layers_outermost_first);
const upstream = onions.filter((onion) => onion.destination_ephemeral_sk);

function destinationOf(onion: Onion): OnionDestination {
  if (onion.destination) return { kind: 'node', ...hopOf(onion.destination) };
  const server = onion.server!;
  return { kind: 'server', ...server, x25519PublicKey: hexToBytes(server.x25519_pk) };
}

function inputOf(onion: Onion) {
  const layers = onion.layers_outermost_first!;
  // Case C names its cipher in every control, AES-GCM too.
  const namesAesGcm = layers.some(({ routing_json }) => routing_json?.includes('"aes-gcm"'));
  return {
    hops: onion.path!.map(hopOf),
    destination: destinationOf(onion),
    payload: onion.v4_request ? hexToBytes(onion.v4_request) : utf8ToBytes(onion.payload_utf8!),
    cipher: layers[0]!.enc_type,
    layers: layers.map((layer): LayerOptions => ({
      cipher: layer.enc_type,
      ephemeralSecretKey: hexToBytes(layer.ephemeral_sk),
      nonce: hexToBytes(layer.nonce),
      namesAesGcm
    })),
    ...(onion.control_json ? { finalControl: utf8ToBytes(onion.control_json) } : {})
  };
}

const backends = [
  ['noble', createNobleBackend()],
  ['webcrypto', await createCryptoBackend()]
] as const;

it('has the vectors it expects', () => {
  expect([fixed.length, replies.length, upstream.length]).toEqual([6, 2, 3]);
});

describe.each(backends)('onion requests with %s', (_, crypto) => {
  it.each(fixed)('builds $what byte for byte', async (onion) => {
    const { body } = await buildOnionRequest(crypto, inputOf(onion));
    expect(bytesToHex(body)).toBe(onion.http_body);
  });

  it.each(fixed)('opens the answer to $what with the key it made', async (onion) => {
    const built = await buildOnionRequest(crypto, inputOf(onion));
    const { http_body, http_body_hex, plaintext_utf8, v4_response_utf8 } = onion.response!;
    const body = http_body_hex ? hexToBytes(http_body_hex) : utf8ToBytes(http_body!);
    if (onion.server) {
      const answer = await openServerResponse(crypto, built, body);
      expect(answer).toEqual(decodeV4Response(utf8ToBytes(v4_response_utf8!)));
      expect(answer.code).toBe(200);
      return;
    }
    const answer = await openNodeResponse(crypto, built.destinationKey, body);
    const expected = JSON.parse(plaintext_utf8) as { status: number; body: unknown };
    expect(answer.status).toBe(expected.status);
    expect(answer.body).toEqual(
      typeof expected.body === 'string' ? JSON.parse(expected.body) : expected.body
    );
  });

  it.each(replies)('opens the $what', async ({ response }) => {
    const key: HopKey = { cipher: 'aes-gcm', key: hexToBytes(response!.symmetric_key) };
    const answer = await openNodeResponse(crypto, key, utf8ToBytes(response!.http_body!));
    expect(answer.status).toBe((JSON.parse(response!.plaintext_utf8) as { status: number }).status);
    if (answer.status === 406) expect(answer.body).toBe('retrieve timestamp too far from current time');
    else expect(answer.body).toHaveProperty('snodes');
  });

  it('leaves to every hop of a path one layer, and the next name in it', async () => {
    const path = ['N0', 'N1', 'N2', 'N3'];
    const built = await buildOnionRequest(crypto, {
      hops: path.slice(0, 3).map(hopOf),
      destination: { kind: 'node', ...hopOf('N3') },
      payload: utf8ToBytes('{"method":"info","params":{}}'),
      cipher: 'xchacha20'
    });
    let layer: { ciphertext: Uint8Array; ephemeralPublicKey: Uint8Array; cipher: HopCipher } =
      decodeOuterRequest(built.body);
    for (const [index, name] of path.entries()) {
      for (const other of path) {
        const plaintext = await openWith(crypto, nodeOf(other), layer).catch(() => null);
        expect(plaintext !== null).toBe(other === name);
      }
      const inner = decodeInnerRequest(await openWith(crypto, nodeOf(name), layer));
      if (index === 3) {
        expect(inner).toMatchObject({ role: 'final', base64: true });
        return;
      }
      expect(inner).toMatchObject({
        role: 'node',
        destinationEd25519Hex: nodeOf(path[index + 1]!).ed25519_pk
      });
      if (inner.role === 'node') layer = inner;
    }
  });
});

async function openWith(
  crypto: (typeof backends)[number][1],
  node: NodeKeys,
  layer: { ciphertext: Uint8Array; ephemeralPublicKey: Uint8Array; cipher: HopCipher }
): Promise<Uint8Array> {
  const key = await deriveHopKey(crypto, {
    ownSecretKey: hexToBytes(node.x25519_sk),
    clientPublicKey: layer.ephemeralPublicKey,
    serverPublicKey: hexToBytes(node.x25519_pk),
    role: 'server',
    cipher: layer.cipher
  });
  return decryptLayer(crypto, key, layer.ciphertext);
}

it('derives the X25519 key of every node from its Ed25519 key', () => {
  const keyOf = createNodeKeys();
  for (const node of keys.nodes) expect(bytesToHex(keyOf(node.ed25519_pk)!)).toBe(node.x25519_pk);
  expect(keyOf('ff'.repeat(32))).toBeNull();
});

it.each(upstream)('has the layers of $what', async (onion) => {
  // Built by the deployed library with keys of its own: ours must have the same structure under every layer.
  const crypto = createNobleBackend();
  const cipher: HopCipher = onion.what.includes('xchacha20') ? 'xchacha20' : 'aes-gcm';
  const ours = await buildOnionRequest(crypto, {
    hops: onion.path!.map(hopOf),
    destination: destinationOf(onion),
    payload: hexToBytes(onion.payload!),
    cipher,
    layers: Array.from({ length: 4 }, () => ({ namesAesGcm: true })),
    finalControl: utf8ToBytes('{"headers":""}')
  });
  const shapes = await Promise.all(
    [hexToBytes(onion.http_body!), ours.body].map((body) => shapeOf(onion, body))
  );
  expect(shapes[1]).toEqual(shapes[0]);

  async function shapeOf({ path }: Onion, body: Uint8Array): Promise<unknown[]> {
    const shape: unknown[] = [];
    let layer: Parameters<typeof openWith>[2] = decodeOuterRequest(body);
    for (const name of path!) {
      const plaintext = await openWith(crypto, nodeOf(name), layer);
      const inner = decodeInnerRequest(plaintext);
      const control = JSON.parse(bytesToUtf8(plaintext.subarray(plaintext.lastIndexOf(0x7b)))) as object;
      shape.push(plaintext.length, Object.keys(control), inner.role, layer.cipher);
      if (inner.role === 'node') layer = inner;
    }
    return shape;
  }
});
