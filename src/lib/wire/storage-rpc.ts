// Requests to a storage node, as JSON text (network.md §5). Signatures arrive ready made; the answers are in
// node-reply.ts, member-results.ts and storage-results.ts.
import { bytesToBase64, utf8ToBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { tooLarge } from './errors.ts';
import { type JsonObject, type JsonValue } from './json.ts';

export type { JsonObject, JsonValue } from './json.ts';

export interface RpcRequest {
  readonly method: string;
  readonly params: JsonObject;
}

/** Largest raw data of one store (§3.8). */
export const MAX_MESSAGE_BYTES = 76_800;
/** Largest number of sub-requests in a batch or sequence (§3.8). */
export const MAX_BATCH_REQUESTS = 20;

/** JSON text of a request, with the `jsonrpc` member that deployed clients send and nodes ignore. */
export function encodeRpc(request: RpcRequest): Uint8Array<ArrayBuffer> {
  return utf8ToBytes(JSON.stringify({ jsonrpc: '2.0', method: request.method, params: request.params }));
}

/** A signature over the text that belongs to the method (§5.5), with what a node needs in order to check it. */
export interface RequestAuth {
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** 64 hex. Needed for 05 accounts, refused for others. */
  readonly ed25519PublicKeyHex?: string;
  /** Subaccount of a group: its 36-byte token and the admin's signature over that. */
  readonly subaccount?: { readonly token: Uint8Array; readonly signature: Uint8Array };
}

function authFields(auth: RequestAuth | undefined): JsonObject {
  if (!auth) return {};
  return {
    ...(auth.ed25519PublicKeyHex !== undefined && { pubkey_ed25519: auth.ed25519PublicKeyHex }),
    ...(auth.subaccount && {
      subaccount: bytesToBase64(auth.subaccount.token),
      subaccount_sig: bytesToBase64(auth.subaccount.signature)
    }),
    signature: bytesToBase64(auth.signature)
  };
}

/**
 * @param input `account` 66 hex; `timestampMs` network time of this attempt; `signatureTimestampMs` only when it
 *   differs; `auth` for every namespace that is not a public inbox
 * @throws WireError `too-large` over 76,800 bytes
 */
export function storeRpc(input: {
  readonly account: string;
  readonly namespace: number;
  readonly timestampMs: number;
  readonly ttlMs: number;
  readonly data: Uint8Array;
  readonly signatureTimestampMs?: number;
  readonly auth?: RequestAuth;
}): RpcRequest {
  if (input.data.length > MAX_MESSAGE_BYTES) throw tooLarge('store', MAX_MESSAGE_BYTES, 'data');
  return {
    method: 'store',
    params: {
      pubkey: input.account,
      timestamp: input.timestampMs,
      namespace: input.namespace,
      ttl: input.ttlMs,
      data: bytesToBase64(input.data),
      ...(input.signatureTimestampMs !== undefined && { sig_timestamp: input.signatureTimestampMs }),
      ...authFields(input.auth)
    }
  };
}

/** @param input `maxSize` bytes, or −n for an n-th of a reply; without `auth` only for namespaces anyone may read */
export function retrieveRpc(input: {
  readonly account: string;
  readonly namespace: number;
  readonly lastHash?: string | null;
  readonly maxSize?: number;
  readonly maxCount?: number;
  readonly timestampMs?: number;
  readonly auth?: RequestAuth;
}): RpcRequest {
  if (input.maxCount !== undefined && input.maxCount < 0) throw new UsageError('maxCount of 0 or more');
  return {
    method: 'retrieve',
    params: {
      pubkey: input.account,
      namespace: input.namespace,
      last_hash: input.lastHash ?? '',
      ...(input.maxSize !== undefined && { max_size: input.maxSize }),
      ...(input.maxCount !== undefined && { max_count: input.maxCount }),
      ...(input.timestampMs !== undefined && { timestamp: input.timestampMs }),
      ...authFields(input.auth)
    }
  };
}

/** Deletes by hash, in every namespace of the account. `required` asks for 404 when nothing was there. */
export function deleteRpc(input: {
  readonly account: string;
  readonly hashes: readonly string[];
  readonly required?: boolean;
  readonly auth: RequestAuth;
}): RpcRequest {
  return {
    method: 'delete',
    params: {
      pubkey: input.account,
      messages: [...input.hashes],
      ...(input.required !== undefined && { required: input.required }),
      ...authFields(input.auth)
    }
  };
}

export function deleteAllRpc(input: {
  readonly account: string;
  readonly namespace: number | 'all';
  readonly timestampMs: number;
  readonly auth: RequestAuth;
}): RpcRequest {
  return {
    method: 'delete_all',
    params: {
      pubkey: input.account,
      namespace: input.namespace,
      timestamp: input.timestampMs,
      ...authFields(input.auth)
    }
  };
}

/** Deletes messages whose timestamp is at most `beforeMs`. */
export function deleteBeforeRpc(input: {
  readonly account: string;
  readonly namespace: number | 'all';
  readonly beforeMs: number;
  readonly auth: RequestAuth;
}): RpcRequest {
  return {
    method: 'delete_before',
    params: {
      pubkey: input.account,
      namespace: input.namespace,
      before: input.beforeMs,
      ...authFields(input.auth)
    }
  };
}

/** How `expire` treats a message that already has another expiry. */
export type ExpireMode = 'set' | 'extend' | 'shorten';

/** @param input `expiryMs` one for all hashes, or one for each in their order */
export function expireRpc(input: {
  readonly account: string;
  readonly hashes: readonly string[];
  readonly expiryMs: number | readonly number[];
  readonly mode: ExpireMode;
  readonly auth: RequestAuth;
}): RpcRequest {
  return {
    method: 'expire',
    params: {
      pubkey: input.account,
      messages: [...input.hashes],
      expiry: typeof input.expiryMs === 'number' ? input.expiryMs : [...input.expiryMs],
      ...(input.mode !== 'set' && { [input.mode]: true }),
      ...authFields(input.auth)
    }
  };
}

/** Shortens the expiry of everything in a namespace. */
export function expireAllRpc(input: {
  readonly account: string;
  readonly namespace: number | 'all';
  readonly expiryMs: number;
  readonly auth: RequestAuth;
}): RpcRequest {
  return {
    method: 'expire_all',
    params: {
      pubkey: input.account,
      namespace: input.namespace,
      expiry: input.expiryMs,
      ...authFields(input.auth)
    }
  };
}

export function getExpiriesRpc(input: {
  readonly account: string;
  readonly hashes: readonly string[];
  readonly timestampMs: number;
  readonly auth: RequestAuth;
}): RpcRequest {
  return {
    method: 'get_expiries',
    params: {
      pubkey: input.account,
      messages: [...input.hashes],
      timestamp: input.timestampMs,
      ...authFields(input.auth)
    }
  };
}

export function getSwarmRpc(account: string): RpcRequest {
  return { method: 'get_swarm', params: { pubkey: account } };
}

export function infoRpc(): RpcRequest {
  return { method: 'info', params: {} };
}

/** Service nodes as the daemon of the asked node lists them (§1.5); `swarm` because `swarm_id` exceeds 2^53. */
export function serviceNodesRpc(): RpcRequest {
  return {
    method: 'oxend_request',
    params: { endpoint: 'get_service_nodes', params: serviceNodesParams() }
  };
}

/** Parameters of `get_service_nodes`, which are the same when a seed is asked (§1.2). */
export function serviceNodesParams(): JsonObject {
  return {
    active_only: true,
    fields: {
      public_ip: true,
      storage_port: true,
      pubkey_x25519: true,
      pubkey_ed25519: true,
      swarm: true,
      requested_unlock_height: true,
      height: true
    }
  };
}

/** The compact node list; nodes before 2.9 answer 400 `no method active_nodes_bin`. */
export function activeNodesBinRpc(): RpcRequest {
  return { method: 'active_nodes_bin', params: {} };
}

/** @param nameHash BLAKE2b-256 of the lower-cased name, 32 bytes (§5.8) */
export function onsResolveRpc(nameHash: Uint8Array): RpcRequest {
  return {
    method: 'oxend_request',
    params: { endpoint: 'ons_resolve', params: { type: 0, name_hash: bytesToBase64(nameHash) } }
  };
}

function several(method: 'batch' | 'sequence', requests: readonly RpcRequest[]): RpcRequest {
  if (requests.length < 1 || requests.length > MAX_BATCH_REQUESTS) {
    throw new UsageError(`1 to ${MAX_BATCH_REQUESTS} requests`);
  }
  const list: JsonValue[] = requests.map((request) => ({ method: request.method, params: request.params }));
  return { method, params: { requests: list } };
}

/** 1 to 20 requests in parallel, answered in order. @throws UsageError for another number */
export function batchRpc(requests: readonly RpcRequest[]): RpcRequest {
  return several('batch', requests);
}

/** 1 to 20 requests one after another, ending with the first that fails. @throws UsageError for another number */
export function sequenceRpc(requests: readonly RpcRequest[]): RpcRequest {
  return several('sequence', requests);
}
