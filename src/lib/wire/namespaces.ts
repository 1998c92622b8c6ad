// Namespaces of an account's storage and the rules that follow from their numbers (network.md §5.2).
import { malformed } from './errors.ts';

/** −32768 … 32767. */
export type NamespaceId = number & { readonly __brand: 'NamespaceId' };

export const NAMESPACES = {
  messages: 0 as NamespaceId,
  userProfile: 2 as NamespaceId,
  contacts: 3 as NamespaceId,
  convoInfoVolatile: 4 as NamespaceId,
  userGroups: 5 as NamespaceId,
  groupMessages: 11 as NamespaceId,
  groupKeys: 12 as NamespaceId,
  groupInfo: 13 as NamespaceId,
  groupMembers: 14 as NamespaceId,
  groupRevoked: -11 as NamespaceId,
  legacyGroupMessages: -10 as NamespaceId
} as const;

const LOWEST = -32_768;
const HIGHEST = 32_767;

export function isNamespace(value: unknown): value is NamespaceId {
  return typeof value === 'number' && Number.isInteger(value) && value >= LOWEST && value <= HIGHEST;
}

/** @throws WireError `malformed` outside −32768 … 32767 */
export function parseNamespace(value: unknown): NamespaceId {
  if (!isNamespace(value)) throw malformed('namespace');
  return value;
}

/** Anyone may store without authentication, for 14 days at most. */
export function isPublicInbox(namespace: number): boolean {
  return namespace % 10 === 0;
}

/** Anyone may read, and it holds one message: a store replaces the last one. */
export function isPublicOutbox(namespace: number): boolean {
  return namespace < 0 && -namespace % 20 === 1;
}

/** Revoked subaccounts may still retrieve. */
export function isUnrevocable(namespace: number): boolean {
  return namespace < 0 && -namespace % 100 === 11;
}

/** Public outboxes, and the namespace of legacy groups. */
export function isReadableWithoutAuth(namespace: number): boolean {
  return namespace === NAMESPACES.legacyGroupMessages || isPublicOutbox(namespace);
}

/** As it stands in signed texts and message hashes: empty for 0, otherwise decimal. */
export function namespaceText(namespace: number): string {
  return namespace === 0 ? '' : String(namespace);
}

/**
 * `max_size` of each namespace polled in one batch, as the deployed clients ask: half of a reply for messages, an
 * eighth for each config (§8). Negative −n means an n-th of a reply.
 */
export function maxSizeSplit(
  namespaces: readonly number[]
): { readonly namespace: number; readonly maxSize: number }[] {
  const isMessages = (namespace: number) =>
    namespace === NAMESPACES.messages || namespace === NAMESPACES.groupMessages;
  return namespaces.map((namespace) => ({ namespace, maxSize: isMessages(namespace) ? -2 : -8 }));
}
