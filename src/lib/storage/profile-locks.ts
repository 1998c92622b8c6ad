// The lock of a profile (design.md §6): its root wrapped by a passphrase, a passkey or both, in place of the device key. Any of
// them opens it. The device's wrap is overwritten as soon as one is there, else the lock would be a curtain; and it comes back
// when the last one is taken away. Whoever changes a lock sees to it that nobody else does at the same time.
import { equalBytes, wipe } from '../bytes/index.ts';
import { createSlotFile, readSlot, replaceSlot } from '../crypto/slots.ts';
import { createDeviceKey, unwrapRoot, wrapRoot } from '../crypto/vault.ts';
import {
  createEmptyWipeMark,
  createPassphraseParameters,
  decodePassphraseParameters,
  deriveEntryKeys,
  derivePasskeyKey,
  encodePassphraseParameters,
  LOCK_COST,
  opensWipeMark,
  sealWipeMark,
  type EntryKeys,
  type PassphraseParameters
} from '../crypto/vault-locks.ts';
import { storageError } from './errors.ts';
import { hollowProfile } from './profile-erasure.ts';
import { loadDeviceKey } from './profile-list.ts';
import { createProfileSlots, LOCK_SLOTS } from './profile-slots.ts';
import type { StorageEnvironment } from './profiles.ts';

/** What opens a locked profile. Neither: it has no lock. */
export interface ProfileLock {
  readonly passphrase: boolean;
  /** Its id, by which the browser finds it; up to 1,023 bytes. */
  readonly passkey: { readonly credentialId: Uint8Array } | null;
}

/** What somebody shows to open a profile, or to change its lock. */
export type Proof =
  | { readonly kind: 'device' }
  | { readonly kind: 'passphrase'; readonly text: string }
  /** 32 bytes that the passkey gave. */
  | { readonly kind: 'passkey'; readonly secret: Uint8Array };

/** `wipe`: the entry was the wipe code. The root, 32 bytes, is to be wiped after use. */
export type Opening =
  | { readonly kind: 'root'; readonly root: Uint8Array }
  | { readonly kind: 'wipe' }
  | { readonly kind: 'refused' };

/** @throws StorageError `key-missing` (no slot file), `damaged` */
export async function loadLock(environment: StorageEnvironment, profileId: string): Promise<ProfileLock> {
  const image = await createProfileSlots(environment, profileId).image();
  const hasPasskey = readSlot(image, LOCK_SLOTS.passkey) !== null;
  const row = hasPasskey ? await environment.list.passkeys.get(profileId) : undefined;
  return {
    passphrase: readSlot(image, LOCK_SLOTS.passphrase) !== null,
    passkey: row ? { credentialId: row.credentialId } : null
  };
}

export const isLocked = (lock: ProfileLock) => lock.passphrase || lock.passkey !== null;

/**
 * The root of a profile for who shows what opens it. A passphrase takes the same work whether it is right, wrong or the wipe code.
 * @throws StorageError `key-missing`, `damaged`
 */
export async function openRoot(
  environment: StorageEnvironment,
  profileId: string,
  proof: Proof
): Promise<Opening> {
  const image = await createProfileSlots(environment, profileId).image();
  if (proof.kind === 'passphrase') return openByEntry(image, proof.text);
  const isDevice = proof.kind === 'device';
  const wrapped = readSlot(image, isDevice ? LOCK_SLOTS.device : LOCK_SLOTS.passkey);
  const key = isDevice
    ? await loadDeviceKey(environment.list, profileId)
    : await derivePasskeyKey(proof.secret).catch(() => null);
  return openWrapped(key, wrapped);
}

async function openWrapped(key: CryptoKey | null, wrapped: Uint8Array | null): Promise<Opening> {
  if (!key || !wrapped) return { kind: 'refused' };
  return unwrapRoot(key, wrapped).then(
    (root) => ({ kind: 'root', root }) as const,
    () => ({ kind: 'refused' })
  );
}

