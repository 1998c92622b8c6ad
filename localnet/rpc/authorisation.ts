// Who may do what: signatures, subaccounts and their flags (network.md §5.1, §5.4).
import { hexToBytes, isHex, utf8ToBytes } from '../../src/lib/bytes/index.ts';
import { parseSubaccountToken, SUBACCOUNT_FLAGS, verifySignedRequest } from '../../src/lib/crypto/index.ts';
import type { AccountKey, JsonObject } from '../../src/lib/wire/index.ts';
import type { NodeContext } from '../node/context.ts';
import { base64, text, tokenBytes } from './parameters.ts';
import { badRequest, refusal } from './reply.ts';

/** Everything a request can prove itself with. */
export interface Authorisation {
  readonly signature: Uint8Array | undefined;
  readonly ed25519PublicKey: Uint8Array | undefined;
  readonly subaccount: { readonly token: Uint8Array; readonly signature: Uint8Array } | undefined;
}

export const NEEDS = {
  read: SUBACCOUNT_FLAGS.read,
  write: SUBACCOUNT_FLAGS.write,
  delete: SUBACCOUNT_FLAGS.delete,
  /** No flag suffices: the account key itself. */
  account: null
} as const;

const ACCOUNT_PREFIX = 0x05;
const SIGNATURE_BYTES = 64;

function signatureBytes(value: string, name: string): Uint8Array {
  const bytes = value.length === 86 || value.length === 88 ? base64(value) : null;
  if (bytes?.length !== SIGNATURE_BYTES) {
    throw badRequest(`invalid ${name}: expected base64 encoded Ed25519 signature`);
  }
  return bytes;
}

function publicKeyBytes(value: string, account: AccountKey): Uint8Array {
  if (account.prefix !== ACCOUNT_PREFIX) {
    throw badRequest('pubkey_ed25519 is only permitted for 05[...] pubkeys');
  }
  if (value.length !== 64) throw badRequest('Invalid pubkey_ed25519: expected 64 hex char or 32 byte pubkey');
  if (!isHex(value)) throw badRequest('invalid pubkey_ed25519: value is not hex');
  return hexToBytes(value);
}

function subaccountOf(token: string | undefined, signature: string | undefined) {
  if (token === undefined && signature === undefined) return undefined;
  if (signature === undefined) {
    throw badRequest('invalid subaccount: subaccount_sig is required when using subaccount');
  }
  if (token === undefined) {
    throw badRequest('invalid subaccount_sig: subaccount is required when using subaccount_sig');
  }
  const bytes = tokenBytes(token);
  if (!bytes) throw badRequest('invalid subaccount: expected base64 or hex-encoded subaccount token');
  return { token: bytes, signature: signatureBytes(signature, 'subaccount_sig') };
}

/** @throws RpcRefusal 400 for anything that is given and has the wrong form */
export function parseAuthorisation(params: JsonObject, account: AccountKey): Authorisation {
  const key = text(params, 'pubkey_ed25519');
  const signature = text(params, 'signature');
  const token = text(params, 'subaccount');
  const tokenSignature = text(params, 'subaccount_sig');
  return {
    ed25519PublicKey: key === undefined ? undefined : publicKeyBytes(key, account),
    signature: signature === undefined ? undefined : signatureBytes(signature, 'signature'),
    subaccount: subaccountOf(token, tokenSignature)
  };
}

/**
 * Verifies a request.
 * @param request.signed what must be signed, as text or bytes
 * @param request.needs flags a subaccount must have; null when none suffices
 * @param request.allowRevoked whether a revoked subaccount may still do this
 * @throws RpcRefusal 401 with `complaint`
 */
export async function requireSignature(
  context: NodeContext,
  request: {
    readonly account: AccountKey;
    readonly auth: Authorisation;
    readonly signed: string | Uint8Array;
    readonly needs: number | null;
    readonly complaint: string;
    readonly allowRevoked?: boolean;
  }
): Promise<void> {
  const { account, auth, needs } = request;
  const { subaccount } = auth;
  const isBarred =
    subaccount !== undefined &&
    (needs === null ||
      (!request.allowRevoked && context.store.isRevoked(accountBytes(account), subaccount.token)));
  const isValid =
    !isBarred &&
    auth.signature !== undefined &&
    (await verifySignedRequest(context.crypto, {
      accountKey: accountBytes(account),
      ed25519PublicKey: auth.ed25519PublicKey,
      signed: typeof request.signed === 'string' ? utf8ToBytes(request.signed) : request.signed,
      signature: auth.signature,
      subaccount: subaccount && { ...subaccount, needs: needs ?? 0 }
    }));
  if (!isValid) throw refusal(401, request.complaint);
}

/** Whether a subaccount lacks the right to delete; false for the account itself. */
export function lacksDelete(auth: Authorisation): boolean {
  if (!auth.subaccount) return false;
  return ((parseSubaccountToken(auth.subaccount.token)?.flags ?? 0) & SUBACCOUNT_FLAGS.delete) === 0;
}

/** Prefix and key, 33 bytes. */
export function accountBytes(account: AccountKey): Uint8Array {
  return hexToBytes(account.hex);
}
