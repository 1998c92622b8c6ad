// Disappearing messages (accounts-and-messages.md §3.2, §4.10), pure: what a timer means for a message that is sent,
// received or read, when it ends, and until when which copy may lie in a swarm. All times are network time in
// milliseconds, timers are seconds.
import { NO_TIMER, type TimerMode, type TimerSetting } from '../storage/index.ts';
import { Content_ExpirationType, type Content } from '../wire/index.ts';
import { MessengerError } from './errors.ts';
import { MESSAGE_TTL_MS } from './limits.ts';

/** A timer that is on. */
export interface Timer {
  readonly mode: Exclude<TimerMode, 'off'>;
  readonly seconds: number;
}

/** A timer on a message; `atMs` is when the message ends, null before the timer started. */
export interface RunningTimer extends Timer {
  readonly atMs: number | null;
}

/** What the official clients offer, seconds. Any other positive number is as good (§4.10). */
export const OFFERED_SECONDS: Readonly<Record<Timer['mode'], readonly number[]>> = {
  'after-read': [300, 3_600, 43_200, 86_400, 604_800, 1_209_600],
  'after-send': [43_200, 86_400, 604_800, 1_209_600]
};

/** `expirationTimer` is a uint32. */
export const MAX_TIMER_SECONDS = 0xffff_ffff;

/** Service nodes keep nothing for less. */
const MIN_TTL_MS = 10_000;
const TYPING_TTL_MS = 20_000;
const CALL_TTL_MS = 300_000;

/** A copy stored this soon after its message gets the whole timer, as the official clients give it. */
const PROMPT_COPY_MS = 60_000;

const TYPE_BY_MODE: Readonly<Record<TimerMode, Content_ExpirationType>> = {
  off: Content_ExpirationType.UNKNOWN,
  'after-read': Content_ExpirationType.DELETE_AFTER_READ,
  'after-send': Content_ExpirationType.DELETE_AFTER_SEND
};

/** A setting as the rules have it: in Note to Self, after read means after send. */
function settled(mode: TimerMode, seconds: number, isNoteToSelf: boolean): TimerSetting {
  if (mode === 'off' || seconds === 0) return NO_TIMER;
  return { mode: isNoteToSelf ? 'after-send' : mode, seconds };
}

/** The timer a received content carries; off for an unknown type and for zero seconds. */
export function timerOfContent(
  content: Pick<Content, 'expirationType' | 'expirationTimer'>,
  isNoteToSelf: boolean
): TimerSetting {
  switch (content.expirationType) {
    case Content_ExpirationType.DELETE_AFTER_READ:
      return settled('after-read', content.expirationTimer, isNoteToSelf);
    case Content_ExpirationType.DELETE_AFTER_SEND:
      return settled('after-send', content.expirationTimer, isNoteToSelf);
    default:
      return NO_TIMER;
  }
}

/** The fields of a content that carry a timer; both are written when it is off. */
export function expirationFields({ mode, seconds }: TimerSetting): {
  expirationType: Content_ExpirationType;
  expirationTimer: number;
} {
  return { expirationType: TYPE_BY_MODE[mode], expirationTimer: mode === 'off' ? 0 : seconds };
}

/** A setting as a person chose it. @throws MessengerError `timer-invalid` (no whole number of seconds, 1 to 2^32 − 1) */
export function parseTimer(mode: TimerMode, seconds: number, isNoteToSelf: boolean): TimerSetting {
  if (mode === 'off') return NO_TIMER;
  const isTimer = Number.isInteger(seconds) && seconds > 0 && seconds <= MAX_TIMER_SECONDS;
  if (!isTimer || !Object.hasOwn(TYPE_BY_MODE, mode)) throw new MessengerError('timer-invalid');
  return settled(mode, seconds, isNoteToSelf);
}

/**
 * The timer of a call record or a media-saved notice, sent or received: it starts at reading, since service nodes do not
 * keep these for as long as it runs.
 */
export function timerOfRecord({ mode, seconds }: TimerSetting): TimerSetting {
  return mode === 'off' ? NO_TIMER : { mode: 'after-read', seconds };
}

/** The timer, not started; null when it is off. */
export function waitingTimer({ mode, seconds }: TimerSetting): RunningTimer | null {
  return mode === 'off' ? null : { mode, seconds, atMs: null };
}

/** What a store request carries, as far as its life in the swarm depends on it (§3.2). */
export type StoredKind =
  | 'visible'
  | 'reaction'
  | 'timer'
  | 'unsend'
  | 'resend-request'
  | 'receipt'
  | 'request-response'
  | 'media-saved'
  | 'typing'
  | 'call';

const DISAPPEARING_KINDS: ReadonlySet<StoredKind> = new Set(['visible', 'reaction', 'timer']);

