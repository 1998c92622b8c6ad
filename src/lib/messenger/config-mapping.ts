// Between the shared documents of an account and our rows (config-sync.md §7, §8). Pure, and a comparison both ways: what
// the rows say differently from a document is an edit of that key alone; what a document says differently from its former
// self changes that field of the row alone. So neither undoes what the other did not touch, and unknown keys stay.
import type { AccountId } from '../account-id.ts';
import { base64ToBytes, bytesToBase64, utf8Length } from '../bytes/index.ts';
import {
  editContact,
  editConvo,
  editUserProfile,
  MAX_PICTURE_URL_BYTES,
  readContact,
  readContactConvos,
  readContacts,
  readUserProfile,
  removeContact,
  removeConvo,
  type ConfigDict,
  type Contact,
  type ContactChanges,
  type Picture,
  type UserProfile,
  type UserProfileChanges
} from '../config/index.ts';
import {
  emptyConversation,
  isApproved,
  isApprovedMe,
  NO_TIMER,
  ownPictureAddress,
  sortAfterTime,
  timeOfSort,
  type ConversationContent,
  type ProfileContent,
  type TimerSetting
} from '../storage/index.ts';
import { isDownloadUrl } from './receive-profile.ts';
import { receivedName } from './display-name.ts';
import { MAX_TIMER_SECONDS } from './timers.ts';

/** The documents that have rows; one that is absent is not to be looked at. */
export interface ConfigDocuments {
  readonly profile?: ConfigDict;
  readonly contacts?: ConfigDict;
  readonly convos?: ConfigDict;
}

export interface AccountRows {
  readonly ownId: AccountId;
  readonly profile: ProfileContent;
  readonly conversations: ReadonlyMap<AccountId, ConversationContent>;
}

const SECOND_MS = 1_000;
/** A contact of whom no time is known is older than what the network keeps. */
const UNKNOWN_AGE_MS = 15 * 24 * 60 * 60 * 1_000;
const PICTURE_KEY_BYTES = 32;

/** What a contact's entry and its row both say, in one form, so that they can be compared. */
interface ContactFacts {
  readonly isApproved: boolean;
  readonly hasApprovedUs: boolean;
  readonly isBlocked: boolean;
  readonly nickname: string | null;
  readonly place: Place;
  readonly isSilent: boolean;
  readonly mutedUntilSeconds: number | null;
  readonly timer: TimerSetting;
}

/** Where the conversation stands in the list. */
type Place = 'hidden' | 'normal' | 'pinned';

const placeOf = (priority: number): Place => (priority < 0 ? 'hidden' : priority > 0 ? 'pinned' : 'normal');
const placeOfRow = ({ hidden, pinned }: ConversationContent): Place =>
  hidden ? 'hidden' : pinned ? 'pinned' : 'normal';
const rowPlace = (place: Place) => ({ hidden: place === 'hidden', pinned: place === 'pinned' });
const PRIORITIES: Readonly<Record<Place, number>> = { hidden: -1, normal: 0, pinned: 1 };

const NO_CONTACT_FACTS: ContactFacts = {
  isApproved: false,
  hasApprovedUs: false,
  isBlocked: false,
  nickname: null,
  place: 'normal',
  isSilent: false,
  mutedUntilSeconds: null,
  timer: NO_TIMER
};

function factsOfContact(contact: Contact | null): ContactFacts {
  if (!contact) return NO_CONTACT_FACTS;
  const { expiry } = contact;
  return {
    isApproved: contact.isApproved,
    hasApprovedUs: contact.hasApprovedUs,
    isBlocked: contact.isBlocked,
    nickname: contact.nickname === null ? null : receivedName(contact.nickname),
    place: placeOf(contact.priority),
    isSilent: contact.notify === 'disabled',
    mutedUntilSeconds: contact.mutedUntilSeconds,
    timer: expiry && expiry.seconds <= MAX_TIMER_SECONDS ? expiry : NO_TIMER
  };
}

function factsOfRow(row: ConversationContent): ContactFacts {
  return {
    isApproved: isApproved(row),
    hasApprovedUs: isApprovedMe(row),
    isBlocked: row.blocked ?? false,
    nickname: row.nickname ?? null,
    place: placeOfRow(row),
    isSilent: row.notify === 'none',
    mutedUntilSeconds: mutedSeconds(row.mutedUntilMs ?? null),
    timer: timerOf(row)
  };
}

