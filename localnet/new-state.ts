// Keys, addresses and swarms of a network that is made or enlarged.
import { bytesToHex } from '../src/lib/bytes/index.ts';
import { UsageError } from '../src/lib/errors.ts';
import type { RandomBytes } from '../src/lib/random.ts';
import { createCertificate } from './certificate.ts';
import { DEFAULTS, MAX_NODES, type LocalnetOptions } from './options.ts';
import type { NetworkState, NodeState } from './state-file.ts';

/** 127.0.11.1 and on: every node in a /24 of its own, so that the rules of paths hold. */
export function addressOf(index: number): string {
  const block = index + 11;
  return `127.${Math.floor(block / 256)}.${block % 256}.1`;
}

/** Ids at equal distances on the ring. */
function evenSwarmIds(count: number): string[] {
  const step = 2n ** 64n / BigInt(count);
  return Array.from({ length: count }, (_, index) => (step * BigInt(index) + step / 2n).toString(16));
}

/** A node with keys of its own and no port yet. */
export function newNode(
  index: number,
  swarmIdHex: string,
  options: LocalnetOptions,
  random: RandomBytes,
  nowMs: number
): NodeState {
  return {
    seedHex: bytesToHex(options.nodeSeeds?.[index] ?? random(32)),
    ip: addressOf(index),
    port: 0,
    swarmIdHex,
    ...createCertificate(nowMs)
  };
}

/**
 * The state to start with: what is on disk, made or enlarged to the number of nodes asked for.
 * @returns `count` of its nodes are to run; those beyond keep their keys
 * @throws UsageError for numbers that make no network
 */
export function stateFor(
  known: NetworkState | null,
  options: LocalnetOptions,
  random: RandomBytes,
  nowMs: number
): { count: number; state: NetworkState } {
  const count = options.nodes ?? known?.nodes.length ?? DEFAULTS.nodes;
  if (!Number.isInteger(count) || count < 1 || count > MAX_NODES) {
    throw new UsageError(`between 1 and ${MAX_NODES} nodes`);
  }
  const swarms = options.swarms ?? Math.min(DEFAULTS.swarms, count);
  if (!Number.isInteger(swarms) || swarms < 1 || swarms > count) {
    throw new UsageError('at least one swarm, and a node for each');
  }
  const used = new Set(known?.nodes.flatMap((node) => node.swarmIdHex ?? []));
  const ids = options.swarmIds ?? (used.size > 0 ? [...used] : evenSwarmIds(swarms));
  const nodes = Array.from(
    { length: Math.max(count, known?.nodes.length ?? 0) },
    (_, index) =>
      known?.nodes[index] ?? newNode(index, ids[index % ids.length] as string, options, random, nowMs)
  );
  if (known) return { count, state: { ...known, nodes } };
  return {
    count,
    state: {
      format: 1,
      networkSeedHex: bytesToHex(random(32)),
      fileServerSeedHex: bytesToHex(random(32)),
      echoSeedHex: bytesToHex(random(16)),
      running: count,
      nodes
    }
  };
}
