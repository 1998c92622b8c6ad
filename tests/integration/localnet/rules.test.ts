// Vectors of network.md §9 that say what a node answers, performed by running nodes over their HTTPS sockets.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bytesToBase64, bytesToUtf8, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  deleteAllSignedText,
  deleteBeforeSignedText,
  expireAllSignedText,
  expireSignedText,
  getExpiriesSignedText,
  retrieveSignedText,
  revokeSubaccountSignedBytes,
  signText,
  storeSignedText,
  unrevokeSubaccountSignedBytes,
  type CryptoBackend
} from '../../../src/lib/crypto/index.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/lib/wire/index.ts';
import { localnet, type LocalNode, type Localnet } from '../../../localnet/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { createCaptureClock, type CaptureClock } from './support/capture-clock.ts';
import { createRawClient, type RawClient } from './support/https.ts';
import { wrongMembers } from './support/verify-members.ts';

interface NetworkVectors {
  readonly keys: {
    readonly nodes: readonly { readonly ed25519_seed: string }[];
    readonly user: {
      readonly ed25519_seed: string;
      readonly ed25519_pk: string;
      readonly account_id: string;
    };
    readonly subaccount_tokens: Readonly<Record<string, string>>;
  };
  readonly rpc_error: readonly {
    readonly what: string;
    readonly method: string;
    readonly params?: JsonObject;
    readonly request_body?: string;
    readonly status: number;
    readonly body: string;
  }[];
  readonly ifelse: readonly { readonly if: JsonObject; readonly condition: boolean }[];
  readonly server_time_rules: readonly TimeRule[];
  readonly request_signature: readonly {
    readonly what: string;
    readonly method: string;
    readonly params: JsonObject;
    readonly verifies?: boolean;
    readonly unsigned_ok?: boolean;
  }[];
  readonly retrieve_paging: readonly PagingCase[];
  readonly pubkey_parse: readonly { input: string; input_is_hex_of_raw_bytes: boolean; valid: boolean }[];
}

interface TimeRule {
  readonly what: string;
  readonly now: number;
  readonly method: string;
  readonly namespace?: number;
  readonly timestamp?: number | null;
  readonly sig_timestamp?: number;
  readonly ttl?: number;
  readonly before?: number;
  readonly expiry?: number;
  readonly applied_expiry?: number;
  readonly signature?: null;
  readonly forwarded?: boolean;
  readonly status: number;
  readonly body?: string;
}

interface PagingCase {
  readonly message_sizes: readonly number[] | { readonly repeat: number; readonly times: number };
  readonly start_index: number;
  readonly max_count: number | null;
  readonly max_size: number | null;
  readonly returned_first: number | null;
  readonly returned_count: number;
  readonly more: boolean;
}

const vectors = loadVectors<NetworkVectors>('network.json');
const { user } = vectors.keys;
/** The time of the vectors. */
const NOW = 1_700_000_000_000;

let net: Localnet;
let clock: CaptureClock;
let client: RawClient;
let crypto: CryptoBackend;

beforeAll(async () => {
  crypto = await createCryptoBackend();
  clock = createCaptureClock(NOW);
  // One swarm of three, so that every node is a member for every account.
  net = await localnet.create({ nodes: 3, swarms: 1, clock, echo: false, rateLimit: null, hf: [19, 3] });
  client = createRawClient();
});

beforeEach(() => clock.setTime(NOW));

afterAll(async () => {
  client.close();
  await net.close();
});

async function post(body: string, node: LocalNode = net.nodes[0] as LocalNode) {
  const path = '/storage_rpc/v1';
  const answer = await client.send(node, { method: 'POST', path, body: utf8ToBytes(body) });
  const text = bytesToUtf8(answer.body);
  const isJson = answer.rawHeaders.includes('application/json');
  return { status: answer.status, text, json: isJson ? (JSON.parse(text) as JsonObject) : null };
}

const call = (method: string, params: JsonValue) => post(JSON.stringify({ method, params }));

/** `{repeat, times}` and `{repeat_item, times}` stand for long values. */
function expanded(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(expanded);
  if (!isJsonObject(value)) return value;
  if (typeof value['repeat'] === 'string') return value['repeat'].repeat(Number(value['times']));
  if ('repeat_item' in value) {
    return Array.from({ length: Number(value['times']) }, () => value['repeat_item'] as JsonValue);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expanded(inner)]));
}

