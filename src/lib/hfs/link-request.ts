// How a new device asks the group to be taken in (§12.2), and what both people at the screens compare.
import { concatBytes, wipe, utf8ToBytes } from '../bytes/index.ts';
import { argon2id, decryptXChaCha, encryptXChaCha, type CryptoBackend } from '../crypto/index.ts';
import { encodeBt, isBtDict, malformed, requireAtMost, type BtInput } from '../wire/index.ts';
import type { GroupRoot } from './group-message.ts';
import { DEVICE_ID_BYTES, readRecord, recordDict, type DeviceRecord } from './group-records.ts';
import { purposeHash, xorBytes } from './hashes.ts';
import { appendEntry, closeDict, decodeSignedDict, openDictBytes, requiredBytes } from './signed-dict.ts';

const STRUCTURE = 'hfs-link-request';
const MAX_BYTES = 8192;
const MAX_ITEMS = 128;
const INDICATOR_BYTES = 2;
const SAS_COST = { memoryKiB: 16 * 1024, passes: 2 };
const SAS_BYTES = 16;
const SYMBOL_BITS = 6n;

export interface LinkRequest {
  /** 32 bytes. */
  readonly deviceId: Uint8Array;
  readonly record: DeviceRecord;
  /** What both sides derive the symbols from. */
  readonly inner: Uint8Array;
}

interface LinkRoot extends GroupRoot {
  readonly x25519SecretKey: Uint8Array;
  readonly x25519PublicKey: Uint8Array;
}

function linkKey(shared: Uint8Array, ephemeralPublicKey: Uint8Array, groupKey: Uint8Array) {
  const derived = purposeHash(56, 'SessionDvGrpLink', [shared, ephemeralPublicKey, groupKey]);
  wipe(shared);
  return { key: derived.subarray(0, 32), nonce: derived.subarray(32) };
}

function indicatorMask(shared: Uint8Array, ephemeralPublicKey: Uint8Array, root: LinkRoot): Uint8Array {
  const mask = purposeHash(
    INDICATOR_BYTES,
    'SessionDvGrpKISS',
    [ephemeralPublicKey, root.x25519PublicKey],
    shared
  );
  wipe(shared);
  return mask;
}

/**
 * Builds a request to be stored for ten minutes.
 * @param input.groupLinkKey `X` of the group's latest message, 32 bytes
 * @param input.ephemeralSecretKey 32 bytes; only tests give it
 */
export async function buildLinkRequest(
  crypto: CryptoBackend,
  input: {
    root: LinkRoot;
    groupLinkKey: Uint8Array;
    deviceId: Uint8Array;
    record: DeviceRecord;
    ephemeralSecretKey?: Uint8Array;
  }
): Promise<{ message: Uint8Array<ArrayBuffer>; request: LinkRequest }> {
  const { root, groupLinkKey, deviceId, record } = input;
  const body = openDictBytes(
    new Map<string, BtInput>([
      ['I', deviceId],
      ['i', recordDict(record)]
    ])
  );
  const inner = closeDict(appendEntry(body, '~', await crypto.ed25519Sign(root.ed25519Seed, body)));
  const secretKey = input.ephemeralSecretKey?.slice() ?? crypto.random(32);
  const [e, forGroup, forAccount] = await Promise.all([
    crypto.x25519PublicKey(secretKey),
    crypto.x25519SharedSecret(secretKey, groupLinkKey),
    crypto.x25519SharedSecret(secretKey, root.x25519PublicKey)
  ]);
  wipe(secretKey);
  const { key, nonce } = linkKey(forGroup, e, groupLinkKey);
  const message = encodeBt(
    new Map<string, BtInput>([
      ['', utf8ToBytes('L')],
      ['E', e],
      ['L', encryptXChaCha(key, nonce, inner)],
      ['i', xorBytes(groupLinkKey.subarray(0, INDICATOR_BYTES), indicatorMask(forAccount, e, root))]
    ])
  );
  wipe(key);
  return { message, request: { deviceId, record, inner } };
}

/** The group's key to which a request may be sealed: the X25519 half of an account key. */
export interface LinkKeyPair {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/**
 * Opens a request with the group's keys and verifies that the account has signed it.
 * @returns null when it is none of ours: another kind of message, another key, or not signed by the account
 * @throws WireError `malformed`, `too-large`
 */
export async function openLinkRequest(
  crypto: CryptoBackend,
  message: Uint8Array,
  root: LinkRoot,
  linkKeys: readonly LinkKeyPair[]
): Promise<LinkRequest | null> {
  requireAtMost(message, MAX_BYTES, STRUCTURE);
  const { dict } = decodeSignedDict(message, { maxItems: MAX_ITEMS });
  if (requiredBytes(dict, '', STRUCTURE, 1)[0] !== 'L'.charCodeAt(0)) return null;
  const e = requiredBytes(dict, 'E', STRUCTURE, 32);
  const sealed = requiredBytes(dict, 'L', STRUCTURE);
  const indicator = requiredBytes(dict, 'i', STRUCTURE, INDICATOR_BYTES);
  const mask = indicatorMask(await crypto.x25519SharedSecret(root.x25519SecretKey, e), e, root);
  const wanted = xorBytes(indicator, mask);
  for (const { secretKey, publicKey } of linkKeys) {
    if (wanted.some((byte, index) => byte !== publicKey[index])) continue;
    const { key, nonce } = linkKey(await crypto.x25519SharedSecret(secretKey, e), e, publicKey);
    const inner = tryOpen(key, nonce, sealed);
    wipe(key);
    if (inner !== null) return readInner(crypto, inner, root);
  }
  return null;
}

function tryOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  try {
    return decryptXChaCha(key, nonce, sealed);
  } catch {
    return null;
  }
}

async function readInner(
  crypto: CryptoBackend,
  inner: Uint8Array,
  root: GroupRoot
): Promise<LinkRequest | null> {
  const { dict, signedBy } = decodeSignedDict(inner, { maxItems: MAX_ITEMS });
  const signature = requiredBytes(dict, '~', STRUCTURE, 64);
  if (!(await crypto.ed25519Verify(root.ed25519PublicKey, signedBy('~') as Uint8Array, signature)))
    return null;
  const record = dict.get('i');
  if (!isBtDict(record)) throw malformed(STRUCTURE, 'i');
  return {
    deviceId: requiredBytes(dict, 'I', STRUCTURE, DEVICE_ID_BYTES),
    record: readRecord(record),
    inner
  };
}

/**
 * The numbers (0..63) of the symbols two screens show for one request; they differ when the request was exchanged on the way.
 * @param count 7, or 21 for who wants to be surer
 */
export async function linkSymbols(inner: Uint8Array, count: 7 | 21): Promise<number[]> {
  const seed = await linkSymbolSeed(inner);
  const number = seed.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return Array.from({ length: count }, (_, index) => Number((number >> (SYMBOL_BITS * BigInt(index))) & 63n));
}

/** 16 bytes; slow on purpose. */
export function linkSymbolSeed(inner: Uint8Array): Promise<Uint8Array> {
  return argon2id(inner, purposeHash(16, 'SessionLinkEmoji', [inner]), SAS_COST, SAS_BYTES);
}

/** The numbers of the four symbols that stand for a group in the list of devices (§12.3). */
export function groupSymbols(groupId: Uint8Array): number[] {
  const hash = purposeHash(16, 'SessionDvGrp_SAS', [concatBytes(groupId)]);
  const number = hash.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return Array.from({ length: 4 }, (_, index) => Number((number >> (SYMBOL_BITS * BigInt(index))) & 63n));
}
