// The four documents of an account: where each is stored and what names it (config-sync.md §3, §4, §6).
import { NAMESPACES, type NamespaceId } from '../wire/namespaces.ts';

export type ConfigKind = 'user-profile' | 'contacts' | 'convo-info-volatile' | 'user-groups';

export interface ConfigKindFacts {
  readonly namespace: NamespaceId;
  /** Separates the kinds in encryption. */
  readonly domain: string;
  /** Number of the kind in the protobuf wrapper. */
  readonly wrapperKind: 1 | 2 | 3 | 4;
}

export const CONFIG_KINDS: Readonly<Record<ConfigKind, ConfigKindFacts>> = {
  'user-profile': { namespace: NAMESPACES.userProfile, domain: 'UserProfile', wrapperKind: 1 },
  contacts: { namespace: NAMESPACES.contacts, domain: 'Contacts', wrapperKind: 2 },
  'convo-info-volatile': {
    namespace: NAMESPACES.convoInfoVolatile,
    domain: 'ConvoInfoVolatile',
    wrapperKind: 3
  },
  'user-groups': { namespace: NAMESPACES.userGroups, domain: 'UserGroups', wrapperKind: 4 }
};

/** In the order in which one poll applies them (§6). */
export const CONFIG_KIND_ORDER: readonly ConfigKind[] = [
  'user-profile',
  'contacts',
  'user-groups',
  'convo-info-volatile'
];

/** The kind stored in a namespace; null for every other namespace. */
export function configKindOf(namespace: number): ConfigKind | null {
  return CONFIG_KIND_ORDER.find((kind) => CONFIG_KINDS[kind].namespace === namespace) ?? null;
}
