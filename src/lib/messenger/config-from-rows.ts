// From rows to the shared documents (config-sync.md §7): what a row says differently is an edit of that key alone, so unknown
// keys stay, and so does what only other devices know. Pure.
import type { AccountId } from '../account-id.ts';
import {
  editContact,
  editConvo,
  editUserProfile,
  readContact,
  readContactConvos,
  readContacts,
  readUserProfile,
  removeContact,
  removeConvo,
  type ConfigDict,
  type Contact,
  type ContactChanges,
  type UserProfile,
  type UserProfileChanges
} from '../config/index.ts';
import {
  isApproved,
  isApprovedMe,
  ownPictureAddress,
  timeOfSort,
  type ConversationContent,
  type ProfileContent
} from '../storage/index.ts';
import {
  type ConfigDocuments,
  type AccountRows,
  SECOND_MS,
  placeOf,
  placeOfRow,
  PRIORITIES,
  factsOfContact,
  factsOfRow,
  timerOf,
  changedFacts,
  nameOf,
  noteTimerSeconds,
  isSamePicture,
  writablePicture
} from './config-facts.ts';
import { receivedName } from './display-name.ts';

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
