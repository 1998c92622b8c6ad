// The node list of a real network: asked of seeds on the gateway's own clock, never because a client asked.
import type { Clock } from '../src/lib/clock.ts';
import { errorCode } from '../src/lib/errors.ts';
import type { Log } from '../src/lib/log.ts';
import type { NetworkDescriptor, Seed } from '../src/lib/networks.ts';
import { randomBelow, shuffled, type RandomBytes } from '../src/lib/random.ts';
import { GatewayStartError, SeedError } from './errors.ts';
import type { NodeList, NodeSource } from './node-source.ts';
import { fetchSeedList } from './seed-request.ts';

export interface SeedNodeSource extends NodeSource {
  /**
   * Fetches the first list and goes on refreshing it. With no seed in reach it starts on the fallback.
   * @throws GatewayStartError `no-verified-list` when there is no fallback either
   */
  start(): Promise<{ from: 'seed' | 'fallback' }>;
  stop(): Promise<void>;
}

export interface SeedSourceOptions {
  readonly network: NetworkDescriptor;
  /** A list that came with the release, for when no seed answers. */
  readonly fallback: NodeList | null;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly fetchList?: (seed: Seed, nowMs: number, options: { signal: AbortSignal }) => Promise<NodeList>;
}

/** As native clients refresh theirs (network.md §1.4). */
const REFRESH_MS = 2 * 60 * 60 * 1000;
/** A tenth more or less, so that gateways do not ask together. */
const JITTER = 0.1;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 10 * 60 * 1000;

export function createSeedNodeSource(options: SeedSourceOptions): SeedNodeSource {
  const { network, clock, random, log, fetchList = fetchSeedList } = options;
  const stopped = new AbortController();
  let list = options.fallback;
  let fromSeed = false;
  let running: Promise<void> | null = null;

  /** The first seed in a shuffled order whose list is good. */
  async function refresh(): Promise<NodeList> {
    for (const seed of shuffled(random, network.seeds)) {
      try {
        const fresh = await fetchList(seed, clock.now(), { signal: stopped.signal });
        if (fresh.nodes.length < network.minimumPool)
          throw new SeedError('seed-list-too-short', { retry: 'later' });
        return fresh;
      } catch (error) {
        stopped.signal.throwIfAborted();
        log.warn('gateway.seed-failed', { seed: new URL(seed.url).hostname, code: errorCode(error) });
      }
    }
    throw new SeedError('seed-unreachable', { retry: 'later' });
  }

  async function keepFresh(isFirstDone: boolean): Promise<void> {
    let waitMs = isFirstDone ? REFRESH_MS : FIRST_RETRY_MS;
    while (!stopped.signal.aborted) {
      const jitter = 1 + JITTER * (randomBelow(random, 2_001) / 1_000 - 1);
      await clock.sleep(waitMs * jitter, stopped.signal);
      try {
        list = await refresh();
        fromSeed = true;
        waitMs = REFRESH_MS;
      } catch {
        stopped.signal.throwIfAborted();
        waitMs = Math.min(MAX_RETRY_MS, waitMs === REFRESH_MS ? FIRST_RETRY_MS : waitMs * 2);
      }
    }
  }

  return {
    current() {
      if (!list) throw new GatewayStartError('no-verified-list');
      return list;
    },
    async start() {
      try {
        list = await refresh();
        fromSeed = true;
      } catch (error) {
        stopped.signal.throwIfAborted();
        if (!list) throw new GatewayStartError('no-verified-list', { cause: error });
      }
      running = keepFresh(fromSeed).catch((error: unknown) => {
        if (!stopped.signal.aborted) log.error('gateway.refresh-stopped', { code: errorCode(error) });
      });
      return { from: fromSeed ? 'seed' : 'fallback' };
    },
    async stop() {
      stopped.abort();
      await running;
    }
  };
}
