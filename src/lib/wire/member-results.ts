// Answers that gather what each member of a swarm did (network.md §4.6, §5.5). Signatures are handed on, not checked
// here. What one member gets wrong is a failure of that member and spoils no other entry.
import { malformed, WireError } from './errors.ts';
import {
  fieldOf,
  isJsonObject,
  requireCount,
  requireObject,
  type JsonObject,
  type JsonValue
} from './json.ts';
import { answered, bytesOf, requireHash, timesByHash, type Answered } from './result-fields.ts';

/** Swarms have about ten members. */
const MAX_MEMBERS = 256;
const MAX_HASHES = 100_000;
const SIGNATURE_BYTES = 64;

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
  const signature = bytesOf(fieldOf(entry, 'signature'), SIGNATURE_BYTES);
  if (signature?.length !== SIGNATURE_BYTES) return { ok: false, reason: 'malformed' };
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
