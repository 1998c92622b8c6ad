// What can be chosen about an embedded network; every default in one place.
import type { Clock } from '../src/lib/clock.ts';
import type { Log } from '../src/lib/log.ts';
import type { RandomBytes } from '../src/lib/random.ts';
import type { AccountId } from '../src/lib/account-id.ts';
import { TIME_LIMITS, type TimeLimits } from './node/peers.ts';
import type { RelayAddress } from './node/relay.ts';
import { RATE_LIMIT, type RateLimitOptions } from './node/rate-limit.ts';

export interface LocalnetOptions {
  /** Number of service nodes, 1 … 250. Default 9, or as many as the data folder has. */
  readonly nodes?: number | undefined;
  /** Number of swarms, at most the number of nodes. Default 3. */
  readonly swarms?: number | undefined;
  /** Swarm ids in hex, given to the nodes in turn; in place of `swarms`. */
  readonly swarmIds?: readonly string[] | undefined;
  /** Ed25519 seeds (32 bytes) of the first nodes, for tests that know their keys. */
  readonly nodeSeeds?: readonly Uint8Array[] | undefined;
  /** Folder for keys and messages, made when missing; null (default) forgets everything at the end. */
  readonly dataDirectory?: string | null | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomBytes | undefined;
  readonly log?: Log | undefined;
  /** Hard fork and revision the nodes report. Default [19, 5]. */
  readonly hf?: readonly [number, number] | undefined;
  /** Whether the Echo account lives here. Default true. */
  readonly echo?: boolean | undefined;
  /** Names of the name service and whose they are. Default: a few are Echo's, `echo` among them. */
  readonly names?: Readonly<Record<string, AccountId>> | undefined;
  /** Servers besides the file server that nodes relay to: where `host:port` really listens. */
  readonly relays?: Readonly<Record<string, RelayAddress>> | undefined;
  readonly limits?: Partial<TimeLimits> | undefined;
  /** Limit of direct RPC calls; null for none. */
  readonly rateLimit?: RateLimitOptions | null | undefined;
  /** How often expired messages are removed, in milliseconds. Default 10,000 (network.md §7.1). */
  readonly sweepMs?: number | undefined;
}

export const MAX_NODES = 250;
export const DEFAULTS = {
  nodes: 9,
  swarms: 3,
  hf: [19, 5] as readonly [number, number],
  sweepMs: 10_000,
  limits: TIME_LIMITS,
  rateLimit: RATE_LIMIT
};
