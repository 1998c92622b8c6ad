// Answers of members with the keys of the vectors: the very same signatures ([response_signature]).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesToBase64, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  deleteAllSignedText,
  deleteBeforeSignedText,
  deleteSignedText,
  expireAllSignedText,
  expireSignedText,
  revokeSubaccountSignedBytes,
  signText,
  storeSignedText,
  unrevokeSubaccountSignedBytes,
  type CryptoBackend
} from '../../../src/lib/crypto/index.ts';
import { isJsonObject, type JsonObject } from '../../../src/lib/wire/index.ts';
import { localnet, type LocalNode, type Localnet } from '../../../localnet/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { createCaptureClock } from './support/capture-clock.ts';

interface ResponseVector {
  readonly what: string;
  readonly method: string;
  readonly request_messages?: readonly string[];
  readonly request_timestamp?: number;
  readonly request_expiry?: number;
  readonly request_before?: number;
  readonly response: { readonly swarm: Readonly<Record<string, JsonObject>> };
  readonly expected_per_node?: Readonly<Record<string, unknown>>;
}

const vectors = loadVectors<{
  readonly keys: {
    readonly nodes: readonly { readonly ed25519_seed: string; readonly ed25519_pk: string }[];
    readonly user: {
      readonly ed25519_seed: string;
      readonly ed25519_pk: string;
      readonly account_id: string;
    };
  };
  readonly response_signature: readonly ResponseVector[];
}>('network.json');
const { user } = vectors.keys;
const NOW = 1_700_000_000_000;
const account = hexToBytes(user.account_id);

let crypto: CryptoBackend;
let net: Localnet;

beforeAll(async () => {
  crypto = await createCryptoBackend();
  net = await localnet.create({
    nodes: vectors.keys.nodes.length,
    swarms: 1,
    nodeSeeds: vectors.keys.nodes.map((node) => hexToBytes(node.ed25519_seed)),
    clock: createCaptureClock(NOW),
    echo: false
  });
});

afterAll(() => net.close());

function hashesByNamespace(value: unknown): [string, number][] {
  if (Array.isArray(value)) return value.map((hash) => [String(hash), 0]);
  return Object.entries((value ?? {}) as Record<string, string[]>).flatMap(([namespace, hashes]) =>
    hashes.map((hash): [string, number] => [hash, Number(namespace)])
  );
}

/** Gives a member what its entry shows that it held. */
function hold(node: LocalNode, vector: ResponseVector, entry: JsonObject): void {
  node.store.deleteAll(account, 'all');
  const insert = (hash: string, namespace: number, expiryMs: number) =>
    node.store.insert({
      account,
      namespace,
      hash,
      timestampMs: NOW - 5_000_000,
      expiryMs,
      data: new Uint8Array([1])
    });
  const touched = hashesByNamespace(entry['deleted'] ?? entry['updated']);
  const isExtending = vector.what.includes('extend');
  for (const [hash, namespace] of touched)
    insert(hash, namespace, isExtending ? NOW + 1_000 : NOW + 10_000_000_000);
  const { unchanged } = entry;
  if (isJsonObject(unchanged))
    for (const [hash, ms] of Object.entries(unchanged)) insert(hash, 0, Number(ms));
}

/** The request whose answer a vector shows; null for methods whose request cannot be told from it. */
async function requestOf(vector: ResponseVector): Promise<{ method: string; params: JsonObject } | null> {
  const [entry] = Object.values(vector.response.swarm) as [JsonObject];
  const messages = [...(vector.request_messages ?? [])];
  const timestamp = vector.request_timestamp ?? NOW;
  const isAll = [entry['deleted'], entry['updated']].some((value) => isJsonObject(value));
  const namespace = isAll ? 'all' : 0;
  const answered = (entry['expiry'] ?? vector.request_expiry ?? 0) as number | number[];
  // Several expiries are answered in the order of the sorted hashes, and asked for in the order of the request.
  const expiry = Array.isArray(answered)
    ? messages.map((hash) => answered[(entry['updated'] as string[]).indexOf(hash)] as number)
    : answered;
  const expiriesMs = Array.isArray(expiry) ? expiry : [expiry];
  const mode = vector.what.includes('extend')
    ? 'extend'
    : vector.what.includes('shorten')
      ? 'shorten'
      : 'set';
  const forms: Record<string, [JsonObject, string | Uint8Array]> = {
    delete: [{ messages }, deleteSignedText(messages)],
    delete_all: [{ namespace, timestamp }, deleteAllSignedText(namespace, timestamp)],
    delete_before: [
      { namespace, before: vector.request_before ?? 0 },
      deleteBeforeSignedText(namespace, vector.request_before ?? 0)
    ],
    expire_all: [
      { namespace, expiry: vector.request_expiry ?? 0 },
      expireAllSignedText(namespace, vector.request_expiry ?? 0)
    ],
    expire: [
      { messages, expiry, ...(mode !== 'set' && { [mode]: true }) },
      expireSignedText({ mode, expiriesMs, hashes: messages })
    ]
  };
  const form = forms[vector.method];
  if (!form) return null;
  const signature = await signText(crypto, { ed25519Seed: hexToBytes(user.ed25519_seed) }, form[1]);
  const auth = {
    pubkey: user.account_id,
    pubkey_ed25519: user.ed25519_pk,
    signature: bytesToBase64(signature)
  };
  return { method: vector.method, params: { ...form[0], ...auth } };
}

