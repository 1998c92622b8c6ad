// Clear data (ux.md §4.8): what the network holds of a profile, and the profile itself, with no tab working on it meanwhile.
import type { Clock } from '../clock.ts';
import { wipe } from '../bytes/index.ts';
import { deriveIdentity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { NetworkDescriptor } from '../networks.ts';
import {
  finishErasure,
  loadAccountSeed,
  openProfile,
  raiseEpoch,
  shredProfile,
  type ProfileStore,
  type StorageEnvironment
} from '../storage/index.ts';
import { HEARTBEAT_MS } from './election.ts';
import type { Channel, Locks, NetworkFloors } from './ports.ts';
import { eraseSwarm, type SwarmErasure } from './swarm-erasure.ts';
import type { TabMessage } from './tab-messages.ts';

export interface ErasingDependencies {
  readonly environment: StorageEnvironment;
  readonly createFloors: (
    network: NetworkDescriptor,
    store: ProfileStore
  ) => NetworkFloors | Promise<NetworkFloors>;
  readonly locks: Locks;
  readonly openChannel: (name: string) => Channel;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long other tabs may take to close what they have open; the rest is removed at the next start. */
const FINISH_MS = 5_000;
const FINISH_PAUSE_MS = 100;

/**
 * Takes the lock of the profile's engine, so that no tab stores anything while it is deleted, and deletes.
 * @throws MessengerError `network-unreachable`; StorageError; the signal's reason
 */
export async function eraseOnNetwork(
  deps: ErasingDependencies,
  { profileId, network }: { profileId: string; network: NetworkDescriptor },
  signal: AbortSignal
): Promise<SwarmErasure> {
  const { clock, log } = deps;
  const channel = deps.openChannel(`onionskin/${profileId}`);
  let erased: Promise<SwarmErasure> | null = null;
  try {
    await deps.locks.request(`onionskin/engine/${profileId}`, { steal: true }, async () => {
      erased = work();
      await erased.catch(() => {});
    });
  } finally {
    channel.close();
  }
  return erased ?? work();

  async function work(): Promise<SwarmErasure> {
    const store = await openProfile(deps.environment, profileId);
    const over = new AbortController();
    const { onion, swarm } = await deps.createFloors(network, store);
    try {
      // Whoever led before writes nothing any more.
      void beat(await raiseEpoch(store), over.signal);
      const seed = await loadAccountSeed(store);
      const identity = deriveIdentity(seed);
      wipe(seed);
      onion.start();
      return await eraseSwarm({ onion, swarm, identity, clock, log, signal });
    } finally {
      over.abort();
      await onion.stop();
      store.db.close();
    }
  }

  /** Tabs that wait for the lock believe it is held by an engine that lives. */
  async function beat(epoch: number, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      channel.post({ kind: 'alive', epoch } satisfies TabMessage);
      await clock.sleep(HEARTBEAT_MS, over).catch(() => {});
    }
  }
}

/**
 * Shreds the keys first, then ends everything that works on the profile, here and in other tabs, and removes the rest.
 * @param close ends this tab's messenger
 * @returns whether nothing is left
 */
export async function eraseOnDevice(
  deps: ErasingDependencies,
  profileId: string,
  close: () => Promise<void>
): Promise<boolean> {
  const { environment, clock, log } = deps;
  await shredProfile(environment, profileId);
  await close().catch((error: unknown) => log.warn('not-closed', { code: errorCode(error) }));
  const channel = deps.openChannel(`onionskin/${profileId}`);
  channel.post({ kind: 'erased' } satisfies TabMessage);
  channel.close();
  const over = new AbortController();
  const late = clock.sleep(FINISH_MS, over.signal).then(
    () => false,
    () => false
  );
  const isComplete = await Promise.race([finish(over.signal), late]);
  over.abort();
  return isComplete;

  async function finish(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      try {
        await finishErasure(environment, profileId);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        // A file that another tab is still writing.
        log.debug('erasure-waits', { code: errorCode(error) });
        await clock.sleep(FINISH_PAUSE_MS, signal).catch(() => {});
      }
    }
  }
}