async function openByEntry(image: Uint8Array, text: string): Promise<Opening> {
  const keys = await entryKeys(image, text);
  if (!keys) return { kind: 'refused' };
  // Both are always asked.
  const [opening, isWipe] = await Promise.all([
    openWrapped(keys.root, readSlot(image, LOCK_SLOTS.passphrase)),
    opensWipeMark(keys.wipe, readSlot(image, LOCK_SLOTS.wipe) ?? new Uint8Array())
  ]);
  return opening.kind === 'refused' && isWipe ? { kind: 'wipe' } : opening;
}

/** Null without a passphrase. @throws StorageError `damaged` */
async function entryKeys(image: Uint8Array, text: string): Promise<EntryKeys | null> {
  const stored = readSlot(image, LOCK_SLOTS.parameters);
  if (!stored) return null;
  const parameters = decodePassphraseParameters(stored);
  if (!parameters) throw storageError('damaged');
  return deriveEntryKeys(text, parameters);
}

/**
 * Sets or changes the passphrase; the device key is gone afterwards.
 * @throws StorageError `code-taken` (it is the wipe code), `damaged` (it could not be read back), `blocked`
 */
export async function setPassphrase(
  environment: StorageEnvironment,
  profileId: string,
  { root, text, cost = LOCK_COST }: { root: Uint8Array; text: string; cost?: PassphraseParameters['cost'] }
): Promise<void> {
  const { random } = environment;
  const slots = createProfileSlots(environment, profileId);
  const image = await slots.image();
  const isNew = readSlot(image, LOCK_SLOTS.passphrase) === null;
  if (isNew) {
    // The salt stays with the profile's passphrase, since the wipe code hangs on it too.
    const parameters = encodePassphraseParameters(createPassphraseParameters(cost, random));
    await slots.write(LOCK_SLOTS.wipe, createEmptyWipeMark(random));
    await slots.write(LOCK_SLOTS.parameters, parameters);
    replaceSlot(image, LOCK_SLOTS.parameters, parameters, random);
  }
  const keys = (await entryKeys(image, text)) as EntryKeys;
  const mark = readSlot(image, LOCK_SLOTS.wipe);
  if (!isNew && mark && (await opensWipeMark(keys.wipe, mark))) throw storageError('code-taken');
  await slots.write(LOCK_SLOTS.passphrase, await wrapRoot(keys.root, root, random));
  await verify(environment, { profileId, slot: LOCK_SLOTS.passphrase, key: keys.root, root });
  await dropDevice(environment, profileId);
}

/**
 * Sets or replaces the passkey; the device key is gone afterwards.
 * @throws StorageError `damaged` (it could not be read back), `blocked`; CryptoError `bad-key-length`
 */
export async function setPasskey(
  environment: StorageEnvironment,
  profileId: string,
  { root, secret, credentialId }: { root: Uint8Array; secret: Uint8Array; credentialId: Uint8Array }
): Promise<void> {
  const key = await derivePasskeyKey(secret);
  const wrapped = await wrapRoot(key, root, environment.random);
  await environment.list.passkeys.put({ id: profileId, credentialId });
  await createProfileSlots(environment, profileId).write(LOCK_SLOTS.passkey, wrapped);
  await verify(environment, { profileId, slot: LOCK_SLOTS.passkey, key, root });
  await dropDevice(environment, profileId);
}

/**
 * Takes a way in away; without another one the device key opens the profile again.
 * @throws StorageError `blocked`, `damaged`
 */
export async function removeWayIn(
  environment: StorageEnvironment,
  profileId: string,
  { root, kind }: { root: Uint8Array; kind: 'passphrase' | 'passkey' }
): Promise<void> {
  const lock = await loadLock(environment, profileId);
  const other = kind === 'passphrase' ? lock.passkey !== null : lock.passphrase;
  if (!other) await restoreDevice(environment, profileId, root);
  await (kind === 'passphrase' ? dropPassphrase : dropPasskey)(environment, profileId);
}

/**
 * Sets, changes or takes away the code that destroys the profile's keys. From outside nobody can tell whether there is one.
 * @param code null: none
 * @throws StorageError `code-taken` (it is the passphrase), `locked` (there is no passphrase), `blocked`
 */
