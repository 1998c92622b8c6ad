// Names of the network's name service (network.md §5.8).
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { parseAccountId, type AccountId } from '../account-id.ts';
import { bytesToHex, utf8ToBytes } from '../bytes/index.ts';
import { CryptoError } from './errors.ts';
import { blake2b } from './hash.ts';
import type { Bytes } from './primitives.ts';

function nameBytes(name: string): Bytes {
  return utf8ToBytes(name.toLowerCase());
}

/** What is asked for: BLAKE2b-256 of the lower-cased name, 32 bytes. */
export function nameHash(name: string): Bytes {
  return blake2b(nameBytes(name), { length: 32 });
}

/**
 * The Account ID in the record of a name.
 * @param record.nonce 24 bytes
 * @throws CryptoError `open-failed`; AccountIdError when the record names something else than an account
 */
export function openNameRecord(
  name: string,
  record: { readonly encryptedValue: Uint8Array; readonly nonce: Uint8Array }
): AccountId {
  const key = blake2b(nameBytes(name), { length: 32, key: nameHash(name) });
  return parseAccountId(bytesToHex(openRecord(key, record)));
}

function openRecord(key: Uint8Array, record: { encryptedValue: Uint8Array; nonce: Uint8Array }): Uint8Array {
  try {
    return xchacha20poly1305(key, record.nonce).decrypt(record.encryptedValue);
  } catch (cause) {
    throw new CryptoError('open-failed', { cause, details: { input: 'record' } });
  }
}
