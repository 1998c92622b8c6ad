// What an account announces to everybody: the keys to write to it with, or that it no longer takes such messages (§9).
import { concatBytes, equalBytes } from '../bytes/index.ts';
import { x25519PublicKeyOf, type AccountId } from '../account-id.ts';
import {
  isReducedMlKemKey,
  ML_KEM_BYTES,
  signPositive,
  verifyPositive,
  type CryptoBackend
} from '../crypto/index.ts';
import { malformed, requireAtMost, type BtInput } from '../wire/index.ts';
import { purposeHash } from './hashes.ts';
import { HFS_VERSION } from './profiles.ts';
import type { PublicKeys } from './rotating-keys.ts';
import {
  appendEntry,
  closeDict,
  decodeSignedDict,
  openDictBytes,
  optionalBytes,
  optionalInteger,
  requiredBytes
} from './signed-dict.ts';

export const MAX_ANNOUNCEMENT_BYTES = 4096;
const STRUCTURE = 'announcement';
const SIGNATURE_BYTES = 64;
const HEDGE_BYTES = 64;
const MAX_KEYS = 64;

/** The additions of HFS/1, which readers of the official format skip. */
export interface AnnouncementAdditions {
  /** Ed25519 key of the device group, 32 bytes; changes only with the group. */
  readonly continuityPublicKey: Uint8Array;
  readonly version: number;
  /** 0 in a withdrawal, which says none. */
  readonly retentionDays: number;
}

export interface Announcement {
  /** Unix seconds at which the key was made; null from publishers that do not say. */
  readonly createdSeconds: number | null;
  /** null: a withdrawal. */
  readonly publicKeys: PublicKeys | null;
  /** null: without the additions. */
  readonly additions: AnnouncementAdditions | null;
  /** As published. */
  readonly bytes: Uint8Array;
}

/** The 33 bytes of an Account ID. */
export function accountIdBytes(accountId: AccountId): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(0x05), x25519PublicKeyOf(accountId));
}

function continuityHash(body: Uint8Array, accountId: AccountId): Uint8Array {
  return purposeHash(64, 'HFS1-Continuity-', [body], accountIdBytes(accountId));
}

/**
 * Builds and signs an announcement (§9.1).
 * @param input.publicKeys null withdraws
 * @param input.continuitySeed 32 bytes; absent: without the additions
 * @param input.createdSeconds absent only in the official format
 */
export async function buildAnnouncement(
  crypto: CryptoBackend,
  input: {
    identity: { readonly accountId: AccountId; readonly ed25519Seed: Uint8Array };
    createdSeconds?: number;
    publicKeys: PublicKeys | null;
    continuitySeed?: Uint8Array;
    retentionDays: number;
  }
): Promise<Uint8Array<ArrayBuffer>> {
  const { identity, publicKeys, continuitySeed } = input;
  const entries = new Map<string, BtInput>();
  if (input.createdSeconds !== undefined) entries.set('@', input.createdSeconds);
  if (publicKeys === null) {
    entries.set('W', 1);
  } else {
    entries.set('M', publicKeys.mlKem).set('X', publicKeys.x25519);
  }
  if (continuitySeed !== undefined) {
    entries.set('g', await crypto.ed25519PublicKey(continuitySeed));
    entries.set('h', HFS_VERSION);
    if (publicKeys !== null) entries.set('r', input.retentionDays);
  }
  let body = openDictBytes(entries);
  if (continuitySeed !== undefined) {
    const continuity = await crypto.ed25519Sign(continuitySeed, continuityHash(body, identity.accountId));
    body = appendEntry(body, 's', continuity);
  }
  const signature = signPositive(identity.ed25519Seed, body, crypto.random(HEDGE_BYTES));
  return closeDict(appendEntry(body, '~', signature));
}

/**
 * An announcement of this account, both signatures verified. Whether it is the latest one is for `peers.ts` to say.
 * @returns null when a signature is not the account's, or is missing
 * @throws WireError `malformed`, `too-large`; `malformed` too for keys nobody could use
 */
