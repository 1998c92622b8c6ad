// One profile's slot file by what its slots hold (v2-forward-secrecy-and-pq.md §19): the first eight are ways to the root
// (profile-locks.ts); the others hold small keys that can be destroyed one by one, sealed with the identity key, so that
// they stay sealed while the profile is locked.
import { encodeFreeSlot, encodeUsedSlot, readSlot, SLOT_COUNT, slotOffset } from '../crypto/slots.ts';
import { openBytes, sealBytes } from '../crypto/vault.ts';
import { UsageError } from '../errors.ts';
import type { RandomBytes } from '../random.ts';
import { storageError } from './errors.ts';
import type { SlotFiles } from './slot-files.ts';

/** Where the ways to the root stand; 5 to 7 are kept for later ones. */
export const LOCK_SLOTS = {
  /** The root, wrapped by the device key. */
  device: 0,
  /** The root, wrapped by the passphrase. */
  passphrase: 1,
  /** Salt and cost of the passphrase. */
  parameters: 2,
  /** What the wipe code opens, or as many random bytes: nobody can tell which. */
  wipe: 3,
  /** The root, wrapped by the passkey. */
  passkey: 4
} as const;

/** Slots from here on are for keys. */
export const FIRST_KEY_SLOT = 8;

/** Slots are read by anybody; written in dedicated workers alone. */
export interface ProfileSlots {
  /** Every slot, as it is now. @throws StorageError `key-missing` (there is no file), `damaged` */
  image(): Promise<Uint8Array>;
  /** What a slot holds, 1..62 bytes; null when it is free. @throws StorageError `key-missing`, `damaged` */
  read(index: number): Promise<Uint8Array | null>;
  /** Overwrites it in place. @throws StorageError `blocked` (another tab is writing), `not-found`; UsageError */
  write(index: number, content: Uint8Array): Promise<void>;
  /** Overwrites it in place with random bytes; it is free afterwards. @throws as `write` */
  shred(index: number): Promise<void>;
}

export function createProfileSlots(
  { slotFiles, random }: { slotFiles: SlotFiles; random: RandomBytes },
  profileId: string
): ProfileSlots {
  async function image(): Promise<Uint8Array> {
    const file = await slotFiles.read(profileId);
    if (!file) throw storageError('key-missing');
    return file;
  }
  return {
    image,
    read: async (index) => readSlot(await image(), index),
    write: (index, content) => slotFiles.write(profileId, slotOffset(index), encodeUsedSlot(content, random)),
    shred: (index) => slotFiles.write(profileId, slotOffset(index), encodeFreeSlot(random))
  };
}

/** Keys of 32 bytes, each in a slot of its own. One writer at a time: the engine of the profile. */
export interface KeySlots {
  /**
   * Puts a key into a free slot.
   * @returns the slot, 8..255
   * @throws StorageError `slots-full`, and as `ProfileSlots`; UsageError
   */
  add(key: Uint8Array): Promise<number>;
  /** The key of a slot, 32 bytes; null when the slot is free or holds no key of this profile. */
  open(index: number): Promise<Uint8Array | null>;
  /** The slots in use. */
  used(): Promise<number[]>;
  /** Destroys the key of a slot, for good. @throws as `ProfileSlots`; UsageError for a slot below 8 */
  shred(index: number): Promise<void>;
}

const KEY_BYTES = 32;
/** Bound to its slot: one copied elsewhere does not open. */
const placeOf = (index: number) => `onionskin/slot/${index}`;

/** @param deps.identityKey of the open vault */
export function createKeySlots(
  deps: { slotFiles: SlotFiles; random: RandomBytes; identityKey: CryptoKey },
  profileId: string
): KeySlots {
  const slots = createProfileSlots(deps, profileId);
  const { identityKey, random } = deps;
  const indices = Array.from({ length: SLOT_COUNT - FIRST_KEY_SLOT }, (_, offset) => FIRST_KEY_SLOT + offset);
  return {
    async add(key) {
      if (key.length !== KEY_BYTES) throw new UsageError('a key of 32 bytes');
      const file = await slots.image();
      const index = indices.find((candidate) => readSlot(file, candidate) === null);
      if (index === undefined) throw storageError('slots-full');
      await slots.write(index, await sealBytes(identityKey, key, placeOf(index), random));
      return index;
    },
    async open(index) {
      const sealed = await slots.read(index);
      if (!sealed) return null;
      return openBytes(identityKey, sealed, placeOf(index)).catch(() => null);
    },
    async used() {
      const file = await slots.image();
      return indices.filter((index) => readSlot(file, index) !== null);
    },
    async shred(index) {
      if (index < FIRST_KEY_SLOT) throw new UsageError('a slot for keys');
      await slots.shred(index);
    }
  };
}
