// The commands about backups: write one, write a readable export, take one into the open profile, make a profile of one; and
// what is left of them after a crash.
import {
  backupError,
  MAX_PASSPHRASE_LENGTH,
  MIN_PASSPHRASE_LENGTH,
  openBackup,
  passphraseStrength,
  type BackupCounts,
  type KeyCost,
  type OpenedBackup,
  type Strength
} from '../backup/index.ts';
import { wipe } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import { WORD_LIST } from '../crypto/word-list.ts';
import { errorCode } from '../errors.ts';
import type { AccountId } from '../account-id.ts';
import type { Log } from '../log.ts';
import type { NetworkDescriptor } from '../networks.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import {
  createDraftProfile,
  createMediaStore,
  dropDraft,
  findProfileOfAccount,
  hasImport,
  listDrafts,
  loadMeta,
  randomId,
  rollBackImport,
  type ExportFiles,
  type ProfileStore,
  type StorageEnvironment
} from '../storage/index.ts';
import { blobSource, keyProgress, writeBackup, type BackupWork } from './backup-export.ts';
import { checkBackup, importBackup, type ImportSummary } from './backup-import.ts';
import type { CheckedBackup } from './backup-items.ts';
import type { BackupProgress } from './backup-progress.ts';
import { writeReadable } from './backup-readable.ts';
import { MessengerError } from './errors.ts';
import type { MessengerEvent } from './events.ts';
import type { Locks } from './ports.ts';

export interface WrittenFile {
  /** To be handed to the person; null: it lies where they chose. */
  readonly file: Blob | null;
  /** Of the origin's own file, to be discarded once it was handed over. */
  readonly ownName: string | null;
  readonly bytes: number;
  readonly counts: Pick<BackupCounts, 'conversations' | 'messages' | 'media'>;
}

export interface Backups {
  /**
   * @param handle the file the person chose; null: one is handed over
   * @throws MessengerError `passphrase-too-short`, `passphrase-too-long`, `no-profile`; StorageError; BackupError; the signal's reason
   */
  write(passphrase: string, handle: FileSystemFileHandle | null, signal: AbortSignal): Promise<WrittenFile>;
  /** Nothing in it is sealed. @throws as `write` */
  writeReadable(handle: FileSystemFileHandle | null, signal: AbortSignal): Promise<WrittenFile>;
  /** Removes a file that was handed over. */
  discard(ownName: string): Promise<void>;
  /**
   * Takes a backup into the open profile.
   * @throws BackupError; MessengerError `backup-other-account`, `backup-other-network`; StorageError; the signal's reason.
   *   Nothing has changed then.
   */
  merge(file: Blob, passphrase: string, signal: AbortSignal): Promise<ImportSummary>;
  /**
   * Makes a profile of a backup; it is listed when it is whole.
   * @throws as `merge`, and MessengerError `network-unknown`, `profile-exists` (`details.profileId`)
   */
  restore(
    file: Blob,
    passphrase: string,
    signal: AbortSignal
  ): Promise<{ store: ProfileStore; network: NetworkDescriptor }>;
  /** Words drawn at random, as a passphrase. */
  suggest(): string;
  judge(passphrase: string): Strength;
  /** Takes back what an import into a profile left half-way, unless it is still under way in another tab. */
  mend(store: ProfileStore, profileId: string): Promise<void>;
  /** Removes what exports and restores left half-way. */
  sweep(): Promise<void>;
}

export interface BackupsDependencies {
  readonly environment: StorageEnvironment;
  readonly exports: ExportFiles;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly emit: (event: MessengerEvent) => void;
  /** What makes the files, for people. */
  readonly app: string;
  readonly cost?: KeyCost;
  readonly siteNetwork: () => Promise<NetworkDescriptor | null>;
  /** @throws MessengerError `no-profile` */
  readonly opened: () => {
    readonly profileId: string;
    readonly accountId: AccountId;
    readonly store: ProfileStore;
    /** Runs while no tab is the engine of the profile. */
    readonly withoutEngine: (work: () => Promise<void>) => Promise<void>;
    readonly onImported: () => void;
  };
}

/** 10.7 bits a word. */
const SUGGESTED_WORDS = 6;
/** A lock that is free is had much sooner. */
const FREE_LOCK_MS = 250;

