// Making and opening a profile: root, slot file, database, in an order in which a crash leaves no half profile.
import type { AccountId } from '../account-id.ts';
import { base64ToBytes, bytesToBase64, wipe } from '../bytes/index.ts';
import { createSlotFile, readSlot, replaceSlot } from '../crypto/slots.ts';
import {
  createDeviceKey,
  createRoot,
  deriveVaultKeys,
  unwrapRoot,
  wrapRoot,
  type VaultKeys
} from '../crypto/vault.ts';
import type { RandomBytes } from '../random.ts';
import { storageError } from './errors.ts';
import { loadMeta, metaChange, updateMeta } from './meta.ts';
import { addProfile, loadDeviceKey, type ProfileListDatabase } from './profile-list.ts';
import { openDatabase } from './open-database.ts';
import { createKeySlots, LOCK_SLOTS } from './profile-slots.ts';
import { mediaChanges } from './media-changes.ts';
import { createRecordMediaFiles, type MediaFiles } from './media-files.ts';
import { DEFAULT_SETTINGS } from './row-views.ts';
import type { ProfileContent } from './rows.ts';
import { ProfileDatabase, type IndexedDbEnvironment } from './schema.ts';
import { searchChanges } from './search-changes.ts';
import type { SlotFiles } from './slot-files.ts';
import { commit, mergeChanges, randomId, type ChangeSet, type Derived, type ProfileStore } from './store.ts';
import { createTurns } from './turns.ts';

export interface StorageEnvironment {
  readonly list: ProfileListDatabase;
  readonly slotFiles: SlotFiles;
  readonly random: RandomBytes;
  /** Keys of profiles that somebody unlocked in this browser, as long as they are in memory; absent: none. */
  readonly keyring?: Keyring;
  /** Files of the file system for a profile; absent: files are kept in the database. */
  readonly mediaFiles?: (profileId: string) => MediaFiles;
  /** Absent: the global IndexedDB. */
  readonly indexedDb?: IndexedDbEnvironment;
  readonly onCommit?: ProfileStore['onCommit'];
}

export interface Keyring {
  /** Null while the profile is locked, or has no lock. */
  get(profileId: string): VaultKeys | null;
}

/** Name of a profile's database. */
export function databaseNameOf(profileId: string): string {
  return `onionskin-${profileId}`;
}

export interface NewProfile {
  /** 16 bytes */
  readonly accountSeed: Uint8Array;
  readonly accountId: AccountId;
  readonly displayName: string;
  readonly networkId: string;
  readonly createdHere: boolean;
  /** Other devices may have the account, whatever `createdHere` says of the browser the backup is from. */
  readonly isFromBackup?: boolean;
  readonly nowMs: number;
}

/** Makes a profile with its keys and first values. The list learns of it last. */
export async function createProfile(
  environment: StorageEnvironment,
  input: NewProfile
): Promise<ProfileStore> {
  const { store, publish } = await makeProfile(environment, input, randomId(environment.random));
  await publish();
  return store;
}

/**
 * Makes a profile that is not in the list until it is published. Until then it counts as left behind: whoever makes it must
 * keep others from removing it (`dropDraft`).
 */
export async function createDraftProfile(
  environment: StorageEnvironment,
  input: NewProfile,
  profileId: string
): Promise<{ store: ProfileStore; publish: () => Promise<void> }> {
  await environment.list.drafts.add({ id: profileId });
  return makeProfile(environment, input, profileId);
}

async function makeProfile(
  environment: StorageEnvironment,
  input: NewProfile,
  profileId: string
): Promise<{ store: ProfileStore; publish: () => Promise<void> }> {
  const { list, slotFiles, random } = environment;
  const root = createRoot(random);
  const image = createSlotFile(random);
  const deviceKey = await createDeviceKey();
  replaceSlot(image, LOCK_SLOTS.device, await wrapRoot(deviceKey, root, random), random);
  await slotFiles.create(profileId, image);
  const keys = await deriveVaultKeys(root);
  wipe(root);
  const store = await storeOf(environment, profileId, keys);
  const profile: ProfileContent = {
    profileId,
    accountId: input.accountId,
    displayName: input.displayName,
    displayNameUpdatedSeconds: input.displayName === '' ? 0 : Math.floor(input.nowMs / 1000),
    networkId: input.networkId,
    createdHere: input.createdHere,
    ...(input.isFromBackup && { isFromBackup: true as const })
  };
  const isNewAccount = input.createdHere && !input.isFromBackup;
  const parts = [
    await metaChange(store, 'identity', null, { accountSeedBase64: bytesToBase64(input.accountSeed) }),
    await metaChange(store, 'profile', null, profile),
    // Nobody can have an app of a new account that would miss such messages (v2-forward-secrecy-and-pq.md §16.1).
    ...(isNewAccount
      ? [await metaChange(store, 'settings', null, { ...DEFAULT_SETTINGS, forwardSecrecy: true })]
      : [])
  ];
  await commit(store, mergeChanges('create profile', 'any', parts));
  return { store, publish: () => addProfile(list, profileId, deviceKey) };
}

