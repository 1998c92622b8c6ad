// What is signed: by an account for a storage request (network.md §5.5) and by a swarm member for its answer (§5.6).
// Numbers are decimal; nothing separates the parts. Namespace 0 is written as nothing.
import { concatBytes, utf8ToBytes } from '../bytes/index.ts';
import type { CryptoBackend } from './backend.ts';
import type { Bytes } from './primitives.ts';

export type ExpireMode = 'set' | 'extend' | 'shorten';

function namespacePart(namespace: number | 'all'): string {
  return namespace === 0 ? '' : String(namespace);
}

/** @param timestampMs the request's `sig_timestamp`, or its `timestamp` where that is absent */
export function storeSignedText(namespace: number, timestampMs: number): string {
  return `store${namespacePart(namespace)}${timestampMs}`;
}

export function retrieveSignedText(namespace: number, timestampMs: number): string {
  return `retrieve${namespacePart(namespace)}${timestampMs}`;
}

/** @param hashes in the order of the request */
export function deleteSignedText(hashes: readonly string[]): string {
  return `delete${hashes.join('')}`;
}

export function deleteAllSignedText(namespace: number | 'all', timestampMs: number): string {
  return `delete_all${namespacePart(namespace)}${timestampMs}`;
}

export function deleteBeforeSignedText(namespace: number | 'all', beforeMs: number): string {
  return `delete_before${namespacePart(namespace)}${beforeMs}`;
}

/** @param input.expiriesMs one for all hashes, or one for each */
export function expireSignedText(input: {
  mode: ExpireMode;
  expiriesMs: readonly number[];
  hashes: readonly string[];
}): string {
  const mode = input.mode === 'set' ? '' : input.mode;
  return `expire${mode}${input.expiriesMs.join('')}${input.hashes.join('')}`;
}

export function expireAllSignedText(namespace: number | 'all', expiryMs: number): string {
  return `expire_all${namespacePart(namespace)}${expiryMs}`;
}

export function getExpiriesSignedText(timestampMs: number, hashes: readonly string[]): string {
  return `get_expiries${timestampMs}${hashes.join('')}`;
}

/** @param tokens binary tokens, 36 bytes each */
export function revokeSubaccountSignedBytes(timestampMs: number, tokens: readonly Uint8Array[]): Bytes {
  return concatBytes(utf8ToBytes(`revoke_subaccount${timestampMs}`), ...tokens);
}

/** @param tokens binary tokens, 36 bytes each */
export function unrevokeSubaccountSignedBytes(timestampMs: number, tokens: readonly Uint8Array[]): Bytes {
  return concatBytes(utf8ToBytes(`unrevoke_subaccount${timestampMs}`), ...tokens);
}

export function revokedSubaccountsSignedText(timestampMs: number): string {
  return `revoked_subaccounts${timestampMs}`;
}

/** Message hashes are ASCII, so the default order is their byte order. */
function sortedText(hashes: readonly string[]): string {
  return [...hashes].sort().join('');
}

export function memberStoreText(hash: string): string {
  return hash;
}

/**
 * @param input.accountIdHex 66 lower-case characters, of an account or a group
 * @param input.requested hashes in the order of the request
 */
export function memberDeleteText(input: {
  accountIdHex: string;
  requested: readonly string[];
  deleted: readonly string[];
}): string {
  return `${input.accountIdHex}${input.requested.join('')}${sortedText(input.deleted)}`;
}

/** @param input.deleted the hashes of all namespaces together when `all` was asked */
export function memberDeleteAllText(input: {
  accountIdHex: string;
  timestampMs: number;
  deleted: readonly string[];
}): string {
  return `${input.accountIdHex}${input.timestampMs}${sortedText(input.deleted)}`;
}

export function memberDeleteBeforeText(input: {
  accountIdHex: string;
  beforeMs: number;
  deleted: readonly string[];
}): string {
  return `${input.accountIdHex}${input.beforeMs}${sortedText(input.deleted)}`;
}

export function memberExpireAllText(input: {
  accountIdHex: string;
  expiryMs: number;
  updated: readonly string[];
}): string {
  return `${input.accountIdHex}${input.expiryMs}${sortedText(input.updated)}`;
}

/**
 * @param input.expiriesMs the value or values of the answer (clamped by the member), in the order of sorted `updated`
 * @param input.unchanged expiry by hash, of messages that exist and were left as they are
 */
export function memberExpireText(input: {
  accountIdHex: string;
  expiriesMs: readonly number[];
  requested: readonly string[];
  updated: readonly string[];
  unchanged?: Readonly<Record<string, number>>;
}): string {
  const unchanged = input.unchanged ?? {};
  const unchangedText = Object.keys(unchanged)
    .sort()
    .map((hash) => `${hash}${unchanged[hash]}`)
    .join('');
  return [
    input.accountIdHex,
    input.expiriesMs.join(''),
    input.requested.join(''),
    sortedText(input.updated),
    unchangedText
  ].join('');
}

/** The same for `unrevoke_subaccount`. @param input.tokens 36 bytes each, in the order of the request */
export function memberRevokeBytes(input: {
  accountIdHex: string;
  timestampMs: number;
  tokens: readonly Uint8Array[];
}): Bytes {
  return concatBytes(utf8ToBytes(`${input.accountIdHex}${input.timestampMs}`), ...input.tokens);
}

/** Ed25519 signature (64 bytes) over a text of this file or over bytes. @param signer an identity, or just its seed */
export function signText(
  crypto: CryptoBackend,
  signer: { readonly ed25519Seed: Uint8Array },
  text: string | Uint8Array
): Promise<Bytes> {
  return crypto.ed25519Sign(signer.ed25519Seed, typeof text === 'string' ? utf8ToBytes(text) : text);
}

/** Whether `signature` is the key's over `text`; wrong lengths are false. */
export function verifyText(
  crypto: CryptoBackend,
  ed25519PublicKey: Uint8Array,
  text: string | Uint8Array,
  signature: Uint8Array
): Promise<boolean> {
  return crypto.ed25519Verify(
    ed25519PublicKey,
    typeof text === 'string' ? utf8ToBytes(text) : text,
    signature
  );
}
