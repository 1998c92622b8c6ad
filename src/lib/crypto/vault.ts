// Keys that protect what is stored on this device (design.md §6). A random root gives three purpose keys by HKDF; the root
// itself is stored only wrapped. WebCrypto alone, since only its keys can be non-extractable.
import { bytesToHex, concatBytes, utf8ToBytes } from '../bytes/index.ts';
import type { RandomBytes } from '../random.ts';
import { assertLength, CryptoError } from './errors.ts';
import type { Bytes } from './primitives.ts';

const ROOT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 128 bits of an HMAC are enough for an index and halve its keys. */
const KEYED_HASH_BYTES = 16;

const ROOT_AAD = 'onionskin/root/v1';
/** Names the derivation; a new version would need a new text. */
const DERIVATION_SALT = utf8ToBytes('onionskin/vault/v1');

/** The key of stored rows; structured cloning carries it to the page, which never sees its bytes. */
export interface RowKey {
  readonly aes: CryptoKey;
}

/** All non-extractable. `identity` stays in workers. */
export interface VaultKeys {
  /** AES-256-GCM: content of rows. */
  readonly rows: CryptoKey;
  /** HMAC-SHA256: keyed hashes in indexes. */
  readonly index: CryptoKey;
  /** AES-256-GCM: seeds. */
  readonly identity: CryptoKey;
}

/** A new root, 32 bytes. Wipe after use. */
export function createRoot(random: RandomBytes): Bytes {
  return random(ROOT_BYTES);
}

/**
 * The purpose keys of a root.
 * @throws CryptoError `bad-key-length`
 */
export async function deriveVaultKeys(root: Uint8Array): Promise<VaultKeys> {
  assertLength(root, ROOT_BYTES, 'root');
  const { subtle } = globalThis.crypto;
  const base = await subtle.importKey('raw', root as Bytes, 'HKDF', false, ['deriveKey']);
  const derive = (purpose: string, algorithm: AesKeyGenParams | HmacKeyGenParams, usages: KeyUsage[]) =>
    subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: DERIVATION_SALT, info: utf8ToBytes(purpose) },
      base,
      algorithm,
      false,
      usages
    );
  const aes = { name: 'AES-GCM', length: 256 };
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
  const [rows, index, identity] = await Promise.all([
    derive('rows', aes, ['encrypt', 'decrypt']),
    derive('index', hmac, ['sign']),
    derive('identity', aes, ['encrypt', 'decrypt'])
  ]);
  return { rows, index, identity };
}

/** The device key: AES-256-GCM, non-extractable, made by the browser and stored as an object in IndexedDB. */
export function createDeviceKey(): Promise<CryptoKey> {
  return globalThis.crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt'
  ]);
}

/**
 * The root as it may be stored.
 * @throws CryptoError `bad-key-length`
 */
export async function wrapRoot(deviceKey: CryptoKey, root: Uint8Array, random: RandomBytes): Promise<Bytes> {
  assertLength(root, ROOT_BYTES, 'root');
  return sealBytes(deviceKey, root, ROOT_AAD, random);
}

/** @throws CryptoError `open-failed` */
export async function unwrapRoot(deviceKey: CryptoKey, wrapped: Uint8Array): Promise<Bytes> {
  const root = await openBytes(deviceKey, wrapped, ROOT_AAD);
  if (root.length !== ROOT_BYTES) throw new CryptoError('open-failed', { details: { input: 'wrapped' } });
  return root;
}

/**
 * nonce(12) ‖ ciphertext ‖ tag(16) under an AES-GCM key of the vault.
 * @param aadText where the value belongs (table and key of its row); opening elsewhere fails
 */
export async function sealBytes(
  key: CryptoKey,
  plaintext: Uint8Array,
  aadText: string,
  random: RandomBytes
): Promise<Bytes> {
  const nonce = random(NONCE_BYTES);
  const parameters = { name: 'AES-GCM', iv: nonce, additionalData: utf8ToBytes(aadText) };
  const sealed = await globalThis.crypto.subtle.encrypt(parameters, key, plaintext as Bytes);
  return concatBytes(nonce, new Uint8Array(sealed));
}

/** @throws CryptoError `open-failed`: another key, another place, altered, or too short */
export async function openBytes(key: CryptoKey, sealed: Uint8Array, aadText: string): Promise<Bytes> {
  if (sealed.length < NONCE_BYTES + TAG_BYTES)
    throw new CryptoError('open-failed', { details: { input: 'sealed' } });
  const parameters = {
    name: 'AES-GCM',
    iv: sealed.subarray(0, NONCE_BYTES) as Bytes,
    additionalData: utf8ToBytes(aadText)
  };
  try {
    const plaintext = await globalThis.crypto.subtle.decrypt(
      parameters,
      key,
      sealed.subarray(NONCE_BYTES) as Bytes
    );
    return new Uint8Array(plaintext);
  } catch (cause) {
    throw new CryptoError('open-failed', { cause, details: { input: 'sealed' } });
  }
}

/** The key of a secret that can be destroyed by itself, from the 32 bytes in its slot. */
export function importSlotKey(bytes: Uint8Array): Promise<CryptoKey> {
  return globalThis.crypto.subtle.importKey('raw', bytes as Bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** What an index holds in place of `text`: 32 hex characters, equal for equal text under one key. */
export async function keyedHash(indexKey: CryptoKey, text: string): Promise<string> {
  const code = await globalThis.crypto.subtle.sign('HMAC', indexKey, utf8ToBytes(text));
  return bytesToHex(new Uint8Array(code, 0, KEYED_HASH_BYTES));
}