/**
 * Opens a profile of the list, with its device key or with what the keyring holds.
 * @throws StorageError `not-found` (not in the list), `locked` (it has a lock, and nobody unlocked it), `key-missing`, `evicted`
 *   (its data is gone), `damaged`, `row-damaged`, and as `openDatabase`
 */
export async function openProfile(environment: StorageEnvironment, profileId: string): Promise<ProfileStore> {
  if (!(await environment.list.profiles.get(profileId)))
    throw storageError('not-found', undefined, { table: 'profiles' });
  const keys = environment.keyring?.get(profileId) ?? (await deviceKeys(environment, profileId));
  const store = await storeOf(environment, profileId, keys);
  if (!(await loadMeta(store, 'profile'))) {
    store.db.close();
    throw storageError('evicted');
  }
  return store;
}

async function deviceKeys(environment: StorageEnvironment, profileId: string): Promise<VaultKeys> {
  const { list, slotFiles } = environment;
  const [image, deviceKey] = await Promise.all([slotFiles.read(profileId), loadDeviceKey(list, profileId)]);
  if (!image) throw storageError('key-missing');
  const wrapped = readSlot(image, LOCK_SLOTS.device);
  if (!wrapped) throw storageError('locked');
  if (!deviceKey) throw storageError('key-missing');
  let root: Uint8Array;
  try {
    root = await unwrapRoot(deviceKey, wrapped);
  } catch (error) {
    throw storageError('damaged', error);
  }
  const keys = await deriveVaultKeys(root);
  wipe(root);
  return keys;
}

async function storeOf(
  environment: StorageEnvironment,
  profileId: string,
  keys: VaultKeys
): Promise<ProfileStore> {
  const db = new ProfileDatabase(databaseNameOf(profileId), environment.indexedDb);
  await openDatabase(db);
  return {
    db,
    keys,
    random: environment.random,
    engine: { epoch: null, seen: null },
    inTurn: createTurns(),
    keySlots: createKeySlots({ ...environment, identityKey: keys.identity }, profileId),
    places: { file: environment.mediaFiles?.(profileId) ?? null, record: createRecordMediaFiles(db) },
    room: { onQuota: null },
    derive: deriveChanges,
    onCommit: environment.onCommit
  };
}

async function deriveChanges(store: ProfileStore, changes: ChangeSet): Promise<Derived | null> {
  const [search, media] = await Promise.all([searchChanges(store, changes), mediaChanges(store, changes)]);
  if (!media) return search && { changes: search };
  return { ...media, changes: mergeChanges(changes.name, changes.by, [media.changes, search ?? {}]) };
}

/** The account seed, 16 bytes; wipe after use. Workers only. @throws StorageError `row-damaged`, `closed` */
export async function loadAccountSeed(store: ProfileStore): Promise<Uint8Array> {
  const identity = await loadMeta(store, 'identity');
  if (!identity) throw storageError('closed');
  return base64ToBytes(identity.content.accountSeedBase64);
}

/** Whether the person hid the recovery words of this profile for good. Workers only. @throws StorageError */
export async function isPhraseHidden(store: ProfileStore): Promise<boolean> {
  return (await loadMeta(store, 'identity'))?.content.phraseHidden ?? false;
}

/** Hides the recovery words on this device; there is no way back. Sealed with the seed, so that no page can undo it. */
export function hidePhrase(store: ProfileStore): Promise<void> {
  return updateMeta(store, 'identity', 'any', (current) => current && { ...current, phraseHidden: true });
}
