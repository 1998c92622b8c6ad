// Everything between "the worker has started" and "a profile is open": which network, which profile, keys, and the
// messenger over them.
import { bytesToHex, wipe } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import {
  createAccountSeed,
  decodeRecoveryPassword,
  deriveIdentity,
  encodeRecoveryPassword,
  type CryptoBackend
} from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AccountId } from '../account-id.ts';
import type { NetworkDescriptor } from '../networks.ts';
import type { RandomBytes } from '../random.ts';
import {
  createProfile,
  listProfiles,
  loadAccountSeed,
  loadMeta,
  openProfile,
  updateMeta,
  type ProfileContent,
  type ProfileStore,
  type StorageEnvironment
} from '../storage/index.ts';
import type { TabActivity } from './activity.ts';
import { parseDisplayName } from './display-name.ts';
import { MessengerError } from './errors.ts';
import type { MessengerEvent } from './events.ts';
import { createMessenger, type Messenger } from './messenger.ts';
import { readDescriptor } from './network-descriptor.ts';
import type { Channel, Locks, NetworkFloors } from './ports.ts';

export interface NetworkSummary {
  readonly id: string;
  readonly kind: NetworkDescriptor['kind'];
  readonly echoAccountId: AccountId | null;
}

/** What the page needs to read rows by itself. */
export interface OpenProfile {
  readonly profileId: string;
  readonly databaseName: string;
  /** Non-extractable AES-GCM key of purpose `rows`. */
  readonly rowKey: CryptoKey;
  readonly accountId: AccountId;
}

export type EngineStatus =
  | { readonly state: 'no-profile'; readonly network: NetworkSummary | null }
  | ({ readonly state: 'ready'; readonly network: NetworkSummary } & OpenProfile)
  | ({
      readonly state: 'wrong-network';
      readonly profileNetworkId: string;
      readonly originNetworkId: string;
    } & OpenProfile)
  | { readonly state: 'failed'; readonly code: string };

export interface EngineDependencies {
  readonly environment: StorageEnvironment;
  readonly crypto: CryptoBackend;
  /**
   * The network of this site: what `/network.json` says, the build's own where there is no such file, null when the site
   * cannot be reached.
   */
  readonly fetchNetwork: () => Promise<NetworkDescriptor | null>;
  readonly createFloors: (network: NetworkDescriptor, store: ProfileStore) => NetworkFloors;
  readonly locks: Locks;
  readonly openChannel: (name: string) => Channel;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly emit: (event: MessengerEvent) => void;
}

export interface Engine {
  /** Opens the profile named, else the one that belongs to this site's network, else the first. */
  open(profileId?: string): Promise<EngineStatus>;
  /** @throws MessengerError `name-empty`, `name-too-long`, `network-unknown` */
  create(displayName: string): Promise<EngineStatus>;
  /** @throws MnemonicError `phrase-*`; MessengerError `network-unknown` */
  restore(phrase: string): Promise<EngineStatus>;
  /** @throws MessengerError `no-profile` */
  revealPhrase(): Promise<{ words: string[]; seedHex: string }>;
  /** How the page of this tab is used; may be said before a profile is open. */
  setActivity(activity: TabActivity): void;
  /** The open profile's commands. @throws MessengerError `no-profile` */
  messenger(): Messenger;
  stop(): Promise<void>;
}

interface Opened {
  readonly store: ProfileStore;
  readonly messenger: Messenger;
  readonly status: EngineStatus;
}

