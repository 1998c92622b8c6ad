// What is known of a contact's keys, and what follows for the next message to them (§9.4, §14). Pure; times are Unix seconds. Once a
// contact has shown that they take these messages, nothing the network does makes the next one classic silently.
import { equalBytes } from '../bytes/index.ts';
import type { Announcement } from './announcement.ts';
import { HFS_SECONDS, MAX_SUPERSEDED_KEYS, STANDARD_RETENTION_DAYS } from './profiles.ts';
import { accountKeyId, type PublicKeys } from './rotating-keys.ts';
import { sendingWithAge } from './rotation.ts';

export interface PeerKeys {
  readonly publicKeys: PublicKeys;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly createdSeconds: number | null;
  readonly retentionDays: number;
}

export interface Peer {
  /** `capable` is left only by the contact's own signed withdrawal. */
  readonly status: 'unknown' | 'capable' | 'withdrawn';
  /** The keys of the latest announcement; null before the first, and after a withdrawal. */
  readonly keys: PeerKeys | null;
  /** When the keys were last found, fetched or in a message. */
  readonly confirmedSeconds: number | null;
  /** When the swarm last said that there is no announcement. */
  readonly noneSeconds: number | null;
  /** Highest `@` accepted. */
  readonly newestSeconds: number;
  /** Continuity key of the contact's device group, 32 bytes; null before the first. */
  readonly continuityPublicKey: Uint8Array | null;
  /** Ids of keys that were replaced, oldest first. */
  readonly supersededKeyIds: readonly Uint8Array[];
  /** Announcements that were signed and still refused, such as old ones. */
  readonly suspicions: number;
  /** Answers in a row in which their slot held something that nobody could use; 0 once it held what it should (§15.4). */
  readonly strikes: number;
  /** When a message that proves its sender last said that they have keys; null before. */
  readonly statedSeconds: number | null;
  /** The person lets messages go classic while no keys can be found; until some are. */
  readonly isClassicChosen: boolean;
  /** Arrival of classic messages of a capable contact, newest last. */
  readonly classicSeconds: readonly number[];
  /** It was told that they keep answering classic; until a message is not. */
  readonly isClassicTold: boolean;
  /** When that was; null: never. */
  readonly classicToldSeconds: number | null;
  /** Our continuity key as last sent to them whole, 32 bytes. */
  readonly toldContinuityPublicKey: Uint8Array | null;
  /** When they were last told anything of our keys. */
  readonly toldSeconds: number | null;
  /** When we last asked them to send messages again, and they us. */
  readonly askedSeconds: number | null;
  readonly askedBySeconds: number | null;
  /** Whether the contact's last message was sealed to our active key; null before their first. */
  readonly knowsActiveKey: boolean | null;
}

export const UNKNOWN_PEER: Peer = {
  status: 'unknown',
  keys: null,
  confirmedSeconds: null,
  noneSeconds: null,
  newestSeconds: 0,
  continuityPublicKey: null,
  supersededKeyIds: [],
  suspicions: 0,
  strikes: 0,
  statedSeconds: null,
  isClassicChosen: false,
  classicSeconds: [],
  isClassicTold: false,
  classicToldSeconds: null,
  toldContinuityPublicKey: null,
  toldSeconds: null,
  askedSeconds: null,
  askedBySeconds: null,
  knowsActiveKey: null
};

/**
 * `devices-changed` takes back a verification the person has made (§9.4); `answers-classic`: they may not see our keys (§14.2);
 * `directory-problem` and `directory-fine`: whether their slot holds what nobody can use (§15.4).
 */
export type PeerNotice =
  'enabled' | 'withdrew' | 'devices-changed' | 'answers-classic' | 'directory-problem' | 'directory-fine';

export type AnnouncementOutcome =
  'accepted' | 'from-the-future' | 'too-old' | 'rolled-back' | 'superseded' | 'stripped';

/**
 * Takes in an announcement whose signatures are verified.
 * @returns the state afterwards; what was refused changes nothing but the count of suspicions
 */
