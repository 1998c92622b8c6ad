// Answers of storage nodes (network.md §3.6, §4.2, §5.5). Signatures are handed on, not checked here. What a single
// member or message gets wrong is a value in the result; only an answer without its frame is an error.
import { base64ToBytes, BytesError } from '../bytes/index.ts';
import { malformed, WireError } from './errors.ts';
import {
  countOf,
  fieldOf,
  isJsonObject,
  parseJson,
  requireCount,
  requireList,
  requireObject,
  requireString,
  type JsonObject,
  type JsonValue
} from './json.ts';
import { MAX_ONION_REPLY_BYTES } from './onion-request.ts';
import { distinct, normalSwarmId, swarmNode, type ServiceNode } from './service-node.ts';
import { MAX_BATCH_REQUESTS, MAX_MESSAGE_BYTES } from './storage-rpc.ts';

/** Swarms have about ten members. */
const MAX_MEMBERS = 256;
/** A reply of 7.8 MB holds at most this many of the smallest messages (§5.7). */
const MAX_MESSAGES = 60_000;
const MAX_HASHES = 100_000;

/** One node's reply, its status beside its body. */
export interface NodeReply {
  readonly status: number;
  readonly body: JsonValue;
}

/**
 * Decrypted reply of a node (§3.6 step 4). A body that is text holding JSON is parsed; other text stays text.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeNodeReply(plaintext: Uint8Array): NodeReply {
  const structure = 'node-reply';
  const object = requireObject(parseJson(plaintext, MAX_ONION_REPLY_BYTES, structure), structure);
  if (!Object.hasOwn(object, 'body')) throw malformed(structure, 'body');
  const status = requireCount(object, 'status', structure);
  return { status, body: parseEmbedded(object['body'] as JsonValue) };
}

/** Only objects and lists are looked for: `no method 5` and `5` must stay what the node wrote. */
function parseEmbedded(body: JsonValue): JsonValue {
  if (typeof body !== 'string' || !/^\s*[{[]/.test(body)) return body;
  try {
    return parseJson(body, MAX_ONION_REPLY_BYTES, 'node-reply');
  } catch (error) {
    if (error instanceof WireError && error.code === 'malformed') return body;
    throw error;
  }
}

export interface MemberFailure {
  readonly ok: false;
  readonly reason: 'timeout' | 'code' | 'bad-peer-response' | 'query-failure' | 'malformed' | 'unknown';
  /** Status the member answered with, for `code`. */
  readonly code?: number;
}

/** What each member of the swarm did, by its Ed25519 key (64 lower-case hex). */
export type Members<Done> = Readonly<Record<string, (Done & { readonly ok: true }) | MemberFailure>>;

/** What every member's own entry carries. */
export interface Signed {
  /** 64 bytes, by the member, over the text of §5.6. */
  readonly signature: Uint8Array;
}

export interface Answered {
  /** The node's clock, milliseconds; absent in some answers. */
  readonly nodeTimeMs?: number;
  /** Hard fork and revision. */
  readonly hardFork?: readonly [number, number];
}

export interface StoreResult extends Answered {
  readonly hash: string;
  readonly members: Members<
    Signed & { readonly hash: string; readonly expiryMs: number; readonly already: boolean }
  >;
}

/** @throws WireError `malformed`, `too-large` */
export function decodeStoreResult(body: JsonValue): StoreResult {
  const object = requireObject(body, 'store');
  return {
    ...answered(object),
    hash: requireHash(fieldOf(object, 'hash'), 'store'),
    members: members(object, 'store', (entry) => ({
      hash: requireHash(fieldOf(entry, 'hash'), 'store'),
      expiryMs: requireCount(entry, 'expiry', 'store'),
      already: fieldOf(entry, 'already') === true
    }))
  };
}

export interface RetrievedMessage {
  /** 43 characters of base64. */
  readonly hash: string;
  readonly timestampMs: number;
  readonly expiresAtMs: number;
  /** At most 76,800 bytes. */
  readonly data: Uint8Array;
}

export interface RetrieveResult extends Answered {
  /** In the order in which this node got them. */
  readonly messages: readonly RetrievedMessage[];
  readonly more: boolean;
  /** Items left out because they could not be read. */
  readonly skipped: number;
  /** Hash of the last item whose hash could be read, skipped or not: the cursor at this node. */
  readonly lastHash: string | null;
}

/** @throws WireError `malformed`, `too-large` */
export function decodeRetrieveResult(body: JsonValue): RetrieveResult {
  const object = requireObject(body, 'retrieve');
  const items = requireList(object, 'messages', MAX_MESSAGES, 'retrieve');
  const messages: RetrievedMessage[] = [];
  let lastHash: string | null = null;
  for (const item of items) {
    const hash = isJsonObject(item) ? hashOf(fieldOf(item, 'hash')) : null;
    lastHash = hash ?? lastHash;
    const message = hash === null ? null : retrievedMessage(item as JsonObject, hash);
    if (message) messages.push(message);
  }
  return {
    ...answered(object),
    messages,
    more: fieldOf(object, 'more') === true,
    skipped: items.length - messages.length,
    lastHash
  };
}

function retrievedMessage(item: JsonObject, hash: string): RetrievedMessage | null {
  const timestampMs = countOf(item, 'timestamp');
  const expiresAtMs = countOf(item, 'expiration');
  const data = bytesOf(fieldOf(item, 'data'), MAX_MESSAGE_BYTES);
  if (timestampMs === null || expiresAtMs === null || !data) return null;
  return { hash, timestampMs, expiresAtMs, data };
}

export interface DeleteResult extends Answered {
  /** `deleted` sorted by bytes, over all namespaces together, as it is signed. */
  readonly members: Members<Signed & { readonly deleted: readonly string[] }>;
}

/** Answer of `delete`, `delete_all` or `delete_before`. @throws WireError `malformed`, `too-large` */
export function decodeDeleteResult(body: JsonValue): DeleteResult {
  const object = requireObject(body, 'delete');
  return {
    ...answered(object),
    members: members(object, 'delete', (entry) => ({ deleted: hashList(entry, 'deleted', 'delete') }))
  };
}

export interface ExpireResult extends Answered {
  readonly members: Members<
    Signed & {
      /** Applied expiry: one, or one for each of `updated`; empty for `expire_all`. */
      readonly expiriesMs: readonly number[];
      readonly updated: readonly string[];
      /** Messages that were there and kept their expiry; only with extend or shorten. */
      readonly unchanged: Readonly<Record<string, number>>;
    }
  >;
}

/** Answer of `expire` or `expire_all`. @throws WireError `malformed`, `too-large` */
export function decodeExpireResult(body: JsonValue): ExpireResult {
  const object = requireObject(body, 'expire');
  return {
    ...answered(object),
    members: members(object, 'expire', (entry) => ({
      expiriesMs: expiries(fieldOf(entry, 'expiry')),
      updated: hashList(entry, 'updated', 'expire'),
      unchanged: timesByHash(fieldOf(entry, 'unchanged') ?? {}, 'expire')
    }))
  };
}

export interface RevokeResult extends Answered {
  readonly members: Members<Signed>;
}

/** Answer of `revoke_subaccount` or `unrevoke_subaccount`. @throws WireError `malformed`, `too-large` */
export function decodeRevokeResult(body: JsonValue): RevokeResult {
  const object = requireObject(body, 'revoke');
  return { ...answered(object), members: members(object, 'revoke', () => ({})) };
}

export interface GetExpiriesResult {
  /** Milliseconds by hash; a message that is not there is left out. */
  readonly expiriesMs: Readonly<Record<string, number>>;
}

/** @throws WireError `malformed`, `too-large` */
export function decodeGetExpiriesResult(body: JsonValue): GetExpiriesResult {
  const object = requireObject(body, 'get-expiries');
  return { expiriesMs: timesByHash(fieldOf(object, 'expiries'), 'get-expiries') };
}

export interface SwarmResult extends Answered {
  /** Null when there is no swarm. */
  readonly swarmIdHex: string | null;
  readonly nodes: readonly ServiceNode[];
}

/** Answer of `get_swarm`, and body of a 421 (§4.4). @throws WireError `malformed`, `too-large` */
export function decodeSwarmResult(body: JsonValue): SwarmResult {
  const object = requireObject(body, 'swarm');
  const swarmIdHex = normalSwarmId(requireString(object, 'swarm', 'swarm'));
  const entries = requireList(object, 'snodes', MAX_MEMBERS, 'swarm');
  return {
    ...answered(object),
    swarmIdHex,
    nodes: distinct(entries, (entry) => swarmNode(entry, swarmIdHex))
  };
}

export interface InfoResult extends Answered {
  readonly version: readonly [number, number, number];
  readonly timestampMs: number;
}

/** @throws WireError `malformed` */
export function decodeInfoResult(body: JsonValue): InfoResult {
  const object = requireObject(body, 'info');
  const version = numbers(fieldOf(object, 'version'), 3);
  if (!version) throw malformed('info', 'version');
  return {
    ...answered(object),
    version: version as unknown as InfoResult['version'],
    timestampMs: requireCount(object, 'timestamp', 'info')
  };
}

export interface BatchResult {
  /** In request order; of a sequence possibly fewer than were asked. */
  readonly results: readonly { readonly code: number; readonly body: JsonValue }[];
}

/** Answer of `batch` or `sequence`. @throws WireError `malformed`, `too-large` over 20 results */
export function decodeBatchResult(body: JsonValue): BatchResult {
  const object = requireObject(body, 'batch');
  const results = requireList(object, 'results', MAX_BATCH_REQUESTS, 'batch').map((entry) => {
    const result = requireObject(entry, 'batch', 'result');
    return {
      code: requireCount(result, 'code', 'batch'),
      body: Object.hasOwn(result, 'body') ? (result['body'] as JsonValue) : null
    };
  });
  return { results };
}

/** `t` and `hf` of an answer, where it has them (§1.6). */
function answered(object: JsonObject): Answered {
  const nodeTimeMs = countOf(object, 't');
  const hardFork = numbers(fieldOf(object, 'hf'), 2);
  return {
    ...(nodeTimeMs !== null && { nodeTimeMs }),
    ...(hardFork && { hardFork: hardFork as unknown as readonly [number, number] })
  };
}

function numbers(value: JsonValue | undefined, count: number): number[] | null {
  if (!Array.isArray(value) || value.length !== count) return null;
  return value.every((item) => Number.isSafeInteger(item)) ? (value as number[]) : null;
}

function members<Done extends object>(
  object: JsonObject,
  structure: string,
  decode: (entry: JsonObject) => Done
): Members<Done & Signed> {
  const swarm = requireObject(fieldOf(object, 'swarm'), structure, 'swarm');
  const keys = Object.keys(swarm);
  if (keys.length > MAX_MEMBERS) throw malformed(structure, 'swarm');
  const result: Record<string, (Done & Signed & { ok: true }) | MemberFailure> = {};
  for (const key of keys) {
    if (/^[0-9a-fA-F]{64}$/.test(key)) result[key.toLowerCase()] = member(swarm[key], decode);
  }
  return result;
}

function member<Done extends object>(
  entry: JsonValue | undefined,
  decode: (entry: JsonObject) => Done
): (Done & Signed & { ok: true }) | MemberFailure {
  if (!isJsonObject(entry)) return { ok: false, reason: 'malformed' };
  if (fieldOf(entry, 'failed') === true) return failure(entry);
  const signature = bytesOf(fieldOf(entry, 'signature'), 64);
  if (signature?.length !== 64) return { ok: false, reason: 'malformed' };
  try {
    return { ...decode(entry), signature, ok: true };
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: 'malformed' };
    throw error;
  }
}

function failure(entry: JsonObject): MemberFailure {
  if (fieldOf(entry, 'timeout') === true) return { ok: false, reason: 'timeout' };
  if (fieldOf(entry, 'bad_peer_response') === true) return { ok: false, reason: 'bad-peer-response' };
  if (fieldOf(entry, 'query_failure') === true) return { ok: false, reason: 'query-failure' };
  const code = fieldOf(entry, 'code');
  // Nodes pass on the status they got as text.
  if (typeof code === 'number' && Number.isSafeInteger(code)) return { ok: false, reason: 'code', code };
  if (typeof code === 'string' && /^\d{3}$/.test(code))
    return { ok: false, reason: 'code', code: Number(code) };
  return { ok: false, reason: 'unknown' };
}

function expiries(value: JsonValue | undefined): number[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (list.length > MAX_HASHES) throw malformed('expire', 'expiry');
  return list.map((item) => {
    if (typeof item !== 'number' || !Number.isSafeInteger(item)) throw malformed('expire', 'expiry');
    return item;
  });
}

/** A list of hashes, or lists by namespace, as one list sorted by bytes (ASCII, so by UTF-16 units too). */
function hashList(entry: JsonObject, key: string, structure: string): string[] {
  const value = fieldOf(entry, key);
  const lists = isJsonObject(value) ? Object.values(value) : [value];
  const hashes: string[] = [];
  for (const list of lists) {
    if (!Array.isArray(list) || hashes.length + list.length > MAX_HASHES) throw malformed(structure, key);
    for (const item of list) hashes.push(requireHash(item, structure));
  }
  return hashes.sort();
}

function timesByHash(value: JsonValue | undefined, structure: string): Record<string, number> {
  const object = requireObject(value, structure);
  const result: Record<string, number> = {};
  for (const hash of Object.keys(object)) {
    result[requireHash(hash, structure)] = requireCount(object, hash, structure);
  }
  return result;
}

function hashOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && /^[A-Za-z0-9+/]{43}$/.test(value) ? value : null;
}

function requireHash(value: JsonValue | undefined, structure: string): string {
  const hash = hashOf(value);
  if (hash === null) throw malformed(structure, 'hash');
  return hash;
}

function bytesOf(value: JsonValue | undefined, limit: number): Uint8Array | null {
  if (typeof value !== 'string' || value.length > Math.ceil(limit / 3) * 4) return null;
  try {
    const bytes = base64ToBytes(value);
    return bytes.length <= limit ? bytes : null;
  } catch (error) {
    if (error instanceof BytesError) return null;
    throw error;
  }
}
