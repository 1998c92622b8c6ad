// What the shared documents of an account and our rows both say, each in one form, so that they can be compared
// (config-sync.md §8).
import type { AccountId } from '../account-id.ts';
import { base64ToBytes, bytesToBase64, utf8Length } from '../bytes/index.ts';
import {
  MAX_PICTURE_URL_BYTES,
  type ConfigDict,
  type Contact,
  type Picture,
  type UserProfile
} from '../config/index.ts';
import {
  isApproved,
  isApprovedMe,
  NO_TIMER,
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

export const SECOND_MS = 1_000;
const PICTURE_KEY_BYTES = 32;

/** What a contact's entry and its row both say, in one form, so that they can be compared. */
export interface ContactFacts {
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
export type Place = 'hidden' | 'normal' | 'pinned';

export const placeOf = (priority: number): Place =>
  priority < 0 ? 'hidden' : priority > 0 ? 'pinned' : 'normal';
export const placeOfRow = ({ hidden, pinned }: ConversationContent): Place =>
  hidden ? 'hidden' : pinned ? 'pinned' : 'normal';
export const rowPlace = (place: Place) => ({ hidden: place === 'hidden', pinned: place === 'pinned' });
export const PRIORITIES: Readonly<Record<Place, number>> = { hidden: -1, normal: 0, pinned: 1 };

export const NO_CONTACT_FACTS: ContactFacts = {
  isApproved: false,
  hasApprovedUs: false,
  isBlocked: false,
  nickname: null,
  place: 'normal',
  isSilent: false,
  mutedUntilSeconds: null,
  timer: NO_TIMER
};

export function factsOfContact(contact: Contact | null): ContactFacts {
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

export function factsOfRow(row: ConversationContent): ContactFacts {
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

export function timerOf({ timer }: ConversationContent): TimerSetting {
  return !timer || timer.mode === 'off' ? NO_TIMER : timer;
}

export function mutedSeconds(untilMs: number | null): number | null {
  if (untilMs === null || !(untilMs > 0)) return null;
  return Math.min(Math.ceil(untilMs / SECOND_MS), Number.MAX_SAFE_INTEGER);
}

/** The facts of `to` that differ from `from`. */
export function changedFacts(from: ContactFacts, to: ContactFacts): Partial<ContactFacts> {
  const entries = Object.entries(to).filter(
    ([key, value]) => !isSameFact(from[key as keyof ContactFacts], value)
  );
  return Object.fromEntries(entries) as Partial<ContactFacts>;
}

export function isSameFact(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [a as TimerSetting, b as TimerSetting];
  return left.mode === right.mode && left.seconds === right.seconds;
}

export const nameOf = ({ name }: UserProfile): string | null => (name === null ? null : receivedName(name));

export function noteTimerSeconds({ noteToSelfTimerSeconds: seconds }: UserProfile): number | null {
  return seconds !== null && seconds <= MAX_TIMER_SECONDS ? seconds : null;
}

export function isSamePicture(a: Picture | null, b: Picture | null): boolean {
  if (!a || !b) return a === b;
  return a.url === b.url && bytesToBase64(a.key) === bytesToBase64(b.key);
}

/** The picture of a row as a document holds it; undefined for one that a document cannot hold. */
export function writablePicture(
  picture: { url: string; keyBase64: string } | null
): Picture | null | undefined {
  if (!picture) return null;
  const key = base64ToBytes(picture.keyBase64);
  const isWritable = key.length === PICTURE_KEY_BYTES && utf8Length(picture.url) <= MAX_PICTURE_URL_BYTES;
  return isWritable && picture.url !== '' ? { url: picture.url, key } : undefined;
}

/** A picture whose address is none leaves the one that is known. */
export function rowPicture(
  picture: Picture | null,
  known: NonNullable<ConversationContent['picture']> | null
): NonNullable<ConversationContent['picture']> | null {
  if (!picture) return null;
  if (!isDownloadUrl(picture.url)) return known;
  const keyBase64 = bytesToBase64(picture.key);
  if (known?.url === picture.url && known.keyBase64 === keyBase64) return known;
  return { url: picture.url, keyBase64, mediaId: null };
}
