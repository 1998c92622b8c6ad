// What the client knows and keeps over restarts: the pool, guard nodes, the chosen gateway. Loads it once, and saves it
// when something of it has changed.
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OnionConfig } from './config.ts';
import { createGatewayChoice, type GatewayChoice } from './gateway-choice.ts';
import { createGuardList, type GuardList } from './guard-list.ts';
import { createNodePool, type NodePool } from './node-pool.ts';
import { createSaver } from './saver.ts';
import { readSnapshot, type OnionSnapshot, type OnionStore } from './snapshot.ts';

export interface OnionMemory {
  readonly pool: NodePool;
  readonly guards: GuardList;
  readonly gateways: GatewayChoice;
  /** Takes over what was saved, as far as it can be used. Never throws. */
  restore(): Promise<void>;
  /** Something may have changed. */
  changed(): void;
  /** Saves changes a moment after they happened, until aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** Saves what is not saved yet. */
  flush(): Promise<void>;
}

export function createOnionMemory(dependencies: {
  readonly store: OnionStore;
  readonly networkId: string;
  readonly origins: readonly string[];
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly log: Log;
}): OnionMemory {
  const { store, networkId, origins, config, clock, log } = dependencies;
  const now = () => clock.now();
  const { strikeLimit, strikeLifetimeMs } = config;
  const pool = createNodePool({ strikeLimit, strikeLifetimeMs, now });
  const guards = createGuardList({ perDay: config.freshGuardsPerDay, now });
  const gateways = createGatewayChoice({ origins, stickyMs: config.gatewayStickyMs, now });
  const saver = createSaver({ store, snapshot, delayMs: config.saveDelayMs, clock, log });
  let remembered = '';

  function snapshot(): OnionSnapshot {
    return { version: 1, networkId, nodes: pool.nodes(), ...withoutNodes() };
  }

  function withoutNodes() {
    return {
      verifiedAtMs: pool.verifiedAtMs(),
      guards: guards.known(),
      freshGuards: guards.freshGuards(),
      strikes: pool.exportStrikes(),
      gateway: gateways.current()
    };
  }

  return {
    pool,
    guards,
    gateways,
    async restore() {
      try {
        const saved = readSnapshot(await store.load(), networkId, now());
        if (!saved) return;
        const ageMs = saved.verifiedAtMs === null ? Infinity : Math.abs(now() - saved.verifiedAtMs);
        // Too many nodes leave in that time: the pool is verified from anchors again, guard nodes stay known.
        if (ageMs < config.poolLifetimeMs) pool.restore(saved);
        guards.restore(saved);
        gateways.restore(saved.gateway);
      } catch (error) {
        log.warn('onion-load-failed', { code: errorCode(error) });
      }
    },
    changed() {
      // The nodes change only with the time they were verified, and are a hundred kilobytes on a large network.
      const current = JSON.stringify(withoutNodes());
      if (current === remembered) return;
      remembered = current;
      saver.touch();
    },
    run: saver.run,
    flush: saver.flush
  };
}