function timerOf({ timer }: ConversationContent): TimerSetting {
  return !timer || timer.mode === 'off' ? NO_TIMER : timer;
}

function mutedSeconds(untilMs: number | null): number | null {
  if (untilMs === null || !(untilMs > 0)) return null;
  return Math.min(Math.ceil(untilMs / SECOND_MS), Number.MAX_SAFE_INTEGER);
}

/** The facts of `to` that differ from `from`. */
function changedFacts(from: ContactFacts, to: ContactFacts): Partial<ContactFacts> {
  const entries = Object.entries(to).filter(
    ([key, value]) => !isSameFact(from[key as keyof ContactFacts], value)
  );
  return Object.fromEntries(entries) as Partial<ContactFacts>;
}

function isSameFact(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [a as TimerSetting, b as TimerSetting];
  return left.mode === right.mode && left.seconds === right.seconds;
}

// From rows to documents.

/**
 * The documents with what this device's rows say differently.
 * @param context.isDeleted accounts whose conversation was deleted on this device
 */
export function editDocuments(
  documents: ConfigDocuments,
  rows: AccountRows,
  context: { readonly isDeleted: (accountId: AccountId) => boolean; readonly nowMs: number }
): ConfigDocuments {
  const { profile, contacts, convos } = documents;
  return {
    ...(profile && { profile: editProfileDocument(profile, rows, context.nowMs) }),
    ...(contacts && { contacts: editContactsDocument(contacts, rows, context) }),
    ...(convos && { convos: editConvosDocument(convos, rows, context) })
  };
}

function editProfileDocument(data: ConfigDict, rows: AccountRows, nowMs: number): ConfigDict {
  const { profile, conversations, ownId } = rows;
  const stated = readUserProfile(data);
  const named: { -readonly [Key in keyof UserProfileChanges]: UserProfileChanges[Key] } = {};
  if (profile.displayName !== '' && profile.displayName !== nameOf(stated)) named.name = profile.displayName;
  const picture = newPicture(profile, stated);
  if (picture !== undefined && !isSamePicture(picture, stated.picture)) named.picture = picture;
  const changedAtSeconds = Math.max(profile.displayNameUpdatedSeconds, stated.updatedAtSeconds ?? 0);
  const edited = editUserProfile(data, named, changedAtSeconds || Math.floor(nowMs / SECOND_MS));
  const note = conversations.get(ownId);
  if (!note) return edited;
  const place = placeOfRow(note);
  const timer = timerOf(note);
  const seconds = timer.mode === 'off' ? null : timer.seconds;
  return editUserProfile(
    edited,
    {
      ...(place !== placeOf(stated.noteToSelfPriority) && { noteToSelfPriority: PRIORITIES[place] }),
      ...(seconds !== noteTimerSeconds(stated) && { noteToSelfTimerSeconds: seconds })
    },
    changedAtSeconds
  );
}

/** Our own picture where it was chosen or removed after the last change that the document knows; else undefined. */
function newPicture(profile: ProfileContent, stated: UserProfile) {
  const address = ownPictureAddress(profile);
  const isLater = profile.displayNameUpdatedSeconds > (stated.updatedAtSeconds ?? 0);
  return address === undefined || !isLater ? undefined : writablePicture(address);
}

function editContactsDocument(
  data: ConfigDict,
  { ownId, conversations }: AccountRows,
  { isDeleted }: { readonly isDeleted: (accountId: AccountId) => boolean }
): ConfigDict {
  let result = data;
  for (const { accountId } of readContacts(data, ownId)) {
    if (!conversations.has(accountId) && isDeleted(accountId)) result = removeContact(result, accountId);
  }
  for (const [accountId, row] of conversations) {
    if (row.kind !== 'contact' || accountId === ownId) continue;
    const contact = readContact(result, accountId);
    if (!contact && !isWorthSharing(row)) continue;
    const changes = contactChanges(contact, row);
    if (contact && Object.keys(changes).length === 0) continue;
    result = editContact(result, { accountId, ownAccountId: ownId }, changes);
  }
  return result;
}

