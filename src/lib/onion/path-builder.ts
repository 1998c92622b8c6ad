// Makes paths and tests them before anybody relies on them (network.md §2). A guard node that is new is tested alone
// first; a path by `info` to a node outside it. Nothing here names the account.
import type { Clock } from '../clock.ts';
import type { RandomBytes } from '../random.ts';
import type { OnionConfig } from './config.ts';
import type { GuardList } from './guard-list.ts';
import type { NodePool } from './node-pool.ts';
import type { PathSet } from './path-set.ts';
import type { PathTests } from './path-tests.ts';
import { buildPath, chooseGuards, guardOf, keysOf, type Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

/** Other hops tried behind a guard node before it is held to be at fault itself. */
const TRIES_PER_GUARD = 2;
const RENEW_ATTEMPTS = 3;

export interface PathBuilderDependencies {
  readonly set: PathSet;
  readonly pool: NodePool;
  readonly guards: GuardList;
  readonly tests: PathTests;
  readonly gateway: () => string;
  /** Whether the gateway in use would carry to the node, so that it can be a guard. */
  readonly canGuard: (edHex: string) => boolean;
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export interface PathBuilder {
  /**
   * Adds one path, behind a known guard node if there is one.
   * @returns `added`; `exhausted` when only a fresh guard node could help and no more may be tried today; `failed`
   * @throws OnionError `gateway-*`
   */
  addPath(signal: AbortSignal): Promise<'added' | 'exhausted' | 'failed'>;
  /**
   * An untested path for one request, around `shunned` ones as far as possible.
   * @returns null when there is none without another fresh guard node than are allowed
   */
  detour(destination: VerifiedNode | null, shunned: readonly Path[]): Path | null;
  /**
   * Other hops behind the same guard node.
   * @returns null when none answered, or none are left
   */
  renewed(path: Path, signal: AbortSignal): Promise<Path | null>;
  /** What the hops of a new path keep clear of while there are others. */
  avoid(others: readonly Path[]): ReadonlySet<string>;
}

export function createPathBuilder(dependencies: PathBuilderDependencies): PathBuilder {
  const { set, pool, guards, tests, config, clock, random } = dependencies;
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

  /** One that was tried today and given up, for when no further one may be tried. */
  function formerGuard(exclude: ReadonlySet<string>): VerifiedNode | null {
    const tried = guards.triedToday(dependencies.gateway());
    const isFormer = ({ ed25519PublicKeyHex: key }: VerifiedNode) => tried.has(key) && !exclude.has(key);
    return usableGuards().find(isFormer) ?? null;
  }

  /** A new guard node for a single request; it stays, so that the next one does not need another. */
  function freshGuard(exclude: ReadonlySet<string>): VerifiedNode | null {
    const outside = new Set([...exclude, ...guards.known()]);
    if (!guards.mayTryFresh(dependencies.gateway())) return formerGuard(outside);
    const [guard] = chooseGuards(usableGuards(), [], 1, outside, random).guards;
    if (!guard) return null;
    guards.triedFresh(dependencies.gateway(), guard.ed25519PublicKeyHex);
    guards.adopt(guard.ed25519PublicKeyHex);
    return guard;
  }

  /** @returns a path that passed its tests, or who is at fault */
  async function tryGuard(guard: VerifiedNode, signal: AbortSignal): Promise<Path | 'guard' | 'hops'> {
    const path = draw(guard, set.paths(), new Set());
    if (!path) return 'guard';
    if (!guards.isKnown(guard.ed25519PublicKeyHex)) {
      const alone = await tests.guard(path, signal);
      if (alone !== 'passed') return alone;
      guards.adopt(guard.ed25519PublicKeyHex);
    }
    const whole = await tests.path(path, null, signal);
    return whole === 'passed' ? path : whole;
  }

  /** A guard node, not a hop of a standing path while there are others. */
  function chooseOutside(failed: ReadonlySet<string>): ReturnType<typeof chooseGuards> {
    const inPaths = new Set(set.paths().flatMap(keysOf));
    const outside = usableGuards().filter((node) => !inPaths.has(node.ed25519PublicKeyHex));
    const choice = chooseGuards(outside, guards.known(), 1, failed, random);
    return choice.guards.length > 0
      ? choice
      : chooseGuards(usableGuards(), guards.known(), 1, failed, random);
  }

  /** A known guard node that is out of order for now is waited for, as long as another path stands. */
  function isWaitingForGuard(failed: ReadonlySet<string>): boolean {
    const inUse = new Set(set.paths().map((path) => guardOf(path).ed25519PublicKeyHex));
    return (
      inUse.size > 0 && guards.known().some((key) => failed.has(key) && !inUse.has(key) && pool.isUsable(key))
    );
  }

  return {
    avoid,
    async addPath(signal) {
      const failed = new Set(set.paths().map((path) => guardOf(path).ed25519PublicKeyHex));
      const tries = new Map<string, number>();
      let again: VerifiedNode | null = null;
      for (let attempt = 0; attempt < config.buildAttempts; attempt++) {
        const { guards: chosen, fresh } = chooseOutside(failed);
        let guard: VerifiedNode | null = again ?? chosen[0] ?? null;
        if (!guard) return 'failed';
        if (again === null && fresh.has(guard.ed25519PublicKeyHex)) {
          if (isWaitingForGuard(failed)) return 'failed';
          if (guards.mayTryFresh(dependencies.gateway()))
            guards.triedFresh(dependencies.gateway(), guard.ed25519PublicKeyHex);
          else guard = formerGuard(failed);
          if (!guard) return 'exhausted';
        }
        const guardHex: string = guard.ed25519PublicKeyHex;
        const result: Path | 'guard' | 'hops' = await tryGuard(guard, signal);
        if (typeof result === 'object') {
          set.add(result);
          return 'added';
        }
        const count: number = (tries.get(guardHex) ?? 0) + 1;
        tries.set(guardHex, count);
        const isDone: boolean = result === 'guard' || count >= TRIES_PER_GUARD || !pool.isUsable(guardHex);
        if (isDone) failed.add(guardHex);
        again = isDone ? null : guard;
      }
      return 'failed';
    },
    detour(destination, shunned) {
      const exclude = new Set(destination ? [destination.ed25519PublicKeyHex] : []);
      const timesShunned = (guardHex: string) =>
        shunned.filter((path) => guardOf(path).ed25519PublicKeyHex === guardHex).length;
      const reachable = new Set(usableGuards().map((node) => node.ed25519PublicKeyHex));
      // Known guard nodes first, also one whose path just failed: the fault may be behind it.
      const candidates = guards
        .known()
        .filter((key) => reachable.has(key) && !exclude.has(key))
        .sort((a, b) => pool.strikesOf(a) - pool.strikesOf(b) || timesShunned(a) - timesShunned(b));
      const nodeOf = (key: string | undefined) => (key === undefined ? null : (pool.get(key) ?? null));
      const best = candidates.find((key) => timesShunned(key) <= TRIES_PER_GUARD);
      const known = nodeOf(best);
      // Where guard nodes are not counted, one under suspicion is not worth a time limit.
      const isSuspect = best !== undefined && (pool.strikesOf(best) > 0 || timesShunned(best) > 0);
      const guard =
        known && !(isSuspect && config.freshGuardsPerDay === null)
          ? known
          : // A guard node with many failures is better than none.
            (freshGuard(exclude) ?? known ?? nodeOf(candidates[0]));
      return guard && draw(guard, shunned, exclude);
    },
    async renewed(path, signal) {
      for (let attempt = 0; attempt < RENEW_ATTEMPTS; attempt++) {
        const others = set.paths().filter((other) => other.id !== path.id);
        const next = drawOther(path, others);
        if (!next) return null;
        const result = await tests.path(next, null, signal);
        if (result === 'passed') return next;
        if (result === 'guard') return null;
      }
      return null;
    }
  };
}
