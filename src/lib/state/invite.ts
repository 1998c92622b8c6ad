// Invite links: `https://<host>/#/c/<Account ID>` (ux.md §4.6). The ID stands behind the `#`, so no server is
// ever sent it; whoever opens such a link takes it out of the address at once.
import { isAccountId, parseAccountId, type AccountId } from '../account-id.ts';
import { AppError } from '../errors.ts';

const HASH_PREFIX = '#/c/';
/** No invite is longer; what is, is not looked at. */
const MAX_LINK_LENGTH = 2_048;

/** What the part of an address from `#` on says: an invite, a broken invite, or something else. */
export type InviteHash =
  | { readonly kind: 'none' }
  | { readonly kind: 'invite'; readonly accountId: AccountId }
  | { readonly kind: 'broken' };

/** Reads `location.hash`. */
export function readInviteHash(hash: string): InviteHash {
  if (!hash.startsWith(HASH_PREFIX)) return { kind: 'none' };
  if (hash.length > MAX_LINK_LENGTH) return { kind: 'broken' };
  try {
    return { kind: 'invite', accountId: parseAccountId(decodeURIComponent(hash.slice(HASH_PREFIX.length))) };
  } catch (error) {
    if (error instanceof AppError || error instanceof URIError) return { kind: 'broken' };
    throw error;
  }
}

/**
 * The invite in a pasted web address, whatever its host: the same link works on every copy of the app.
 * @returns `none` when the text is no web address at all
 */
export function readInviteLink(text: string): InviteHash {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LINK_LENGTH || !/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) {
    return { kind: 'none' };
  }
  const read = readInviteHash(new URL(trimmed).hash);
  return read.kind === 'none' ? { kind: 'broken' } : read;
}

/** The link to hand out. @param origin scheme, host and port of this copy of the app */
export function buildInviteLink(origin: string, accountId: AccountId): string {
  return `${origin}/${HASH_PREFIX}${accountId}`;
}

/**
 * The Account ID in what a QR code held: the plain ID, or an invite link.
 * @returns null when it holds neither
 */
export function accountIdFromQr(text: string): AccountId | null {
  const link = readInviteLink(text);
  if (link.kind === 'invite') return link.accountId;
  const compact = text.trim().toLowerCase();
  return isAccountId(compact) ? compact : null;
}