export async function setWipeCode(
  environment: StorageEnvironment,
  profileId: string,
  code: string | null
): Promise<void> {
  const { random } = environment;
  const slots = createProfileSlots(environment, profileId);
  const image = await slots.image();
  const wrapped = readSlot(image, LOCK_SLOTS.passphrase);
  if (!wrapped) throw storageError('locked');
  if (code === null) return slots.write(LOCK_SLOTS.wipe, createEmptyWipeMark(random));
  const keys = (await entryKeys(image, code)) as EntryKeys;
  const opening = await openWrapped(keys.root, wrapped);
  if (opening.kind === 'root') {
    wipe(opening.root);
    throw storageError('code-taken');
  }
  await slots.write(LOCK_SLOTS.wipe, await sealWipeMark(keys.wipe, random));
}

/**
 * Destroys the keys of a locked profile in one write; what is there afterwards looks as it did, and nothing opens it.
 * @throws StorageError `blocked`, `storage-failed`
 */
export async function wipeBehindLock(environment: StorageEnvironment, profileId: string): Promise<void> {
  const { random } = environment;
  const image = await createProfileSlots(environment, profileId).image();
  const hollow = createSlotFile(random);
  const stored = readSlot(image, LOCK_SLOTS.parameters);
  const cost = (stored && decodePassphraseParameters(stored)?.cost) ?? LOCK_COST;
  for (const index of Object.values(LOCK_SLOTS)) {
    if (index === LOCK_SLOTS.device || !readSlot(image, index)) continue;
    const content =
      index === LOCK_SLOTS.parameters
        ? encodePassphraseParameters(createPassphraseParameters(cost, random))
        : createEmptyWipeMark(random);
    replaceSlot(hollow, index, content, random);
  }
  await hollowProfile(environment, profileId, hollow);
}

/**
 * Ends a change of the lock that was cut off half-way: while the device key still opens the profile, nothing else does.
 * @throws StorageError `blocked`
 */
export async function mendLock(environment: StorageEnvironment, profileId: string): Promise<void> {
  const image = await createProfileSlots(environment, profileId).image();
  const isUsed = (slot: number) => readSlot(image, slot) !== null;
  if (!isUsed(LOCK_SLOTS.device)) {
    // It opens nothing any more.
    await environment.list.keys.delete(profileId);
    return;
  }
  if (isUsed(LOCK_SLOTS.passphrase) || isUsed(LOCK_SLOTS.parameters) || isUsed(LOCK_SLOTS.wipe))
    await dropPassphrase(environment, profileId);
  if (isUsed(LOCK_SLOTS.passkey)) await dropPasskey(environment, profileId);
}

async function dropPassphrase(environment: StorageEnvironment, profileId: string): Promise<void> {
  const slots = createProfileSlots(environment, profileId);
  for (const slot of [LOCK_SLOTS.passphrase, LOCK_SLOTS.parameters, LOCK_SLOTS.wipe]) await slots.shred(slot);
}

async function dropPasskey(environment: StorageEnvironment, profileId: string): Promise<void> {
  await createProfileSlots(environment, profileId).shred(LOCK_SLOTS.passkey);
  await environment.list.passkeys.delete(profileId);
}

/** The wrap first: without it the key opens nothing. */
async function dropDevice(environment: StorageEnvironment, profileId: string): Promise<void> {
  await createProfileSlots(environment, profileId).shred(LOCK_SLOTS.device);
  await environment.list.keys.delete(profileId);
}

async function restoreDevice(
  environment: StorageEnvironment,
  profileId: string,
  root: Uint8Array
): Promise<void> {
  const key = await createDeviceKey();
  await environment.list.keys.put({ id: profileId, key });
  const wrapped = await wrapRoot(key, root, environment.random);
  await createProfileSlots(environment, profileId).write(LOCK_SLOTS.device, wrapped);
  await verify(environment, { profileId, slot: LOCK_SLOTS.device, key, root });
}

/** Nothing else may be taken away before what was written opens. @throws StorageError `damaged` */
async function verify(
  environment: StorageEnvironment,
  written: { profileId: string; slot: number; key: CryptoKey; root: Uint8Array }
): Promise<void> {
  const wrapped = await createProfileSlots(environment, written.profileId).read(written.slot);
  const opening = await openWrapped(written.key, wrapped);
  const isSame = opening.kind === 'root' && equalBytes(opening.root, written.root);
  if (opening.kind === 'root') wipe(opening.root);
  if (!isSame) throw storageError('damaged');
}