/** Whether there is more to a conversation than that somebody looked at it. */
function isWorthSharing(row: ConversationContent): boolean {
  return (
    isApproved(row) ||
    isApprovedMe(row) ||
    row.blocked === true ||
    row.pinned ||
    row.lastMessage !== null ||
    (row.nickname ?? null) !== null
  );
}

function contactChanges(contact: Contact | null, row: ConversationContent): ContactChanges {
  const { place, isSilent, timer, ...plain } = changedFacts(factsOfContact(contact), factsOfRow(row));
  return {
    ...plain,
    ...(place !== undefined && { priority: PRIORITIES[place] }),
    ...(isSilent !== undefined && { notify: isSilent ? ('disabled' as const) : ('default' as const) }),
    ...(timer !== undefined && {
      expiry: timer.mode === 'off' ? null : { mode: timer.mode, seconds: timer.seconds }
    }),
    ...identityChanges(contact, row),
    ...(!contact && { joinedAtSeconds: Math.floor(row.lastAtMs / SECOND_MS) })
  };
}

/** What the contact says of themselves, where what we heard is newer (§8.2, `t`). */
function identityChanges(contact: Contact | null, row: ConversationContent): ContactChanges {
  const knownAt = contact?.profileUpdatedAtSeconds ?? 0;
  const heardAt = row.nameUpdatedSeconds;
  if (row.name === null || heardAt < knownAt) return {};
  const isNewName = row.name !== (contact && receivedName(contact.name));
  if (heardAt === knownAt && (knownAt > 0 || !isNewName)) return {};
  const picture = row.picture === undefined ? undefined : writablePicture(row.picture);
  const isNewPicture = picture !== undefined && !isSamePicture(picture, contact?.picture ?? null);
  return {
    ...(isNewName && { name: row.name }),
    ...(isNewPicture && { picture }),
    ...(heardAt > knownAt && { profileUpdatedAtSeconds: heardAt })
  };
}

function editConvosDocument(
  data: ConfigDict,
  { conversations }: AccountRows,
  { isDeleted, nowMs }: { readonly isDeleted: (accountId: AccountId) => boolean; readonly nowMs: number }
): ConfigDict {
  let result = data;
  const states = readContactConvos(data);
  for (const accountId of states.keys()) {
    if (conversations.has(accountId) || !isDeleted(accountId)) continue;
    result = removeConvo(result, { kind: 'contact', accountId });
  }
  for (const [accountId, row] of conversations) {
    const stated = states.get(accountId);
    const isMarkedUnread = row.markedUnread ?? false;
    const lastReadMs = timeOfSort(row.readUpToSort);
    if (lastReadMs <= (stated?.lastReadMs ?? 0) && isMarkedUnread === (stated?.isMarkedUnread ?? false))
      continue;
    result = editConvo(result, { kind: 'contact', accountId }, { lastReadMs, isMarkedUnread }, nowMs);
  }
  return result;
}

// From documents to rows.

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

// Names and pictures.

const nameOf = ({ name }: UserProfile): string | null => (name === null ? null : receivedName(name));

function noteTimerSeconds({ noteToSelfTimerSeconds: seconds }: UserProfile): number | null {
  return seconds !== null && seconds <= MAX_TIMER_SECONDS ? seconds : null;
}

function isSamePicture(a: Picture | null, b: Picture | null): boolean {
  if (!a || !b) return a === b;
  return a.url === b.url && bytesToBase64(a.key) === bytesToBase64(b.key);
}

/** The picture of a row as a document holds it; undefined for one that a document cannot hold. */
function writablePicture(picture: { url: string; keyBase64: string } | null): Picture | null | undefined {
  if (!picture) return null;
  const key = base64ToBytes(picture.keyBase64);
  const isWritable = key.length === PICTURE_KEY_BYTES && utf8Length(picture.url) <= MAX_PICTURE_URL_BYTES;
  return isWritable && picture.url !== '' ? { url: picture.url, key } : undefined;
}

/** A picture whose address is none leaves the one that is known. */
function rowPicture(
  picture: Picture | null,
  known: NonNullable<ConversationContent['picture']> | null
): NonNullable<ConversationContent['picture']> | null {
  if (!picture) return null;
  if (!isDownloadUrl(picture.url)) return known;
  const keyBase64 = bytesToBase64(picture.key);
  if (known?.url === picture.url && known.keyBase64 === keyBase64) return known;
  return { url: picture.url, keyBase64, mediaId: null };
}