/** TTL of a store into the recipient's swarm, milliseconds: 10 s to 14 days. */
export function messageTtlMs(kind: StoredKind, setting: TimerSetting): number {
  if (kind === 'typing') return TYPING_TTL_MS;
  if (kind === 'call') return CALL_TTL_MS;
  const isShortened = DISAPPEARING_KINDS.has(kind) && setting.mode === 'after-send';
  return isShortened ? ttlOf(setting.seconds * 1000) : MESSAGE_TTL_MS;
}

/**
 * TTL of a store into our own swarm, milliseconds. Our other devices take the end of the message from it: a copy that is
 * stored late lives as long as the message still does.
 * @param endsAtMs when the message ends on this device; null when its timer does not run
 */
export function copyTtlMs(
  kind: StoredKind,
  setting: TimerSetting,
  { endsAtMs, nowMs }: { endsAtMs: number | null; nowMs: number }
): number {
  if (!DISAPPEARING_KINDS.has(kind) || setting.mode === 'off') return messageTtlMs(kind, NO_TIMER);
  const wholeMs = setting.seconds * 1000;
  const leftMs = endsAtMs === null ? wholeMs : endsAtMs - nowMs;
  return ttlOf(wholeMs - leftMs <= PROMPT_COPY_MS ? wholeMs : leftMs);
}

function ttlOf(ms: number): number {
  return Math.min(Math.max(ms, MIN_TTL_MS), MESSAGE_TTL_MS);
}

/**
 * A message of ours was stored: now its timer runs, in either mode.
 * @param storedAtMs `t` of the store answer
 */
export function startedBySending({ mode, seconds }: Timer, storedAtMs: number): RunningTimer {
  return { mode, seconds, atMs: storedAtMs + seconds * 1000 };
}

/** What follows for a message that a poll brought. */
export type ReceivedTimer =
  /** It has ended already; nothing of it is kept. */
  | { readonly kind: 'ended' }
  | {
      readonly kind: 'kept';
      readonly timer: RunningTimer;
      /** Our swarm's copy must not outlive this; null when nothing is to be asked of it. */
      readonly shortenToMs: number | null;
    };

/**
 * @param message.isRead ours, or read on another device before it came here
 * @param message.expiresAtMs as the node that handed it over reports it; null when it does not. A claim of one node: it
 *   moves the end only between the one the sent time gives and a timer that starts now
 */
export function timerOnReceiving(
  timer: Timer,
  message: { isRead: boolean; sentAtMs: number; expiresAtMs: number | null; nowMs: number }
): ReceivedTimer {
  const { mode, seconds } = timer;
  const { isRead, sentAtMs, expiresAtMs, nowMs } = message;
  const kept = (atMs: number | null, shortenToMs: number | null): ReceivedTimer =>
    atMs !== null && atMs <= nowMs
      ? { kind: 'ended' }
      : { kind: 'kept', timer: { mode, seconds, atMs }, shortenToMs };
  if (mode === 'after-read' && !isRead) return kept(null, null);
  const latestMs = nowMs + seconds * 1000;
  const earliestMs = Math.min(nowMs, sentAtMs) + seconds * 1000;
  if (mode === 'after-read' && (expiresAtMs === null || expiresAtMs > latestMs)) {
    return kept(latestMs, latestMs);
  }
  return kept(Math.min(Math.max(expiresAtMs ?? earliestMs, earliestMs), latestMs), null);
}

/**
 * A received message was read here. Only a timer that waits for that starts.
 * @param message.expiresAtMs when our swarm forgets its copy; null when that is not known
 * @returns null when nothing changes
 */
export function timerOnReading(
  timer: RunningTimer,
  message: { expiresAtMs: number | null; readAtMs: number }
): { timer: RunningTimer; shortenToMs: number | null } | null {
  if (timer.mode !== 'after-read' || timer.atMs !== null) return null;
  const { expiresAtMs, readAtMs } = message;
  const atMs = readAtMs + timer.seconds * 1000;
  // Of a copy that is gone there is nothing to shorten, and its absence would be taken for an end (§4.10).
  const isHeld = expiresAtMs === null || expiresAtMs > readAtMs;
  const isLonger = expiresAtMs === null || expiresAtMs > atMs;
  return { timer: { ...timer, atMs }, shortenToMs: isHeld && isLonger ? atMs : null };
}

/** Our own swarm's answer about one message whose life was to be shortened. */
export type ShortenedEnd =
  /** Every device ends it at this time. */
  | { readonly kind: 'ends'; readonly atMs: number }
  /** No node holds it any more: another device ended it. */
  | { readonly kind: 'ended' };

/**
 * @param answer.updated the swarm took our expiry over; else `unchangedMs` is what it had, null when it holds none
 * @param requestedMs what was asked for
 */
export function timerOnShortened(
  answer: { updated: boolean; unchangedMs: number | null },
  requestedMs: number
): ShortenedEnd {
  if (answer.updated) return { kind: 'ends', atMs: requestedMs };
  if (answer.unchangedMs === null) return { kind: 'ended' };
  return { kind: 'ends', atMs: Math.min(answer.unchangedMs, requestedMs) };
}