export function considerAnnouncement(
  peer: Peer,
  announcement: Announcement,
  nowSeconds: number
): { peer: Peer; outcome: AnnouncementOutcome; notices: readonly PeerNotice[] } {
  const outcome = judge(peer, announcement, nowSeconds);
  if (outcome !== 'accepted') {
    // An old one may simply be slow to be replaced; only what somebody must have chosen to show counts.
    const isSuspicious = outcome === 'rolled-back' || outcome === 'superseded' || outcome === 'stripped';
    const counted = { ...peer, suspicions: peer.suspicions + (isSuspicious ? 1 : 0) };
    return outcome === 'stripped'
      ? { ...noteStrikes(counted, 1), outcome }
      : { peer: counted, outcome, notices: [] };
  }
  return { ...accept(peer, announcement, nowSeconds), outcome };
}

function judge(peer: Peer, announcement: Announcement, nowSeconds: number): AnnouncementOutcome {
  const { createdSeconds, publicKeys, additions } = announcement;
  if (peer.continuityPublicKey !== null && additions === null) return 'stripped';
  if (createdSeconds === null) {
    const isKnown = publicKeys !== null && isSuperseded(peer, accountKeyId(publicKeys));
    return isKnown ? 'superseded' : 'accepted';
  }
  if (createdSeconds > nowSeconds + HFS_SECONDS.clockTolerance) return 'from-the-future';
  if (createdSeconds < nowSeconds - HFS_SECONDS.announcementMaxAge) return 'too-old';
  return createdSeconds < peer.newestSeconds ? 'rolled-back' : 'accepted';
}

/** Two may be a fault of a node; from then on the person is told. */
const STRIKES_TOLD = 2;

/** What was shown as their announcement was malformed, or not signed by them (§15.4). */
export function noteStrikes(peer: Peer, count: number): { peer: Peer; notices: readonly PeerNotice[] } {
  const strikes = peer.strikes + count;
  const isNews = peer.strikes < STRIKES_TOLD && strikes >= STRIKES_TOLD;
  return { peer: { ...peer, strikes }, notices: isNews ? ['directory-problem'] : [] };
}

function isSuperseded(peer: Peer, keyId: Uint8Array): boolean {
  return peer.supersededKeyIds.some((known) => equalBytes(known, keyId));
}

function accept(peer: Peer, announcement: Announcement, nowSeconds: number) {
  const { publicKeys, additions } = announcement;
  const status = publicKeys === null ? ('withdrawn' as const) : ('capable' as const);
  const notices: PeerNotice[] = [];
  if (status !== peer.status) notices.push(status === 'capable' ? 'enabled' : 'withdrew');
  const pinned = peer.continuityPublicKey;
  const shown = additions?.continuityPublicKey ?? null;
  if (pinned !== null && shown !== null && !equalBytes(pinned, shown)) notices.push('devices-changed');
  if (peer.strikes >= STRIKES_TOLD) notices.push('directory-fine');
  const next: Peer = {
    ...peer,
    status,
    keys: publicKeys === null ? null : peerKeys(publicKeys, announcement),
    confirmedSeconds: nowSeconds,
    noneSeconds: null,
    newestSeconds: Math.max(peer.newestSeconds, announcement.createdSeconds ?? 0),
    continuityPublicKey: shown ?? pinned,
    isClassicChosen: false,
    strikes: 0,
    supersededKeyIds: withSuperseded(peer, publicKeys)
  };
  return { peer: next, notices };
}

function peerKeys(publicKeys: PublicKeys, announcement: Announcement): PeerKeys {
  return {
    publicKeys,
    keyId: accountKeyId(publicKeys),
    createdSeconds: announcement.createdSeconds,
    // The official format says nothing of it and keeps keys for as long.
    retentionDays: announcement.additions?.retentionDays ?? STANDARD_RETENTION_DAYS
  };
}

function withSuperseded(peer: Peer, next: PublicKeys | null): readonly Uint8Array[] {
  const replaced = peer.keys?.keyId;
  if (replaced === undefined || isSuperseded(peer, replaced)) return peer.supersededKeyIds;
  if (next !== null && equalBytes(accountKeyId(next), replaced)) return peer.supersededKeyIds;
  return [...peer.supersededKeyIds, replaced].slice(-MAX_SUPERSEDED_KEYS);
}

