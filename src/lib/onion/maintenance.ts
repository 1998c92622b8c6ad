// What has to be done from time to time while connected: renew hops, refresh the verified pool, measure the clock
// (network.md §1.4, §1.6, §2).
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import type { OnionConfig } from './config.ts';
import type { GatewayState } from './connection-state.ts';
import type { Survey } from './gateway-check.ts';
import type { Judgement } from './list-verification.ts';
import type { NetworkClock, TimeSample } from './network-clock.ts';
import type { NodePool } from './node-pool.ts';
import { survey } from './node-survey.ts';
import type { PathKeeper } from './path-keeper.ts';
import { drawNodes } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

const MIN_TICK_MS = 1_000;
const MAX_TICK_MS = 60_000;
/** Between two measurements that a refused request or a changed device time asked for. */
const URGENT_INTERVAL_MS = 5_000;
/** Between two refreshes, whoever asks (network.md §1.4). */
const MIN_REFRESH_INTERVAL_MS = 2_000;
/** Candidates for three answers. */
const CLOCK_CANDIDATES = 6;

export interface MaintenanceDependencies {
  readonly pool: NodePool;
  readonly keeper: PathKeeper;
  readonly networkClock: NetworkClock;
  /** Asks three verified nodes and judges what they say against the pool; checks the gateway's list before. */
  readonly survey: (signal: AbortSignal) => Promise<Judgement<Survey>>;
  readonly askTime: (node: VerifiedNode, signal: AbortSignal) => Promise<TimeSample>;
  readonly isConnected: () => boolean;
  /** The gateway lies or is stale, or its day is over. */
  readonly lost: (reason: GatewayState) => void;
  readonly clockMeasured: () => void;
  readonly isGatewayExpired: () => boolean;
  readonly onChange: () => void;
  readonly minimumPool: number;
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

export interface Maintenance {
  /** Runs until aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** Looks at once what is due. */
  wake(): void;
  /**
   * Measures the clock on three nodes unless that was done in the last ten minutes and nothing speaks against it.
   * @param urgent a node refused our time
   * @returns whether the offset is new
   */
  syncClock(signal: AbortSignal, urgent: boolean): Promise<boolean>;
  /** Refreshes the pool now. @returns whether it was replaced */
  refresh(signal: AbortSignal): Promise<boolean>;
}

export function createMaintenance(dependencies: MaintenanceDependencies): Maintenance {
  const { pool, keeper, networkClock, config, clock, random, log } = dependencies;
  let syncing: Promise<boolean> | null = null;
  let lastSyncAt = -Infinity;
  let refreshing: Promise<boolean> | null = null;
  let lastRefreshAt = -Infinity;

  let waking = new AbortController();

  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    await clock.sleep(ms, AbortSignal.any([signal, waking.signal])).catch(() => {});
    signal.throwIfAborted();
    waking = new AbortController();
  }

  function isRefreshDue(): boolean {
    if (clock.monotonic() - lastRefreshAt < config.refreshRetryMs) return false;
    const verifiedAtMs = pool.verifiedAtMs();
    const isOld = verifiedAtMs === null || Math.abs(clock.now() - verifiedAtMs) >= config.refreshAfterMs;
    return isOld || pool.usable().length < dependencies.minimumPool;
  }

  async function refreshNow(signal: AbortSignal): Promise<boolean> {
    lastRefreshAt = clock.monotonic();
    const judged = await dependencies.survey(signal);
    if (!judged.ok) {
      log.warn('refresh-refused', { code: judged.reason });
      dependencies.lost(judged.reason);
      return false;
    }
    pool.replace(judged.value.nodes, clock.now());
    if (networkClock.measured(judged.value.times)) {
      lastSyncAt = clock.monotonic();
      dependencies.clockMeasured();
    }
    await keeper.ensure(signal);
    dependencies.onChange();
    return true;
  }

  async function syncNow(signal: AbortSignal): Promise<boolean> {
    lastSyncAt = clock.monotonic();
    const candidates = drawNodes(pool.usable(), CLOCK_CANDIDATES, new Set(), random);
    const samples = await survey(candidates, (node) => dependencies.askTime(node, signal), signal);
    const isNew = networkClock.measured(samples);
    if (isNew) dependencies.clockMeasured();
    else log.warn('clock-not-measured', { answers: samples.length });
    return isNew;
  }

  function isSyncDue(urgent: boolean): boolean {
    const sinceMs = clock.monotonic() - lastSyncAt;
    if (urgent || networkClock.isDoubtful()) return sinceMs >= URGENT_INTERVAL_MS;
    return sinceMs >= config.clockSyncIntervalMs;
  }

  const maintenance: Maintenance = {
    async run(signal) {
      const tickMs = Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, config.rotateAfterMs / 10));
      for (;;) {
        try {
          if (dependencies.isConnected()) {
            if (networkClock.isDoubtful()) await maintenance.syncClock(signal, false);
            if (dependencies.isGatewayExpired()) dependencies.lost('ok');
            else if (isRefreshDue()) await maintenance.refresh(signal);
            else await keeper.ensure(signal);
            await keeper.rotate(signal);
          }
        } catch (error) {
          signal.throwIfAborted();
          log.debug('maintenance-failed', { code: errorCode(error) });
        }
        await pause(tickMs, signal);
      }
    },
    wake: () => waking.abort(),
    syncClock(signal, urgent) {
      if (syncing) return syncing;
      if (!isSyncDue(urgent)) return Promise.resolve(false);
      syncing = syncNow(signal).finally(() => (syncing = null));
      return syncing;
    },
    refresh(signal) {
      // A node that keeps saying "wrong swarm" must not keep us asking.
      const isTooSoon = clock.monotonic() - lastRefreshAt < MIN_REFRESH_INTERVAL_MS;
      if (!refreshing && isTooSoon) return Promise.resolve(false);
      refreshing ??= refreshNow(signal).finally(() => (refreshing = null));
      return refreshing;
    }
  };
  return maintenance;
}
