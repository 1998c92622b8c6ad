// What survives a restart: guard nodes, the verified pool, strikes, the chosen gateway (network.md §2, design.md §3).
// Plain JSON; storage seals it. Read back as carefully as an answer from outside, since versions differ.
import { DAY_MS } from './config.ts';
import { MAX_POOL_NODES } from './node-pool.ts';
import type { VerifiedNode } from './verified-node.ts';

/** A guard node that was new when it was tried through `gateway`. */
export interface FreshGuard {
  readonly gateway: string;
  /** Device time. */
  readonly atMs: number;
  /** Ed25519 key (hex); absent where an earlier version wrote it. */
  readonly node?: string;
}

export interface OnionSnapshot {
  readonly version: 1;
  readonly networkId: string;
  readonly nodes: readonly VerifiedNode[];
  /** Device time; null when the pool was never verified. */
  readonly verifiedAtMs: number | null;
  /** Ed25519 keys (hex) in order of preference. */
  readonly guards: readonly string[];
  readonly freshGuards: readonly FreshGuard[];
  /** Times of strikes, device time, by Ed25519 key. */
  readonly strikes: Readonly<Record<string, readonly number[]>>;
  readonly gateway: { readonly origin: string; readonly sinceMs: number } | null;
}

export interface OnionStore {
  /** The last saved snapshot, or null. */
  load(): Promise<OnionSnapshot | null>;
  save(snapshot: OnionSnapshot): Promise<void>;
}

/** Guard nodes remembered: two in use and those that may come back. */
export const MAX_GUARDS = 4;
const MAX_FRESH_GUARDS = 64;
const MAX_STRIKES = 8;

/** Keeps nothing beyond its own life. */
export function createMemoryOnionStore(initial: OnionSnapshot | null = null): OnionStore {
  let stored = initial;
  return {
    load: async () => stored,
    save: async (snapshot) => {
      stored = snapshot;
    }
  };
}

/** A stored snapshot with everything unusable left out; null when it is not one, or another network's. */
export function readSnapshot(value: unknown, networkId: string, nowMs: number): OnionSnapshot | null {
  if (!isRecord(value) || value.version !== 1 || value.networkId !== networkId) return null;
  const nodes = listOf(value.nodes, MAX_POOL_NODES).filter(isVerifiedNode);
  const keys = new Set(nodes.map((node) => node.ed25519PublicKeyHex));
  const gateway = value.gateway;
  return {
    version: 1,
    networkId,
    nodes,
    verifiedAtMs: isTime(value.verifiedAtMs) && nodes.length > 0 ? value.verifiedAtMs : null,
    guards: listOf(value.guards, MAX_GUARDS).filter(
      (guard): guard is string => typeof guard === 'string' && keys.has(guard)
    ),
    freshGuards: listOf(value.freshGuards, MAX_FRESH_GUARDS)
      .filter(isFreshGuard)
      .filter(({ atMs }) => Math.abs(nowMs - atMs) < DAY_MS),
    strikes: isRecord(value.strikes) ? readStrikes(value.strikes, keys) : {},
    gateway:
      isRecord(gateway) && typeof gateway.origin === 'string' && isTime(gateway.sinceMs)
        ? { origin: gateway.origin, sinceMs: gateway.sinceMs }
        : null
  };
}

function readStrikes(strikes: Record<string, unknown>, keys: ReadonlySet<string>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(strikes)
      .filter(([edHex]) => keys.has(edHex))
      .map(([edHex, times]) => [edHex, listOf(times, MAX_STRIKES).filter(isTime)])
  );
}

function isVerifiedNode(value: unknown): value is VerifiedNode {
  return (
    isRecord(value) &&
    typeof value.ed25519PublicKeyHex === 'string' &&
    /^[0-9a-f]{64}$/.test(value.ed25519PublicKeyHex) &&
    typeof value.ip === 'string' &&
    /^\d{1,3}(\.\d{1,3}){3}$/.test(value.ip) &&
    Number.isInteger(value.port) &&
    (value.swarmIdHex === null ||
      (typeof value.swarmIdHex === 'string' && /^[0-9a-f]{1,16}$/.test(value.swarmIdHex)))
  );
}

function isFreshGuard(value: unknown): value is FreshGuard {
  if (!isRecord(value) || typeof value.gateway !== 'string' || !isTime(value.atMs)) return false;
  return value.node === undefined || typeof value.node === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function listOf(value: unknown, limit: number): unknown[] {
  return Array.isArray(value) ? value.slice(0, limit) : [];
}