export async function openAnnouncement(
  crypto: CryptoBackend,
  bytes: Uint8Array,
  accountId: AccountId
): Promise<Announcement | null> {
  requireAtMost(bytes, MAX_ANNOUNCEMENT_BYTES, STRUCTURE);
  const { dict, signedBy } = decodeSignedDict(bytes, { maxItems: MAX_KEYS });
  const signature = requiredBytes(dict, '~', STRUCTURE, SIGNATURE_BYTES);
  const signed = signedBy('~') as Uint8Array;
  if (!(await verifyPositive(crypto, x25519PublicKeyOf(accountId), signed, signature))) return null;
  const announcement: Announcement = {
    createdSeconds: optionalInteger(dict, '@', STRUCTURE) ?? null,
    publicKeys: readPublicKeys(dict),
    additions: readAdditions(dict, isWithdrawal(dict)),
    bytes
  };
  const { additions } = announcement;
  if (additions !== null) {
    const continuity = requiredBytes(dict, 's', STRUCTURE, SIGNATURE_BYTES);
    const hash = continuityHash(signedBy('s') as Uint8Array, accountId);
    if (!(await crypto.ed25519Verify(additions.continuityPublicKey, hash, continuity))) return null;
  }
  const { publicKeys } = announcement;
  if (publicKeys !== null && !(await isUsableX25519(crypto, publicKeys.x25519))) {
    throw malformed(STRUCTURE, 'X');
  }
  return announcement;
}

type Dict = ReturnType<typeof decodeSignedDict>['dict'];

/** @throws WireError `malformed` for a withdrawal that offers keys */
function isWithdrawal(dict: Dict): boolean {
  const withdrawn = optionalInteger(dict, 'W', STRUCTURE);
  if (withdrawn === undefined) return false;
  if (withdrawn !== 1 || dict.has('M') || dict.has('X')) throw malformed(STRUCTURE, 'W');
  return true;
}

function readPublicKeys(dict: Dict): PublicKeys | null {
  if (isWithdrawal(dict)) return null;
  const mlKem = requiredBytes(dict, 'M', STRUCTURE, ML_KEM_BYTES.publicKey);
  if (!isReducedMlKemKey(mlKem)) throw malformed(STRUCTURE, 'M');
  return { mlKem, x25519: requiredBytes(dict, 'X', STRUCTURE, 32) };
}

/** All of them or none: a part of them is what is left when somebody strips the rest. */
function readAdditions(dict: Dict, withdrawn: boolean): AnnouncementAdditions | null {
  const continuityPublicKey = optionalBytes(dict, 'g', STRUCTURE, 32);
  const version = optionalInteger(dict, 'h', STRUCTURE);
  const stated = optionalInteger(dict, 'r', STRUCTURE);
  const retentionDays = stated ?? (withdrawn && continuityPublicKey !== undefined ? 0 : undefined);
  const present = [continuityPublicKey, version, retentionDays].filter((value) => value !== undefined);
  if (present.length === 0 && !dict.has('s')) return null;
  if (continuityPublicKey === undefined || version === undefined || retentionDays === undefined) {
    throw malformed(STRUCTURE, 'additions');
  }
  if (version < 1) throw malformed(STRUCTURE, 'h');
  return { continuityPublicKey, version, retentionDays };
}

/** A trial agreement: keys of small order have only the all-zero result. */
async function isUsableX25519(crypto: CryptoBackend, publicKey: Uint8Array): Promise<boolean> {
  try {
    await crypto.x25519Agree(publicKey);
    return true;
  } catch {
    return false;
  }
}

/** Whether two announcements offer the same keys. */
export function hasSameKeys(a: Announcement, b: Announcement): boolean {
  if (a.publicKeys === null || b.publicKeys === null) return a.publicKeys === b.publicKeys;
  return (
    equalBytes(a.publicKeys.mlKem, b.publicKeys.mlKem) && equalBytes(a.publicKeys.x25519, b.publicKeys.x25519)
  );
}
