import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToUtf8 } from '../../../src/lib/bytes/index.ts';
import { UsageError } from '../../../src/lib/errors.ts';
import {
  activeNodesBinRpc,
  batchRpc,
  deleteAllRpc,
  deleteBeforeRpc,
  deleteRpc,
  encodeRpc,
  expireAllRpc,
  expireRpc,
  getExpiriesRpc,
  getSwarmRpc,
  infoRpc,
  onsResolveRpc,
  retrieveRpc,
  sequenceRpc,
  serviceNodesRpc,
  storeRpc,
  type RequestAuth,
  type RpcRequest
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface Params {
  pubkey: string;
  pubkey_ed25519?: string;
  signature: string;
  subaccount?: string;
  subaccount_sig?: string;
  namespace?: number | 'all';
  timestamp: number;
  sig_timestamp?: number;
  ttl: number;
  data: string;
  last_hash?: string;
  max_size?: number;
  max_count?: number;
  messages: string[];
  before: number;
  expiry: number | number[];
  extend?: boolean;
  shorten?: boolean;
}

const network = loadVectors<{
  request_signature: { what: string; method: string; params: Params; verifies?: boolean }[];
  ons: { name_hash_b64?: string; request?: { params: unknown } }[];
}>('network.json');
const { sections } = loadVectors<{
  sections: { store_request: { method: string; params: Params }[] };
}>('accounts-and-messages.json');

function authOf(params: Params): RequestAuth | undefined {
  if (!params.signature) return undefined;
  const { subaccount, subaccount_sig } = params;
  return {
    signature: base64ToBytes(params.signature),
    ...(params.pubkey_ed25519 && { ed25519PublicKeyHex: params.pubkey_ed25519 }),
    ...(subaccount &&
      subaccount_sig && {
        subaccount: { token: base64ToBytes(subaccount), signature: base64ToBytes(subaccount_sig) }
      })
  };
}

/** The request our builders make of a vector's parameters, or null for forms we never write. */
function build(method: string, params: Params): RpcRequest | null {
  const auth = authOf(params) as RequestAuth;
  const { pubkey: account, namespace = 0, timestamp: timestampMs, messages: hashes } = params;
  switch (method) {
    case 'store':
      return storeRpc({
        account,
        namespace: namespace as number,
        timestampMs,
        ttlMs: params.ttl,
        data: base64ToBytes(params.data),
        ...(params.sig_timestamp !== undefined && { signatureTimestampMs: params.sig_timestamp }),
        ...(auth && { auth })
      });
    case 'retrieve':
      return retrieveRpc({
        account,
        namespace: namespace as number,
        ...(params.last_hash !== undefined && { lastHash: params.last_hash }),
        ...(params.max_size !== undefined && { maxSize: params.max_size }),
        ...(timestampMs !== undefined && { timestampMs }),
        ...(auth && { auth })
      });
    case 'delete':
      return deleteRpc({ account, hashes, auth });
    case 'delete_all':
      return deleteAllRpc({ account, namespace, timestampMs, auth });
    case 'delete_before':
      return deleteBeforeRpc({ account, namespace, beforeMs: params.before, auth });
    case 'expire': {
      const mode = params.extend ? 'extend' : params.shorten ? 'shorten' : 'set';
      return expireRpc({ account, hashes, expiryMs: params.expiry, mode, auth });
    }
    case 'expire_all':
      return expireAllRpc({ account, namespace, expiryMs: params.expiry as number, auth });
    case 'get_expiries':
      return getExpiriesRpc({ account, hashes, timestampMs, auth });
    default:
      return null;
  }
}

/** Upstream accepts more spellings than we write: numbers as text, a single hash, tokens in hex. */
function isOurForm({ params, method }: { params: Params; method: string }): boolean {
  return (
    build(method, { ...params, messages: [], data: '', signature: '', subaccount: '' }) !== null &&
    !(method === 'store' && (typeof params.ttl !== 'number' || typeof params.timestamp !== 'number')) &&
    !(params.messages !== undefined && !Array.isArray(params.messages)) &&
    !(params.subaccount !== undefined && params.subaccount.length !== 48) &&
    !(params.signature !== undefined && params.signature.length !== 88)
  );
}

describe('requests of the test data', () => {
  const ours = network.request_signature.filter(isOurForm);

  it('are for the most part in forms that we write', () => {
    expect(ours.length).toBeGreaterThan(30);
    expect(new Set(ours.map(({ method }) => method)).size).toBe(8);
  });

  it.each(ours)('are built with the very parameters: $method, $what', ({ method, params }) => {
    const request = build(method, params);
    expect(request?.method).toBe(method);
    // What is added beside them is what a node takes an absent field for.
    expect(request?.params).toEqual({ ...defaults(method), ...params });
  });

  function defaults(method: string): object {
    if (method === 'retrieve') return { namespace: 0, last_hash: '' };
    return /^(store|delete_all|delete_before|expire_all)$/.test(method) ? { namespace: 0 } : {};
  }

  it.each(sections.store_request)('are built for the first message: $method', ({ method, params }) => {
    expect(build(method, params)).toEqual({ method, params });
  });
});

describe('storing', () => {
  const input = { account: '05'.repeat(33), namespace: 0, timestampMs: 1, ttlMs: 2 };

  it('refuses more than a node takes', () => {
    expect(storeRpc({ ...input, data: new Uint8Array(76_800) }).params['data']).toHaveLength(102_400);
    wireErrorOf(() => storeRpc({ ...input, data: new Uint8Array(76_801) }), 'too-large');
  });
});

describe('retrieving', () => {
  it('refuses a negative count, which nodes do not define', () => {
    expect(() => retrieveRpc({ account: 'a', namespace: 0, maxCount: -1 })).toThrow(UsageError);
    expect(retrieveRpc({ account: 'a', namespace: 0, maxCount: 5 }).params['max_count']).toBe(5);
  });

  it('leaves authentication out when there is none', () => {
    expect(retrieveRpc({ account: 'a', namespace: -21, lastHash: null }).params).toEqual({
      pubkey: 'a',
      namespace: -21,
      last_hash: ''
    });
  });
});

describe('several requests at once', () => {
  it('keep their order', () => {
    const requests = [infoRpc(), getSwarmRpc('05')];
    expect(batchRpc(requests)).toEqual({ method: 'batch', params: { requests } });
    expect(sequenceRpc(requests).method).toBe('sequence');
  });

  it('are 1 to 20', () => {
    const many = (count: number) => new Array<RpcRequest>(count).fill(infoRpc());
    expect(batchRpc(many(20)).method).toBe('batch');
    expect(() => batchRpc([])).toThrow(UsageError);
    expect(() => batchRpc(many(21))).toThrow(UsageError);
    expect(() => sequenceRpc(many(21))).toThrow(UsageError);
  });
});

describe('requests without an account', () => {
  it('ask for the swarm as text, since its number exceeds what JSON can hold', () => {
    const { params } = serviceNodesRpc();
    expect(params).toMatchObject({
      endpoint: 'get_service_nodes',
      params: { active_only: true, fields: { swarm: true, pubkey_ed25519: true } }
    });
    expect(JSON.stringify(params)).not.toContain('swarm_id');
  });

  it('carry their parameters', () => {
    expect(activeNodesBinRpc()).toEqual({ method: 'active_nodes_bin', params: {} });
    expect(onsResolveRpc(Uint8Array.of(1, 2, 3)).params).toEqual({
      endpoint: 'ons_resolve',
      params: { type: 0, name_hash: 'AQID' }
    });
  });
});

describe('encodeRpc', () => {
  it('writes what deployed clients write', () => {
    expect(bytesToUtf8(encodeRpc(infoRpc()))).toBe('{"jsonrpc":"2.0","method":"info","params":{}}');
  });
});
