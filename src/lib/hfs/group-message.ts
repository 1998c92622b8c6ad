// A message from the device group to itself (§11.2): one payload, sealed to the device key of each live device. Outsiders see neither
// how many there are, to a multiple of four, nor which.
import { concatBytes, equalBytes, wipe } from '../bytes/index.ts';
import {
  CryptoError,
  decryptXChaCha,
  encryptXChaCha,
  maskXChaCha,
  ML_KEM_BYTES,
  type CryptoBackend
} from '../crypto/index.ts';
import { shuffled } from '../random.ts';
import { bytesToUtf8, utf8ToBytes } from '../bytes/index.ts';
import { malformed, requireAtMost, type BtInput } from '../wire/index.ts';
import { purposeHash } from './hashes.ts';
import type { PublicKeys, RotatingKeys } from './rotating-keys.ts';
import {
  appendEntry,
  closeDict,
  decodeSignedDict,
  openDictBytes,
  optionalBytes,
  requiredBytes
} from './signed-dict.ts';

const STRUCTURE = 'hfs-group-message';
export const MAX_GROUP_MESSAGE_BYTES = 76_800;
export const GROUP_ID_BYTES = 8;
const SLOTS_STEP = 4;
const INDEX_BYTES = 2;
const WRAPPED_BYTES = INDEX_BYTES + 32;
const TAG_BYTES = 16;
const MAX_SLOTS = 24;
const MAX_ITEMS = 64;

/** The account's long-term keys as this floor needs them; 32 bytes each. */
export interface GroupRoot {
  readonly ed25519Seed: Uint8Array;
  readonly ed25519PublicKey: Uint8Array;
}

function roundUp(count: number): number {
  return Math.ceil(count / SLOTS_STEP) * SLOTS_STEP;
}

/** Tags, signature and what frames the parts. */
const FRAME_BYTES = 1400;

/** How long a message becomes, at most. @param payloadBytes of the padded payload */
export function groupMessageBytes(payloadBytes: number, recipients: number): number {
  return payloadBytes + roundUp(recipients) * (ML_KEM_BYTES.ciphertext + WRAPPED_BYTES) + FRAME_BYTES;
}

/** Masks a group id, 8 bytes, and takes the mask off. @param ephemeralPublicKey `A` of the message */
export function maskGroupId(
  root: GroupRoot,
  ephemeralPublicKey: Uint8Array,
  groupId: Uint8Array
): Uint8Array {
  const key = purposeHash(32, 'SessionDvGrpID_K', [root.ed25519Seed]);
  const masked = maskXChaCha(key, purposeHash(24, 'SessionDvGrpID_N', [ephemeralPublicKey]), groupId);
  wipe(key);
  return masked;
}

/** By this a removed device finds out that it is, 16 bytes; nobody else can tell whom it names. */
export function removalTag(
  root: GroupRoot,
  ephemeralPublicKey: Uint8Array,
  deviceId: Uint8Array
): Uint8Array {
  return purposeHash(TAG_BYTES, 'SessionDevKicked', [root.ed25519Seed, deviceId], ephemeralPublicKey);
}

/** A new group's id (§11.2): creation minutes, little-endian, and four random bytes. */
export function createGroupId(crypto: CryptoBackend, nowSeconds: number): Uint8Array<ArrayBuffer> {
  const minutes = new Uint8Array(4);
  new DataView(minutes.buffer).setUint32(0, Math.floor(nowSeconds / 60), true);
  return concatBytes(minutes, crypto.random(4));
}

/** Minutes since 1970 at which a group was made. */
export function groupCreatedMinutes(groupId: Uint8Array): number {
  return new DataView(groupId.buffer, groupId.byteOffset, 4).getUint32(0, true);
}

/**
 * Seals a payload to devices and signs it.
 * @param input.payload padded (`encodePayload`)
 * @param input.recipients device keys, 1..24
 * @param input.linkKey X25519 half of the active account key, 32 bytes
 * @param input.removedIds devices that are to learn of their removal, 32 bytes each
 * @param input.ephemeralSecretKey 32 bytes; only tests give it
 * @throws WireError `too-large`; CryptoError `bad-key`, `low-order-point` for keys of a device nobody could use
 */
