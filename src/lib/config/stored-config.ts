// A config message as the swarm holds it (config-sync.md §4): serialized, padded, cut where it is too long, encrypted.
// Compressed ones are read; ours are not compressed, since a stored frame is never shorter than what it holds.
import { BytesError } from '../bytes/index.ts';
import { CONFIG_OVERHEAD_BYTES, decryptConfig, encryptConfig } from '../crypto/config-cipher.ts';
import { CryptoError, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { MAX_STORED_BYTES, WireError } from '../wire/index.ts';
import { decodeConfigMessage, MAX_CONFIG_BYTES, type ConfigMessage } from './config-message.ts';
import { CONFIG_KINDS, type ConfigKind } from './kinds.ts';
import { padConfig, stripConfigPadding } from './padding.ts';
import { decodeConfigPart, splitConfig, type ConfigPart } from './parts.ts';
import { unwrapConfig } from './wrapper.ts';
import { decompressZstd } from './zstd.ts';

const PLAIN = 0x64;
const COMPRESSED = 0x7a;
const PART = 0x6d;

/** Why a stored message is none of ours to judge: it stays where it is (§7.9). */
export type UnreadableReason =
  'open-failed' | 'unknown-format' | 'foreign-version' | 'malformed' | 'too-large';

/**
 * `isForeignForm`: wrapped or compressed, which readers must take and we never store (config-sync.md §4), so that another
 * app wrote it. Of the parts of a message only the first one can show that the whole is compressed.
 */
export type OpenedConfig =
  | { readonly kind: 'message'; readonly message: ConfigMessage; readonly isForeignForm: boolean }
  | { readonly kind: 'part'; readonly part: ConfigPart; readonly isForeignForm: boolean }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };

/**
 * What to store for a message: one item, or 2 to 255 parts.
 * @param key.baseKey 32 bytes
 * @throws WireError `too-large` over 5,000,000 bytes
 */
export function encryptConfigMessage(
  bytes: Uint8Array,
  key: { baseKey: Uint8Array; domain: string }
): Uint8Array<ArrayBuffer>[] {
  const padded = padConfig(bytes);
  const isOne = padded.length + CONFIG_OVERHEAD_BYTES <= MAX_STORED_BYTES;
  const plaintexts = isOne ? [padded] : splitConfig(padded);
  return plaintexts.map((plaintext) => encryptConfig(key.baseKey, key.domain, plaintext));
}

/** As `encryptConfigMessage`, for a config of the account itself. */
export function sealConfig(
  identity: Identity,
  kind: ConfigKind,
  message: ConfigMessage
): Uint8Array<ArrayBuffer>[] {
  const { domain } = CONFIG_KINDS[kind];
  return encryptConfigMessage(message.bytes, { baseKey: identity.ed25519Seed, domain });
}

/** One stored item of a config namespace of the account, wrapped or not. Never throws for what others stored. */
export async function openConfig(
  crypto: CryptoBackend,
  identity: Identity,
  kind: ConfigKind,
  stored: Uint8Array
): Promise<OpenedConfig> {
  if (stored.length > MAX_STORED_BYTES) return { kind: 'unreadable', reason: 'too-large' };
  const sealed = await unwrapConfig(crypto, identity, stored);
  const opened = decryptConfigMessage(sealed, {
    baseKeys: [identity.ed25519Seed],
    domain: CONFIG_KINDS[kind].domain
  });
  const isWrapped = sealed !== stored;
  return isWrapped && opened.kind !== 'unreadable' ? { ...opened, isForeignForm: true } : opened;
}

/**
 * One encrypted item, without a wrapper.
 * @param key.baseKeys 32 bytes each, tried in this order: newest first
 */
export function decryptConfigMessage(
  sealed: Uint8Array,
  key: { baseKeys: readonly Uint8Array[]; domain: string }
): OpenedConfig {
  for (const baseKey of key.baseKeys) {
    let padded: Uint8Array;
    try {
      padded = decryptConfig(baseKey, key.domain, sealed);
    } catch (error) {
      if (error instanceof CryptoError && error.code !== 'bad-key-length') continue;
      throw error;
    }
    return openPaddedConfig(padded);
  }
  return { kind: 'unreadable', reason: 'open-failed' };
}

/** What padded plaintext holds; also for the whole of a multi-part message. */
export function openPaddedConfig(padded: Uint8Array): OpenedConfig {
  const plaintext = stripConfigPadding(padded);
  try {
    switch (plaintext[0]) {
      case PLAIN:
        return { kind: 'message', message: decodeConfigMessage(plaintext), isForeignForm: false };
      case COMPRESSED:
        return {
          kind: 'message',
          message: decodeConfigMessage(decompressZstd(plaintext.subarray(1), MAX_CONFIG_BYTES)),
          isForeignForm: true
        };
      case PART: {
        const part = decodeConfigPart(plaintext);
        const isForeignForm = part.index === 0 && stripConfigPadding(part.chunk)[0] === COMPRESSED;
        return { kind: 'part', part, isForeignForm };
      }
      default:
        return { kind: 'unreadable', reason: 'unknown-format' };
    }
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): UnreadableReason {
  if (error instanceof BytesError) return 'malformed';
  if (!(error instanceof WireError)) throw error;
  if (error.code === 'too-large') return 'too-large';
  return error.code === 'unsupported-version' ? 'foreign-version' : 'malformed';
}
