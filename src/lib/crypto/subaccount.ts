// Subaccount tokens and the verification of signed storage requests (network.md §5.4, §5.5).
//
//   token(36) = account prefix(1) ‖ flags(1) ‖ 0 ‖ 0 ‖ Ed25519(32)
import { equalBytes } from '../bytes/index.ts';
import type { CryptoBackend } from './backend.ts';

export const SUBACCOUNT_TOKEN_BYTES = 36;

export const SUBACCOUNT_FLAGS = { read: 1, write: 2, delete: 4, anyPrefix: 8 } as const;

const ACCOUNT_PREFIX = 0x05;

export interface SubaccountToken {
  readonly prefix: number;
  readonly flags: number;
  /** 32 bytes; signs the requests. */
  readonly ed25519PublicKey: Uint8Array;
}

/** The parts of a binary token, or null unless it has 36 bytes. */
export function parseSubaccountToken(token: Uint8Array): SubaccountToken | null {
  if (token.length !== SUBACCOUNT_TOKEN_BYTES) return null;
  return { prefix: token[0] as number, flags: token[1] as number, ed25519PublicKey: token.subarray(4) };
}

export interface SignedRequest {
  /** Prefix byte and key, 33 bytes. */
  readonly accountKey: Uint8Array;
  /** `pubkey_ed25519` of the request, 32 bytes. Needed for accounts (05), whose key is of the other curve. */
  readonly ed25519PublicKey?: Uint8Array | undefined;
  /** The bytes that §5.5 wants signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly subaccount?:
    | {
        /** 36 bytes. */
        readonly token: Uint8Array;
        /** The account's signature over the token. */
        readonly signature: Uint8Array;
        /** Flags the method needs, all of them. */
        readonly needs: number;
      }
    | undefined;
}

/** The account's Ed25519 key, or null when the named one does not belong to it. */
function accountEd25519PublicKey(
  crypto: CryptoBackend,
  { accountKey, ed25519PublicKey }: SignedRequest
): Uint8Array | null {
  const key = accountKey.subarray(1);
  if (ed25519PublicKey === undefined) return key;
  if (accountKey[0] !== ACCOUNT_PREFIX) return equalBytes(ed25519PublicKey, key) ? key : null;
  try {
    return equalBytes(crypto.x25519PublicKeyFromEd25519(ed25519PublicKey), key) ? ed25519PublicKey : null;
  } catch {
    return null;
  }
}

/** Whether a storage request is signed by its account or by a subaccount that may do this. Never throws for wrong bytes. */
export async function verifySignedRequest(crypto: CryptoBackend, request: SignedRequest): Promise<boolean> {
  const accountPublicKey = accountEd25519PublicKey(crypto, request);
  if (accountPublicKey === null) return false;
  const { signed, signature, subaccount } = request;
  if (subaccount === undefined) return crypto.ed25519Verify(accountPublicKey, signed, signature);
  const token = parseSubaccountToken(subaccount.token);
  if (token === null || (token.flags & subaccount.needs) !== subaccount.needs) return false;
  const isRightPrefix =
    token.prefix === request.accountKey[0] || (token.flags & SUBACCOUNT_FLAGS.anyPrefix) !== 0;
  if (!isRightPrefix) return false;
  if (!(await crypto.ed25519Verify(accountPublicKey, subaccount.token, subaccount.signature))) return false;
  return crypto.ed25519Verify(token.ed25519PublicKey, signed, signature);
}
