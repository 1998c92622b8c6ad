// Makes paths and tests them before anybody relies on them (network.md §2). A guard node that is new is tested alone
// first; a path by `info` to a node outside it. Nothing here names the account.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import type { OnionConfig } from './config.ts';
import { isGatewayFault } from './errors.ts';
import type { GuardList } from './guard-list.ts';
import type { NodePool } from './node-pool.ts';
import { penaltyFor, type Penalty } from './path-fault.ts';
import type { PathSet } from './path-set.ts';
import { buildPath, chooseGuards, containsNode, guardOf, keysOf, type Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

/** Other hops tried behind a guard node before it is held to be at fault itself. */
const TRIES_PER_GUARD = 2;
const RENEW_ATTEMPTS = 3;

export interface PathBuilderDependencies {
  readonly set: PathSet;
  readonly pool: NodePool;
  readonly guards: GuardList;
  /** Sends `info` over hops to a destination; resolves when a node answered. Throws OnionError. */
  readonly test: (
    hops: readonly VerifiedNode[],
    destination: VerifiedNode,
    timeoutMs: number,
    signal: AbortSignal
  ) => Promise<void>;
  readonly gateway: () => string;
  /** Whether the gateway in use would carry to the node, so that it can be a guard. */
  readonly canGuard: (edHex: string) => boolean;
  readonly punish: (penalty: Penalty) => void;
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

export interface PathBuilder {
  /**
   * Adds one path, behind a known guard node if there is one.
   * @returns `added`; `exhausted` when only a fresh guard node could help and no more may be tried today; `failed`
   * @throws OnionError `gateway-*`
   */
  addPath(signal: AbortSignal): Promise<'added' | 'exhausted' | 'failed'>;
  /** An untested path for one request; null when there is none. */
  detour(destination: VerifiedNode | null, tried: ReadonlySet<string>): Path | null;
  /**
   * Other hops behind the same guard node.
   * @returns null when none answered, or none are left
   */
  renewed(path: Path, signal: AbortSignal): Promise<Path | null>;
  /** @throws OnionError when the path does not carry `info` to some node */
  testPath(path: Path, signal: AbortSignal): Promise<void>;
  /** What the hops of a new path keep clear of while there are others. */
  avoid(others: readonly Path[]): ReadonlySet<string>;
}

export function createPathBuilder(dependencies: PathBuilderDependencies): PathBuilder {
  const { set, pool, guards, test, punish, config, clock, random, log } = dependencies;
  const usableGuards = () => pool.usable().filter((node) => dependencies.canGuard(node.ed25519PublicKeyHex));
  const avoid = (others: readonly Path[]) => new Set([...others.flatMap(keysOf), ...guards.known()]);

  function draw(guard: VerifiedNode, others: readonly Path[], exclude: ReadonlySet<string>): Path | null {
    return buildPath(pool.usable(), guard, { exclude, avoid: avoid(others) }, clock.monotonic(), random);
  }

  /** Later hops other than those of `path`, where that does not take nodes from the other paths. */
  function drawOther(path: Path, others: readonly Path[]): Path | null {
    const guard = guardOf(path);
    const apart = draw(guard, others, new Set(keysOf(path).slice(1)));
    const taken = avoid(others);
    const isApart = apart !== null && keysOf(apart).every((key, index) => index === 0 || !taken.has(key));
    return isApart ? apart : draw(guard, others, new Set());
  }

  async function testPath(path: Path, signal: AbortSignal): Promise<void> {
    const candidates = pool.usable().filter((node) => !containsNode(path, node.ed25519PublicKeyHex));
    const target = candidates[randomBelow(random, Math.max(1, candidates.length))];
    if (target) await test(path.hops, target, config.pathTestTimeoutMs, signal);
  }

  async function testFreshGuard(path: Path, signal: AbortSignal): Promise<void> {
    const guard = guardOf(path);
    guards.triedFresh(dependencies.gateway());
    await test([guard], path.hops[1] as VerifiedNode, config.guardTestTimeoutMs, signal);
    guards.adopt(guard.ed25519PublicKeyHex);
  }

  /** Who failed a test: the guard node, hops behind it, or nobody. Gateway errors are thrown. */
  async function verdict(
    hops: readonly string[],
    destinationHex: string | null,
    signal: AbortSignal,
    run: () => Promise<void>
  ): Promise<'passed' | 'guard' | 'hops'> {
    try {
      await run();
      return 'passed';
    } catch (error) {
      signal.throwIfAborted();
      if (isGatewayFault(error)) throw error;
      const penalty = penaltyFor(error, hops, destinationHex);
      punish(penalty);
      log.debug('path-test-failed', { code: errorCode(error), hops: hops.length });
      return penalty.strikes.includes(hops[0] as string) || hops.length === 1 ? 'guard' : 'hops';
    }
  }

  /** A new guard node for a single request; it stays, so that the next one does not need another. */
  function freshGuard(exclude: ReadonlySet<string>): VerifiedNode | null {
    if (!guards.mayTryFresh(dependencies.gateway())) return null;
    const outside = new Set([...exclude, ...guards.known()]);
    const [guard] = chooseGuards(usableGuards(), [], 1, outside, random).guards;
    if (!guard) return null;
    guards.triedFresh(dependencies.gateway());
    guards.adopt(guard.ed25519PublicKeyHex);
    return guard;
  }

  async function tryGuard(guard: VerifiedNode, signal: AbortSignal): Promise<Path | 'guard' | 'hops'> {
    const path = draw(guard, set.paths(), new Set());
    if (!path) return 'guard';
    const [guardHex, secondHex] = keysOf(path) as [string, string];
    if (!guards.isKnown(guardHex)) {
      const alone = await verdict([guardHex], secondHex, signal, () => testFreshGuard(path, signal));
      if (alone !== 'passed') return 'guard';
    }
    const whole = await verdict(keysOf(path), null, signal, () => testPath(path, signal));
    return whole === 'passed' ? path : whole;
  }

  return {
    avoid,
    testPath,
    async addPath(signal) {
      const failed = new Set(set.paths().map((path) => guardOf(path).ed25519PublicKeyHex));
      const inUse = new Set(failed);
      const tries = new Map<string, number>();
      for (let attempt = 0; attempt < config.buildAttempts; attempt++) {
        const { guards: chosen, fresh } = chooseGuards(usableGuards(), guards.known(), 1, failed, random);
        const guard = chosen[0];
        if (!guard) return 'failed';
        const guardHex = guard.ed25519PublicKeyHex;
        if (fresh.has(guardHex)) {
          // A known guard node that is out of order for now is waited for, as long as another path stands.
          const isResting = (known: string) => failed.has(known) && !inUse.has(known) && pool.isUsable(known);
          if (set.paths().length > 0 && guards.known().some(isResting)) return 'failed';
          if (!guards.mayTryFresh(dependencies.gateway())) return 'exhausted';
        }
        const result = await tryGuard(guard, signal);
        if (typeof result === 'object') {
          set.add(result);
          return 'added';
        }
        const count = (tries.get(guardHex) ?? 0) + 1;
        tries.set(guardHex, count);
        if (result === 'guard' || count >= TRIES_PER_GUARD) failed.add(guardHex);
      }
      return 'failed';
    },
    detour(destination, tried) {
      const triedPaths = set.all().filter((path) => tried.has(path.id));
      const triesOf = (guardHex: string) =>
        triedPaths.filter((path) => guardOf(path).ed25519PublicKeyHex === guardHex).length;
      const exclude = new Set(destination ? [destination.ed25519PublicKeyHex] : []);
      const isReachable = new Set(usableGuards().map((node) => node.ed25519PublicKeyHex));
      // Known guard nodes first, also one that was just tried: the fault may have been behind it.
      const known = guards
        .known()
        .filter((key) => isReachable.has(key) && !exclude.has(key) && triesOf(key) < 2);
      const [best] = [...known].sort((a, b) => triesOf(a) - triesOf(b));
      const guard = best === undefined ? freshGuard(exclude) : (pool.get(best) ?? null);
      return guard && draw(guard, triedPaths, exclude);
    },
    async renewed(path, signal) {
      for (let attempt = 0; attempt < RENEW_ATTEMPTS; attempt++) {
        const others = set.paths().filter((other) => other.id !== path.id);
        const next = drawOther(path, others);
        if (!next) return null;
        const result = await verdict(keysOf(next), null, signal, () => testPath(next, signal));
        if (result === 'passed') return next;
      }
      return null;
    }
  };
}
