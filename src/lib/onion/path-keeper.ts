// Keeps paths standing: has missing ones built, rotates their later hops, mends and drops them after failures
// (network.md §2, §2.1). Guard nodes stay.
import { errorCode } from '../errors.ts';
import { unlessAborted } from './deadline.ts';
import { isGatewayFault, OnionError } from './errors.ts';
import { createPathBuilder, type PathBuilderDependencies } from './path-builder.ts';
import { penaltyFor, type Penalty } from './path-fault.ts';
import { createPathSet } from './path-set.ts';
import { guardOf, keysOf, repairPath, type Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

/** What a gateway says when it does not know a guard node, or will not connect to its address. */
const GUARD_REFUSALS: readonly string[] = ['unknown-guard', 'address-refused'];

export interface PathKeeperDependencies extends Omit<PathBuilderDependencies, 'set' | 'canGuard' | 'punish'> {
  /** Whether the gateway itself answers. */
  readonly isGatewayAlive: (signal: AbortSignal) => Promise<boolean>;
  /** Whether the gateway in use lists the node. */
  readonly isListed: (edHex: string) => boolean;
  /** Runs work that ends with the client. */
  readonly background: (work: (signal: AbortSignal) => Promise<void>) => void;
  /** Guard nodes, strikes or paths have changed. */
  readonly onChange: () => void;
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
  /** Another gateway is in use: what the last one refused may be tried again. */
  gatewayChanged(): void;
  /** New hops behind the same guard nodes, for every path. */
  renew(signal: AbortSignal): Promise<void>;
  /** Renews the paths that are due. */
  rotate(signal: AbortSignal): Promise<void>;
  /** A node was struck out: paths do without it. */
  swapOut(edHex: string): void;
}

export function createPathKeeper(dependencies: PathKeeperDependencies): PathKeeper {
  const { pool, guards, config, clock, random, log, onChange } = dependencies;
  const set = createPathSet();
  const refusedGuards = new Set<string>();
  const underTest = new Set<string>();
  let building: { readonly promise: Promise<void>; readonly signal: AbortSignal } | null = null;

  const canGuard = (edHex: string) => dependencies.isListed(edHex) && !refusedGuards.has(edHex);
  const builder = createPathBuilder({ ...dependencies, set, canGuard, punish });

  /** Takes a node out of every path. Another hop is replaced; a guard node takes its paths with it. */
  function mend(edHex: string): void {
    guards.drop(edHex);
    for (const path of set.with(edHex)) {
      const others = set.paths().filter((other) => other.id !== path.id);
      const next = repairPath(path, edHex, pool.usable(), { avoid: builder.avoid(others) }, random);
      if (next) set.replace(path, next, true);
      else set.drop(path);
    }
  }

  function punish(penalty: Penalty): void {
    for (const edHex of penalty.strikes) if (pool.strike(edHex)) mend(edHex);
    if (penalty.remove !== null) {
      pool.remove(penalty.remove);
      mend(penalty.remove);
    }
    onChange();
  }

  /** Paths whose guard node the gateway in use cannot reach, or whose nodes have left the network. */
  function dropUnusable(): void {
    for (const path of set.all()) {
      if (!canGuard(guardOf(path).ed25519PublicKeyHex)) set.drop(path);
      for (const key of keysOf(path)) if (!pool.get(key)) mend(key);
    }
  }

  async function build(signal: AbortSignal): Promise<void> {
    dropUnusable();
    // Fewer nodes than a path and a destination need: strikes so widely spread say nothing about anybody.
    if (set.paths().length === 0 && pool.usable().length < config.pathsWanted + 2) pool.forgiveAll();
    let result: Awaited<ReturnType<typeof builder.addPath>> = 'added';
    while (set.paths().length < config.pathsWanted && result === 'added')
      result = await builder.addPath(signal);
    if (set.paths().length > 0) return;
    if (result === 'exhausted') {
      throw new OnionError('no-path', { retry: 'later', details: { reason: 'guards-exhausted' } });
    }
    pool.forgiveAll();
    throw new OnionError('no-path', { retry: 'later' });
  }

  async function ensure(signal: AbortSignal): Promise<void> {
    while (building) {
      if (!building.signal.aborted) return unlessAborted(building.promise, signal);
      await building.promise.catch(() => {});
    }
    signal.throwIfAborted();
    const promise = build(signal).finally(() => {
      building = null;
      onChange();
    });
    building = { promise, signal };
    return promise;
  }

  function ensureInBackground(): void {
    if (building || set.paths().length >= config.pathsWanted) return;
    dependencies.background(async (signal) => {
      try {
        await ensure(signal);
      } catch (error) {
        log.debug('paths-missing', { code: errorCode(error) });
      }
    });
  }

  function addFailure(path: Path): void {
    if (set.fail(path) < config.strikeLimit) return;
    const guardHex = guardOf(path).ed25519PublicKeyHex;
    set.drop(path);
    if (pool.strike(guardHex)) mend(guardHex);
    log.info('path-dropped', { standing: set.paths().length });
  }

  /**
   * Finds out whether a failure was the path's fault. A dead gateway, or a path that answers, clears everyone on it; in
   * the second case the destination is left with a strike.
   */
  async function investigate(
    path: Path,
    penalty: Penalty,
    destination: VerifiedNode | null,
    signal: AbortSignal
  ): Promise<void> {
    const acquit = () => {
      for (const edHex of penalty.strikes) pool.forgive(edHex);
      set.clearFailures(path);
    };
    try {
      if (!(await dependencies.isGatewayAlive(signal))) return acquit();
      await builder.testPath(path, signal);
      acquit();
      if (destination && pool.strike(destination.ed25519PublicKeyHex)) mend(destination.ed25519PublicKeyHex);
    } catch (error) {
      signal.throwIfAborted();
      if (isGatewayFault(error)) acquit();
      else addFailure(path);
    } finally {
      underTest.delete(path.id);
      ensureInBackground();
      onChange();
    }
  }

  async function renewOne(path: Path, signal: AbortSignal): Promise<void> {
    const next = await builder.renewed(path, signal);
    if (next && set.has(path)) set.replace(path, next, false);
    onChange();
  }

  return {
    paths: set.paths,
    ensure,
    take(destination, tried) {
      set.dropDetours(clock.monotonic() - config.rotateAfterMs);
      const standing = set.pick(destination, tried, random);
      if (standing) return standing;
      const detour = builder.detour(destination, tried);
      if (!detour) throw new OnionError('no-path', { retry: 'later' });
      set.addDetour(detour);
      return detour;
    },
    succeeded: set.clearFailures,
    failed(path, error, destination) {
      const penalty = penaltyFor(error, keysOf(path), destination?.ed25519PublicKeyHex ?? null);
      // First the path, so that a repair takes its failures along.
      if (penalty.pathFailure) addFailure(path);
      punish(penalty);
      ensureInBackground();
      if (!penalty.test || underTest.has(path.id)) return;
      underTest.add(path.id);
      dependencies.background((signal) => investigate(path, penalty, destination, signal));
    },
    refused(path, gatewayCode) {
      if (!GUARD_REFUSALS.includes(gatewayCode)) return;
      refusedGuards.add(guardOf(path).ed25519PublicKeyHex);
      set.drop(path);
      ensureInBackground();
      onChange();
    },
    gatewayChanged: () => refusedGuards.clear(),
    async renew(signal) {
      set.dropDetours(Infinity);
      await Promise.all(set.paths().map((path) => renewOne(path, signal)));
    },
    async rotate(signal) {
      const isDue = (path: Path) => clock.monotonic() - path.builtAtMs >= config.rotateAfterMs;
      for (const path of set.paths().filter(isDue)) await renewOne(path, signal);
    },
    swapOut(edHex) {
      mend(edHex);
      ensureInBackground();
      onChange();
    }
  };
}