describe('[response_signature]', () => {
  for (const vector of vectors.response_signature) {
    if (!['delete', 'delete_all', 'delete_before', 'expire', 'expire_all'].includes(vector.method)) continue;
    test(`${vector.what}: our members sign the same`, async () => {
      const entries = vector.response.swarm;
      for (const node of net.nodes) {
        hold(node, vector, entries[node.ed25519PublicKeyHex] ?? (Object.values(entries)[0] as JsonObject));
      }
      const request = await requestOf(vector);
      if (!request) throw new Error('a method without a request');
      const reply = await (net.nodes[0] as LocalNode).call(request);
      const ours = (reply.body as JsonObject)['swarm'] as Record<string, JsonObject>;
      const same = Object.entries(entries).filter(
        ([key, entry]) => entry['failed'] !== true && vector.expected_per_node?.[key] !== false
      );
      expect(same.length).toBeGreaterThan(0);
      for (const [key, entry] of same) expect(ours[key]).toEqual(entry);
    });
  }

  test('a store is signed over its hash by every member, and again when it was there already', async () => {
    const vector = vectors.response_signature[0] as ResponseVector;
    const params = {
      pubkey: user.account_id,
      namespace: 2,
      timestamp: NOW,
      expiry: 1_700_086_400_000,
      data: 'YWJjIDEyMw==',
      pubkey_ed25519: user.ed25519_pk,
      signature: bytesToBase64(
        await signText(crypto, { ed25519Seed: hexToBytes(user.ed25519_seed) }, storeSignedText(2, NOW))
      )
    };
    for (const node of net.nodes) node.store.deleteAll(account, 'all');
    for (const already of [undefined, true]) {
      const reply = await (net.nodes[0] as LocalNode).call({ method: 'store', params });
      const body = reply.body as JsonObject;
      const ours = body['swarm'] as Record<string, JsonObject>;
      // Where the vector's hash is that of these bytes, even the signatures are the same.
      const isSameMessage = body['hash'] === (vector.response as JsonObject)['hash'];
      for (const [key, entry] of Object.entries(ours)) {
        expect(entry['already']).toBe(already);
        const theirs = vector.response.swarm[key];
        if (isSameMessage && theirs?.['signature']) expect(entry['signature']).toBe(theirs['signature']);
      }
    }
  });

  test('revoking and unrevoking tells the count, and only to the account itself', async () => {
    const token = new Uint8Array(36).fill(3);
    const signed = async (bytes: Uint8Array) =>
      bytesToBase64(await signText(crypto, { ed25519Seed: hexToBytes(user.ed25519_seed) }, bytes));
    const base = { pubkey: user.account_id, pubkey_ed25519: user.ed25519_pk, timestamp: NOW };
    const text = bytesToBase64(token);
    const [node] = net.nodes as [LocalNode];
    const revoked = await node.call({
      method: 'revoke_subaccount',
      params: { ...base, revoke: text, signature: await signed(revokeSubaccountSignedBytes(NOW, [token])) }
    });
    expect(revoked.status).toBe(200);
    const other = new Uint8Array(36).fill(4);
    const both = [token, other];
    const unrevoked = await node.call({
      method: 'unrevoke_subaccount',
      params: {
        ...base,
        unrevoke: both.map(bytesToBase64),
        signature: await signed(unrevokeSubaccountSignedBytes(NOW, both))
      }
    });
    const entries = Object.values((unrevoked.body as JsonObject)['swarm'] as Record<string, JsonObject>);
    expect(entries.map(({ count }) => count)).toEqual(entries.map(() => 1));
  });
});
