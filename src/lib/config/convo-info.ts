// How far each conversation was read (config-sync.md §8.3), for all kinds of conversations.
//
//   1 → 33 bytes 05…    g → 33 bytes 03…    C → 33 bytes 05… (legacy group)    b → 33 bytes 15… or 25…
//   o → base URL → { #: server key, R → room (lower case) }         each → { r: last read, ms; u: 1 when marked unread }
import type { AccountId } from '../account-id.ts';
import { bytesToHex } from '../bytes/index.ts';
import { btKeyBytes } from '../wire/index.ts';
import { communityPath, serverPath, type CommunityKey } from './community-key.ts';
import { accountDictKey } from './contacts.ts';
import { dictAt, isConfigDict, withValue, type ConfigDict, type ConfigPath } from './document.ts';
import { flagValue, intField, positiveField, withFields } from './fields.ts';
import { groupDictKey, type GroupId } from './user-groups.ts';

const DAY_MS = 86_400_000;
/** Read positions older than this are neither written nor refreshed. */
const WRITE_WINDOW_MS = 30 * DAY_MS;
/** Entries older than this are removed before a push, unless they are marked unread. */
const KEEP_MS = 45 * DAY_MS;

export type ConvoKey =
  | { readonly kind: 'contact'; readonly accountId: AccountId }
  | { readonly kind: 'group'; readonly groupId: GroupId }
  | ({ readonly kind: 'community' } & CommunityKey);

export interface ReadState {
  /** Sent time of the last message that was read, milliseconds since 1970; 0 for none. */
  readonly lastReadMs: number;
  readonly isMarkedUnread: boolean;
}

function pathOf(convo: ConvoKey): ConfigPath {
  switch (convo.kind) {
    case 'contact':
      return ['1', accountDictKey(convo.accountId)];
    case 'group':
      return ['g', groupDictKey(convo.groupId)];
    case 'community':
      return communityPath(convo);
  }
}

function readStateOf(fields: ConfigDict): ReadState {
  return { lastReadMs: positiveField(fields, 'r') ?? 0, isMarkedUnread: (intField(fields, 'u') ?? 0) !== 0 };
}

/** The state of one conversation; nothing read where there is no entry. */
export function readConvo(data: ConfigDict, convo: ConvoKey): ReadState {
  return readStateOf(dictAt(data, pathOf(convo)));
}

/** Every conversation with a contact, Note to Self under our own ID. */
export function readContactConvos(data: ConfigDict): Map<AccountId, ReadState> {
  return statesByHex<AccountId>(dictAt(data, ['1']), '05');
}

/** Every conversation of a group. */
export function readGroupConvos(data: ConfigDict): Map<GroupId, ReadState> {
  return statesByHex<GroupId>(dictAt(data, ['g']), '03');
}

function statesByHex<Id extends string>(entries: ConfigDict, prefix: string): Map<Id, ReadState> {
  const states = new Map<Id, ReadState>();
  for (const [key, fields] of entries) {
    const hex = key.length === 33 ? bytesToHex(btKeyBytes(key)) : '';
    if (hex.startsWith(prefix) && isConfigDict(fields)) states.set(hex as Id, readStateOf(fields));
  }
  return states;
}

/**
 * Moves a read position forward, or marks a conversation unread. A position never moves back here, and one older than
 * 30 days is not written.
 */
export function editConvo(
  data: ConfigDict,
  convo: ConvoKey,
  changes: Partial<ReadState>,
  nowMs: number
): ConfigDict {
  const path = pathOf(convo);
  const { lastReadMs, isMarkedUnread } = changes;
  const isForward =
    lastReadMs !== undefined &&
    lastReadMs > readConvo(data, convo).lastReadMs &&
    lastReadMs >= nowMs - WRITE_WINDOW_MS;
  const edited = withFields(data, path, {
    r: isForward ? BigInt(lastReadMs) : undefined,
    u: isMarkedUnread === undefined ? undefined : flagValue(isMarkedUnread)
  });
  if (edited === data || convo.kind !== 'community') return edited;
  return withValue(edited, [...serverPath(convo.baseUrl), '#'], convo.serverKey);
}

/** Forgets how far a conversation was read, as when it is deleted. */
export function removeConvo(data: ConfigDict, convo: ConvoKey): ConfigDict {
  const removed = withValue(data, pathOf(convo), null);
  return convo.kind === 'community' ? withoutEmptyServer(removed, serverPath(convo.baseUrl)) : removed;
}

function withoutEmptyServer(data: ConfigDict, server: ConfigPath): ConfigDict {
  return dictAt(data, [...server, 'R']).size === 0 ? withValue(data, server, null) : data;
}

/** Without what is older than 45 days and says nothing else; for the moment before a push. */
export function pruneConvos(data: ConfigDict, nowMs: number): ConfigDict {
  let result = data;
  for (const kind of ['1', 'g', 'C', 'b']) {
    for (const [key, fields] of dictAt(data, [kind])) {
      if (isOutdated(fields, nowMs)) result = withValue(result, [kind, key], null);
    }
  }
  for (const [urlKey] of dictAt(data, ['o'])) {
    const server = ['o', urlKey];
    const before = result;
    for (const [room, fields] of dictAt(data, [...server, 'R'])) {
      if (isOutdated(fields, nowMs)) result = withValue(result, [...server, 'R', room], null);
    }
    if (result !== before) result = withoutEmptyServer(result, server);
  }
  return result;
}

function isOutdated(fields: unknown, nowMs: number): boolean {
  if (!(fields instanceof Map)) return false;
  const dict = fields as ConfigDict;
  if ([...dict.keys()].some((key) => key !== 'r')) return false;
  const lastReadMs = intField(dict, 'r');
  return lastReadMs !== null && lastReadMs < nowMs - KEEP_MS;
}
