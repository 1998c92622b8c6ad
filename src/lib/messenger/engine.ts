// Everything between "the worker has started" and "a profile is open": which network, which profile, keys, and the
// messenger over them.
import type { KeyCost } from '../backup/index.ts';
import { bytesToHex, wipe } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import {
  createAccountSeed,
  decodeRecoveryPassword,
  deriveIdentity,
  encodeRecoveryPassword,
  openIdentity,
  type Argon2Cost,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AccountId } from '../account-id.ts';
import type { NetworkDescriptor } from '../networks.ts';
import type { RandomBytes } from '../random.ts';
import {
  createExportFiles,
  createProfile,
  findProfileOf,
  findProfileOfAccount,
  finishErasures,
  hidePhrase,
  isPhraseHidden,
  listProfiles,
  loadAccountSeed,
  loadMeta,
  loadProfileSummary,
  openProfile,
  updateMeta,
  type ExportFiles,
  type ProfileContent,
  type ProfileLock,
  type ProfileStore,
  type ProfileSummary,
  type Proof,
  type StorageEnvironment
} from '../storage/index.ts';
import type { TabActivity } from './activity.ts';
import { createBackups, type Backups } from './backups.ts';
import { parseDisplayName } from './display-name.ts';
import { MessengerError } from './errors.ts';
import type { MessengerEvent } from './events.ts';
import { createFirstScreen } from './first-screen.ts';
import { createLockKeeper, type LockChange, type LockView } from './lock-keeper.ts';
import type { DeviceName } from './leader.ts';
import { createMessenger, type Messenger } from './messenger.ts';
import { readDescriptor } from './network-descriptor.ts';
import type { Channel, Locks, NetworkFloors } from './ports.ts';
import { eraseOnDevice, eraseOnNetwork } from './profile-erasing.ts';
import type { SwarmErasure } from './swarm-erasure.ts';

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
  /** Nobody can open it without what its lock asks for. `others`: profiles of this browser besides. */
  | {
      readonly state: 'locked';
      readonly profileId: string;
      readonly lock: LockView;
      readonly others: readonly string[];
    }
  | { readonly state: 'no-profile'; readonly network: NetworkSummary | null }
  | ({ readonly state: 'ready'; readonly network: NetworkSummary } & OpenProfile)
  | ({
      readonly state: 'wrong-network';
      readonly profileNetworkId: string;
      readonly originNetworkId: string;
    } & OpenProfile)
  /** `others`: profiles that may open. */
  | { readonly state: 'failed'; readonly code: string; readonly others: readonly string[] };

export interface EngineDependencies {
  readonly environment: StorageEnvironment;
  readonly crypto: CryptoBackend;
  /**
   * The network of this site: what `/network.json` says, the build's own where there is no such file, null when the site
   * cannot be reached.
   */
  readonly fetchNetwork: () => Promise<NetworkDescriptor | null>;
  readonly createFloors: (
    network: NetworkDescriptor,
    store: ProfileStore
  ) => NetworkFloors | Promise<NetworkFloors>;
  readonly locks: Locks;
  readonly openChannel: (name: string) => Channel;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly emit: (event: MessengerEvent) => void;
  /** Where exports are written; absent: in memory. */
  readonly exports?: ExportFiles;
  /** What opening a backup costs; absent: what design.md §6 asks for. */
  readonly backupCost?: KeyCost;
  /** What a guess at a passphrase of a lock costs; absent: the same. */
  readonly lockCost?: Argon2Cost;
  /** How this device presents itself to the account's others; absent: without a name. */
  readonly device?: DeviceName;
  /** Name and version, for what is written to be read elsewhere. */
  readonly app?: string;
  /** How long the network waits for the page's first screen when a profile is opened, milliseconds; absent: not at all. */
  readonly firstScreenMs?: number;
}

