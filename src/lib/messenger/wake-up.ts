// What the engine does when the browser wakes it with no page open (design.md §7): sends what waits, or polls once, within
// seconds, and only where no tab leads. It pushes no documents, rotates nothing and deletes nothing of its own accord.
import { wipe } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import { deriveIdentity, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { NetworkDescriptor } from '../networks.ts';
import type { RandomBytes } from '../random.ts';
import {
  createMediaStore,
  listProfiles,
  loadAccountSeed,
  loadKeyRules,
  loadMeta,
  loadOutboxHeads,
  openProfile,
  raiseEpoch,
  recordWakeUp,
  type InboxResult,
  type ProfileStore,
  type StorageEnvironment,
  type WakeUp
} from '../storage/index.ts';
import { createConfigSync } from './config-sync.ts';
import { noteOtherApp } from './devices-alarms.ts';
import { createDeviceGroup } from './hfs-devices.ts';
import { createGroupState } from './hfs-group-state.ts';
import { createPassingGroupStorage } from './hfs-group-storage.ts';
import { createHfsMessages } from './hfs-messages.ts';
import { createInbox } from './inbox.ts';
import { readDescriptor } from './network-descriptor.ts';
import { createOutbox } from './outbox.ts';
import { loadOwnProfile } from './own-profile.ts';
import type { Channel, Locks, NetworkFloors, OnionPort } from './ports.ts';
import { createReceiver } from './receive.ts';
import { isTabMessage } from './tab-messages.ts';
import { createUploads } from './uploads.ts';

/** New messages of one poll, for whoever notifies. */
export interface Arrived {
  readonly store: ProfileStore;
  readonly profileId: string;
  /** In the order they were added. */
  readonly messages: readonly { readonly messageId: string; readonly conversationId: string }[];
}

export interface WakeUpDependencies {
  readonly environment: StorageEnvironment;
  readonly crypto: CryptoBackend;
  /** As for the engine. */
  readonly fetchNetwork: () => Promise<NetworkDescriptor | null>;
  readonly createFloors: (network: NetworkDescriptor, store: ProfileStore) => NetworkFloors;
  readonly locks: Locks;
  readonly openChannel: (name: string) => Channel;
  readonly notify: (arrived: Arrived) => Promise<void>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** For all profiles together, milliseconds. */
const BUDGET_MS = 20_000;
/** Between two looks whether all has left. */
const LOOK_MS = 150;

/** What went wrong is told before what went well, and both before that there was nothing to do. */
const QUIET_RESULTS = ['unsent', 'sent', 'checked', 'tab-open', 'locked', 'no-profile'];

/**
 * One wake-up; always comes to an end, and is always written down.
 * @returns what came of it, as the log has it
 */
export async function runWakeUp(deps: WakeUpDependencies, cause: WakeUp['cause']): Promise<string> {
  const atMs = deps.clock.now();
  const budget = new AbortController();
  const timer = new AbortController();
  deps.clock.sleep(BUDGET_MS, timer.signal).then(
    () => budget.abort(),
    () => {}
  );
  let result: string;
  try {
    result = await wakeAll(deps, cause, budget.signal);
  } catch (error) {
    result = errorCode(error);
  } finally {
    timer.abort();
  }
  await recordWakeUp(deps.environment.list, { atMs, cause, result });
  return result;
}

async function wakeAll(
  deps: WakeUpDependencies,
  cause: WakeUp['cause'],
  signal: AbortSignal
): Promise<string> {
  const ids = await listProfiles(deps.environment.list);
  if (ids.length === 0) return 'no-profile';
  const site = await deps.fetchNetwork().catch(() => null);
  const results: string[] = [];
  for (const id of ids) results.push(await wakeProfile(deps, { id, site, cause }, signal));
  const rank = (result: string) => QUIET_RESULTS.indexOf(result);
  return results.toSorted((a, b) => rank(a) - rank(b))[0] as string;
}

interface Waking {
  readonly id: string;
  readonly site: NetworkDescriptor | null;
  readonly cause: WakeUp['cause'];
}

/** A vault that is locked opens nothing, so nothing can be signed and nothing is touched. */
async function wakeProfile(deps: WakeUpDependencies, waking: Waking, signal: AbortSignal): Promise<string> {
  let store: ProfileStore;
  try {
    store = await openProfile(deps.environment, waking.id);
  } catch (error) {
    return errorCode(error);
  }
  try {
    const kept = readDescriptor((await loadMeta(store, 'network'))?.content.descriptor);
    const network = waking.site ?? kept;
    const profile = await loadMeta(store, 'profile');
    if (!network || network.id !== profile?.content.networkId) return 'wrong-network';
    const identity = await identityOf(store);
    let result = 'tab-open';
    await deps.locks.request(`onionskin/engine/${waking.id}`, { ifAvailable: true }, async (isHeld) => {
      if (isHeld) result = await lead(deps, { ...waking, store, network, identity }, signal);
    });
    return result;
  } catch (error) {
    return errorCode(error);
  } finally {
    store.db.close();
  }
}

async function identityOf(store: ProfileStore): Promise<Identity> {
  const seed = await loadAccountSeed(store);
  const identity = deriveIdentity(seed);
  wipe(seed);
  return identity;
}

interface Leading extends Waking {
  readonly store: ProfileStore;
  readonly network: NetworkDescriptor;
  readonly identity: Identity;
}

/** As the engine of the profile, until it is done, the time is over or a tab comes. */
async function lead(deps: WakeUpDependencies, leading: Leading, budget: AbortSignal): Promise<string> {
  const { store, network, cause } = leading;
  const relieved = new AbortController();
  const channel = deps.openChannel(`onionskin/${leading.id}`);
  channel.onMessage((message) => {
    if (isTabMessage(message) && message.kind === 'hello') relieved.abort();
  });
  const signal = AbortSignal.any([budget, relieved.signal]);
  await raiseEpoch(store);
  const floors = deps.createFloors(network, store);
  floors.onion.start();
  try {
    await connected(floors.onion, signal);
    return cause === 'sync'
      ? await sendAll(deps, leading, floors, signal)
      : await pollOnce(deps, leading, floors, signal);
  } catch (error) {
    if (relieved.signal.aborted) return 'tab-open';
    return budget.aborted ? 'timeout' : errorCode(error);
  } finally {
    channel.close();
    await floors.onion.stop();
    store.engine.epoch = null;
  }
}

/** Resolves with the first path. */
function connected(onion: OnionPort, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const isConnected = () => onion.state().phase === 'connected';
    const stop = onion.onState(() => {
      if (isConnected()) settle(resolve);
    });
    const onAbort = () => settle(() => reject(signal.reason as Error));
    function settle(how: () => void): void {
      stop();
      signal.removeEventListener('abort', onAbort);
      how();
    }
    if (signal.aborted) onAbort();
    else if (isConnected()) settle(resolve);
    else signal.addEventListener('abort', onAbort);
  });
}