export async function sealGroupMessage(
  crypto: CryptoBackend,
  input: {
    root: GroupRoot;
    groupId: Uint8Array;
    payload: Uint8Array;
    recipients: readonly PublicKeys[];
    linkKey: Uint8Array;
    removedIds: readonly Uint8Array[];
    ephemeralSecretKey?: Uint8Array;
  }
): Promise<Uint8Array<ArrayBuffer>> {
  const { root, recipients } = input;
  requireAtMost(recipients, MAX_SLOTS, STRUCTURE);
  const secretKey = input.ephemeralSecretKey?.slice() ?? crypto.random(32);
  const a = await crypto.x25519PublicKey(secretKey);
  const keyBase = crypto.random(32);
  const slots = await Promise.all(
    recipients.map(async (keys) => ({ keys, ...(await crypto.mlKemEncapsulate(keys.mlKem)) }))
  );
  const fillers = roundUp(recipients.length) - recipients.length;
  const order = shuffled(crypto.random, [...slots, ...new Array<null>(fillers).fill(null)]);
  const ciphertexts = concatBytes(
    ...order.map((slot) => slot?.ciphertext ?? crypto.random(ML_KEM_BYTES.ciphertext))
  );
  const sealed = encryptXChaCha(keyBase, payloadNonce(ciphertexts, a), input.payload);
  const wrapped = await Promise.all(
    order.map(async (slot) => {
      if (slot === null) return crypto.random(WRAPPED_BYTES);
      const shared = await crypto.x25519SharedSecret(secretKey, slot.keys.x25519);
      return wrapFor(slot.keys, { a, sealed, shared, slot }, keyBase);
    })
  );
  wipe(secretKey);
  wipe(keyBase);
  const tags = input.removedIds.map((id) => removalTag(root, a, id));
  const body = outerBody(root, input, { a, ciphertexts, wrapped: concatBytes(...wrapped), sealed });
  if (tags.length > 0) {
    const tagFillers = Array.from({ length: roundUp(tags.length) - tags.length }, () =>
      crypto.random(TAG_BYTES)
    );
    body.set('k', concatBytes(...shuffled(crypto.random, [...tags, ...tagFillers])));
  }
  const signed = openDictBytes(body);
  const message = closeDict(appendEntry(signed, '~', await crypto.ed25519Sign(root.ed25519Seed, signed)));
  requireAtMost(message, MAX_GROUP_MESSAGE_BYTES, STRUCTURE);
  return message;
}

function outerBody(
  root: GroupRoot,
  input: { groupId: Uint8Array; linkKey: Uint8Array },
  parts: { a: Uint8Array; ciphertexts: Uint8Array; wrapped: Uint8Array; sealed: Uint8Array }
): Map<string, BtInput> {
  return new Map<string, BtInput>([
    ['', utf8ToBytes('G')],
    ['@', maskGroupId(root, parts.a, input.groupId)],
    ['A', parts.a],
    ['C', parts.ciphertexts],
    ['K', parts.wrapped],
    ['X', input.linkKey],
    ['d', parts.sealed]
  ]);
}

function payloadNonce(ciphertexts: Uint8Array, a: Uint8Array): Uint8Array {
  return purposeHash(24, 'SessionDevDNonce', [ciphertexts], a);
}

interface SlotSecrets {
  readonly a: Uint8Array;
  readonly sealed: Uint8Array;
  /** DH of the message's key and the device's. */
  readonly shared: Uint8Array;
  readonly slot: { readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array };
}

/** What is laid over `key_base`; the same to wrap and to unwrap. Wipes both secrets. */
function maskKey(keys: PublicKeys, { a, sealed, shared, slot }: SlotSecrets, key: Uint8Array): Uint8Array {
  const wrapKey = purposeHash(32, 'SessionDevKeyKey', [
    shared,
    a,
    keys.x25519,
    slot.sharedSecret,
    keys.mlKem
  ]);
  wipe(shared);
  wipe(slot.sharedSecret);
  const masked = maskXChaCha(wrapKey, purposeHash(24, 'SessionDevKNonce', [slot.ciphertext, sealed], a), key);
  wipe(wrapKey);
  return masked;
}

function slotIndex(keys: PublicKeys, a: Uint8Array, ciphertext: Uint8Array, wrapped: Uint8Array): Uint8Array {
  return purposeHash(INDEX_BYTES, 'SessionDevKeyIdx', [a, keys.x25519, keys.mlKem, ciphertext, wrapped]);
}

function wrapFor(keys: PublicKeys, secrets: SlotSecrets, keyBase: Uint8Array): Uint8Array {
  const wrapped = maskKey(keys, secrets, keyBase);
  return concatBytes(slotIndex(keys, secrets.a, secrets.slot.ciphertext, wrapped), wrapped);
}