describe('[rpc_error]', () => {
  vectors.rpc_error.forEach((vector, index) => {
    test(`${index}: ${vector.method ?? vector.what} is refused with "${vector.body.slice(0, 60)}"`, async () => {
      const answer =
        vector.request_body === undefined
          ? await call(vector.method, expanded(vector.params ?? {}))
          : await post(vector.request_body);
      expect({ status: answer.status, body: answer.text }).toEqual({
        status: vector.status,
        body: vector.body
      });
    });
  });

  test('the same parameters without their fault are not refused', async () => {
    const answer = await call('store', {
      pubkey: user.account_id,
      timestamp: NOW,
      ttl: 60_000,
      data: 'YWJj'
    });
    expect(answer.status).toBe(200);
  });
});

describe('[ifelse]', () => {
  // The vectors were made at this height, which our chain does not have.
  const height = () => Number(net.nodeList().height);
  vectors.ifelse.forEach((vector, index) => {
    test(`${index}: ${JSON.stringify(vector.if)} is ${vector.condition}`, async () => {
      const condition = Object.fromEntries(
        Object.entries(vector.if).map(([name, value]) => [
          name,
          name.startsWith('height') ? Number(value) - 1_234_567 + height() : value
        ])
      );
      const answer = await call('ifelse', { if: condition, then: { method: 'info', params: {} } });
      expect(answer.json).toMatchObject({ condition: vector.condition, hf: [19, 3], v: [2, 8, 0] });
      expect(answer.json && 'result' in answer.json).toBe(vector.condition);
    });
  });
});

/** Parameters of a rule's request, with the text to sign; null for what needs no signature. */
async function timedRequest(rule: TimeRule): Promise<JsonObject> {
  const namespace = rule.namespace ?? 0;
  const timestamp = rule.timestamp ?? 0;
  const messages = ['Hkhe3HBdKmQvT6pmBScKZeL5IOKrQWicKXRQaO4GbOk'];
  const token = vectors.keys.subaccount_tokens['t2'] as string;
  const tokens = [hexToBytes(token)];
  const named: JsonObject = { pubkey: user.account_id };
  const signedFields: Record<string, [JsonObject, string | Uint8Array]> = {
    store: [
      {
        namespace,
        timestamp,
        ttl: rule.ttl ?? 0,
        data: bytesToBase64(utf8ToBytes(rule.what)),
        ...(rule.sig_timestamp !== undefined && { sig_timestamp: rule.sig_timestamp })
      },
      storeSignedText(namespace, rule.sig_timestamp ?? timestamp)
    ],
    retrieve: [rule.timestamp === null ? {} : { timestamp }, retrieveSignedText(0, timestamp)],
    delete_all: [{ timestamp }, deleteAllSignedText(0, timestamp)],
    delete_before: [{ before: rule.before ?? 0 }, deleteBeforeSignedText(0, rule.before ?? 0)],
    get_expiries: [{ timestamp, messages }, getExpiriesSignedText(timestamp, messages)],
    expire_all: [{ expiry: rule.expiry ?? 0 }, expireAllSignedText(0, rule.expiry ?? 0)],
    expire: [
      { expiry: rule.expiry ?? 0, messages },
      expireSignedText({ mode: 'set', expiriesMs: [rule.expiry ?? 0], hashes: messages })
    ],
    revoke_subaccount: [{ timestamp, revoke: token }, revokeSubaccountSignedBytes(timestamp, tokens)],
    unrevoke_subaccount: [{ timestamp, unrevoke: token }, unrevokeSubaccountSignedBytes(timestamp, tokens)]
  };
  const [fields, signed] = signedFields[rule.method] as [JsonObject, string | Uint8Array];
  if (rule.signature === null) return { ...named, ...fields };
  const signature = await signText(crypto, { ed25519Seed: hexToBytes(user.ed25519_seed) }, signed);
  return { ...named, ...fields, pubkey_ed25519: user.ed25519_pk, signature: bytesToBase64(signature) };
}

