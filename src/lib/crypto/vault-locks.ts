// Keys that open a vault from what a person knows or has (design.md §6): a passphrase through Argon2id, a passkey through the
// secret that WebAuthn's PRF gives. One run of Argon2id serves every question an entry is asked, so that all take the same work.
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes, wipe } from '../bytes/index.ts';
import type { RandomBytes } from '../random.ts';
import { argon2id, type Argon2Cost } from './argon2.ts';
import { assertLength } from './errors.ts';
import type { Bytes } from './primitives.ts';
import { openBytes, sealBytes } from './vault.ts';

/** What design.md §6 asks for. */
export const LOCK_COST: Argon2Cost = { memoryKiB: 65_536, passes: 3 };

/** What stands beside a wrapped root so that a passphrase can open it again. */
export interface PassphraseParameters {
  readonly cost: Argon2Cost;
  /** 16 bytes, random; of one profile alone. */
  readonly salt: Uint8Array;
}

/** What an entry at the lock screen opens, if it is right. */
export interface EntryKeys {
  /** AES-256-GCM: the root. */
  readonly root: CryptoKey;
  /** AES-256-GCM: the mark of the wipe code. */
  readonly wipe: CryptoKey;
}

const SALT_BYTES = 16;
const KEY_BYTES = 32;
const PARAMETER_BYTES = 1 + 4 + 1 + SALT_BYTES;
const VERSION = 1;
/** A slot that asks for more was not written by this app. */
const MAX_MEMORY_KIB = 1_048_576;
const MAX_PASSES = 64;

const DERIVATION_SALT = utf8ToBytes('onionskin/vault/v1');
const WIPE_PLACE = 'onionskin/wipe/v1';

export function createPassphraseParameters(cost: Argon2Cost, random: RandomBytes): PassphraseParameters {
  return { cost, salt: random(SALT_BYTES) };
}

/** 22 bytes: version(1) ‖ memory in KiB(4, big endian) ‖ passes(1) ‖ salt(16). */
export function encodePassphraseParameters({ cost, salt }: PassphraseParameters): Bytes {
  assertLength(salt, SALT_BYTES, 'salt');
  const bytes = new Uint8Array(PARAMETER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(1, cost.memoryKiB);
  view.setUint8(5, cost.passes);
  bytes.set(salt, 6);
  return bytes;
}

/** Null for bytes that are no parameters, or that ask for more than any version of this app did. */
export function decodePassphraseParameters(bytes: Uint8Array): PassphraseParameters | null {
  if (bytes.length !== PARAMETER_BYTES || bytes[0] !== VERSION) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cost = { memoryKiB: view.getUint32(1), passes: view.getUint8(5) };
  if (cost.memoryKiB < 8 || cost.memoryKiB > MAX_MEMORY_KIB) return null;
  if (cost.passes < 1 || cost.passes > MAX_PASSES) return null;
  return { cost, salt: bytes.slice(6) };
}

/**
 * What somebody typed, as keys. Takes a second or more.
 * @param onProgress hears from 0 to 1 how much is done
 */
export async function deriveEntryKeys(
  text: string,
  { cost, salt }: PassphraseParameters,
  onProgress?: (done: number) => void
): Promise<EntryKeys> {
  // What looks the same is the same.
  const secret = utf8ToBytes(text.normalize('NFC'));
  const master = await argon2id(secret, salt, cost, KEY_BYTES, onProgress);
  wipe(secret);
  const [root, wipeKey] = await Promise.all([
    purposeKey(master, 'lock/passphrase'),
    purposeKey(master, 'lock/wipe')
  ]);
  wipe(master);
  return { root, wipe: wipeKey };
}

/**
 * The key of a passkey.
 * @param secret 32 bytes, from WebAuthn's PRF
 * @throws CryptoError `bad-key-length`
 */
export function derivePasskeyKey(secret: Uint8Array): Promise<CryptoKey> {
  assertLength(secret, KEY_BYTES, 'secret');
  return purposeKey(secret, 'lock/passkey');
}

async function purposeKey(secret: Uint8Array, purpose: string): Promise<CryptoKey> {
  const bytes = hkdf(sha256, secret, DERIVATION_SALT, utf8ToBytes(purpose), KEY_BYTES) as Bytes;
  const key = await globalThis.crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [
    'encrypt',
    'decrypt'
  ]);
  wipe(bytes);
  return key;
}

/** 60 bytes that the wipe code alone opens; what is in them means nothing. */
export function sealWipeMark(wipeKey: CryptoKey, random: RandomBytes): Promise<Bytes> {
  return sealBytes(wipeKey, random(KEY_BYTES), WIPE_PLACE, random);
}

/** As many bytes as a mark, which nothing opens: there is no wipe code. */
export function createEmptyWipeMark(random: RandomBytes): Bytes {
  return random(12 + KEY_BYTES + 16);
}

/** Whether an entry is the wipe code. */
export function opensWipeMark(wipeKey: CryptoKey, mark: Uint8Array): Promise<boolean> {
  return openBytes(wipeKey, mark, WIPE_PLACE).then(
    () => true,
    () => false
  );
}