/** A wake-up announces nothing and looks after no slot; it only opens and seals (design.md §7). */
const PUBLISHES_NOTHING = {
  clockOffsetMs: () => null,
  ringOutbox: () => {},
  announcing: {
    onForeign: async () => {},
    onTurned: async () => {},
    onOfficial: async () => {},
    onOverdue: async () => {},
    onGroupDue: () => {}
  }
};

async function sendAll(
  deps: WakeUpDependencies,
  { store, identity }: Leading,
  { onion, swarm, files }: NetworkFloors,
  signal: AbortSignal
): Promise<string> {
  const { crypto, clock, random, log } = deps;
  const media = createMediaStore({ store, places: store.places, clock });
  let isEnded = false;
  const now = () => onion.networkTimeMs();
  const hfs = createHfsMessages({
    ...{ store, identity, crypto, swarm, clock, random, log, now },
    ...PUBLISHES_NOTHING,
    onOtherApp: async () => {},
    state: createGroupState(createPassingGroupStorage(store))
  });
  const outbox = createOutbox({
    store,
    identity,
    crypto,
    swarm,
    isConnected: () => onion.state().phase === 'connected',
    ownProfile: () => loadOwnProfile(store),
    uploads: createUploads({ store, media, link: { files, crypto }, emit: () => {} }),
    protector: hfs.protector,
    now,
    clock,
    random,
    log
  });
  outbox.start(() => (isEnded = true));
  try {
    while (!isEnded) {
      if ((await loadOutboxHeads(store)).length === 0) return 'sent';
      await clock.sleep(LOOK_MS, signal);
    }
    return 'deposed';
  } catch (error) {
    // What is left waits for a page or the next time.
    if (signal.aborted) return 'unsent';
    throw error;
  } finally {
    await outbox.stop();
  }
}

async function pollOnce(
  deps: WakeUpDependencies,
  { store, identity, id: profileId }: Leading,
  { onion, swarm }: NetworkFloors,
  signal: AbortSignal
): Promise<string> {
  const { crypto, clock, log } = deps;
  const now = () => onion.networkTimeMs();
  const common = { store, identity, crypto, clock, now, log };
  const configs = createConfigSync({
    ...{ ...common, swarm },
    onTimersStarted: () => {},
    onForeignForm: (storedAtMs) => hfs.noteForeignWrite(storedAtMs)
  });
  const state = createGroupState(createPassingGroupStorage(store));
  const hfs = createHfsMessages({
    ...{ ...common, ...PUBLISHES_NOTHING, swarm, state, random: deps.random },
    // Seen once, it is not shown to a page any more.
    onOtherApp: () => noteOtherApp(store)
  });
  const group = createDeviceGroup({
    ...common,
    swarm,
    state,
    random: deps.random,
    clockOffsetMs: () => onion.clockOffsetMs(),
    isCreatedHere: async () => false,
    facts: { description: '', version: 0 },
    keyRules: () => loadKeyRules(store),
    ring: () => {},
    onDevicesChanged: async () => {}
  });
  const messages: InboxResult['added'][number][] = [];
  const receive = createReceiver({
    store,
    identity,
    swarm,
    inbox: createInbox({ ...common, handledBeforeMs: configs.handledBeforeMs, hfs }),
    // Documents are taken in, since they say what a message may do; none is stored.
    configs: { ...configs, push: async () => ({ isWaiting: false }), isSearching: () => false },
    // The group is read, since it has the keys of messages; nothing follows from it before a page is there.
    group: { ...group, push: async () => {}, isWaiting: () => false },
    random: deps.random,
    now,
    onReceived: ({ added }) => void messages.push(...added.filter(({ incoming }) => incoming))
  });
  let isCut = false;
  try {
    while ((await receive(signal)).more);
  } catch (error) {
    if (!signal.aborted || messages.length === 0) throw error;
    // What has come so far is stored, and told.
    isCut = true;
  }
  if (messages.length > 0) await deps.notify({ store, profileId, messages });
  return isCut ? 'timeout' : 'checked';
}
