// Keeps paths standing: builds and tests them, rotates their later hops, mends and drops them (network.md §2, §2.1).
// Guard nodes stay; what else is chosen is decided in paths.ts.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import type { OnionConfig } from './config.ts';
import { OnionError } from './errors.ts';
import type { GuardList } from './guard-list.ts';
import type { NodePool } from './node-pool.ts';
import { penaltyFor, type Penalty } from './path-fault.ts';
import { buildPath, chooseGuards, containsNode, pickPath, repairPath, type Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

/** Paths made for one destination because every standing path contains it. */
const MAX_DETOURS = 4;
/** What a gateway says when it does not know a guard node, or will not connect to its address. */
const GUARD_REFUSALS: readonly string[] = ['unknown-guard', 'address-refused'];

export interface PathKeeperDependencies {
  readonly pool: NodePool;
  readonly guards: GuardList;
  /** Sends `info` over hops to a destination; resolves when a node answered. Throws OnionError. */
  readonly test: (
    hops: readonly VerifiedNode[],
    destination: VerifiedNode,
    timeoutMs: number,
    signal: AbortSignal
  ) => Promise<void>;
  /** Whether the gateway itself answers. */
  readonly isGatewayAlive: (signal: AbortSignal) => Promise<boolean>;
  readonly gateway: () => string;
  /** Whether the gateway in use lists the node, so that it can be a guard. */
  readonly isListed: (edHex: string) => boolean;
  /** Runs work of its own that ends with the client. */
  readonly background: (work: (signal: AbortSignal) => Promise<void>) => void;
  /** Guards, strikes or paths have changed. */
  readonly onChange: () => void;
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

export interface PathKeeper {
  paths(): readonly Path[];
  /**
   * Builds and tests what is missing.
   * @throws OnionError `no-path` when not one stands (`details.reason` `guards-exhausted` when more guard nodes may not
   *   be tried today); `gateway-*`
   */
  ensure(signal: AbortSignal): Promise<void>;
  /**
   * A path without the destination, and none of those already tried for this request.
   * @throws OnionError `no-path`
   */
  take(destination: VerifiedNode | null, tried: ReadonlySet<string>): Path;
  succeeded(path: Path): void;
  failed(path: Path, error: unknown, destination: VerifiedNode | null): void;
  /** The gateway will not carry to the guard node: no fault of the node, but no path through this gateway either. */
  refused(path: Path, gatewayCode: string): void;
  /** New hops behind the same guard nodes, for every path. */
  renew(signal: AbortSignal): Promise<void>;
  /** Renews the paths that are due. */
  rotate(signal: AbortSignal): Promise<void>;
  /** A node was struck out elsewhere: paths do without it. */
  swapOut(edHex: string): void;
  /** Another gateway is in use: what the last one refused may be tried again. */
  gatewayChanged(): void;
  clear(): void;
}

export function createPathKeeper(dependencies: PathKeeperDependencies): PathKeeper {
  const { pool, guards, test, config, clock, random, log } = dependencies;
  let paths: Path[] = [];
  let detours: Path[] = [];
  const failures = new Map<string, number>();
  const underTest = new Set<string>();
  let building: Promise<void> | null = null;

  const failuresOf = (path: Path) => failures.get(path.id) ?? 0;
  /** Guard nodes the gateway in use said it would not carry to. */
  const refusedGuards = new Set<string>();
  const canGuard = (edHex: string) => dependencies.isListed(edHex) && !refusedGuards.has(edHex);
  const usableGuards = () => pool.usable().filter((node) => canGuard(node.ed25519PublicKeyHex));
  const keysOf = (list: readonly Path[]) =>
    new Set(list.flatMap((path) => path.hops.map((hop) => hop.ed25519PublicKeyHex)));

  function dropPath(path: Path): void {
    paths = paths.filter((other) => other.id !== path.id);
    detours = detours.filter((other) => other.id !== path.id);
    failures.delete(path.id);
  }

  /** Puts `next` where `path` was, with its failures. */
  function replacePath(path: Path, next: Path): void {
    const swap = (list: Path[]) => list.map((other) => (other.id === path.id ? next : other));
    failures.set(next.id, failuresOf(path));
    failures.delete(path.id);
    paths = swap(paths);
    detours = swap(detours);
  }

  /** What a new path keeps clear of: nodes of the others, and all guard nodes as later hops. */
  const avoidFor = (others: readonly Path[]) => new Set([...keysOf(others), ...guards.known()]);

  function draw(guard: VerifiedNode, others: readonly Path[], exclude: ReadonlySet<string>): Path | null {
    return buildPath(pool.usable(), guard, { exclude, avoid: avoidFor(others) }, clock.monotonic(), random);
  }

  /** Later hops other than those of `path`, where that does not take nodes from the other paths. */
  function drawOther(guard: VerifiedNode, path: Path, others: readonly Path[]): Path | null {
    const givenUp = new Set(path.hops.slice(1).map((hop) => hop.ed25519PublicKeyHex));
    const apart = draw(guard, others, givenUp);
    const taken = avoidFor(others);
    const isApart = apart?.hops.slice(1).every((hop) => !taken.has(hop.ed25519PublicKeyHex)) ?? false;
    return isApart ? apart : draw(guard, others, new Set());
  }

  /** A destination for a test: any node that is not in the path. */
  function testTarget(path: Path): VerifiedNode | null {
    const candidates = pool.usable().filter((node) => !containsNode(path, node.ed25519PublicKeyHex));
    return candidates[randomBelow(random, Math.max(1, candidates.length))] ?? null;
  }

  async function testPath(path: Path, signal: AbortSignal): Promise<void> {
    const target = testTarget(path);
    if (target) await test(path.hops, target, config.pathTestTimeoutMs, signal);
  }

  /**
   * One attempt to add a path behind `guard`. Gateway errors are thrown, others cost the nodes and give null.
   */
  async function tryPath(
    guard: VerifiedNode,
    others: readonly Path[],
    exclude: ReadonlySet<string>,
    signal: AbortSignal
  ): Promise<Path | null> {
    const path = draw(guard, others, exclude);
    if (!path) return null;
    const guardHex = guard.ed25519PublicKeyHex;
    const isFresh = !guards.isKnown(guardHex);
    let tested: readonly VerifiedNode[] = path.hops;
    try {
      if (isFresh) {
        guards.triedFresh(dependencies.gateway());
        tested = [guard];
        await test([guard], path.hops[1] as VerifiedNode, config.guardTestTimeoutMs, signal);
        guards.adopt(guardHex);
        tested = path.hops;
      }
      await testPath(path, signal);
      return path;
    } catch (error) {
      signal.throwIfAborted();
      if (isGatewayFault(error)) throw error;
      const destination = tested === path.hops ? null : (path.hops[1] as VerifiedNode).ed25519PublicKeyHex;
      const hops = tested.map((hop) => hop.ed25519PublicKeyHex);
      applyStrikes(penaltyFor(error, hops, destination));
      log.debug('path-test-failed', { code: errorCode(error), fresh: isFresh });
      return null;
    }
  }

  /** Adds one path, trying guard nodes that are known before fresh ones. @returns whether one was added */
  async function addPath(signal: AbortSignal): Promise<boolean> {
    const guardsInUse = new Set(paths.map((path) => (path.hops[0] as VerifiedNode).ed25519PublicKeyHex));
    const failedGuards = new Set<string>();
    for (let attempt = 0; attempt < config.buildAttempts; attempt++) {
      const exclude = new Set([...guardsInUse, ...failedGuards]);
      const { guards: chosen, fresh } = chooseGuards(usableGuards(), guards.known(), 1, exclude, random);
      const guard = chosen[0];
      if (!guard) return false;
      const guardHex = guard.ed25519PublicKeyHex;
      if (fresh.has(guardHex)) {
        // A known guard node that is only out of order for now is waited for, as long as another path stands.
        const resting = guards.known().some((known) => failedGuards.has(known) && pool.isUsable(known));
        if (resting && paths.length > 0) return false;
        if (!guards.mayTryFresh(dependencies.gateway())) return refuseFresh();
      }
      const path = await tryPath(guard, paths, new Set(), signal);
      if (path) {
        paths = [...paths, path];
        dependencies.onChange();
        return true;
      }
      // A guard node is tried twice, since the fault is more often in the hops behind it.
      if (attempt % 2 === 1 || !pool.isUsable(guardHex) || fresh.has(guardHex)) failedGuards.add(guardHex);
    }
    return false;
  }

  function refuseFresh(): false {
    if (paths.length > 0) return false;
    throw new OnionError('no-path', { retry: 'later', details: { reason: 'guards-exhausted' } });
  }

  async function build(signal: AbortSignal): Promise<void> {
    dropUnusablePaths();
    if (paths.length === 0 && pool.usable().length < config.pathsWanted + 2) pool.forgiveAll();
    while (paths.length < config.pathsWanted) {
      if (!(await addPath(signal))) break;
    }
    if (paths.length === 0) {
      // Held against everybody, strikes say nothing about anybody.
      pool.forgiveAll();
      throw new OnionError('no-path', { retry: 'later' });
    }
  }

  /** Paths whose guard node the gateway in use cannot reach, or whose nodes have left the network. */
  function dropUnusablePaths(): void {
    for (const path of paths) {
      const [guard] = path.hops as [VerifiedNode];
      if (!canGuard(guard.ed25519PublicKeyHex)) dropPath(path);
      for (const { ed25519PublicKeyHex: key } of path.hops) if (!pool.get(key)) swapOut(key);
    }
  }

  function ensureInBackground(): void {
    if (building) return;
    dependencies.background((signal) => ensure(signal).catch(() => {}));
  }

  function ensure(signal: AbortSignal): Promise<void> {
    building ??= build(signal).finally(() => {
      building = null;
      dependencies.onChange();
    });
    return building;
  }

  function applyStrikes(penalty: Penalty): void {
    for (const edHex of penalty.strikes) if (pool.strike(edHex)) swapOut(edHex);
    if (penalty.remove !== null) {
      pool.remove(penalty.remove);
      swapOut(penalty.remove);
    }
    dependencies.onChange();
  }

  /** A struck guard node takes its paths with it; another hop is replaced. */
  function swapOut(edHex: string): void {
    guards.drop(edHex);
    for (const path of [...paths, ...detours].filter((candidate) => containsNode(candidate, edHex))) {
      const others = paths.filter((other) => other.id !== path.id);
      const next = repairPath(path, edHex, pool.usable(), { avoid: avoidFor(others) }, random);
      if (next) replacePath(path, next);
      else dropPath(path);
    }
    if (paths.length < config.pathsWanted) ensureInBackground();
    dependencies.onChange();
  }

  function addFailure(path: Path): void {
    if (![...paths, ...detours].some((other) => other.id === path.id)) return;
    const count = failuresOf(path) + 1;
    failures.set(path.id, count);
    if (count < config.strikeLimit) return;
    const guardHex = (path.hops[0] as VerifiedNode).ed25519PublicKeyHex;
    dropPath(path);
    if (pool.strike(guardHex)) swapOut(guardHex);
    log.info('path-dropped', { standing: paths.length });
    ensureInBackground();
  }

  /**
   * Finds out whether a failure was the path's fault. A dead gateway or a path that answers clears everyone on it; the
   * destination is left with a strike in the second case.
   */
  async function investigate(
    path: Path,
    penalty: Penalty,
    destination: VerifiedNode | null,
    signal: AbortSignal
  ): Promise<void> {
    const forgive = () => {
      for (const edHex of penalty.strikes) pool.forgive(edHex);
      failures.delete(path.id);
    };
    if (!(await dependencies.isGatewayAlive(signal))) return forgive();
    try {
      await testPath(path, signal);
      forgive();
      if (destination) pool.strike(destination.ed25519PublicKeyHex);
    } catch (error) {
      signal.throwIfAborted();
      if (isGatewayFault(error)) forgive();
      else addFailure(path);
    } finally {
      dependencies.onChange();
    }
  }

  /** New hops behind the same guard node, used once they have answered. */
  async function renewPath(path: Path, signal: AbortSignal): Promise<void> {
    const guard = path.hops[0] as VerifiedNode;
    for (let attempt = 0; attempt < config.pathsWanted + 1; attempt++) {
      const others = paths.filter((other) => other.id !== path.id);
      const next = drawOther(guard, path, others);
      if (!next) return;
      try {
        await testPath(next, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isGatewayFault(error)) return;
        applyStrikes(
          penaltyFor(
            error,
            next.hops.map((hop) => hop.ed25519PublicKeyHex),
            null
          )
        );
        continue;
      }
      if (!paths.some((other) => other.id === path.id)) return;
      replacePath(path, next);
      failures.delete(next.id);
      dependencies.onChange();
      return;
    }
  }

  function detour(destination: VerifiedNode | null, tried: ReadonlySet<string>): Path {
    const triedPaths = [...paths, ...detours].filter((path) => tried.has(path.id));
    const triedGuards = new Set(triedPaths.map((path) => (path.hops[0] as VerifiedNode).ed25519PublicKeyHex));
    const exclude = new Set(destination ? [destination.ed25519PublicKeyHex] : []);
    const order = [
      chooseGuards(usableGuards(), guards.known(), 1, new Set([...exclude, ...triedGuards]), random),
      chooseGuards(usableGuards(), guards.known(), 1, exclude, random)
    ];
    for (const { guards: chosen, fresh } of order) {
      const guard = chosen[0];
      if (!guard) continue;
      const isFresh = fresh.has(guard.ed25519PublicKeyHex);
      if (isFresh && !guards.mayTryFresh(dependencies.gateway())) continue;
      const path = draw(guard, triedPaths, exclude);
      if (!path) continue;
      if (isFresh) guards.triedFresh(dependencies.gateway());
      detours = [...detours, path].slice(-MAX_DETOURS);
      return path;
    }
    throw new OnionError('no-path', { retry: 'later' });
  }

  return {
    paths: () => paths,
    ensure,
    take(destination, tried) {
      const expired = clock.monotonic() - config.rotateAfterMs;
      detours = detours.filter((path) => path.builtAtMs > expired);
      const fresh = (list: readonly Path[]) => list.filter((path) => !tried.has(path.id));
      return (
        pickPath(fresh(paths), destination, failuresOf, random) ??
        pickPath(fresh(detours), destination, failuresOf, random) ??
        detour(destination, tried)
      );
    },
    succeeded(path) {
      failures.delete(path.id);
    },
    failed(path, error, destination) {
      const destinationHex = destination?.ed25519PublicKeyHex ?? null;
      const hops = path.hops.map((hop) => hop.ed25519PublicKeyHex);
      const penalty = penaltyFor(error, hops, destinationHex);
      // First the path, so that a repair takes its failures along.
      if (penalty.pathFailure) addFailure(path);
      applyStrikes(penalty);
      if (!penalty.test || underTest.has(path.id)) return;
      underTest.add(path.id);
      dependencies.background((signal) =>
        investigate(path, penalty, destination, signal).finally(() => underTest.delete(path.id))
      );
    },
    refused(path, gatewayCode) {
      if (!GUARD_REFUSALS.includes(gatewayCode)) return;
      dropPath(path);
      refusedGuards.add((path.hops[0] as VerifiedNode).ed25519PublicKeyHex);
      ensureInBackground();
    },
    async renew(signal) {
      detours = [];
      await Promise.all(paths.map((path) => renewPath(path, signal)));
    },
    async rotate(signal) {
      const due = paths.filter((path) => clock.monotonic() - path.builtAtMs >= config.rotateAfterMs);
      for (const path of due) await renewPath(path, signal);
    },
    swapOut,
    gatewayChanged: () => refusedGuards.clear(),
    clear() {
      paths = [];
      detours = [];
      failures.clear();
      refusedGuards.clear();
    }
  };
}

/** The gateway's fault, or ours while offline: nothing is learned about nodes. */
export function isGatewayFault(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'offline' || code === 'onion-stopped' || code.startsWith('gateway-');
}
