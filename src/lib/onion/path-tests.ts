// Tests of guard nodes and paths with `info`, which names no account, and who is to blame when one fails
// (network.md §2, §6.1). An unclear failure is tracked down with a request that only the guard node carries.
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import type { OnionConfig } from './config.ts';
import { isGatewayFault } from './errors.ts';
import type { NodePool } from './node-pool.ts';
import { NO_PENALTY, penaltyFor, type Penalty } from './path-fault.ts';
import { containsNode, guardOf, keysOf, type Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

export interface PathTestDependencies {
  readonly pool: NodePool;
  /** Sends `info` over hops to a destination; resolves when a node answered. Throws OnionError. */
  readonly test: (
    hops: readonly VerifiedNode[],
    destination: VerifiedNode,
    timeoutMs: number,
    signal: AbortSignal
  ) => Promise<void>;
  /** Makes nodes pay for a failed test. */
  readonly punish: (penalty: Penalty) => void;
  readonly config: OnionConfig;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** `guard`: the first node is at fault; `hops`: a node behind it, or nobody knows. */
export type Verdict = 'passed' | 'guard' | 'hops';

/** All throw OnionError `gateway-*` when the gateway is at fault, and the signal's reason. Faults are punished. */
export interface PathTests {
  /** The guard node alone carries to the second hop. */
  guard(path: Path, signal: AbortSignal): Promise<Verdict>;
  /** The whole path carries to some node outside it. @param suspect a node not to test with */
  path(path: Path, suspect: string | null, signal: AbortSignal): Promise<Verdict>;
}

export function createPathTests(dependencies: PathTestDependencies): PathTests {
  const { pool, test, punish, config, random, log } = dependencies;

  /** Any usable node outside the path. */
  function target(path: Path, suspect: string | null): VerifiedNode | null {
    const candidates = pool
      .usable()
      .filter(({ ed25519PublicKeyHex: key }) => key !== suspect && !containsNode(path, key));
    return candidates[randomBelow(random, Math.max(1, candidates.length))] ?? null;
  }

  /** The error of a test, or null when it passed. */
  async function failureOf(
    hops: readonly VerifiedNode[],
    destination: VerifiedNode,
    timeoutMs: number,
    signal: AbortSignal
  ): Promise<unknown> {
    try {
      await test(hops, destination, timeoutMs, signal);
      return null;
    } catch (error) {
      signal.throwIfAborted();
      if (isGatewayFault(error)) throw error;
      log.debug('path-test-failed', { code: errorCode(error), hops: hops.length });
      return error;
    }
  }

  return {
    async guard(path, signal) {
      const [guard, second] = path.hops as [VerifiedNode, VerifiedNode];
      const error = await failureOf([guard], second, config.guardTestTimeoutMs, signal);
      if (error === null) return 'passed';
      const penalty = penaltyFor(error, [guard.ed25519PublicKeyHex], second.ed25519PublicKeyHex);
      punish(penalty);
      return penalty.strikes.includes(second.ed25519PublicKeyHex) ? 'hops' : 'guard';
    },
    async path(path, suspect, signal) {
      const destination = target(path, suspect);
      if (!destination) return 'passed';
      const error = await failureOf(path.hops, destination, config.pathTestTimeoutMs, signal);
      if (error === null) return 'passed';
      const guardHex = guardOf(path).ed25519PublicKeyHex;
      const penalty = penaltyFor(error, keysOf(path), destination.ed25519PublicKeyHex);
      const other = target(path, destination.ed25519PublicKeyHex) ?? destination;
      if (errorCode(error) === 'destination-unreachable') {
        // Either the destination is gone or the last hop lies: another destination tells.
        const again = await failureOf(path.hops, other, config.pathTestTimeoutMs, signal);
        const culprit = again === null ? destination : (path.hops.at(-1) as VerifiedNode);
        punish({ ...NO_PENALTY, strikes: [culprit.ed25519PublicKeyHex] });
        return again === null ? 'passed' : 'hops';
      }
      if (
        penalty.test &&
        (await failureOf([guardOf(path)], other, config.guardTestTimeoutMs, signal)) !== null
      ) {
        punish({ ...NO_PENALTY, strikes: [guardHex] });
        return 'guard';
      }
      punish(penalty);
      return penalty.strikes.includes(guardHex) ? 'guard' : 'hops';
    }
  };
}
