// Which nodes form a path (network.md §2). Pure: nodes, randomness and the past in, hops out. Sends nothing.
import { bytesToHex } from '../bytes/index.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import { HOPS } from './config.ts';
import type { VerifiedNode } from './verified-node.ts';

export interface Path {
  /** Random, 16 hex characters; names the path on screens and in logs. */
  readonly id: string;
  /** Guard node first; never the destination. */
  readonly hops: readonly VerifiedNode[];
  /** Monotonic milliseconds. */
  readonly builtAtMs: number;
}

/** What a new path has to keep clear of, the most important first. */
export interface PathConstraints {
  /** Never used: the destination, nodes found bad. */
  readonly exclude?: ReadonlySet<string>;
  /** Avoided while there are others: guard nodes, and nodes of other paths. */
  readonly avoid?: ReadonlySet<string>;
}

/** The /24 of an IPv4 address, as text. */
export function subnetOf(ip: string): string {
  return ip.slice(0, ip.lastIndexOf('.'));
}

/**
 * Draws up to `count` nodes without replacement. A /24 is used once while others are left, so a crowded /24 counts by
 * its number of nodes but never twice in one path.
 */
export function drawNodes(
  candidates: readonly VerifiedNode[],
  count: number,
  usedSubnets: ReadonlySet<string>,
  random: RandomBytes
): VerifiedNode[] {
  const drawn: VerifiedNode[] = [];
  const subnets = new Set(usedSubnets);
  let left = [...candidates];
  while (drawn.length < count && left.length > 0) {
    const fresh = left.filter((node) => !subnets.has(subnetOf(node.ip)));
    const from = fresh.length > 0 ? fresh : left;
    const node = from[randomBelow(random, from.length)] as VerifiedNode;
    drawn.push(node);
    subnets.add(subnetOf(node.ip));
    left = left.filter((other) => other.ed25519PublicKeyHex !== node.ed25519PublicKeyHex);
  }
  return drawn;
}

/**
 * Three hops that begin with `guard`. Other hops are drawn from nodes outside `avoid` as long as there are enough.
 * @param pool usable nodes; may contain the guard node
 * @returns null when the guard node is excluded or fewer than two other nodes may be used
 */
export function buildPath(
  pool: readonly VerifiedNode[],
  guard: VerifiedNode,
  constraints: PathConstraints,
  nowMs: number,
  random: RandomBytes
): Path | null {
  const { exclude = new Set(), avoid = new Set() } = constraints;
  if (exclude.has(guard.ed25519PublicKeyHex)) return null;
  const allowed = pool.filter(
    ({ ed25519PublicKeyHex: key }) => key !== guard.ed25519PublicKeyHex && !exclude.has(key)
  );
  const hops = drawPreferring(allowed, avoid, HOPS - 1, [guard], random);
  if (hops.length < HOPS - 1) return null;
  return { id: bytesToHex(random(8)), hops: [guard, ...hops], builtAtMs: nowMs };
}

/** Draws from nodes outside `avoid` first, then from the rest; /24s of `taken` and of drawn nodes are kept distinct. */
function drawPreferring(
  allowed: readonly VerifiedNode[],
  avoid: ReadonlySet<string>,
  count: number,
  taken: readonly VerifiedNode[],
  random: RandomBytes
): VerifiedNode[] {
  const subnets = (nodes: readonly VerifiedNode[]) => new Set(nodes.map((node) => subnetOf(node.ip)));
  const preferred = allowed.filter((node) => !avoid.has(node.ed25519PublicKeyHex));
  const first = drawNodes(preferred, count, subnets(taken), random);
  if (first.length === count) return first;
  const rest = allowed.filter((node) => avoid.has(node.ed25519PublicKeyHex));
  return [...first, ...drawNodes(rest, count - first.length, subnets([...taken, ...first]), random)];
}

/**
 * Replaces a hop other than the guard node: it is removed and another node appended (network.md §2).
 * @returns null when the node is the guard, is not in the path, or no other node is left
 */
export function repairPath(
  path: Path,
  badNodeHex: string,
  pool: readonly VerifiedNode[],
  constraints: PathConstraints,
  random: RandomBytes
): Path | null {
  const index = path.hops.findIndex((hop) => hop.ed25519PublicKeyHex === badNodeHex);
  if (index < 1) return null;
  const { exclude = new Set(), avoid = new Set() } = constraints;
  const kept = path.hops.filter((_, position) => position !== index);
  const inPath = new Set(path.hops.map((hop) => hop.ed25519PublicKeyHex));
  const allowed = pool.filter(({ ed25519PublicKeyHex: key }) => !inPath.has(key) && !exclude.has(key));
  const added = drawPreferring(allowed, avoid, 1, kept, random);
  if (added.length === 0) return null;
  return { ...path, id: bytesToHex(random(8)), hops: [...kept, ...added] };
}

/**
 * Guard nodes for `count` paths: those known before stay as long as they may be used, in their order; missing ones are
 * drawn from other /24s where possible.
 * @returns at most `count`; `fresh` says which were not known before
 */
export function chooseGuards(
  pool: readonly VerifiedNode[],
  known: readonly string[],
  count: number,
  exclude: ReadonlySet<string>,
  random: RandomBytes
): { guards: VerifiedNode[]; fresh: ReadonlySet<string> } {
  const byKey = new Map(pool.map((node) => [node.ed25519PublicKeyHex, node]));
  const kept = known
    .filter((key, index) => !exclude.has(key) && known.indexOf(key) === index)
    .map((key) => byKey.get(key))
    .filter((node) => node !== undefined)
    .slice(0, count);
  const keptKeys = new Set(kept.map((node) => node.ed25519PublicKeyHex));
  const candidates = pool.filter(
    ({ ed25519PublicKeyHex: key }) => !keptKeys.has(key) && !exclude.has(key) && !known.includes(key)
  );
  const drawn = drawNodes(
    candidates,
    count - kept.length,
    new Set(kept.map((node) => subnetOf(node.ip))),
    random
  );
  return { guards: [...kept, ...drawn], fresh: new Set(drawn.map((node) => node.ed25519PublicKeyHex)) };
}

/**
 * A path for a request: never one that contains the destination; among the rest those without its /24, then those with
 * the fewest failures, at random.
 * @param destination null for an external server
 * @returns null when every path contains the destination
 */
export function pickPath(
  paths: readonly Path[],
  destination: Pick<VerifiedNode, 'ed25519PublicKeyHex' | 'ip'> | null,
  failuresOf: (path: Path) => number,
  random: RandomBytes
): Path | null {
  let left = [...paths];
  if (destination) {
    left = left.filter((path) => !containsNode(path, destination.ed25519PublicKeyHex));
    const apart = left.filter((path) =>
      path.hops.every((hop) => subnetOf(hop.ip) !== subnetOf(destination.ip))
    );
    if (apart.length > 0) left = apart;
  }
  if (left.length === 0) return null;
  const fewest = Math.min(...left.map(failuresOf));
  const best = left.filter((path) => failuresOf(path) === fewest);
  return best[randomBelow(random, best.length)] as Path;
}

export function guardOf(path: Path): VerifiedNode {
  return path.hops[0] as VerifiedNode;
}

/** Ed25519 keys (hex), guard node first. */
export function keysOf(path: Path): readonly string[] {
  return path.hops.map((hop) => hop.ed25519PublicKeyHex);
}

export function containsNode(path: Path, nodeHex: string): boolean {
  return path.hops.some((hop) => hop.ed25519PublicKeyHex === nodeHex);
}
