// The groups and communities of the account (config-sync.md §8.4).
//
//   g → 33 bytes 03… → fields of a group     o → base URL → { #: server key, R → room (lower case) → fields }
//   C → legacy groups, which are kept and not touched
import { bytesToHex, equalBytes, hexToBytes, utf8ToBytes } from '../bytes/index.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import { UsageError } from '../errors.ts';
import { btKey, btKeyBytes } from '../wire/index.ts';
import { communityPath, serverPath, type CommunityKey } from './community-key.ts';
import { dictAt, isConfigDict, valueAt, withValue, type ConfigDict, type ConfigPath } from './document.ts';
import {
  bytesField,
  conversationFields,
  conversationValues,
  flagValue,
  intField,
  intValue,
  nameField,
  nameValue,
  textField,
  textOf,
  withFields,
  type ConversationFields
} from './fields.ts';

/** 66 lower-case hex characters, prefix 03. */
export type GroupId = string & { readonly __brand: 'GroupId' };

export function isGroupId(text: string): text is GroupId {
  return /^03[0-9a-f]{64}$/.test(text);
}

/** How membership ended without our doing. */
export type GroupRemoval = 'kicked' | 'destroyed';

export interface GroupEntry extends ConversationFields {
  readonly groupId: GroupId;
  /** From the invitation, until the group's own is known. */
  readonly name: string;
  /** 32 bytes where the account is an admin, and as yet unchecked: see `isAdminSeed`. */
  readonly adminSeed: Uint8Array | null;
  /** 100 bytes that let a member read and write. */
  readonly authData: Uint8Array | null;
  readonly isInvitePending: boolean;
  readonly removal: GroupRemoval | null;
}

export interface CommunityEntry extends ConversationFields, CommunityKey {
  readonly isInvitePending: boolean;
}

const GROUP_PREFIX = 0x03;
const KEY_BYTES = 33;
const SEED_BYTES = 32;
const AUTH_DATA_BYTES = 100;
const SERVER_KEY_BYTES = 32;
const REMOVALS: Readonly<Record<number, GroupRemoval>> = { 1: 'kicked', 2: 'destroyed' };

/** Key of a group in a dict: its 33 bytes. */
export function groupDictKey(groupId: GroupId): string {
  return btKey(hexToBytes(groupId));
}

const groupPath = (groupId: GroupId): ConfigPath => ['g', groupDictKey(groupId)];

/** Every group that can be read; entries of other forms are left out and stay in the data. */
export function readGroups(data: ConfigDict): GroupEntry[] {
  const groups: GroupEntry[] = [];
  for (const [key, fields] of dictAt(data, ['g'])) {
    if (key.length !== KEY_BYTES || key.charCodeAt(0) !== GROUP_PREFIX || !isConfigDict(fields)) continue;
    groups.push(groupOf(bytesToHex(btKeyBytes(key)) as GroupId, fields));
  }
  return groups;
}

/** One group; null where there is none. */
export function readGroup(data: ConfigDict, groupId: GroupId): GroupEntry | null {
  const fields = valueAt(data, groupPath(groupId));
  return isConfigDict(fields) ? groupOf(groupId, fields) : null;
}

function groupOf(groupId: GroupId, fields: ConfigDict): GroupEntry {
  return {
    ...conversationFields(fields),
    groupId,
    name: nameField(fields, 'n') ?? '',
    adminSeed: bytesField(fields, 'K', SEED_BYTES),
    authData: bytesField(fields, 's', AUTH_DATA_BYTES),
    isInvitePending: (intField(fields, 'i') ?? 0) !== 0,
    removal: REMOVALS[intField(fields, 'r') ?? 0] ?? null
  };
}

/** Whether a seed is that of the group; another one makes nobody an admin (§8.4). */
export async function isAdminSeed(
  crypto: CryptoBackend,
  groupId: GroupId,
  seed: Uint8Array
): Promise<boolean> {
  return equalBytes(await crypto.ed25519PublicKey(seed), hexToBytes(groupId).subarray(1));
}

