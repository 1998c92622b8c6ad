// Which guard nodes a profile has (network.md §2), and how many new ones it may still try through a gateway
// (design.md §3.1): a gateway could let honest guard nodes look dead until one of its own is chosen.
import { DAY_MS } from './config.ts';
import { MAX_GUARDS, type FreshGuard } from './snapshot.ts';

const MAX_LOG = 64;

export interface GuardList {
  restore(saved: { readonly guards: readonly string[]; readonly freshGuards: readonly FreshGuard[] }): void;
  /** Ed25519 keys (hex), in order of preference. */
  known(): readonly string[];
  isKnown(edHex: string): boolean;
  /** A guard node that passed its test; the oldest beyond the limit is forgotten. */
  adopt(edHex: string): void;
  drop(edHex: string): void;
  /** Whether one more new guard node may be tried through this gateway today. */
  mayTryFresh(gateway: string): boolean;
  /** Records the attempt, whatever comes of it. */
  triedFresh(gateway: string, edHex: string): void;
  /** Guard nodes that were new today: trying them again shows this gateway nothing new. */
  triedToday(gateway: string): ReadonlySet<string>;
  freshGuards(): readonly FreshGuard[];
}

/**
 * @param options.perDay fresh guard nodes a day and gateway; null for no limit
 * @param options.now device time, milliseconds
 */
export function createGuardList(options: {
  readonly perDay: number | null;
  readonly now: () => number;
}): GuardList {
  const { perDay, now } = options;
  let guards: readonly string[] = [];
  let log: readonly FreshGuard[] = [];

  /** An attempt from the future, after the clock was set back, counts as of today. */
  const today = () => log.filter(({ atMs }) => Math.abs(now() - atMs) < DAY_MS);

  return {
    restore(saved) {
      guards = [...new Set(saved.guards)].slice(0, MAX_GUARDS);
      log = saved.freshGuards.slice(-MAX_LOG);
    },
    known: () => guards,
    isKnown: (edHex) => guards.includes(edHex),
    adopt(edHex) {
      if (!guards.includes(edHex)) guards = [...guards, edHex].slice(-MAX_GUARDS);
    },
    drop(edHex) {
      guards = guards.filter((guard) => guard !== edHex);
    },
    mayTryFresh: (gateway) =>
      perDay === null || today().filter((entry) => entry.gateway === gateway).length < perDay,
    triedFresh(gateway, edHex) {
      log = [...today(), { gateway, atMs: now(), node: edHex }].slice(-MAX_LOG);
    },
    triedToday: (gateway) =>
      new Set(
        today().flatMap(({ gateway: by, node }) => (by === gateway && node !== undefined ? [node] : []))
      ),
    freshGuards: today
  };
}
