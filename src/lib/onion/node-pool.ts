// The verified service nodes, and what they have done wrong (network.md §1.4, §2). Bounded by the pool itself: only its
// nodes can have strikes. Holds no addresses but verified ones, and no X25519 key that was not derived.
import { hexToBytes } from '../bytes/index.ts';
import { x25519PublicKeyFromEd25519 } from '../crypto/index.ts';
import type { VerifiedNode } from './verified-node.ts';

/** More than any network has; a longer list is cut. */
export const MAX_POOL_NODES = 10_000;
/** Derived keys kept; a path uses few. */
const MAX_DERIVED_KEYS = 1_024;

export interface NodePool {
  /** All verified nodes, struck ones too; the same array until the pool is replaced. */
  nodes(): readonly VerifiedNode[];
  /** Nodes with fewer strikes than the limit. */
  usable(): readonly VerifiedNode[];
  get(edHex: string): VerifiedNode | undefined;
  isUsable(edHex: string): boolean;
  /** When the pool was verified, device time; null before. */
  verifiedAtMs(): number | null;
  /** Takes over what was saved; strikes of unknown nodes are left out. */
  restore(saved: SavedPool): void;
  /** Takes over a newly verified list. Nodes that left lose their strikes, removed nodes that are listed come back. */
  replace(nodes: readonly VerifiedNode[], verifiedAtMs: number): void;
  /** One strike more; unknown nodes get none. @returns whether the node has just become unusable */
  strike(edHex: string): boolean;
  /** Takes back the newest strike, after it turned out that the node works. */
  forgive(edHex: string): void;
  /** Takes back all strikes, for when too few nodes are left to go on. */
  forgiveAll(): void;
  /** Not used until the next verified list has it again: a hop said that it does not know the node. */
  remove(edHex: string): void;
  strikesOf(edHex: string): number;
  /** Times of strikes, device time, by node. */
  exportStrikes(): Record<string, readonly number[]>;
}

export interface NodePoolOptions {
  readonly strikeLimit: number;
  readonly strikeLifetimeMs: number;
  /** Device time, milliseconds. */
  readonly now: () => number;
}

export interface SavedPool {
  readonly nodes: readonly VerifiedNode[];
  readonly verifiedAtMs: number | null;
  /** Device times, by Ed25519 key. */
  readonly strikes: Readonly<Record<string, readonly number[]>>;
}

export function createNodePool(options: NodePoolOptions): NodePool {
  const { strikeLimit, strikeLifetimeMs, now } = options;
  let list: readonly VerifiedNode[] = [];
  let nodesByKey = byKey(list);
  let verifiedAtMs: number | null = null;
  const removed = new Set<string>();
  const strikes = new Map<string, number[]>();

  function take(nodes: readonly VerifiedNode[]): void {
    nodesByKey = byKey(nodes);
    list = [...nodesByKey.values()];
  }

  /** A strike from the future comes from a clock that was set back; it expires like one of now. */
  function liveStrikes(edHex: string): number[] {
    const times = strikes.get(edHex);
    if (!times) return [];
    const live = times.filter((at) => Math.abs(now() - at) < strikeLifetimeMs);
    if (live.length === 0) strikes.delete(edHex);
    else if (live.length < times.length) strikes.set(edHex, live);
    return live;
  }

  const isUsable = (edHex: string) =>
    nodesByKey.has(edHex) && !removed.has(edHex) && liveStrikes(edHex).length < strikeLimit;

  return {
    nodes: () => list,
    usable: () => list.filter((node) => isUsable(node.ed25519PublicKeyHex)),
    get: (edHex) => nodesByKey.get(edHex),
    isUsable,
    verifiedAtMs: () => verifiedAtMs,
    restore(saved) {
      take(saved.nodes);
      verifiedAtMs = saved.verifiedAtMs;
      strikes.clear();
      for (const [edHex, times] of Object.entries(saved.strikes)) {
        if (nodesByKey.has(edHex)) strikes.set(edHex, times.slice(-strikeLimit));
      }
    },
    replace(nodes, atMs) {
      take(nodes);
      verifiedAtMs = atMs;
      removed.clear();
      for (const edHex of strikes.keys()) if (!nodesByKey.has(edHex)) strikes.delete(edHex);
    },
    strike(edHex) {
      if (!nodesByKey.has(edHex)) return false;
      const before = liveStrikes(edHex);
      strikes.set(edHex, [...before, now()].slice(-strikeLimit));
      return before.length === strikeLimit - 1;
    },
    forgive(edHex) {
      const live = liveStrikes(edHex);
      if (live.length <= 1) strikes.delete(edHex);
      else strikes.set(edHex, live.slice(0, -1));
    },
    forgiveAll() {
      strikes.clear();
      removed.clear();
    },
    remove(edHex) {
      if (nodesByKey.has(edHex)) removed.add(edHex);
    },
    strikesOf: (edHex) => liveStrikes(edHex).length,
    exportStrikes: () =>
      Object.fromEntries(
        [...strikes.keys()]
          .map((edHex) => [edHex, liveStrikes(edHex)] as const)
          .filter(([, times]) => times.length > 0)
      )
  };
}

function byKey(nodes: readonly VerifiedNode[]): Map<string, VerifiedNode> {
  return new Map(nodes.slice(0, MAX_POOL_NODES).map((node) => [node.ed25519PublicKeyHex, node]));
}

/** The X25519 key (32 bytes) of a node, always derived from its Ed25519 key; null when that is no key. */
export type DeriveNodeKey = (edHex: string) => Uint8Array | null;

/** Derivation costs about a millisecond, so the keys of the nodes in use are kept. */
export function createNodeKeys(): DeriveNodeKey {
  const derived = new Map<string, Uint8Array | null>();
  return (edHex) => {
    const known = derived.get(edHex);
    if (known !== undefined) return known;
    if (derived.size >= MAX_DERIVED_KEYS) derived.clear();
    let key: Uint8Array | null = null;
    try {
      key = x25519PublicKeyFromEd25519(hexToBytes(edHex));
    } catch {
      // Not a key: the node cannot be a hop.
    }
    derived.set(edHex, key);
    return key;
  };
}