const importLock = (profileId: string) => `onionskin/import/${profileId}`;
const exportLock = (name: string) => `onionskin/export/${name}`;
/** The first letters of a word tell it, and generated words are written in full. */
const LISTED: ReadonlySet<string> = new Set(WORD_LIST);

export function createBackups(deps: BackupsDependencies): Backups {
  const { environment, exports, locks, clock, random, log } = deps;
  /** Ends the lock of an export's file. */
  const releases = new Map<string, () => void>();

  const work = (signal: AbortSignal): BackupWork => ({
    signal,
    onProgress: (progress: BackupProgress) => deps.emit({ type: 'backup', ...progress })
  });

  const mediaOf = (store: ProfileStore) => createMediaStore({ store, places: store.places, clock });

  async function networkNow(store: ProfileStore): Promise<number> {
    return clock.now() - ((await loadMeta(store, 'send-clock'))?.content.offsetMs ?? 0);
  }

  /** Does work if the lock is free. */
  async function ifFree(name: string, then: () => Promise<void>): Promise<void> {
    const waiting = new AbortController();
    const late = clock.sleep(FREE_LOCK_MS, waiting.signal).then(
      () => waiting.abort(),
      () => {}
    );
    try {
      await locks.request(name, { signal: waiting.signal }, async () => {
        if (waiting.signal.aborted) return;
        waiting.abort();
        await then();
      });
    } catch (error) {
      if (errorCode(error) !== 'aborted') throw error;
    } finally {
      waiting.abort();
      await late;
    }
  }

  /** Keeps other tabs from removing a file while it is written and handed over. */
  async function hold(name: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const held = () =>
        new Promise<void>((release) => {
          releases.set(name, release);
          resolve();
        });
      locks.request(exportLock(name), {}, held).catch(reject);
    });
  }

  async function discard(name: string): Promise<void> {
    await exports.remove(name);
    releases.get(name)?.();
    releases.delete(name);
  }

  async function exported(
    handle: FileSystemFileHandle | null,
    write: (target: Awaited<ReturnType<ExportFiles['create']>>) => Promise<{
      file: Blob;
      counts: WrittenFile['counts'];
    }>
  ): Promise<WrittenFile> {
    const name = randomId(random);
    if (!handle) await hold(name);
    try {
      const target = await exports.create(name, handle);
      const { file, counts } = await write(target);
      return { file: handle ? null : file, ownName: target.ownName, bytes: file.size, counts };
    } catch (error) {
      await discard(name);
      throw error;
    }
  }

  /** Reads header, passphrase and everything else, with nothing written. */
  async function check(
    file: Blob,
    passphrase: string,
    { signal, onProgress }: BackupWork
  ): Promise<{ backup: OpenedBackup; checked: CheckedBackup }> {
    if (passphrase.length > MAX_PASSPHRASE_LENGTH) throw backupError('backup-passphrase-wrong');
    const options = { signal, onProgress: keyProgress(onProgress) };
    const backup = await openBackup(blobSource(file), passphrase, options);
    return { backup, checked: await checkBackup(backup, { signal, onProgress }) };
  }

  async function addAll(
    store: ProfileStore,
    profileId: string,
    { backup, checked }: { backup: OpenedBackup; checked: CheckedBackup },
    signal: AbortSignal
  ): Promise<ImportSummary> {
    const { accountId: ownId } = checked.manifest;
    const target = { store, media: mediaOf(store), ownId, nowMs: await networkNow(store), isNew: false };
    let summary: ImportSummary = { messages: 0, files: 0 };
    await locks.request(importLock(profileId), { signal }, async () => {
      await rollBackImport(store);
      try {
        summary = await importBackup(backup, target, work(signal));
      } catch (error) {
        await rollBackImport(store);
        throw error;
      }
    });
    return summary;
  }

  return {
    async write(passphrase, handle, signal) {
      const length = [...passphrase].length;
      if (length < MIN_PASSPHRASE_LENGTH) {
        throw new MessengerError('passphrase-too-short', {
          details: { limit: MIN_PASSPHRASE_LENGTH, length }
        });
      }
      if (length > MAX_PASSPHRASE_LENGTH) {
        throw new MessengerError('passphrase-too-long', {
          details: { limit: MAX_PASSPHRASE_LENGTH, length }
        });
      }
      const { store } = deps.opened();
      const nowMs = await networkNow(store);
      return exported(handle, (target) =>
        writeBackup(
          { store, media: mediaOf(store), random },
          target,
          { passphrase, app: deps.app, nowMs, ...(deps.cost && { cost: deps.cost }) },
          work(signal)
        )
      );
    },
    async writeReadable(handle, signal) {
      const { store } = deps.opened();
      const nowMs = await networkNow(store);
      return exported(handle, (target) =>
        writeReadable({ store, media: mediaOf(store) }, target, nowMs, work(signal))
      );
    },
    discard,
    async merge(file, passphrase, signal) {
      const { store, profileId, accountId, withoutEngine, onImported } = deps.opened();
      const read = await check(file, passphrase, work(signal));
      wipe(read.checked.accountSeed);
      try {
        if (read.checked.manifest.accountId !== accountId) throw new MessengerError('backup-other-account');
        const profile = await loadMeta(store, 'profile');
        if (read.checked.manifest.networkId !== profile?.content.networkId) {
          throw new MessengerError('backup-other-network');
        }
        let summary: ImportSummary = { messages: 0, files: 0 };
        await withoutEngine(async () => {
          summary = await addAll(store, profileId, read, signal);
        });
        onImported();
        return summary;
      } finally {
        wipe(read.backup.key);
      }
    },
    async restore(file, passphrase, signal) {
      const { backup, checked } = await check(file, passphrase, work(signal));
      const { manifest, accountSeed } = checked;
      try {
        const network = await deps.siteNetwork();
        if (!network) throw new MessengerError('network-unknown', { retry: 'later' });
        const { accountId, networkId } = manifest;
        if (networkId !== network.id) throw new MessengerError('backup-other-network');
        const known = await findProfileOfAccount(environment, { accountId, networkId });
        if (known !== null) throw new MessengerError('profile-exists', { details: { profileId: known } });
        const profileId = randomId(random);
        let made: ProfileStore | null = null;
        await locks.request(importLock(profileId), {}, async () => {
          made = await make(profileId, networkId, backup, checked, signal);
        });
        return { store: made as unknown as ProfileStore, network };
      } finally {
        wipe(accountSeed);
        wipe(backup.key);
      }
    },
    suggest: () =>
      Array.from({ length: SUGGESTED_WORDS }, () => WORD_LIST[randomBelow(random, WORD_LIST.length)]).join(
        ' '
      ),
    judge: (passphrase) => passphraseStrength(passphrase, (word) => LISTED.has(word)),
    async mend(store, profileId) {
      if (!(await hasImport(store))) return;
      await ifFree(importLock(profileId), async () => {
        const messages = await rollBackImport(store);
        log.info('import-taken-back', { messages });
      });
    },
    async sweep() {
      for (const profileId of await listDrafts(environment.list)) {
        await ifFree(importLock(profileId), () => dropDraft(environment, profileId));
      }
      for (const name of await exports.list()) {
        if (!releases.has(name)) await ifFree(exportLock(name), () => exports.remove(name));
      }
    }
  };

  async function make(
    profileId: string,
    networkId: string,
    backup: OpenedBackup,
    checked: CheckedBackup,
    signal: AbortSignal
  ): Promise<ProfileStore> {
    const { manifest, accountSeed, profile } = checked;
    let store: ProfileStore | null = null;
    try {
      const nowMs = clock.now();
      const { accountId } = manifest;
      const { displayName, createdHere } = profile;
      const draft = await createDraftProfile(
        environment,
        { accountSeed, accountId, displayName, networkId, createdHere, isFromBackup: true, nowMs },
        profileId
      );
      store = draft.store;
      const target = { store, media: mediaOf(store), ownId: accountId, nowMs, isNew: true };
      await importBackup(backup, target, work(signal));
      await draft.publish();
      return store;
    } catch (error) {
      store?.db.close();
      await dropDraft(environment, profileId).catch((cause: unknown) => {
        log.warn('draft-not-removed', { code: errorCode(cause) });
      });
      throw error;
    }
  }
}
