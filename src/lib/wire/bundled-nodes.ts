// The node list that a release carries (design.md §3.1, network.md §1.3): JSON, one node a line, sorted by key, so that
// two releases compare. Written by `npm run nodes:update`; empty when no release has made one.
import { isHex } from '../bytes/index.ts';
import { malformed, tooLarge } from './errors.ts';
import { isNodeIpv4 } from './ipv4.ts';
import { isJsonObject, requireCount, requireList, requireString, type JsonValue } from './json.ts';
import { MAX_SERVICE_NODES } from './service-node.ts';

export interface BundledNode {
  /** 64 lower-case hex. */
  readonly ed25519PublicKeyHex: string;
  readonly ip: string;
  /** HTTPS port. */
  readonly port: number;
  readonly swarmIdHex: string | null;
  /** Height at which the node leaves; 0 when it stays. */
  readonly requestedUnlockHeight: number;
}

export interface BundledNodes {
  /** Id of the network (lib/networks.ts). */
  readonly network: string;
  /** Block height the list is of; 0 for an empty one. */
  readonly height: number;
  /** Milliseconds since 1970; 0 for an empty one. */
  readonly fetchedAtMs: number;
  readonly nodes: readonly BundledNode[];
}

const STRUCTURE = 'bundled-nodes';
const BLOCK_MS = 120_000;

/** @throws WireError `too-large` */
export function encodeBundledNodes(list: BundledNodes): string {
  if (list.nodes.length > MAX_SERVICE_NODES) throw tooLarge(STRUCTURE, MAX_SERVICE_NODES, 'nodes');
  const { network, height, fetchedAtMs } = list;
  const lines = list.nodes
    .map((node) => [
      node.ed25519PublicKeyHex,
      node.ip,
      node.port,
      node.swarmIdHex ?? '',
      node.requestedUnlockHeight
    ])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))
    .map((entry) => `    ${JSON.stringify(entry)}`);
  const head = JSON.stringify({ network, height, fetchedAtMs }).slice(0, -1);
  return `${head},"nodes":[${lines.length > 0 ? `\n${lines.join(',\n')}\n` : ''}]}\n`;
}

/**
 * Unlike lists from outside, one entry that is not right refuses the whole: a release made it.
 * @param value the parsed file
 * @throws WireError `malformed`, `too-large`
 */
export function decodeBundledNodes(value: JsonValue): BundledNodes {
  if (!isJsonObject(value)) throw malformed(STRUCTURE);
  const nodes = requireList(value, 'nodes', MAX_SERVICE_NODES, STRUCTURE).map(decodeEntry);
  if (new Set(nodes.map((node) => node.ed25519PublicKeyHex)).size < nodes.length) throw malformed(STRUCTURE);
  return {
    network: requireString(value, 'network', STRUCTURE),
    height: requireCount(value, 'height', STRUCTURE),
    fetchedAtMs: requireCount(value, 'fetchedAtMs', STRUCTURE),
    nodes
  };
}

function decodeEntry(entry: JsonValue): BundledNode {
  if (!Array.isArray(entry) || entry.length !== 5) throw malformed(STRUCTURE);
  const [key, ip, port, swarm, unlock] = entry as JsonValue[];
  const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && (count as number) >= 0;
  if (typeof key !== 'string' || key.length !== 64 || !isHex(key)) throw malformed(STRUCTURE);
  if (typeof ip !== 'string' || !isNodeIpv4(ip)) throw malformed(STRUCTURE);
  if (!isCount(port) || port === 0 || port > 65_535 || !isCount(unlock)) throw malformed(STRUCTURE);
  if (typeof swarm !== 'string' || !/^[0-9a-f]{0,16}$/.test(swarm)) throw malformed(STRUCTURE);
  return {
    ed25519PublicKeyHex: key.toLowerCase(),
    ip,
    port,
    swarmIdHex: swarm === '' ? null : swarm,
    requestedUnlockHeight: unlock
  };
}

/**
 * The nodes that are still there as far as their own plans tell (network.md §1.3).
 * @param nowMs device time; a block takes two minutes
 */
export function remainingNodes(list: BundledNodes, nowMs: number): readonly BundledNode[] {
  const height = list.height + Math.max(0, Math.floor((nowMs - list.fetchedAtMs) / BLOCK_MS));
  return list.nodes.filter(
    ({ requestedUnlockHeight }) => requestedUnlockHeight === 0 || requestedUnlockHeight > height
  );
}