/** A message of the account's group as everybody with the recovery phrase sees it; the payload is still sealed. */
export interface GroupMessage {
  readonly groupId: Uint8Array;
  readonly ephemeralPublicKey: Uint8Array;
  /** 32 bytes: link requests are sealed to it. */
  readonly linkKey: Uint8Array;
  readonly slots: readonly {
    readonly ciphertext: Uint8Array;
    readonly index: Uint8Array;
    readonly wrapped: Uint8Array;
  }[];
  readonly removalTags: readonly Uint8Array[];
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

/**
 * Takes a message of the group apart after its signature was verified (§11.3).
 * @returns null when the account has not signed it, or when it is no message of a group
 * @throws WireError `malformed`, `too-large`
 */
export async function openGroupMessage(
  crypto: CryptoBackend,
  bytes: Uint8Array,
  root: GroupRoot
): Promise<GroupMessage | null> {
  requireAtMost(bytes, MAX_GROUP_MESSAGE_BYTES, STRUCTURE);
  const { dict, signedBy } = decodeSignedDict(bytes, { maxItems: MAX_ITEMS });
  if (bytesToUtf8(requiredBytes(dict, '', STRUCTURE, 1)) !== 'G') return null;
  const signature = requiredBytes(dict, '~', STRUCTURE, 64);
  if (!(await crypto.ed25519Verify(root.ed25519PublicKey, signedBy('~') as Uint8Array, signature)))
    return null;
  const a = requiredBytes(dict, 'A', STRUCTURE, 32);
  const ciphertexts = requiredBytes(dict, 'C', STRUCTURE);
  const wrapped = requiredBytes(dict, 'K', STRUCTURE);
  const count = wrapped.length / WRAPPED_BYTES;
  const isWhole = Number.isInteger(count) && count >= SLOTS_STEP && count <= MAX_SLOTS;
  if (!isWhole || ciphertexts.length !== count * ML_KEM_BYTES.ciphertext) throw malformed(STRUCTURE, 'C');
  const tags = optionalBytes(dict, 'k', STRUCTURE) ?? new Uint8Array();
  if (tags.length % TAG_BYTES !== 0) throw malformed(STRUCTURE, 'k');
  return {
    groupId: maskGroupId(root, a, requiredBytes(dict, '@', STRUCTURE, GROUP_ID_BYTES)),
    ephemeralPublicKey: a,
    linkKey: requiredBytes(dict, 'X', STRUCTURE, 32),
    slots: pieces(wrapped, WRAPPED_BYTES).map((slot, place) => ({
      ciphertext: pieces(ciphertexts, ML_KEM_BYTES.ciphertext)[place] as Uint8Array,
      index: slot.subarray(0, INDEX_BYTES),
      wrapped: slot.subarray(INDEX_BYTES)
    })),
    removalTags: pieces(tags, TAG_BYTES),
    nonce: payloadNonce(ciphertexts, a),
    sealed: requiredBytes(dict, 'd', STRUCTURE)
  };
}

function pieces(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: bytes.length / length }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length)
  );
}

/**
 * The padded payload, opened with any of this device's keys; null when none of them is among the recipients.
 * @param deviceKeys the present ones and those that were rotated lately
 */
export async function openPayload(
  crypto: CryptoBackend,
  message: GroupMessage,
  deviceKeys: readonly RotatingKeys[]
): Promise<Uint8Array | null> {
  const { ephemeralPublicKey: a, sealed, nonce } = message;
  for (const keys of deviceKeys) {
    for (const { ciphertext, index, wrapped } of message.slots) {
      if (!equalBytes(slotIndex(keys.publicKeys, a, ciphertext, wrapped), index)) continue;
      const [shared, sharedSecret] = await Promise.all([
        crypto.x25519SharedSecret(keys.x25519SecretKey, a),
        keys.mlKemSecret.decapsulate(ciphertext)
      ]);
      const slot = { ciphertext, sharedSecret };
      const keyBase = maskKey(keys.publicKeys, { a, sealed, shared, slot }, wrapped);
      const payload = tryDecrypt(keyBase, nonce, sealed);
      wipe(keyBase);
      if (payload !== null) return payload;
    }
  }
  return null;
}

function tryDecrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  try {
    return decryptXChaCha(key, nonce, sealed);
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

/** Whether a message says that this device was removed. */
export function namesAsRemoved(message: GroupMessage, root: GroupRoot, deviceId: Uint8Array): boolean {
  const own = removalTag(root, message.ephemeralPublicKey, deviceId);
  return message.removalTags.some((tag) => equalBytes(tag, own));
}
