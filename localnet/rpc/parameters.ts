// Reads parameters of requests with the refusals of a real node (network.md §5.1, vectors [rpc_error]). A JSON null
// counts as absent; unknown keys are ignored.
import { hexToBytes, isHex } from '../../src/lib/bytes/index.ts';
import {
  isNamespace,
  parseAccountKey,
  type AccountKey,
  type JsonObject,
  type JsonValue
} from '../../src/lib/wire/index.ts';
import { badRequest } from './reply.ts';

/** Below this a time cannot be in milliseconds; seconds of today pass and fail at the clock. */
const MIN_TIMESTAMP = 1_000_000_000;
const HASH_LENGTH = 43;

/** The value, or undefined when absent or null. */
export function given(params: JsonObject, name: string): Exclude<JsonValue, null> | undefined {
  return (Object.hasOwn(params, name) ? params[name] : undefined) ?? undefined;
}

export function missing(name: string) {
  return badRequest(`Required field '${name}' missing`);
}

export function invalidValue(name: string, what: string) {
  return badRequest(`Invalid value given for '${name}': ${what}`);
}

export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw missing(name);
  return value;
}

/** Value under one of two names. */
export function aliased(params: JsonObject, name: string, alias: string) {
  const value = given(params, name);
  const other = given(params, alias);
  if (value !== undefined && other !== undefined) {
    throw badRequest(`Cannot specify both '${name}' and '${alias}'`);
  }
  return value ?? other;
}

export function text(params: JsonObject, name: string): string | undefined {
  return textOf(given(params, name), name);
}

function textOf(value: JsonValue | undefined, name: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalidValue(name, 'expected string');
}

export function boolean(params: JsonObject, name: string): boolean {
  const value = given(params, name);
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw invalidValue(name, 'expected boolean');
  return value;
}

export function integer(params: JsonObject, name: string): number | undefined {
  const value = given(params, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalidValue(name, 'expected integer');
  return value;
}

/** An integer of 0 or more that may also be written as decimal text (store). */
export function looseCount(params: JsonObject, name: string): number | undefined {
  const value = given(params, name);
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    if (!/^\d{1,15}$/.test(value)) throw invalidValue(name, JSON.stringify(value));
    return Number(value);
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalidValue(name, 'expected integer');
  if (value < 0) throw invalidValue(name, 'expected positive integer');
  return value;
}

export function plausibleTime(value: number | undefined, name: string): number | undefined {
  if (value !== undefined && value < MIN_TIMESTAMP) {
    throw badRequest(`Invalid timestamp for '${name}': timestamp must be in milliseconds`);
  }
  return value;
}

/** A time in milliseconds. */
export function time(params: JsonObject, name: string): number | undefined {
  const value = given(params, name);
  return value === undefined ? undefined : timeOf(value, name);
}

export function timeOf(value: JsonValue, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalidValue(name, 'expected integer timestamp (in milliseconds)');
  }
  return plausibleTime(value, name) as number;
}

/** The account; `alias` is the old name some methods still take. */
export function account(params: JsonObject, alias?: string): AccountKey {
  return accountOf(params, alias, 'Pubkey must be 66 hex digits (33 bytes) long');
}

export function accountOf(params: JsonObject, alias: string | undefined, complaint: string): AccountKey {
  const value = alias === undefined ? given(params, 'pubkey') : aliased(params, 'pubkey', alias);
  const key = required(textOf(value, 'pubkey'), 'pubkey');
  try {
    return parseAccountKey(key);
  } catch {
    throw badRequest(complaint);
  }
}

export function namespace(params: JsonObject): number {
  const value = given(params, 'namespace') ?? 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw invalidValue('namespace', 'expected 16-bit integer');
  }
  if (!isNamespace(value)) throw invalidValue('namespace', 'value out of range');
  return value;
}

export function namespaceOrAll(params: JsonObject): number | 'all' {
  const value = given(params, 'namespace') ?? 0;
  if (value === 'all') return 'all';
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw invalidValue('namespace', 'expected integer or "all"');
  }
  if (!isNamespace(value)) throw invalidValue('namespace', 'value out of range');
  return value;
}

/**
 * Bytes of base64 text in the standard alphabet, padded or not, or null. As strict as `base64ToBytes`, and quicker:
 * what the decoder passes over does not come out again.
 */
export function base64(value: string): Uint8Array | null {
  const bytes = Buffer.from(value, 'base64');
  const again = bytes.toString('base64');
  const isSame = again === value || (again.endsWith('=') && again.replace(/=+$/, '') === value);
  return isSame ? bytes : null;
}

/** The reverse, padded. */
export function base64Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export function isMessageHash(value: string): boolean {
  return value.length === HASH_LENGTH && /^[A-Za-z0-9+/]*$/.test(value);
}

/** `messages`: a list of hashes, or one. */
export function messageHashes(params: JsonObject): readonly string[] | undefined {
  const value = given(params, 'messages');
  if (value === undefined) return undefined;
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string')) {
    throw invalidValue('messages', 'expected string array');
  }
  return list;
}

/** Checks what `messageHashes` read. */
export function requireHashes(hashes: readonly string[] | undefined): readonly string[] {
  const list = required(hashes, 'messages');
  if (list.length === 0) throw badRequest('messages does not contain any message hashes');
  const wrong = list.find((hash) => !isMessageHash(hash));
  if (wrong !== undefined) throw badRequest(`invalid message hash: ${wrong}`);
  return list;
}

/** `last_hash`; null for none. */
export function lastHash(params: JsonObject): string | null {
  const value = textOf(aliased(params, 'last_hash', 'lastHash'), 'last_hash') ?? '';
  if (value === '') return null;
  if (value.length !== HASH_LENGTH) throw badRequest('Invalid last_hash: expected base64 (43 chars)');
  if (!isMessageHash(value)) throw badRequest('Invalid last_hash: not base64');
  return value;
}

const TOKEN_BYTES = 36;

/** A subaccount token in base64 (48 characters) or hex (72), or null. */
export function tokenBytes(value: string): Uint8Array | null {
  if (value.length === TOKEN_BYTES * 2) return isHex(value) ? hexToBytes(value) : null;
  return value.length === 48 ? base64(value) : null;
}
