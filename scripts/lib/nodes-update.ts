// Makes the node list that a release carries, from what the seeds say. Nothing is taken on the word of one seed alone.
import type { NodeList } from '../../gateway/index.ts';
import { errorCode } from '../../src/lib/errors.ts';
import type { NetworkDescriptor, Seed } from '../../src/lib/networks.ts';
import {
  isPublicIpv4,
  type BundledNode,
  type BundledNodes,
  type ServiceNode
} from '../../src/lib/wire/index.ts';
import { PlainError } from './project.mjs';

/** Seeds that must list a node alike. */
const AGREEING_SEEDS = 2;
/** Nodes of the build that must be listed, as a client asks of a gateway (design.md §3.1). */
const ANCHORS_NEEDED = 4;

export interface NodesUpdate {
  readonly network: NetworkDescriptor;
  readonly fetchList: (seed: Seed, nowMs: number) => Promise<NodeList>;
  readonly nowMs: number;
  readonly report: (line: string) => void;
}

/**
 * Asks every seed, and keeps the nodes that two of them list with the same key, address and port.
 * @throws PlainError when fewer than two seeds answer, or what they agree on cannot be this network's list
 */
export async function collectNodes({
  network,
  fetchList,
  nowMs,
  report
}: NodesUpdate): Promise<BundledNodes> {
  const lists: NodeList[] = [];
  for (const seed of network.seeds) {
    const host = new URL(seed.url).hostname;
    try {
      const list = await fetchList(seed, nowMs);
      lists.push(list);
      report(`${host}: ${list.nodes.length} nodes at height ${list.height}`);
    } catch (error) {
      report(`${host}: ${errorCode(error)}`);
    }
  }
  if (lists.length < AGREEING_SEEDS) {
    throw new PlainError(
      `${lists.length} of ${network.seeds.length} seeds answered, two are needed. Nothing was changed.`
    );
  }
  const nodes = agreed(lists);
  check(network, nodes);
  // The lower height: a node that leaves is then dropped too late rather than too early.
  return {
    network: network.id,
    height: Math.min(...lists.map(({ height }) => height)),
    fetchedAtMs: nowMs,
    nodes
  };
}

function agreed(lists: readonly NodeList[]): BundledNode[] {
  const votes = new Map<string, { node: BundledNode; count: number }>();
  for (const { nodes } of lists) {
    const seen = new Set<string>();
    for (const node of nodes) {
      const place = `${node.ed25519PublicKeyHex} ${node.ip} ${node.port}`;
      if (seen.has(node.ed25519PublicKeyHex) || !isPublicIpv4(node.ip)) continue;
      seen.add(node.ed25519PublicKeyHex);
      const vote = votes.get(place) ?? { node: bundled(node), count: 0 };
      votes.set(place, { ...vote, count: vote.count + 1 });
    }
  }
  return [...votes.values()].filter(({ count }) => count >= AGREEING_SEEDS).map(({ node }) => node);
}

function bundled(node: ServiceNode & { readonly requestedUnlockHeight?: number }): BundledNode {
  const { ed25519PublicKeyHex, ip, port, swarmIdHex, requestedUnlockHeight = 0 } = node;
  return { ed25519PublicKeyHex, ip, port, swarmIdHex, requestedUnlockHeight };
}

function check(network: NetworkDescriptor, nodes: readonly BundledNode[]): void {
  const refuse = (reason: string) => {
    throw new PlainError(`${reason} Nothing was changed.`);
  };
  const keys = new Set(nodes.map((node) => node.ed25519PublicKeyHex));
  if (nodes.length < network.minimumPool) {
    refuse(`The seeds agree on ${nodes.length} nodes; the network has at least ${network.minimumPool}.`);
  }
  const anchors = network.anchors.filter((anchor) => keys.has(anchor.ed25519PublicKeyHex)).length;
  if (anchors < Math.min(ANCHORS_NEEDED, network.anchors.length)) {
    refuse(`Only ${anchors} of the ${network.anchors.length} nodes this build knows are listed.`);
  }
}