/** The swarm says, twice for a first question, that there is no announcement. */
export function considerNone(peer: Peer, nowSeconds: number): Peer {
  return { ...peer, noneSeconds: nowSeconds };
}

/** A message that proves who sent it names keys of its sender (`k`, `c`): they take such messages, whatever the swarm says. */
export function considerStatement(
  before: Peer,
  statement: { readonly createdSeconds: number },
  nowSeconds: number
): { peer: Peer; notices: readonly PeerNotice[] } {
  const peer = { ...before, statedSeconds: nowSeconds };
  // What was said before a withdrawal is no word against it.
  const isOld = peer.status === 'withdrawn' && statement.createdSeconds <= peer.newestSeconds;
  if (isOld) return { peer: before, notices: [] };
  if (peer.status === 'capable') return { peer, notices: [] };
  return { peer: { ...peer, status: 'capable' }, notices: ['enabled'] };
}

/**
 * What a contact's messages tell of what they know of us.
 * @param message.couldBeHybrid false: it was written before anybody could know our keys
 */
export function considerIncoming(
  peer: Peer,
  message: {
    readonly protection: 'hybrid' | 'classic';
    readonly isActiveKey: boolean;
    readonly couldBeHybrid?: boolean;
  },
  nowSeconds: number
): { peer: Peer; notices: readonly PeerNotice[] } {
  const knowsActiveKey = message.protection === 'hybrid' && message.isActiveKey;
  if (message.protection === 'hybrid') {
    return { peer: { ...peer, knowsActiveKey, isClassicTold: false }, notices: [] };
  }
  if (peer.status !== 'capable' || message.couldBeHybrid === false) {
    return { peer: { ...peer, knowsActiveKey }, notices: [] };
  }
  const recent = peer.classicSeconds.filter((seconds) => seconds > nowSeconds - HFS_SECONDS.keyFresh);
  const next = { ...peer, knowsActiveKey, classicSeconds: [...recent, nowSeconds].slice(-MAX_CLASSIC) };
  // Of somebody whose devices differ it is said once a day at most.
  const isQuiet = nowSeconds - (peer.classicToldSeconds ?? -Infinity) < HFS_SECONDS.keyFresh;
  if (peer.isClassicTold || isQuiet || !keepsAnsweringClassic(next, nowSeconds))
    return { peer: next, notices: [] };
  return {
    peer: { ...next, isClassicTold: true, classicToldSeconds: nowSeconds },
    notices: ['answers-classic']
  };
}

/** As many as are needed to tell that there are more than three. */
const MAX_CLASSIC = 4;

/** Whether a capable contact keeps answering classic: they may not see our keys (§14.2). */
export function keepsAnsweringClassic(peer: Peer, nowSeconds: number): boolean {
  const since = nowSeconds - HFS_SECONDS.keyFresh;
  return peer.classicSeconds.filter((seconds) => seconds > since).length >= MAX_CLASSIC;
}

export type SendDecision =
  /** Seal to `keys`, to be stored for `ttlSeconds`. */
  | {
      readonly kind: 'hybrid';
      readonly keys: PeerKeys;
      readonly ttlSeconds: number;
      readonly refetch: Refetch;
    }
  | { readonly kind: 'classic'; readonly refetch: Refetch }
  /** Look for an announcement, then decide again. */
  | { readonly kind: 'fetch' }
  | { readonly kind: 'hold'; readonly reason: HoldReason };

/**
 * Why a message waits. `required`: they have no keys, and the person wants no classic message to them; `unreachable`: theirs cannot be
 * fetched now; `stale`: none were found for so long that the person may let it go classic, by their own decision.
 */
export type HoldReason = 'required' | 'unreachable' | 'stale';

export interface SendingQuestion {
  readonly nowSeconds: number;
  /** A fetch was tried for this very message already; then `fetch` is not asked for again. */
  readonly hasJustFetched: boolean;
  /** The person wants no classic message to this contact; goes before everything they allowed. */
  readonly isRequired?: boolean;
  /** The person lets this very message go classic, should it have to wait as `stale`. */
  readonly mayGoClassic?: boolean;
}