/** A field left out stays as it is. */
export type GroupChanges = Partial<Omit<GroupEntry, 'groupId'>>;

/**
 * Changes or adds a group. `K` is always there afterwards. An admin needs no auth data, and who was removed has neither.
 * @throws UsageError for a seed that is not 32 bytes, or auth data that are not 100
 */
export function editGroup(data: ConfigDict, groupId: GroupId, changes: GroupChanges): ConfigDict {
  const path = groupPath(groupId);
  const { name, adminSeed, authData, isInvitePending, removal } = changes;
  requireLength(adminSeed, SEED_BYTES, 'a seed of 32 bytes');
  requireLength(authData, AUTH_DATA_BYTES, 'auth data of 100 bytes');
  const hasSeed = dictAt(data, path).get('K') instanceof Uint8Array;
  const noSeed = new Uint8Array();
  const seed = removal
    ? noSeed
    : adminSeed === undefined
      ? hasSeed
        ? undefined
        : noSeed
      : (adminSeed ?? noSeed);
  return withFields(data, path, {
    K: seed,
    s: removal || adminSeed ? null : authData,
    n: name === undefined ? undefined : name ? nameValue(name) : null,
    i: isInvitePending === undefined ? undefined : flagValue(isInvitePending),
    r: removal === undefined ? undefined : intValue(removal === null ? 0 : removal === 'kicked' ? 1 : 2),
    ...conversationValues(changes)
  });
}

function requireLength(value: Uint8Array | null | undefined, length: number, expected: string): void {
  if (value && value.length !== length) throw new UsageError(expected);
}

/** Leaving a group is the absence of its entry. */
export function removeGroup(data: ConfigDict, groupId: GroupId): ConfigDict {
  return withValue(data, groupPath(groupId), null);
}

/** Every community that can be read. */
export function readCommunities(data: ConfigDict): CommunityEntry[] {
  const communities: CommunityEntry[] = [];
  for (const [urlKey, server] of dictAt(data, ['o'])) {
    if (!isConfigDict(server)) continue;
    const serverKey = bytesField(server, '#', SERVER_KEY_BYTES);
    if (serverKey === null) continue;
    for (const [roomKey, fields] of dictAt(server, ['R'])) {
      if (!isConfigDict(fields)) continue;
      communities.push({
        ...conversationFields(fields),
        baseUrl: textOf(btKeyBytes(urlKey)),
        room: textField(fields, 'n') ?? textOf(btKeyBytes(roomKey)),
        serverKey,
        isInvitePending: (intField(fields, 'i') ?? 0) !== 0
      });
    }
  }
  return communities;
}

/** A field left out stays as it is. */
export type CommunityChanges = Partial<ConversationFields & { readonly isInvitePending: boolean }>;

/** Changes or adds a community. The room's name in its own case is always there afterwards. */
export function editCommunity(
  data: ConfigDict,
  community: CommunityKey,
  changes: CommunityChanges
): ConfigDict {
  if (community.serverKey.length !== SERVER_KEY_BYTES) throw new UsageError('a server key of 32 bytes');
  const path = communityPath(community);
  const { isInvitePending } = changes;
  const edited = withFields(data, path, {
    n: utf8ToBytes(community.room),
    i: isInvitePending === undefined ? undefined : flagValue(isInvitePending),
    ...conversationValues(changes)
  });
  return withValue(edited, [...serverPath(community.baseUrl), '#'], community.serverKey);
}

/** Removes a room, and its server with the last one. */
export function removeCommunity(
  data: ConfigDict,
  community: Pick<CommunityKey, 'baseUrl' | 'room'>
): ConfigDict {
  const removed = withValue(data, communityPath(community), null);
  const server = serverPath(community.baseUrl);
  return dictAt(removed, [...server, 'R']).size === 0 ? withValue(removed, server, null) : removed;
}