describe('[server_time_rules]', () => {
  vectors.server_time_rules.forEach((rule, index) => {
    test(`${index}: ${rule.method}: ${rule.what}`, async () => {
      await clock.setTime(rule.now);
      if (rule.forwarded) {
        // The entry node's own clock is right for the request; the members' clocks are at the vector's time.
        const [entry] = net.nodes as [LocalNode];
        entry.setFault({ clockOffsetMs: (rule.timestamp ?? 0) - rule.now });
        const answer = await call(rule.method, await timedRequest(rule));
        entry.setFault({});
        const swarm = answer.json?.['swarm'] as Record<string, JsonObject>;
        const members = Object.keys(swarm).filter((key) => key !== entry.ed25519PublicKeyHex);
        for (const key of members) {
          const { code = 200, reason } = swarm[key] as JsonObject;
          expect({ code, reason }).toEqual({ code: rule.status, reason: rule.body });
        }
        return;
      }
      const answer = await call(rule.method, await timedRequest(rule));
      expect(answer.status).toBe(rule.status);
      if (rule.body !== undefined) expect(answer.text).toBe(rule.body);
      if (rule.applied_expiry !== undefined) {
        const entries = Object.values(answer.json?.['swarm'] as Record<string, JsonObject>);
        expect(entries.map((entry) => entry['expiry'])).toEqual(entries.map(() => rule.applied_expiry));
      }
    });
  });
});

describe('[request_signature], as nodes judge them', () => {
  vectors.request_signature.forEach((vector, index) => {
    const isAccepted = vector.verifies ?? vector.unsigned_ok ?? false;
    test(`${index}: ${vector.what} is ${isAccepted ? 'accepted' : 'refused'}`, async () => {
      const answer = await call(vector.method, vector.params);
      if (!isAccepted) {
        expect([400, 401]).toContain(answer.status);
        return;
      }
      // Some signed requests name several expiries, for which this network's fork is too early.
      const isTooEarly = answer.text === 'expire: multi-expiry requests are not yet active on the network';
      expect(answer.status).toBe(isTooEarly ? 403 : 200);
      expect(await wrongMembers(crypto, vector.method, vector.params, answer.json ?? undefined)).toEqual([]);
    });
  });
});

describe('[retrieve_paging]', () => {
  const account = hexToBytes(user.account_id);
  const sizesOf = ({ message_sizes: sizes }: PagingCase) =>
    'repeat' in sizes ? Array.from({ length: sizes.times }, () => sizes.repeat) : [...sizes];
  const hashAt = (index: number) => String(index).padStart(43, 'A');

  vectors.retrieve_paging.forEach((vector, index) => {
    test(`${index}: ${vector.returned_count} from ${vector.start_index}, more is ${vector.more}`, async () => {
      const [node] = net.nodes as [LocalNode];
      node.store.deleteAll(account, 'all');
      sizesOf(vector).forEach((size, at) =>
        node.store.insert({
          account,
          namespace: 0,
          hash: hashAt(at),
          timestampMs: NOW,
          expiryMs: NOW + 86_400_000,
          data: new Uint8Array(size)
        })
      );
      const request = {
        ...(await timedRequest({ what: '', now: NOW, method: 'retrieve', timestamp: NOW, status: 200 })),
        last_hash: vector.start_index === 0 ? '' : hashAt(vector.start_index - 1),
        max_count: vector.max_count,
        max_size: vector.max_size
      };
      const answer = await call('retrieve', request);
      const messages = answer.json?.['messages'] as JsonObject[];
      expect(messages.length).toBe(vector.returned_count);
      expect(answer.json?.['more']).toBe(vector.more);
      if (vector.returned_first !== null) expect(messages[0]?.['hash']).toBe(hashAt(vector.returned_first));
    });
  });

  test('a negative max_count is refused', async () => {
    const request = await timedRequest({
      what: '',
      now: NOW,
      method: 'retrieve',
      timestamp: NOW,
      status: 200
    });
    expect((await call('retrieve', { ...request, max_count: -1 })).status).toBe(400);
  });
});

describe('[pubkey_parse]', () => {
  for (const { input, valid } of vectors.pubkey_parse.filter((vector) => !vector.input_is_hex_of_raw_bytes)) {
    test(`${input.slice(0, 12)}… (${input.length}) is ${valid ? 'an account' : 'refused'}`, async () => {
      const answer = await call('get_swarm', { pubkey: input });
      expect(answer.status).toBe(valid ? 200 : 400);
    });
  }
});