/** Whether to look for a newer announcement: not now, beside the message, or before it as far as that succeeds. */
export type Refetch = 'no' | 'background' | 'first';

/** How the next message to a contact is to be sent (§14.2, §14.3). */
export function decideSending(peer: Peer, question: SendingQuestion): SendDecision {
  const { nowSeconds, hasJustFetched, isRequired = false } = question;
  switch (peer.status) {
    case 'unknown':
      if (!isKnownAsNone(peer, nowSeconds) && !hasJustFetched) return { kind: 'fetch' };
      return isRequired ? { kind: 'hold', reason: 'required' } : { kind: 'classic', refetch: 'no' };
    case 'withdrawn':
      if (isRequired) return { kind: 'hold', reason: 'required' };
      return { kind: 'classic', refetch: isFresh(peer, nowSeconds) ? 'no' : 'background' };
    case 'capable':
      return decideCapable(peer, question);
  }
}

function isKnownAsNone(peer: Peer, nowSeconds: number): boolean {
  return peer.noneSeconds !== null && nowSeconds - peer.noneSeconds < HFS_SECONDS.noKeysRemembered;
}

function isFresh(peer: Peer, nowSeconds: number): boolean {
  return peer.confirmedSeconds !== null && nowSeconds - peer.confirmedSeconds < HFS_SECONDS.keyFresh;
}

function decideCapable(peer: Peer, question: SendingQuestion): SendDecision {
  const { nowSeconds, hasJustFetched } = question;
  const { keys, confirmedSeconds } = peer;
  if (keys === null || confirmedSeconds === null) {
    const saidAge = nowSeconds - (peer.statedSeconds ?? nowSeconds);
    return hasJustFetched ? hold(peer, saidAge, question) : { kind: 'fetch' };
  }
  const age = Math.max(0, nowSeconds - confirmedSeconds);
  const sending = sendingWithAge(age, keys.retentionDays >= STANDARD_RETENTION_DAYS);
  const mayTry = !hasJustFetched && (sending === null || sending.refetch === 'first');
  if (mayTry) return { kind: 'fetch' };
  if (sending !== null) {
    const refetch = sending.refetch === 'first' ? 'background' : sending.refetch;
    return { kind: 'hybrid', keys, ttlSeconds: sending.ttlSeconds, refetch };
  }
  return hold(peer, age, question);
}

/** Never classic silently: what the person allowed, they allowed for a contact without keys for nine days. */
function hold(
  peer: Peer,
  ageSeconds: number,
  { isRequired = false, mayGoClassic = false }: SendingQuestion
): SendDecision {
  const isStale = ageSeconds > HFS_SECONDS.keyStretch;
  const isAllowed = isStale && !isRequired && (mayGoClassic || peer.isClassicChosen);
  if (isAllowed) return { kind: 'classic', refetch: 'background' };
  return { kind: 'hold', reason: isStale ? 'stale' : 'unreachable' };
}

export type Telling = 'nothing' | 'key' | 'announcement';

/**
 * What the next message to a contact says of our own keys (§14.4): the whole announcement on first contact and after our group
 * changed, the key's name at most once a day while they show that they do not know it.
 */
export function decideTelling(peer: Peer, ownContinuityPublicKey: Uint8Array, nowSeconds: number): Telling {
  const told = peer.toldContinuityPublicKey;
  if (told === null || !equalBytes(told, ownContinuityPublicKey)) return 'announcement';
  const isRecent = peer.toldSeconds !== null && nowSeconds - peer.toldSeconds < HFS_SECONDS.keyFresh;
  if (isRecent) return 'nothing';
  if (keepsAnsweringClassic(peer, nowSeconds)) return 'announcement';
  return peer.knowsActiveKey === false ? 'key' : 'nothing';
}

/** After a message that told something was accepted by the swarm. */
export function noteTold(
  peer: Peer,
  telling: Telling,
  ownContinuityPublicKey: Uint8Array,
  nowSeconds: number
): Peer {
  if (telling === 'nothing') return peer;
  return {
    ...peer,
    toldSeconds: nowSeconds,
    toldContinuityPublicKey:
      telling === 'announcement' ? ownContinuityPublicKey : peer.toldContinuityPublicKey
  };
}
