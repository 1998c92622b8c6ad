// What a node's daemon answers about a name of the name service (network.md §5.8).
//
// | field             | form                                                          |
// | ----------------- | ------------------------------------------------------------- |
// | `encrypted_value` | hex of 49 bytes: an Account ID of 33 and a tag of 16; absent  |
// |                   | when nobody has the name                                      |
// | `nonce`           | hex of 24 bytes                                               |
import { hexToBytes } from '../bytes/index.ts';
import { malformed } from './errors.ts';
import { fieldOf, requireObject, type JsonObject, type JsonValue } from './json.ts';

const STRUCTURE = 'name-record';
const VALUE_BYTES = 33 + 16;
const NONCE_BYTES = 24;

export interface NameRecord {
  /** 49 bytes. */
  readonly encryptedValue: Uint8Array;
  /** 24 bytes. */
  readonly nonce: Uint8Array;
}

/**
 * Body of the reply to `onsResolveRpc`, where the daemon's answer is under `result`.
 * @returns null when the name is not registered
 * @throws WireError `malformed`
 */
export function decodeNameRecord(body: JsonValue): NameRecord | null {
  const result = requireObject(fieldOf(requireObject(body, STRUCTURE), 'result'), STRUCTURE, 'result');
  if (fieldOf(result, 'encrypted_value') === undefined) return null;
  return {
    encryptedValue: hexOf(result, 'encrypted_value', VALUE_BYTES),
    nonce: hexOf(result, 'nonce', NONCE_BYTES)
  };
}

function hexOf(result: JsonObject, key: string, length: number): Uint8Array {
  const value = fieldOf(result, key);
  if (typeof value !== 'string' || value.length !== 2 * length || !/^[0-9a-f]*$/i.test(value)) {
    throw malformed(STRUCTURE, key);
  }
  return hexToBytes(value.toLowerCase());
}
