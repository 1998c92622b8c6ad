// Account IDs: "05" and an X25519 key in hex (accounts-and-messages.md §1.1). A ground file, since every floor names them.
import { bytesToHex, hexToBytes } from './bytes/index.ts';
import { AppError } from './errors.ts';

/** 66 lower-case hex characters, prefix 05. */
export type AccountId = string & { readonly __brand: 'AccountId' };

export type AccountIdErrorCode =
  | 'account-id-empty'
  | 'account-id-length'
  | 'account-id-not-hex'
  | 'account-id-is-group'
  | 'account-id-is-blinded'
  | 'account-id-prefix';

/** Text that is not an Account ID; `code` says what it is instead. Never carries the text. */
export class AccountIdError extends AppError<AccountIdErrorCode> {
  override readonly name = 'AccountIdError';
}

export const ACCOUNT_ID_LENGTH = 66;

/** Whether `text` is an Account ID in its one canonical form. */
export function isAccountId(text: string): text is AccountId {
  return /^05[0-9a-f]{64}$/.test(text);
}

/**
 * Account ID of what a person typed or pasted: capitals, blanks and line breaks between groups are accepted.
 * @throws AccountIdError `account-id-empty`, `account-id-not-hex`, `account-id-length` (`details.length`),
 *   `account-id-is-group` (03), `account-id-is-blinded` (15, 25), `account-id-prefix`
 */
export function parseAccountId(text: string): AccountId {
  const compact = text.replace(/\s+/g, '').toLowerCase();
  if (compact === '') throw new AccountIdError('account-id-empty');
  if (!/^[0-9a-f]*$/.test(compact)) throw new AccountIdError('account-id-not-hex');
  if (compact.length !== ACCOUNT_ID_LENGTH) {
    throw new AccountIdError('account-id-length', { details: { length: compact.length } });
  }
  if (isAccountId(compact)) return compact;
  if (compact.startsWith('03')) throw new AccountIdError('account-id-is-group');
  if (compact.startsWith('15') || compact.startsWith('25')) throw new AccountIdError('account-id-is-blinded');
  throw new AccountIdError('account-id-prefix');
}

/** Account ID of an X25519 public key, 32 bytes. */
export function accountIdOf(x25519PublicKey: Uint8Array): AccountId {
  return `05${bytesToHex(x25519PublicKey)}` as AccountId;
}

/** The X25519 public key (32 bytes) behind an Account ID. */
export function x25519PublicKeyOf(accountId: AccountId): Uint8Array<ArrayBuffer> {
  return hexToBytes(accountId.slice(2));
}
