// A message in format 00 02 (§10): sealed to an account's rotating keys, signed inside.
//
//   00 02 ‖ ki(2) ‖ E(32) ‖ ct(1088) ‖ XChaCha20-Poly1305(k, n, inner)      length a multiple of 256, at least 1536
//   inner = d 1:S sender 1:c content [1:~ signature] [2:~P Pro signature] e, filled up with zeros
import { accountIdOf, x25519PublicKeyOf, type AccountId } from '../account-id.ts';
import { concatBytes, equalBytes, utf8ToBytes, wipe } from '../bytes/index.ts';
import {
  blake2b,
  CryptoError,
  decryptXChaCha,
  encryptXChaCha,
  ML_KEM_BYTES,
  sha3,
  shake256,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import { requireAtMost } from '../wire/index.ts';
import { accountIdBytes } from './announcement.ts';
import { HfsError } from './errors.ts';
import { purposeHash, xorBytes } from './hashes.ts';
import { combineSecrets } from './hybrid-secret.ts';
import type { PublicKeys, RotatingKeys } from './rotating-keys.ts';
import {
  appendEntry,
  closeDict,
  decodeSignedDict,
  openDictBytes,
  optionalBytes,
  requiredBytes
} from './signed-dict.ts';

const PREFIX = Uint8Array.of(0x00, 0x02);
const INDICATOR_BYTES = 2;
const HEADER_BYTES = PREFIX.length + INDICATOR_BYTES + 32 + ML_KEM_BYTES.ciphertext;
const TAG_BYTES = 16;
const OUTER_BYTES = HEADER_BYTES + TAG_BYTES;
const BLOCK_BYTES = 256;
const MIN_BYTES = 1536;
/** What a service node stores (network.md §5.1). */
export const MAX_ENVELOPE_BYTES = 76_800;
const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const STRUCTURE = 'hfs-message';
const HYBRID_LABEL = utf8ToBytes('SessionV2MessageSS');
const IDENTITY_LABEL = utf8ToBytes('SessionV2NonPFSSS');

/** Whether stored bytes are in a format of this family: v1 is protobuf, where a leading zero cannot be. */
export function envelopeFormat(bytes: Uint8Array): 'v1' | 'hfs' | 'unknown' {
  if (bytes[0] !== PREFIX[0]) return 'v1';
  return bytes[1] === PREFIX[1] ? 'hfs' : 'unknown';
}

/** A mask only the two ends can compute, so that nobody sees which key a message is for (§10.1). */
async function indicatorMask(
  crypto: CryptoBackend,
  secretKey: Uint8Array,
  otherKey: Uint8Array,
  ephemeralPublicKey: Uint8Array,
  recipientPublicKey: Uint8Array
): Promise<Uint8Array> {
  const shared = await crypto.x25519SharedSecret(secretKey, otherKey);
  const mask = purposeHash(
    INDICATOR_BYTES,
    'Session-Msg-KISS',
    [ephemeralPublicKey, recipientPublicKey],
    shared
  );
  wipe(shared);
  return mask;
}

function messageKey(label: Uint8Array, secret: Uint8Array) {
  const labelled = concatBytes(label, secret);
  const expanded = shake256(labelled, KEY_BYTES + NONCE_BYTES);
  wipe(labelled, secret);
  return { key: expanded.subarray(0, KEY_BYTES), nonce: expanded.subarray(KEY_BYTES) };
}

function signedHash(body: Uint8Array, recipient: AccountId): Uint8Array {
  return purposeHash(64, 'SessionV2Message', [body], accountIdBytes(recipient));
}

function paddedInnerLength(length: number): number {
  const blocks = Math.ceil((OUTER_BYTES + length) / BLOCK_BYTES);
  return Math.max(blocks * BLOCK_BYTES, MIN_BYTES) - OUTER_BYTES;
}

/**
 * Signs content and seals it to the rotating keys of an account.
 * @param input.content a serialised `Content`
 * @param input.proSignature 64 bytes, signs as `~` does
 * @param input.known only tests give it: `ephemeralSecretKey` and `coins`, 32 bytes each
 * @throws CryptoError `low-order-point`, `bad-key`; WireError `too-large`
 */
export async function sealEnvelope(
  crypto: CryptoBackend,
  input: {
    content: Uint8Array;
    sender: Identity;
    recipient: AccountId;
    publicKeys: PublicKeys;
    proSignature?: Uint8Array;
    known?: { ephemeralSecretKey: Uint8Array; coins: Uint8Array };
  }
): Promise<Uint8Array<ArrayBuffer>> {
  const { recipient, publicKeys, known } = input;
  const inner = await signedInner(crypto, input);
  const padded = new Uint8Array(paddedInnerLength(inner.length));
  padded.set(inner);
  requireAtMost({ length: padded.length + OUTER_BYTES }, MAX_ENVELOPE_BYTES, STRUCTURE);
  const ephemeral = await ephemeralPair(crypto, known?.ephemeralSecretKey);
  const recipientKey = x25519PublicKeyOf(recipient);
  const [mask, x25519SharedSecret, encapsulation] = await Promise.all([
    indicatorMask(crypto, ephemeral.secretKey, recipientKey, ephemeral.publicKey, recipientKey),
    crypto.x25519SharedSecret(ephemeral.secretKey, publicKeys.x25519),
    crypto.mlKemEncapsulate(publicKeys.mlKem, known?.coins)
  ]);
  wipe(ephemeral.secretKey);
  const { key, nonce } = messageKey(
    HYBRID_LABEL,
    combineSecrets({
      mlKemSharedSecret: encapsulation.sharedSecret,
      x25519SharedSecret,
      ephemeralPublicKey: ephemeral.publicKey,
      recipientPublicKey: publicKeys.x25519
    })
  );
  const sealed = encryptXChaCha(key, nonce, padded);
  wipe(key);
  return concatBytes(
    PREFIX,
    xorBytes(publicKeys.mlKem.subarray(0, INDICATOR_BYTES), mask),
    ephemeral.publicKey,
    encapsulation.ciphertext,
    sealed
  );
}

async function signedInner(
  crypto: CryptoBackend,
  input: { content: Uint8Array; sender: Identity; recipient: AccountId; proSignature?: Uint8Array }
): Promise<Uint8Array> {
  const body = openDictBytes(
    new Map([
      ['S', input.sender.ed25519PublicKey],
      ['c', input.content]
    ])
  );
  const signature = await crypto.ed25519Sign(input.sender.ed25519Seed, signedHash(body, input.recipient));
  const signed = appendEntry(body, '~', signature);
  return closeDict(input.proSignature === undefined ? signed : appendEntry(signed, '~P', input.proSignature));
}

async function ephemeralPair(crypto: CryptoBackend, secretKey: Uint8Array | undefined) {
  if (secretKey === undefined) return crypto.generateX25519();
  return { secretKey: secretKey.slice(), publicKey: await crypto.x25519PublicKey(secretKey) };
}

export interface OpenedEnvelope {
  readonly senderAccountId: AccountId;
  /** 32 bytes; has signed the message. */
  readonly senderEd25519PublicKey: Uint8Array;
  /** The serialised `Content`. */
  readonly content: Uint8Array;
  readonly proSignature: Uint8Array | null;
  /** `hybrid`: opened by rotating keys; `identity`: by the long-term key alone, which we never send (§10.2 step 5). */
  readonly protection: 'hybrid' | 'identity';
  /** The keys that opened it; null for `identity`. */
  readonly keys: RotatingKeys | null;
  /** Names the message whatever it was sealed with, 16 bytes (§10.3). */
  readonly replayKey: Uint8Array;
}

/**
 * Opens a message and verifies its signature (§10.2).
 * @param accountKeys all rotating account keys this device holds
 * @throws HfsError `hfs-malformed` (length, or what is inside), `hfs-not-decryptable`, `hfs-signature-invalid`
 */
export async function openEnvelope(
  crypto: CryptoBackend,
  bytes: Uint8Array,
  recipient: Identity,
  accountKeys: readonly RotatingKeys[]
): Promise<OpenedEnvelope> {
  if (
    envelopeFormat(bytes) !== 'hfs' ||
    bytes.length < MIN_BYTES ||
    bytes.length > MAX_ENVELOPE_BYTES ||
    bytes.length % BLOCK_BYTES !== 0
  ) {
    throw new HfsError('hfs-malformed', { details: { field: 'length' } });
  }
  const parts = {
    indicator: bytes.subarray(2, 4),
    ephemeralPublicKey: bytes.subarray(4, 36),
    ciphertext: bytes.subarray(36, HEADER_BYTES),
    sealed: bytes.subarray(HEADER_BYTES)
  };
  for (const keys of await candidates(crypto, parts, recipient, accountKeys)) {
    const inner = await openHybrid(crypto, parts, keys);
    if (inner !== null) return readInner(crypto, inner, recipient, { protection: 'hybrid', keys });
  }
  const inner = await openWithIdentity(crypto, parts, recipient);
  if (inner !== null) return readInner(crypto, inner, recipient, { protection: 'identity', keys: null });
  throw new HfsError('hfs-not-decryptable');
}

interface EnvelopeParts {
  readonly indicator: Uint8Array;
  readonly ephemeralPublicKey: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly sealed: Uint8Array;
}

/** Two bytes name the key, so some pair of keys may share them: all that match are tried. */
async function candidates(
  crypto: CryptoBackend,
  parts: EnvelopeParts,
  recipient: Identity,
  accountKeys: readonly RotatingKeys[]
): Promise<readonly RotatingKeys[]> {
  let mask: Uint8Array;
  try {
    mask = await indicatorMask(
      crypto,
      recipient.x25519SecretKey,
      parts.ephemeralPublicKey,
      parts.ephemeralPublicKey,
      recipient.x25519PublicKey
    );
  } catch {
    throw new HfsError('hfs-malformed', { details: { field: 'ephemeral-key' } });
  }
  const indicator = xorBytes(parts.indicator, mask);
  return accountKeys.filter(({ publicKeys }) =>
    equalBytes(publicKeys.mlKem.subarray(0, INDICATOR_BYTES), indicator)
  );
}

async function openHybrid(
  crypto: CryptoBackend,
  parts: EnvelopeParts,
  keys: RotatingKeys
): Promise<Uint8Array | null> {
  const [x25519SharedSecret, mlKemSharedSecret] = await Promise.all([
    crypto.x25519SharedSecret(keys.x25519SecretKey, parts.ephemeralPublicKey),
    keys.mlKemSecret.decapsulate(parts.ciphertext)
  ]);
  const secret = combineSecrets({
    mlKemSharedSecret,
    x25519SharedSecret,
    ephemeralPublicKey: parts.ephemeralPublicKey,
    recipientPublicKey: keys.publicKeys.x25519
  });
  return openSealed(messageKey(HYBRID_LABEL, secret), parts.sealed);
}

async function openWithIdentity(
  crypto: CryptoBackend,
  parts: EnvelopeParts,
  recipient: Identity
): Promise<Uint8Array | null> {
  const shared = await crypto.x25519SharedSecret(recipient.x25519SecretKey, parts.ephemeralPublicKey);
  const joined = concatBytes(
    shared,
    recipient.x25519PublicKey,
    parts.ephemeralPublicKey,
    utf8ToBytes('SessionV2NonPFS')
  );
  wipe(shared);
  const secret = sha3(joined);
  wipe(joined);
  return openSealed(messageKey(IDENTITY_LABEL, secret), parts.sealed);
}

function openSealed(
  { key, nonce }: { key: Uint8Array; nonce: Uint8Array },
  sealed: Uint8Array
): Uint8Array | null {
  try {
    return decryptXChaCha(key, nonce, sealed);
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  } finally {
    wipe(key);
  }
}

async function readInner(
  crypto: CryptoBackend,
  padded: Uint8Array,
  recipient: Identity,
  opened: Pick<OpenedEnvelope, 'protection' | 'keys'>
): Promise<OpenedEnvelope> {
  const inner = parseInner(padded);
  const hash = signedHash(inner.signed, recipient.accountId);
  if (!(await crypto.ed25519Verify(inner.sender, hash, inner.signature))) {
    throw new HfsError('hfs-signature-invalid');
  }
  return {
    ...opened,
    senderAccountId: senderAccountId(crypto, inner.sender),
    senderEd25519PublicKey: inner.sender,
    content: inner.content,
    proSignature: inner.proSignature,
    replayKey: blake2b(inner.signed, { length: 16 })
  };
}

function parseInner(padded: Uint8Array) {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === 0) end--;
  try {
    const { dict, signedBy } = decodeSignedDict(padded.subarray(0, end), { maxItems: 64 });
    const inner = {
      sender: requiredBytes(dict, 'S', STRUCTURE, 32),
      content: requiredBytes(dict, 'c', STRUCTURE),
      signature: requiredBytes(dict, '~', STRUCTURE, 64),
      proSignature: optionalBytes(dict, '~P', STRUCTURE, 64) ?? null
    };
    return { ...inner, signed: signedBy('~') as Uint8Array };
  } catch (cause) {
    throw new HfsError('hfs-malformed', { cause, details: { field: 'inner' } });
  }
}

function senderAccountId(crypto: CryptoBackend, ed25519PublicKey: Uint8Array): AccountId {
  try {
    return accountIdOf(crypto.x25519PublicKeyFromEd25519(ed25519PublicKey));
  } catch (cause) {
    throw new HfsError('hfs-malformed', { cause, details: { field: 'sender' } });
  }
}
