// The contacts of the account (config-sync.md §8.2): `c` → 33 bytes of Account ID → fields.
import { isAccountId, type AccountId } from '../account-id.ts';
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { btKey, btKeyBytes } from '../wire/index.ts';
import { dictAt, isConfigDict, valueAt, withValue, type ConfigDict, type ConfigPath } from './document.ts';
import {
  conversationFields,
  conversationValues,
  flagValue,
  intField,
  intValue,
  nameField,
  nameValue,
  pictureField,
  pictureFields,
  positiveField,
  withFields,
  type ConversationFields,
  type Picture
} from './fields.ts';

export type ContactExpiryMode = 'after-send' | 'after-read';

export interface ContactExpiry {
  readonly mode: ContactExpiryMode;
  readonly seconds: number;
}

export interface Contact extends ConversationFields {
  readonly accountId: AccountId;
  /** As the contact calls itself; may be empty. */
  readonly name: string;
  /** As the user calls it; null without one. */
  readonly nickname: string | null;
  readonly picture: Picture | null;
  /** Time of the contact's profile, seconds since 1970; null where it is not known. */
  readonly profileUpdatedAtSeconds: number | null;
  /** We approved them. */
  readonly isApproved: boolean;
  /** They approved us. */
  readonly hasApprovedUs: boolean;
  readonly isBlocked: boolean;
  /** null when messages stay. */
  readonly expiry: ContactExpiry | null;
}

const EXPIRY_MODES: Readonly<Record<number, ContactExpiryMode>> = { 1: 'after-send', 2: 'after-read' };
const ACCOUNT_PREFIX = 0x05;
const KEY_BYTES = 33;

/** Key of an account in a dict: its 33 bytes. */
export function accountDictKey(accountId: AccountId): string {
  return btKey(hexToBytes(accountId));
}

/** The account of a key in a dict; null for every other key. */
export function accountOfDictKey(key: string): AccountId | null {
  if (key.length !== KEY_BYTES || key.charCodeAt(0) !== ACCOUNT_PREFIX) return null;
  const hex = bytesToHex(btKeyBytes(key));
  return isAccountId(hex) ? hex : null;
}

const pathOf = (accountId: AccountId): ConfigPath => ['c', accountDictKey(accountId)];

/**
 * Every contact that can be read. Entries of other forms are left out here and stay in the data.
 * @param ownAccountId never a contact, whatever the data says
 */
export function readContacts(data: ConfigDict, ownAccountId: AccountId): Contact[] {
  const contacts: Contact[] = [];
  for (const [key, fields] of dictAt(data, ['c'])) {
    const accountId = accountOfDictKey(key);
    if (accountId === null || accountId === ownAccountId || !isConfigDict(fields)) continue;
    contacts.push(contactOf(accountId, fields));
  }
  return contacts;
}

/** One contact; null where there is none. */
export function readContact(data: ConfigDict, accountId: AccountId): Contact | null {
  const fields = valueAt(data, pathOf(accountId));
  return isConfigDict(fields) ? contactOf(accountId, fields) : null;
}

function contactOf(accountId: AccountId, fields: ConfigDict): Contact {
  const common = conversationFields(fields);
  return {
    ...common,
    // There is nobody to mention anybody else in a conversation of two.
    notify: common.notify === 'mentions' ? 'all' : common.notify,
    accountId,
    name: nameField(fields, 'n') ?? '',
    nickname: nameField(fields, 'N') || null,
    picture: pictureField(fields),
    profileUpdatedAtSeconds: positiveField(fields, 't'),
    isApproved: isSet(fields, 'a'),
    hasApprovedUs: isSet(fields, 'A'),
    isBlocked: isSet(fields, 'b'),
    expiry: expiryOf(fields)
  };
}

function isSet(fields: ConfigDict, key: string): boolean {
  return (intField(fields, key) ?? 0) !== 0;
}

function expiryOf(fields: ConfigDict): ContactExpiry | null {
  const mode = EXPIRY_MODES[intField(fields, 'e') ?? 0];
  const seconds = positiveField(fields, 'E');
  return mode !== undefined && seconds !== null ? { mode, seconds } : null;
}

/** A field left out stays as it is. */
export type ContactChanges = Partial<Omit<Contact, 'accountId'>>;

/**
 * Changes or adds a contact. Its own name is always there afterwards, since it keeps the entry alive.
 * @throws UsageError for a picture that is not one, or the account itself as its own contact
 */
export function editContact(
  data: ConfigDict,
  contact: { accountId: AccountId; ownAccountId: AccountId },
  changes: ContactChanges
): ConfigDict {
  if (contact.accountId === contact.ownAccountId)
    throw new UsageError('a contact other than the account itself');
  const path = pathOf(contact.accountId);
  const { nickname, expiry, profileUpdatedAtSeconds } = changes;
  const hasName = dictAt(data, path).get('n') instanceof Uint8Array;
  const name = changes.name ?? (hasName ? undefined : '');
  const optionalFlag = (value: boolean | undefined) => (value === undefined ? undefined : flagValue(value));
  return withFields(data, path, {
    n: name === undefined ? undefined : nameValue(name),
    N: nickname === undefined ? undefined : nickname ? nameValue(nickname) : null,
    ...pictureFields(changes.picture),
    t: profileUpdatedAtSeconds === undefined ? undefined : intValue(profileUpdatedAtSeconds ?? 0),
    a: optionalFlag(changes.isApproved),
    A: optionalFlag(changes.hasApprovedUs),
    b: optionalFlag(changes.isBlocked),
    ...(expiry !== undefined && {
      e: expiry && (expiry.mode === 'after-send' ? 1n : 2n),
      E: expiry && BigInt(expiry.seconds)
    }),
    ...conversationValues(changes)
  });
}

/** Whether a profile of this time says more about the contact than what is known (§8.2, `t`). */
export function isNewerProfile(contact: Contact | null, updatedAtSeconds: number): boolean {
  return contact?.profileUpdatedAtSeconds == null || updatedAtSeconds > contact.profileUpdatedAtSeconds;
}

export function removeContact(data: ConfigDict, accountId: AccountId): ConfigDict {
  return withValue(data, pathOf(accountId), null);
}
