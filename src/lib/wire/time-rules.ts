// What a storage node demands of the times in a request (network.md §5.3). Pure, used by the embedded network.
// A limit itself passes; every function returns null when it does.
import { isPublicInbox } from './namespaces.ts';

export interface Refusal {
  readonly status: 401 | 403 | 406;
  readonly body: string;
}

const SECOND = 1000;
const DAY = 86_400 * SECOND;
export const MIN_TTL_MS = 10 * SECOND;
export const MAX_PUBLIC_TTL_MS = 14 * DAY;
export const MAX_TTL_MS = 30 * DAY;
/** How far a store's timestamp may lie ahead, and its expiry behind. */
const STORE_TOLERANCE_MS = 10 * SECOND;
/** How far the time of a signature may be off. */
const SIGNATURE_TOLERANCE_MS = 60 * SECOND;
/** Between members, for requests that were forwarded. */
const FORWARDED_TOLERANCE_MS = 70 * SECOND;

/** Longest life of a message at the moment it is stored. */
export function maxTtlMs(namespace: number): number {
  return isPublicInbox(namespace) ? MAX_PUBLIC_TTL_MS : MAX_TTL_MS;
}

/** The TTL of a store, judged before the clock. */
export function refuseTtl(ttlMs: number, namespace: number): Refusal | null {
  if (ttlMs >= MIN_TTL_MS && ttlMs <= maxTtlMs(namespace)) return null;
  return { status: 403, body: 'Provided expiry/TTL is not valid.' };
}

/** The timestamp of a store and the expiry that follows from it. */
export function refuseStoreTime(nowMs: number, timestampMs: number, ttlMs: number): Refusal | null {
  const isAhead = timestampMs > nowMs + STORE_TOLERANCE_MS;
  const isExpired = timestampMs + ttlMs < nowMs - STORE_TOLERANCE_MS;
  return isAhead || isExpired ? { status: 406, body: 'Timestamp error: check your clock' } : null;
}

/** Methods whose signature carries a time that is compared with the node's. */
export type TimedMethod =
  | 'store'
  | 'retrieve'
  | 'delete_all'
  | 'get_expiries'
  | 'revoke_subaccount'
  | 'unrevoke_subaccount'
  | 'revoked_subaccounts';

/** The time of a signature. `forwarded` requests of delete_all get ten seconds more. */
export function refuseSignatureTime(
  method: TimedMethod,
  nowMs: number,
  timestampMs: number,
  forwarded = false
): Refusal | null {
  const tolerance = forwarded && method === 'delete_all' ? FORWARDED_TOLERANCE_MS : SIGNATURE_TOLERANCE_MS;
  if (Math.abs(timestampMs - nowMs) <= tolerance) return null;
  const what = method === 'store' ? 'store signature' : method;
  return { status: 406, body: `${what} timestamp too far from current time` };
}

export function refuseDeleteBefore(nowMs: number, beforeMs: number): Refusal | null {
  if (beforeMs <= nowMs + SIGNATURE_TOLERANCE_MS) return null;
  return { status: 401, body: 'delete_before timestamp too far in the future' };
}

export function refuseExpireAll(nowMs: number, expiryMs: number, forwarded = false): Refusal | null {
  if (expiryMs >= nowMs - (forwarded ? FORWARDED_TOLERANCE_MS : SIGNATURE_TOLERANCE_MS)) return null;
  return { status: 406, body: 'expire_all timestamp should be >= current time' };
}

/** Every expiry of an `expire` must pass. */
export function refuseExpire(nowMs: number, expiriesMs: readonly number[]): Refusal | null {
  if (expiriesMs.every((expiryMs) => expiryMs >= nowMs - SIGNATURE_TOLERANCE_MS)) return null;
  return { status: 401, body: 'expire: timestamp should be >= current time' };
}

/** The expiry an `expire` applies, returns and signs: 30 days from now at most. */
export function clampExpiry(nowMs: number, expiryMs: number): number {
  return Math.min(expiryMs, nowMs + MAX_TTL_MS);
}
