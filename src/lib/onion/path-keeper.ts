// Keeps paths standing: has missing ones built, rotates their later hops, mends and drops them after failures
// (network.md §2, §2.1). Guard nodes stay.
import { errorCode } from '../errors.ts';
import { unlessAborted } from './deadline.ts';
import { isGatewayFault, OnionError } from './errors.ts';
import { createPathBuilder, type PathBuilderDependencies } from './path-builder.ts';
import { NO_PENALTY, penaltyFor, type Penalty } from './path-fault.ts';
import { createPathSet } from './path-set.ts';
import { createPathTests, type PathTestDependencies } from './path-tests.ts';
import { guardOf, keysOf, repairPath, type Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

/** What a gateway says when it does not know a guard node, or will not connect to its address. */
const GUARD_REFUSALS: readonly string[] = ['unknown-guard', 'address-refused'];

/** Hops one guard node may call unknown before that counts against itself; lists differ by few nodes at a time. */
const COMPLAINTS_BELIEVED = 3;

export interface PathKeeperDependencies
  extends Omit<PathBuilderDependencies, 'set' | 'canGuard' | 'tests'>, Omit<PathTestDependencies, 'punish'> {
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
  /**
   * Tests a path over which an answer is late. A path that fails the test pays for it here.
   * @returns whether it works; null when the gateway does not, and nothing is known
   */
  suspected(path: Path, destination: VerifiedNode): Promise<boolean | null>;
  /** The gateway will not carry to the guard node: no fault of the node, but no path through this gateway either. */
  refused(path: Path, gatewayCode: string): void;
  /** Another gateway is in use: what the last one refused may be tried again. */
  gatewayChanged(): void;
  /** New hops behind the same guard nodes, for every path. */
  renew(signal: AbortSignal): Promise<void>;
  /** Renews the paths that are due, and tests again those that have failed. */
  rotate(signal: AbortSignal): Promise<void>;
  /** A node was struck out: paths do without it. */
  swapOut(edHex: string): void;
}

export function createPathKeeper(dependencies: PathKeeperDependencies): PathKeeper {
  const { pool, guards, config, clock, random, log, onChange } = dependencies;
  const set = createPathSet();
  const refusedGuards = new Set<string>();
  /** Tests under way, by path; each gives what `suspected` does. */
  const underTest = new Map<string, Promise<boolean | null>>();
  /** Hops that a guard node said it does not know, by guard node. */
  const complaints = new Map<string, Set<string>>();
  let lastRecheckAt = -Infinity;
  let building: { readonly promise: Promise<void>; readonly signal: AbortSignal } | null = null;

  const canGuard = (edHex: string) => dependencies.isListed(edHex) && !refusedGuards.has(edHex);
  const tests = createPathTests({ ...dependencies, punish });
  const builder = createPathBuilder({ ...dependencies, set, canGuard, tests });

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

  /** A guard node that knows hardly anybody is believed a few times; then it is the one who pays. */
  function withComplaints(penalty: Penalty, path: Path): Penalty {
    const [guardHex, second] = keysOf(path) as [string, string];
    if (penalty.remove !== second) return penalty;
    const named = (complaints.get(guardHex) ?? new Set<string>()).add(second);
    complaints.set(guardHex, named);
    return named.size > COMPLAINTS_BELIEVED ? { ...penalty, strikes: [guardHex], remove: null } : penalty;
  }

  /** Paths whose guard node the gateway in use cannot reach, or whose nodes have left the network. */
  function dropUnusable(): void {
    for (const guardHex of complaints.keys()) if (!pool.get(guardHex)) complaints.delete(guardHex);
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
      // A hop that lies can have got honest guard nodes struck out: those of today are tried once more.
      pool.forgiveAll();
      if ((await builder.addPath(signal)) === 'added') return;
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
   * Finds out whether a failure was the path's fault. A dead gateway clears everyone; a path that answers clears its
   * hops and leaves the destination with a strike; one that does not clears the destination, and the test finds whom
   * to strike in its place.
   */
  async function investigate(
    path: Path,
    penalty: Penalty,
    destinationHex: string | null,
    signal: AbortSignal
  ): Promise<boolean | null> {
    const hops = keysOf(path);
    const acquit = (edHexes: readonly string[]) => edHexes.forEach((edHex) => pool.forgive(edHex));
    const struckDestination = penalty.strikes.filter((edHex) => !hops.includes(edHex));
    try {
      if (!(await dependencies.isGatewayAlive(signal))) {
        acquit(penalty.strikes);
        set.clearFailures(path);
        return null;
      }
      if ((await tests.path(path, destinationHex, signal)) === 'passed') {
        acquit(penalty.strikes.filter((edHex) => hops.includes(edHex)));
        set.clearFailures(path);
        if (penalty.test && destinationHex !== null && struckDestination.length === 0) {
          punish({ ...NO_PENALTY, strikes: [destinationHex] });
        }
        return true;
      }
      acquit(penalty.strikes);
      addFailure(path);
      return false;
    } catch (error) {
      signal.throwIfAborted();
      if (!isGatewayFault(error)) throw error;
      acquit(penalty.strikes);
      return null;
    } finally {
      underTest.delete(path.id);
      ensureInBackground();
      onChange();
    }
  }

  /** One test of a path at a time; whoever asks meanwhile gets the answer of that one. */
  function examine(
    path: Path,
    penalty: Penalty,
    destinationHex: string | null,
    signal: AbortSignal
  ): Promise<boolean | null> {
    const running = underTest.get(path.id);
    if (running) return running;
    const test = investigate(path, penalty, destinationHex, signal);
    underTest.set(path.id, test);
    return test;
  }

  /** Tests standing paths that have failed, so that one that works again is used again. */
  async function recheck(signal: AbortSignal): Promise<void> {
    lastRecheckAt = clock.monotonic();
    const failing = set.paths().filter((path) => set.failuresOf(path) > 0 && !underTest.has(path.id));
    await Promise.all(failing.map((path) => examine(path, NO_PENALTY, null, signal)));
  }

  function recheckInBackground(): void {
    if (clock.monotonic() - lastRecheckAt >= config.recheckAfterMs) dependencies.background(recheck);
  }

  /** A path of its own for one request, when the standing ones contain the destination or do not work. */
  function detour(destination: VerifiedNode | null, shunned: readonly Path[]): Path | null {
    const path = builder.detour(destination, shunned);
    if (path) set.addDetour(path);
    return path;
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
      const isFailing = (path: Path) => tried.has(path.id) || set.failuresOf(path) > 0;
      if (set.all().some(isFailing)) recheckInBackground();
      // A path that is being tested is no better than one that failed, as long as there is another.
      const failing = set.all().filter((path) => isFailing(path) || underTest.has(path.id));
      const doubted = new Set([...tried, ...underTest.keys()]);
      const standing = set.pick(destination, doubted, random) ?? set.pick(destination, tried, random);
      if (standing && !failing.includes(standing)) return standing;
      // Around the paths that do not work, or contain the destination.
      const around = detour(destination, failing) ?? standing;
      if (around) return around;
      if (pool.usable().length > config.pathsWanted + 2) throw new OnionError('no-path', { retry: 'later' });
      pool.forgiveAll();
      const last = detour(destination, failing);
      if (!last) throw new OnionError('no-path', { retry: 'later' });
      return last;
    },
    succeeded: set.clearFailures,
    failed(path, error, destination) {
      const destinationHex = destination?.ed25519PublicKeyHex ?? null;
      const penalty = withComplaints(penaltyFor(error, keysOf(path), destinationHex), path);
      // The test under way decides; requests that failed together are one failure.
      if (penalty.test && underTest.has(path.id)) return;
      // First the path, so that a repair takes its failures along.
      if (penalty.pathFailure) addFailure(path);
      punish(penalty);
      ensureInBackground();
      if (penalty.remove !== null) dependencies.background(recheck);
      if (!penalty.test) return;
      dependencies.background(async (signal) => {
        await examine(path, penalty, destinationHex, signal);
      });
    },
    suspected(path, destination) {
      const running = underTest.get(path.id);
      if (running) return running;
      return new Promise((resolve) => {
        dependencies.background(async (signal) => {
          try {
            resolve(await examine(path, NO_PENALTY, destination.ed25519PublicKeyHex, signal));
          } finally {
            resolve(null);
          }
        });
      });
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
      await recheck(signal);
    },
    swapOut(edHex) {
      mend(edHex);
      ensureInBackground();
      onChange();
    }
  };
}
