// From the shared documents to rows: what a document says differently from its former self changes that field of the row
// alone, so nothing is undone that was not touched. Pure.
import type { AccountId } from '../account-id.ts';
import { bytesToBase64 } from '../bytes/index.ts';
import {
  readContact,
  readContactConvos,
  readContacts,
  readUserProfile,
  type ConfigDict,
  type Contact,
  type UserProfile
} from '../config/index.ts';
import {
  emptyConversation,
  NO_TIMER,
  ownPictureAddress,
  sortAfterTime,
  timeOfSort,
  type ConversationContent,
  type ProfileContent,
  type TimerSetting
} from '../storage/index.ts';
import { isDownloadUrl } from './receive-profile.ts';
import {
  type ConfigDocuments,
  type AccountRows,
  SECOND_MS,
  placeOf,
  rowPlace,
  factsOfContact,
  changedFacts,
  nameOf,
  noteTimerSeconds,
  isSamePicture,
  rowPicture
} from './config-facts.ts';
import { receivedName } from './display-name.ts';

/** A contact of whom no time is known is older than what the network keeps. */
const UNKNOWN_AGE_MS = 15 * 24 * 60 * 60 * 1_000;

export interface RowChanges {
  /** null when it stays as it is. */
  readonly profile: ProfileContent | null;
  /** Changed and new ones, as they are before `readUpTo`. */
  readonly conversations: ReadonlyMap<AccountId, ConversationContent>;
  /** Read positions that moved forward. */
  readonly readUpTo: ReadonlyMap<AccountId, number>;
  /** Conversations that another device removed. */
  readonly removed: readonly AccountId[];
}

/**
 * What the rows become after documents changed. Positions of reading only move forward, so they are compared with the rows
 * themselves; everything else follows the difference between `before` and `after`.
 * @param context.atMs when the documents were stored
 */
export function applyDocuments(
  before: ConfigDocuments,
  after: ConfigDocuments,
  rows: AccountRows,
  context: {
    readonly isDeleted: (accountId: AccountId) => boolean;
    readonly nowMs: number;
    readonly atMs: number;
  }
): RowChanges {
  const conversations = new Map<AccountId, ConversationContent>();
  const current = (accountId: AccountId) => conversations.get(accountId) ?? rows.conversations.get(accountId);
  let profile: ProfileContent | null = null;
  const removed: AccountId[] = [];

  if (after.profile) {
    const stated = readUserProfile(after.profile);
    const former = before.profile ? readUserProfile(before.profile) : null;
    profile = profileAfter(rows.profile, former, stated, context.nowMs);
    const note = noteAfter(current(rows.ownId), former, stated, rows.ownId, context);
    if (note) conversations.set(rows.ownId, note);
  }
  if (after.contacts) {
    const convos = after.convos
      ? readContactConvos(after.convos)
      : new Map<AccountId, { lastReadMs: number }>();
    const stated = readContacts(after.contacts, rows.ownId);
    for (const contact of stated) {
      const { accountId } = contact;
      const former = before.contacts ? readContact(before.contacts, accountId) : null;
      const row = current(accountId);
      if (!row && former && context.isDeleted(accountId)) continue;
      const begun = row ?? newRow(contact, convos.get(accountId)?.lastReadMs ?? 0, context.nowMs);
      const next = contactRowAfter(begun, row ? former : null, contact, context.atMs);
      if (next !== row) conversations.set(accountId, next);
    }
    const present = new Set(stated.map(({ accountId }) => accountId));
    for (const { accountId } of before.contacts ? readContacts(before.contacts, rows.ownId) : []) {
      if (!present.has(accountId) && rows.conversations.has(accountId)) removed.push(accountId);
    }
  }
  const readUpTo = after.convos
    ? applyConvos(before.convos, after.convos, { rows, current, conversations, nowMs: context.nowMs })
    : new Map<AccountId, number>();
  for (const accountId of removed) {
    conversations.delete(accountId);
    readUpTo.delete(accountId);
  }
  return { profile, conversations, readUpTo, removed };
}

function profileAfter(
  row: ProfileContent,
  before: UserProfile | null,
  after: UserProfile,
  nowMs: number
): ProfileContent | null {
  const name = nameOf(after);
  // A name that was chosen before the profile was found for the first time is the later choice.
  const isChosenHere =
    !before && row.displayName !== '' && row.displayNameUpdatedSeconds > (after.updatedAtSeconds ?? 0);
  const isChanged = name !== (before && nameOf(before)) && name !== row.displayName;
  const isNamed = name !== null && isChanged && !isChosenHere;
  const heardAt = after.updatedAtSeconds ?? Math.floor(nowMs / SECOND_MS);
  const updatedSeconds = Math.max(
    row.displayNameUpdatedSeconds,
    after.updatedAtSeconds ?? 0,
    isNamed ? heardAt : 0
  );
  const pictured = ownPictureAfter(row, before, after);
  if (!isNamed && !pictured && updatedSeconds === row.displayNameUpdatedSeconds) return null;
  return {
    ...row,
    ...pictured,
    ...(isNamed && { displayName: name }),
    displayNameUpdatedSeconds: updatedSeconds
  };
}

