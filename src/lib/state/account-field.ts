// What a person typed or pasted into the Account ID field: pure, so that the field can say it at every key.
import {
  ACCOUNT_ID_LENGTH,
  AccountIdError,
  parseAccountId,
  type AccountId,
  type AccountIdErrorCode
} from '../account-id.ts';
import { ACCOUNT_NAME_LENGTH, parseAccountName, type AccountName } from '../account-name.ts';
import { readInviteLink } from './invite.ts';

export type AccountFieldProblem = AccountIdErrorCode | 'account-name-invalid' | 'invite-broken';

export type AccountFieldReading =
  | {
      readonly kind: 'account';
      readonly accountId: AccountId;
      readonly own: boolean;
      readonly fromLink: boolean;
    }
  /** Could still become an Account ID with more characters; `length` counts what is there. */
  | { readonly kind: 'unfinished'; readonly length: number }
  | { readonly kind: 'problem'; readonly code: AccountFieldProblem; readonly length: number }
  /** May be registered in the name service; nobody was asked. */
  | { readonly kind: 'name'; readonly name: AccountName }
  | { readonly kind: 'empty' };

/**
 * Reads the field. Blanks, line breaks and capitals are accepted.
 * @param ownAccountId of this profile, since writing to oneself opens Note to Self
 */
export function readAccountField(text: string, ownAccountId: AccountId | null): AccountFieldReading {
  const link = readInviteLink(text);
  if (link.kind === 'broken') return { kind: 'problem', code: 'invite-broken', length: 0 };
  if (link.kind === 'invite') return found(link.accountId, ownAccountId, true);
  const compact = text.replace(/\s+/g, '').toLowerCase();
  if (compact === '') return { kind: 'empty' };
  try {
    return found(parseAccountId(compact), ownAccountId, false);
  } catch (error) {
    if (!(error instanceof AccountIdError)) throw error;
    return looksLikeId(compact) ? unreadable(compact, error.code) : asName(text, compact.length);
  }
}

function found(accountId: AccountId, own: AccountId | null, fromLink: boolean): AccountFieldReading {
  return { kind: 'account', accountId, own: accountId === own, fromLink };
}

/** Longer than this, hex is an ID that came out wrong rather than somebody's name. */
const LONGEST_HEX_NAME = 20;

/** An ID under way begins with 05; other IDs, and those with a slip in them, are known by their length. */
function looksLikeId(compact: string): boolean {
  if (compact.length > ACCOUNT_NAME_LENGTH) return true;
  const begins = '05'.startsWith(compact.slice(0, 2));
  const isHex = /^[0-9a-f]+$/.test(compact);
  return compact.length > LONGEST_HEX_NAME ? begins || isHex : begins && isHex;
}

function asName(text: string, length: number): AccountFieldReading {
  const name = parseAccountName(text);
  return name === null ? { kind: 'problem', code: 'account-name-invalid', length } : { kind: 'name', name };
}

/** A wrong prefix is said as soon as it shows; only a text that is merely short waits for its rest. */
function unreadable(compact: string, code: AccountIdErrorCode): AccountFieldReading {
  const { length } = compact;
  if (code !== 'account-id-length') return { kind: 'problem', code, length };
  const prefix = prefixProblem(compact);
  if (prefix) return { kind: 'problem', code: prefix, length };
  return length < ACCOUNT_ID_LENGTH ? { kind: 'unfinished', length } : { kind: 'problem', code, length };
}

function prefixProblem(hex: string): AccountIdErrorCode | null {
  if ('05'.startsWith(hex.slice(0, 2))) return null;
  if (hex.startsWith('03')) return 'account-id-is-group';
  if (hex.startsWith('15') || hex.startsWith('25')) return 'account-id-is-blinded';
  return hex.length >= 2 ? 'account-id-prefix' : null;
}
