// The gateway in use and what is known about it: its checked list, and the verified pool that came out of it
// (design.md §3.1).
import type { RpcRequest } from '../wire/index.ts';
import type { ConnectionState, GatewayState } from './connection-state.ts';
import {
  checkGateway,
  refreshOverPaths,
  verifyOverAnchors,
  type GatewayCheckDependencies,
  type Survey
} from './gateway-check.ts';
import type { Judgement } from './list-verification.ts';
import type { NetworkClock } from './network-clock.ts';
import type { NodePool } from './node-pool.ts';
import { askForNodes, askForTime } from './node-survey.ts';
import type { NodeReply } from './path-sender.ts';
import type { VerifiedNode } from './verified-node.ts';

type Step = Extract<ConnectionState, { phase: 'connecting' }>['step'];

export interface Verifier {
  /**
   * Checks the gateway in use; at first also verifies the pool over anchors.
   * @throws OnionError `gateway-*`
   */
  verify(onStep: (step: Step) => void, signal: AbortSignal): Promise<GatewayState>;
  /** Checks the gateway's list against the pool, then asks three verified nodes. @throws OnionError `gateway-*` */
  refresh(
    request: (node: VerifiedNode, rpc: RpcRequest) => Promise<NodeReply>,
    signal: AbortSignal
  ): Promise<Judgement<Survey>>;
  isListed(edHex: string): boolean;
  isGatewayAlive(signal: AbortSignal): Promise<boolean>;
  /** Sends `info`, which names no account, over hops to a node. @throws OnionError */
  testHops(
    hops: readonly VerifiedNode[],
    destination: VerifiedNode,
    timeoutMs: number,
    signal: AbortSignal
  ): Promise<void>;
}

export function createVerifier(
  dependencies: GatewayCheckDependencies & { readonly pool: NodePool; readonly networkClock: NetworkClock }
): Verifier {
  const { transport, sender, network, config, clock, pool, networkClock } = dependencies;
  let listed: ReadonlySet<string> = new Set();

  const keysOf = (nodes: readonly VerifiedNode[]) => new Set(nodes.map((node) => node.ed25519PublicKeyHex));

  return {
    async verify(onStep, signal) {
      onStep('node-list');
      const claim = await checkGateway(dependencies, pool.nodes(), signal);
      if (!claim.ok) return claim.reason;
      listed = keysOf(claim.value.listed);
      if (pool.nodes().length > 0) return 'ok';
      onStep('verifying');
      const verified = await verifyOverAnchors(dependencies, claim.value.anchors, signal);
      if (!verified.ok) return verified.reason;
      pool.replace(verified.value.nodes, clock.now());
      networkClock.measured(verified.value.times);
      return 'ok';
    },
    async refresh(request, signal) {
      const claim = await checkGateway(dependencies, pool.nodes(), signal);
      if (!claim.ok) return claim;
      listed = keysOf(claim.value.listed);
      const ask = (node: VerifiedNode) => askForNodes((rpc) => request(node, rpc), clock);
      return refreshOverPaths(dependencies, pool.usable(), pool.nodes(), ask, signal);
    },
    isListed: (edHex) => listed.has(edHex),
    async isGatewayAlive(signal) {
      try {
        const { networkId } = await transport.fetchInfo({ timeoutMs: config.pathTestTimeoutMs, signal });
        // A captive portal answers anything, but not this.
        return networkId === network.id;
      } catch {
        signal.throwIfAborted();
        return false;
      }
    },
    async testHops(hops, destination, timeoutMs, signal) {
      const options = { timeoutMs, signal };
      const sample = await askForTime((rpc) => sender.toNode(hops, destination, rpc, options), clock);
      networkClock.observe(sample.nodeTimeMs);
    }
  };
}