export interface Engine {
  /** Opens the profile named, else the one that belongs to this site's network, else the first. */
  open(profileId?: string): Promise<EngineStatus>;
  /** @throws MessengerError `name-empty`, `name-too-long`, `network-unknown` */
  create(displayName: string): Promise<EngineStatus>;
  /** @throws MnemonicError `phrase-*`; MessengerError `network-unknown`, `profile-exists` */
  restore(phrase: string): Promise<EngineStatus>;
  /** Every profile on this device, opened with its own keys. */
  profiles(): Promise<ProfileSummary[]>;
  /** The profile a conversation belongs to; null when it is of none. */
  profileOf(conversationId: string): Promise<string | null>;
  /**
   * @param proof what opens the profile's lock, if it has one
   * @throws MessengerError `no-profile`, `phrase-hidden`, `proof-needed`, and as `unlock`
   */
  revealPhrase(proof?: Proof): Promise<{ words: string[]; seedHex: string }>;
  isPhraseHidden(): Promise<boolean>;
  /** Shows the words no more on this device. */
  hidePhrase(): Promise<void>;
  /**
   * Deletes what the network holds of the open profile, with no engine of it running in any tab. Afterwards no profile is open;
   * `erase` still takes it off this device.
   * @throws MessengerError `network-unknown` (this site has another network), `network-unreachable`; the signal's reason
   */
  eraseNetwork(signal: AbortSignal): Promise<SwarmErasure>;
  /**
   * Takes the open profile off this device.
   * @returns whether nothing is left; else the next start removes the rest, which nobody can open
   */
  erase(): Promise<{ isComplete: boolean; remaining: readonly string[] }>;
  /** Opens a locked profile. @throws MessengerError `unlock-refused`, `unlock-too-soon` (`details.waitMs`); StorageError */
  unlock(profileId: string, proof: Proof): Promise<EngineStatus>;
  /** Closes the open profile in every tab until somebody opens its lock. @throws MessengerError `no-profile`, `lock-missing` */
  lock(): Promise<void>;
  /** The page has nothing of the profile left to say. */
  letGo(): void;
  /** What opens the open profile. @throws MessengerError `no-profile` */
  lockView(): Promise<LockView>;
  /** @throws MessengerError `no-profile`, and as `LockKeeper.change` */
  changeLock(proof: Proof, change: LockChange): Promise<ProfileLock>;
  /** Takes a locked profile off this device, unopened. */
  eraseLocked(profileId: string): Promise<{ isComplete: boolean; remaining: readonly string[] }>;
  /** Somebody uses the page. */
  used(): void;
  readonly backups: Omit<Backups, 'restore' | 'mend' | 'sweep'>;
  /**
   * Makes a profile of a backup and opens it.
   * @throws BackupError; MessengerError `backup-other-network`, `network-unknown`, `profile-exists`; the signal's reason
   */
  restoreBackup(file: Blob, passphrase: string, signal: AbortSignal): Promise<EngineStatus>;
  /** How the page of this tab is used; may be said before a profile is open. */
  setActivity(activity: TabActivity): void;
  /** The page has drawn its first screen; may be said at any time. */
  shown(): void;
  /** The open profile's commands. @throws MessengerError `no-profile` */
  messenger(): Messenger;
  stop(): Promise<void>;
}

interface Opened {
  readonly profileId: string;
  /** Null: the profile belongs to another network than this site. */
  readonly network: NetworkDescriptor | null;
  readonly store: ProfileStore;
  readonly messenger: Messenger;
  readonly status: EngineStatus;
  readonly identity: Identity;
}

/** What erasing needs to know once the messenger has ended. */
type Target = Pick<Opened, 'profileId' | 'network'>;

/** How long a page may take to say what was typed last, before a profile is locked, milliseconds. */
const LET_GO_MS = 800;
/** How long the engine may take to put down what it has under way. */
const CLOSE_MS = 1_500;

