// What a node list is worth (design.md §3.1). The gateway's list is a claim; nodes become verified only by what service
// nodes themselves said over paths the gateway could not choose. Pure: answers in, a judgement out.
import { hexToBytes } from '../bytes/index.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import type { NetworkDescriptor } from '../networks.ts';
import { decodeGatewayNodeList } from '../wire/index.ts';
import { AGREEING_NODES, MINIMUM_ANCHORS } from './config.ts';
import type { VerifiedNode } from './verified-node.ts';

export type ListRefusal = 'wrong-network' | 'list-not-verified';

/** What the gateway says, and the nodes through which it can be checked. */
export interface GatewayClaim {
  readonly listed: readonly VerifiedNode[];
  /** Listed nodes whose keys came with the build; on a signed list, all. */
  readonly anchors: readonly VerifiedNode[];
}

export type Judgement<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: ListRefusal };

const refuse = (reason: ListRefusal) => ({ ok: false, reason }) as const;

/**
 * Checks the body of `/gateway/v1/nodes`.
 * @param input.signature of the body by the network's list key; only looked at on a network that has such a key
 * @param input.previous the last verified pool; empty at first
 * @returns `wrong-network` when the list is another network's; `list-not-verified` when it is malformed or not signed,
 *   has fewer than four anchors at first, or lacks more than a third of the last verified pool
 */
export async function judgeGatewayList(
  crypto: CryptoBackend,
  network: NetworkDescriptor,
  input: {
    readonly body: Uint8Array;
    readonly signature: Uint8Array | null;
    readonly previous: readonly VerifiedNode[];
  }
): Promise<Judgement<GatewayClaim>> {
  const { listSigningKeyHex } = network;
  if (listSigningKeyHex !== null) {
    const isSigned =
      input.signature !== null &&
      (await crypto.ed25519Verify(hexToBytes(listSigningKeyHex), input.body, input.signature));
    if (!isSigned) return refuse(otherNetworkOf(input.body, network) ? 'wrong-network' : 'list-not-verified');
  }
  const list = decodeList(input.body);
  if (!list) return refuse('list-not-verified');
  if (list.network !== network.id) return refuse('wrong-network');
  const isAnchor = anchorTest(network);
  const anchors = list.nodes.filter(isAnchor);
  if (input.previous.length === 0) {
    return anchors.length >= anchorsNeeded(network)
      ? { ok: true, value: { listed: list.nodes, anchors } }
      : refuse('list-not-verified');
  }
  return holdsEnoughOf(list.nodes, input.previous)
    ? { ok: true, value: { listed: list.nodes, anchors } }
    : refuse('list-not-verified');
}

function decodeList(body: Uint8Array): { network: string; nodes: VerifiedNode[] } | null {
  try {
    const { network, nodes } = decodeGatewayNodeList(body);
    return {
      network,
      nodes: nodes.map(({ ed25519PublicKeyHex, ip, port, swarmIdHex }) => ({
        ed25519PublicKeyHex,
        ip,
        port,
        swarmIdHex
      }))
    };
  } catch {
    return null;
  }
}

function otherNetworkOf(body: Uint8Array, network: NetworkDescriptor): boolean {
  const list = decodeList(body);
  return list !== null && list.network !== network.id;
}

/** A network whose build knows no four anchors and no list key cannot be verified; everything listed is taken. */
export function isVerifiable(network: NetworkDescriptor): boolean {
  return network.listSigningKeyHex !== null || network.anchors.length >= MINIMUM_ANCHORS;
}

function anchorTest(network: NetworkDescriptor): (node: VerifiedNode) => boolean {
  if (network.listSigningKeyHex !== null || !isVerifiable(network)) return () => true;
  const keys = new Set(network.anchors.map((anchor) => anchor.ed25519PublicKeyHex));
  return (node) => keys.has(node.ed25519PublicKeyHex);
}

function anchorsNeeded(network: NetworkDescriptor): number {
  return isVerifiable(network) ? MINIMUM_ANCHORS : Math.max(MINIMUM_ANCHORS, network.minimumPool);
}

/** Whether at least two thirds of `previous` are still there, by key. */
export function holdsEnoughOf(nodes: readonly VerifiedNode[], previous: readonly VerifiedNode[]): boolean {
  const keys = new Set(nodes.map((node) => node.ed25519PublicKeyHex));
  const kept = previous.filter((node) => keys.has(node.ed25519PublicKeyHex)).length;
  return kept * 3 >= previous.length * 2;
}

/**
 * Nodes on whose key, address and port at least two answers agree. The swarm is what at least two say, else none.
 * Within one answer only the first entry of a key counts.
 */
export function mergeAnswers(answers: readonly (readonly VerifiedNode[])[]): VerifiedNode[] {
  const votes = new Map<string, { node: VerifiedNode; count: number }>();
  const swarmVotes = new Map<string, Map<string, number>>();
  for (const answer of answers) {
    const seen = new Set<string>();
    for (const node of answer) {
      const key = node.ed25519PublicKeyHex;
      if (seen.has(key)) continue;
      seen.add(key);
      const place = `${key} ${node.ip} ${node.port}`;
      const vote = votes.get(place);
      if (vote) vote.count++;
      else votes.set(place, { node, count: 1 });
      const swarms = swarmVotes.get(key) ?? new Map<string, number>();
      swarms.set(node.swarmIdHex ?? '', (swarms.get(node.swarmIdHex ?? '') ?? 0) + 1);
      swarmVotes.set(key, swarms);
    }
  }
  return [...votes.values()]
    .filter(({ count }) => count >= AGREEING_NODES)
    .map(({ node }) => ({ ...node, swarmIdHex: agreedSwarm(swarmVotes.get(node.ed25519PublicKeyHex)) }));
}

function agreedSwarm(votes: ReadonlyMap<string, number> | undefined): string | null {
  for (const [swarmIdHex, count] of votes ?? []) {
    if (count >= AGREEING_NODES && swarmIdHex !== '') return swarmIdHex;
  }
  return null;
}

/**
 * Judges what the asked nodes agreed on.
 * @returns `list-not-verified` when they agree on fewer than the network's minimum, or lost more than a third of
 *   the last verified pool
 */
export function judgeSurvey(
  network: NetworkDescriptor,
  merged: readonly VerifiedNode[],
  previous: readonly VerifiedNode[]
): Judgement<readonly VerifiedNode[]> {
  if (merged.length < network.minimumPool) return refuse('list-not-verified');
  if (previous.length > 0 && !holdsEnoughOf(merged, previous)) return refuse('list-not-verified');
  return { ok: true, value: merged };
}