/** Our own picture after another device set or removed it; null when it stays. */
function ownPictureAfter(
  row: ProfileContent,
  before: UserProfile | null,
  after: UserProfile
): Pick<ProfileContent, 'picture' | 'awaitedPicture'> | null {
  const isChanged = !isSamePicture(after.picture, before?.picture ?? null);
  // A restored account has a name that was just typed, and no picture yet.
  const isOlder = row.picture !== undefined && (after.updatedAtSeconds ?? 0) < row.displayNameUpdatedSeconds;
  // One that was chosen here and is not uploaded yet is the later choice.
  if (!isChanged || isOlder || row.picture?.upload === null) return null;
  if (!after.picture) return { picture: null, awaitedPicture: null };
  const { url } = after.picture;
  const keyBase64 = bytesToBase64(after.picture.key);
  const known = ownPictureAddress(row);
  if (!isDownloadUrl(url) || (known?.url === url && known.keyBase64 === keyBase64)) return null;
  return { awaitedPicture: { url, keyBase64 } };
}

/** Note to Self after the profile changed; null when it stays as it is, or is not there and needs not be. */
function noteAfter(
  row: ConversationContent | undefined,
  before: UserProfile | null,
  after: UserProfile,
  ownId: AccountId,
  { nowMs, atMs }: { readonly nowMs: number; readonly atMs: number }
): ConversationContent | null {
  const place = placeOf(after.noteToSelfPriority);
  const seconds = noteTimerSeconds(after);
  const isPlaced = place !== placeOf(before?.noteToSelfPriority ?? 0);
  const isTimed = seconds !== (before && noteTimerSeconds(before));
  if (!isPlaced && !isTimed) return null;
  if (!row && place === 'normal' && seconds === null) return null;
  const timer: TimerSetting = seconds === null ? NO_TIMER : { mode: 'after-send', seconds };
  return {
    ...(row ?? emptyConversation('note-to-self', ownId, nowMs - UNKNOWN_AGE_MS)),
    ...(isPlaced && rowPlace(place)),
    ...(isTimed && { timer, timerAtMs: atMs })
  };
}

function newRow(contact: Contact, lastReadMs: number, nowMs: number): ConversationContent {
  const knownSinceMs = Math.max((contact.joinedAtSeconds ?? 0) * SECOND_MS, lastReadMs);
  const lastAtMs = knownSinceMs > 0 ? Math.min(knownSinceMs, nowMs) : nowMs - UNKNOWN_AGE_MS;
  return emptyConversation('contact', contact.accountId, lastAtMs);
}

function contactRowAfter(
  row: ConversationContent,
  before: Contact | null,
  after: Contact,
  atMs: number
): ConversationContent {
  const facts = changedFacts(factsOfContact(before), factsOfContact(after));
  const named = withIdentity(row, before, after);
  if (Object.keys(facts).length === 0) return named;
  const { isApproved: approved, hasApprovedUs, isBlocked, nickname, place, isSilent, timer } = facts;
  return {
    ...named,
    ...(approved !== undefined && { approved }),
    ...(hasApprovedUs !== undefined && { approvedMe: hasApprovedUs }),
    ...(isBlocked !== undefined && { blocked: isBlocked }),
    ...(nickname !== undefined && { nickname }),
    ...(place !== undefined && rowPlace(place)),
    ...(isSilent !== undefined && { notify: isSilent ? ('none' as const) : ('all' as const) }),
    ...(facts.mutedUntilSeconds !== undefined && {
      mutedUntilMs: facts.mutedUntilSeconds === null ? null : facts.mutedUntilSeconds * SECOND_MS
    }),
    ...(timer !== undefined && { timer, timerAtMs: atMs })
  };
}

function withIdentity(row: ConversationContent, before: Contact | null, after: Contact): ConversationContent {
  const isChanged =
    after.name !== (before?.name ?? '') ||
    after.profileUpdatedAtSeconds !== (before?.profileUpdatedAtSeconds ?? null) ||
    !isSamePicture(after.picture, before?.picture ?? null);
  const heardAt = after.profileUpdatedAtSeconds ?? 0;
  if (!isChanged || (heardAt < row.nameUpdatedSeconds && row.name !== null)) return row;
  return {
    ...row,
    name: receivedName(after.name) ?? row.name,
    nameUpdatedSeconds: Math.max(row.nameUpdatedSeconds, heardAt),
    picture: rowPicture(after.picture, row.picture ?? null)
  };
}

function applyConvos(
  before: ConfigDict | undefined,
  after: ConfigDict,
  {
    rows,
    current,
    conversations,
    nowMs
  }: {
    rows: AccountRows;
    current: (accountId: AccountId) => ConversationContent | undefined;
    conversations: Map<AccountId, ConversationContent>;
    nowMs: number;
  }
): Map<AccountId, number> {
  const readUpTo = new Map<AccountId, number>();
  const former = before ? readContactConvos(before) : new Map<AccountId, { isMarkedUnread: boolean }>();
  const stated = readContactConvos(after);
  for (const accountId of new Set([...rows.conversations.keys(), ...conversations.keys()])) {
    const row = current(accountId);
    const { lastReadMs = 0, isMarkedUnread = false } = stated.get(accountId) ?? {};
    if (!row) continue;
    if (isMarkedUnread !== (former.get(accountId)?.isMarkedUnread ?? false))
      conversations.set(accountId, { ...row, markedUnread: isMarkedUnread });
    // Nothing of what is still to come is read.
    const readMs = Math.min(lastReadMs, nowMs);
    if (readMs > timeOfSort(row.readUpToSort)) readUpTo.set(accountId, sortAfterTime(readMs));
  }
  return readUpTo;
}