export function createEngine(deps: EngineDependencies): Engine {
  const { crypto, log } = deps;
  const keeper = createLockKeeper({
    ...deps,
    ...(deps.lockCost && { cost: deps.lockCost }),
    onLock: (profileId) => void closeLocked(profileId),
    onUnlocked: (profileId) => deps.emit({ type: 'unlocked', profileId })
  });
  const { environment } = keeper;
  const screen = createFirstScreen(deps.clock, deps.firstScreenMs ?? 0);
  let opened: Opened | null = null;
  /** Closed for being erased. */
  let leaving: Target | null = null;
  let activity: TabActivity | null = null;
  let letGo: () => void = () => {};
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
        const store = await openListed(id);
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

  /** Opens it with the device key, or with keys that another tab has. */
  async function openListed(profileId: string): Promise<ProfileStore> {
    await keeper.mend(profileId);
    try {
      return await openProfile(environment, profileId);
    } catch (error) {
      if (errorCode(error) !== 'locked' || !(await keeper.fetch(profileId))) throw error;
      return openProfile(environment, profileId);
    }
  }

  /** What is there to be said of profiles none of which opened. */
  async function notOpened(
    ids: readonly string[],
    profileId: string | undefined,
    error: unknown
  ): Promise<EngineStatus> {
    const code = errorCode(error);
    log.warn('profile-not-opened', { code });
    const wanted = profileId !== undefined && ids.includes(profileId) ? profileId : ids[0];
    const others = ids.filter((id) => id !== wanted);
    if (code !== 'locked' || wanted === undefined) return { state: 'failed', code, others };
    return { state: 'locked', profileId: wanted, lock: await keeper.view(wanted), others };
  }

  /** The page is told first, so that it covers what it shows and says what was typed last. */
  async function closeLocked(profileId: string): Promise<void> {
    const closing = opened;
    if (closing?.profileId !== profileId) return;
    const said = new Promise<void>((resolve) => (letGo = resolve));
    deps.emit({ type: 'locking' });
    const over = new AbortController();
    const wait = (ms: number) => deps.clock.sleep(ms, over.signal).catch(() => {});
    await Promise.race([said, wait(LET_GO_MS)]);
    const close = inTurn(async () => {
      if (opened === closing) await closeOpened();
    }).catch((error: unknown) => log.warn('not-closed', { code: errorCode(error) }));
    // What does not end is ended with the worker, which goes with the page.
    await Promise.race([close, wait(CLOSE_MS)]);
    over.abort();
    wipe(closing.identity.ed25519Seed);
    wipe(closing.identity.x25519SecretKey);
    deps.emit({ type: 'locked' });
  }

  async function createFloors(network: NetworkDescriptor, store: ProfileStore): Promise<NetworkFloors> {
    await screen.wait();
    return deps.createFloors(network, store);
  }

  async function begin(store: ProfileStore, site: NetworkDescriptor | null): Promise<EngineStatus> {
    const profile = (await loadMeta(store, 'profile'))?.content as ProfileContent;
    const kept = readDescriptor((await loadMeta(store, 'network'))?.content.descriptor);
    const network = site ?? (kept?.id === profile.networkId ? kept : null);
    const isOwnNetwork = network?.id === profile.networkId;
    if (site && isOwnNetwork) await keepDescriptor(store, site);
    const seed = await loadAccountSeed(store);
    const identity = await openIdentity(crypto, seed);
    wipe(seed);
    const mend = () => backups.mend(store, profile.profileId);
    const messenger = createMessenger({
      store,
      mend,
      profileId: profile.profileId,
      identity,
      crypto,
      createFloors: network && isOwnNetwork ? (current) => createFloors(network, current) : null,
      device: deps.device ?? { description: '', version: 0 },
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
    // Neither half an import nor what is past its time may be there when the page first reads.
    await mend().catch((error: unknown) => log.warn('import-not-taken-back', { code: errorCode(error) }));
    await messenger.sweep().catch((error: unknown) => log.warn('not-swept', { code: errorCode(error) }));
    opened = {
      profileId: profile.profileId,
      network: isOwnNetwork ? network : null,
      store,
      messenger,
      status,
      identity
    };
    keeper.opened(profile.profileId, store);
    leaving = null;
    if (activity) messenger.setActivity(activity);
    messenger.start();
    return status;
  }

  /** Opens the profile named, if it is there, else one of the others. */
  async function openFirst(
    profileId: string | undefined,
    site: Promise<NetworkDescriptor | null>
  ): Promise<EngineStatus> {
    const ids = await listProfiles(environment.list);
    if (ids.length === 0) {
      const network = await site;
      return { state: 'no-profile', network: network && summaryOf(network) };
    }
    try {
      const store =
        profileId !== undefined && ids.includes(profileId)
          ? await openListed(profileId)
          : await choose(ids, await site);
      return await begin(store, await site);
    } catch (error) {
      return notOpened(ids, profileId, error);
    }
  }

  /** A profile with these keys, and the messenger over it; an already open one of another network is left. */
  async function make(
    accountSeed: Uint8Array,
    displayName: string,
    createdHere: boolean
  ): Promise<EngineStatus> {
    const network = await siteNetwork();
    if (!network) throw new MessengerError('network-unknown', { retry: 'later' });
    const { accountId } = deriveIdentity(accountSeed);
    const known = await findProfileOfAccount(environment, { accountId, networkId: network.id });
    if (known !== null) throw new MessengerError('profile-exists', { details: { profileId: known } });
    await closeOpened();
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
    // A messenger that waits for the screen would end no sooner.
    screen.stands();
    await closing?.messenger.stop();
  }

  /** The profile to be erased, with its messenger ended. */
  async function leave(): Promise<Target> {
    const target = opened ?? leaving;
    if (!target) throw new MessengerError('no-profile');
    leaving = { profileId: target.profileId, network: target.network };
    await closeOpened();
    return leaving;
  }

  function requireOpened(): Opened {
    if (!opened) throw new MessengerError('no-profile');
    return opened;
  }

  const backups = createBackups({
    environment,
    exports: deps.exports ?? createExportFiles(null),
    locks: deps.locks,
    clock: deps.clock,
    random: deps.random,
    log,
    emit: deps.emit,
    app: deps.app ?? 'Onionskin',
    ...(deps.backupCost && { cost: deps.backupCost }),
    siteNetwork,
    opened() {
      const { profileId, store, messenger, status } = requireOpened();
      if (!('accountId' in status)) throw new MessengerError('no-profile');
      const { withoutEngine, onImported } = messenger;
      return { profileId, store, accountId: status.accountId, withoutEngine, onImported };
    }
  });

  return {
    backups,
    restoreBackup: (file, passphrase, signal) =>
      inTurn(async () => {
        const { store, network } = await backups.restore(file, passphrase, signal);
        await closeOpened();
        return begin(store, network);
      }),
    open: (profileId) =>
      inTurn(async () => {
        if (opened) return opened.status;
        // Asked for first: it takes as long as all that follows.
        const site = siteNetwork();
        await finishErasures(environment).catch((error: unknown) => {
          log.warn('erasures-not-finished', { code: errorCode(error) });
        });
        // Beside what follows: what it removes is in no list of profiles.
        const swept = backups.sweep().catch((error: unknown) => {
          log.warn('exports-not-swept', { code: errorCode(error) });
        });
        const status = await openFirst(profileId, site);
        await swept;
        return status;
      }),
    unlock: (profileId, proof) =>
      inTurn(async () => {
        if (opened) return opened.status;
        await keeper.unlock(profileId, proof);
        screen.stands();
        const network = await siteNetwork();
        return begin(await openProfile(environment, profileId), network);
      }),
    async lock() {
      await keeper.lock(requireOpened().profileId);
    },
    letGo: () => letGo(),
    lockView: async () => keeper.view(requireOpened().profileId),
    changeLock: async (proof, change) => keeper.change(requireOpened().profileId, proof, change),
    eraseLocked: (profileId) =>
      inTurn(async () => {
        keeper.forget(profileId);
        const isComplete = await eraseOnDevice({ ...deps, environment }, profileId, async () => {});
        return { isComplete, remaining: await listProfiles(environment.list) };
      }),
    used: () => keeper.used(),
    create: (displayName) =>
      inTurn(async () => {
        const name = parseDisplayName(displayName);
        return make(createAccountSeed(deps.random), name, true);
      }),
    restore: (phrase) => inTurn(async () => make(decodeRecoveryPassword(phrase), '', false)),
    async profiles() {
      const ids = await listProfiles(environment.list);
      return Promise.all(ids.map((id) => loadProfileSummary(environment, id, deps.clock.now())));
    },
    profileOf: (conversationId) => findProfileOf(environment, conversationId),
    isPhraseHidden: () => isPhraseHidden(requireOpened().store),
    hidePhrase: () => hidePhrase(requireOpened().store),
    eraseNetwork: (signal) =>
      inTurn(async () => {
        const { profileId, network } = await leave();
        if (!network) throw new MessengerError('network-unknown');
        return eraseOnNetwork({ ...deps, environment }, { profileId, network }, signal);
      }),
    erase: () =>
      inTurn(async () => {
        const target = opened ?? leaving;
        if (!target) throw new MessengerError('no-profile');
        const { profileId } = target;
        const isComplete = await eraseOnDevice({ ...deps, environment }, profileId, closeOpened);
        keeper.forget(profileId);
        leaving = null;
        deps.emit({ type: 'erased' });
        return { isComplete, remaining: await listProfiles(environment.list) };
      }),
    async revealPhrase(proof) {
      const { store, profileId } = requireOpened();
      if (await isPhraseHidden(store)) throw new MessengerError('phrase-hidden');
      await keeper.prove(profileId, proof ?? null);
      const seed = await loadAccountSeed(store);
      const revealed = { words: encodeRecoveryPassword(seed), seedHex: bytesToHex(seed) };
      wipe(seed);
      return revealed;
    },
    setActivity(next) {
      activity = next;
      keeper.setVisible(next.visible);
      opened?.messenger.setActivity(next);
    },
    shown: () => screen.stands(),
    messenger: () => requireOpened().messenger,
    async stop() {
      keeper.stop();
      await inTurn(closeOpened);
    }
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