export function createEngine(deps: EngineDependencies): Engine {
  const { environment, crypto, log } = deps;
  let opened: Opened | null = null;
  let activity: TabActivity | null = null;
  /** One opening, creating or restoring at a time. */
  let queue: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => {});
    return turn;
  }

  async function siteNetwork(): Promise<NetworkDescriptor | null> {
    try {
      return await deps.fetchNetwork();
    } catch (error) {
      log.warn('network-file-unreadable', { code: errorCode(error) });
      return null;
    }
  }

  /** The profile to open: of several, the one that belongs to this site's network. */
  async function choose(ids: readonly string[], network: NetworkDescriptor | null): Promise<ProfileStore> {
    let first: ProfileStore | null = null;
    let failure: unknown;
    for (const id of ids) {
      try {
        const store = await openProfile(environment, id);
        const profile = await loadMeta(store, 'profile');
        if (!network || profile?.content.networkId === network.id) {
          first?.db.close();
          return store;
        }
        if (first) store.db.close();
        else first = store;
      } catch (error) {
        failure ??= error;
      }
    }
    if (!first) throw failure;
    return first;
  }

  async function begin(store: ProfileStore, site: NetworkDescriptor | null): Promise<EngineStatus> {
    const profile = (await loadMeta(store, 'profile'))?.content as ProfileContent;
    const kept = readDescriptor((await loadMeta(store, 'network'))?.content.descriptor);
    const network = site ?? (kept?.id === profile.networkId ? kept : null);
    const isOwnNetwork = network?.id === profile.networkId;
    if (site && isOwnNetwork) await keepDescriptor(store, site);
    const seed = await loadAccountSeed(store);
    const identity = deriveIdentity(seed);
    wipe(seed);
    const messenger = createMessenger({
      store,
      profileId: profile.profileId,
      identity,
      crypto,
      createFloors: network && isOwnNetwork ? (current) => deps.createFloors(network, current) : null,
      locks: deps.locks,
      channel: deps.openChannel(`onionskin/${profile.profileId}`),
      clock: deps.clock,
      random: deps.random,
      log,
      emit: deps.emit
    });
    const open: OpenProfile = {
      profileId: profile.profileId,
      databaseName: store.db.name,
      rowKey: store.keys.rows,
      accountId: profile.accountId
    };
    const status: EngineStatus =
      network && isOwnNetwork
        ? { state: 'ready', network: summaryOf(network), ...open }
        : {
            state: 'wrong-network',
            profileNetworkId: profile.networkId,
            originNetworkId: network?.id ?? '',
            ...open
          };
    // What is past its time must not be there when the page first reads.
    await messenger.sweep().catch((error: unknown) => log.warn('not-swept', { code: errorCode(error) }));
    opened = { store, messenger, status };
    if (activity) messenger.setActivity(activity);
    messenger.start();
    return status;
  }

  /** A profile with these keys, and the messenger over it; an already open one of another network is left. */
  async function make(
    accountSeed: Uint8Array,
    displayName: string,
    createdHere: boolean
  ): Promise<EngineStatus> {
    const network = await siteNetwork();
    if (!network) throw new MessengerError('network-unknown', { retry: 'later' });
    await closeOpened();
    const { accountId } = deriveIdentity(accountSeed);
    const store = await createProfile(environment, {
      accountSeed,
      accountId,
      displayName,
      networkId: network.id,
      createdHere,
      nowMs: deps.clock.now()
    });
    wipe(accountSeed);
    return begin(store, network);
  }

  async function closeOpened(): Promise<void> {
    const closing = opened;
    opened = null;
    await closing?.messenger.stop();
  }

  function requireOpened(): Opened {
    if (!opened) throw new MessengerError('no-profile');
    return opened;
  }

  return {
    open: (profileId) =>
      inTurn(async () => {
        if (opened) return opened.status;
        const [ids, network] = await Promise.all([listProfiles(environment.list), siteNetwork()]);
        if (ids.length === 0) return { state: 'no-profile', network: network && summaryOf(network) };
        try {
          const store =
            profileId !== undefined && ids.includes(profileId)
              ? await openProfile(environment, profileId)
              : await choose(ids, network);
          return await begin(store, network);
        } catch (error) {
          log.warn('profile-not-opened', { code: errorCode(error) });
          return { state: 'failed', code: errorCode(error) };
        }
      }),
    create: (displayName) =>
      inTurn(async () => {
        const name = parseDisplayName(displayName);
        return make(createAccountSeed(deps.random), name, true);
      }),
    restore: (phrase) => inTurn(async () => make(decodeRecoveryPassword(phrase), '', false)),
    async revealPhrase() {
      const seed = await loadAccountSeed(requireOpened().store);
      const revealed = { words: encodeRecoveryPassword(seed), seedHex: bytesToHex(seed) };
      wipe(seed);
      return revealed;
    },
    setActivity(next) {
      activity = next;
      opened?.messenger.setActivity(next);
    },
    messenger: () => requireOpened().messenger,
    stop: () => inTurn(closeOpened)
  };
}

function summaryOf(network: NetworkDescriptor): NetworkSummary {
  return { id: network.id, kind: network.kind, echoAccountId: network.echoAccountId };
}

/** Keeps the description for starts without network. */
function keepDescriptor(store: ProfileStore, descriptor: NetworkDescriptor): Promise<void> {
  const text = JSON.stringify(descriptor);
  return updateMeta(store, 'network', 'any', (current) =>
    JSON.stringify(current?.descriptor) === text ? null : { descriptor }
  );
}
