// Small secrets that can be destroyed one by one (v2-forward-secrecy-and-pq.md §19): each is sealed with a key of its own, which stands
// in the slot file and nowhere else. Overwriting that slot in place destroys every copy that a database may have left of the secret.
import { base64ToBytes, bytesToBase64, wipe } from '../bytes/index.ts';
import { importSlotKey, openBytes, sealBytes } from '../crypto/vault.ts';
import { storageError } from './errors.ts';
import { reading, type ProfileStore } from './store.ts';

/** As it stands in a row. */
export interface SealedSecret {
  /** Where its key is, 8..255. */
  readonly slot: number;
  readonly sealedBase64: string;
}

const KEY_BYTES = 32;
const PLACE = 'onionskin/shreddable';

/**
 * Seals a secret with a fresh key in a free slot, as the engine and in a dedicated worker.
 * @throws StorageError `deposed`, `slots-full`, and as `ProfileSlots.write`
 */
export async function sealShreddable(store: ProfileStore, secret: Uint8Array): Promise<SealedSecret> {
  await requireEngine(store);
  const bytes = store.random(KEY_BYTES);
  const key = await importSlotKey(bytes);
  const slot = await store.keySlots.add(bytes);
  wipe(bytes);
  return { slot, sealedBase64: bytesToBase64(await sealBytes(key, secret, PLACE, store.random)) };
}

/** Null: the key is destroyed or lost. @throws StorageError `key-missing`, `damaged` (of the slot file) */
export async function openShreddable(store: ProfileStore, sealed: SealedSecret): Promise<Uint8Array | null> {
  const bytes = await store.keySlots.open(sealed.slot);
  if (!bytes) return null;
  const key = await importSlotKey(bytes);
  wipe(bytes);
  // Another secret may stand in that slot by now.
  return openBytes(key, base64ToBytes(sealed.sealedBase64), PLACE).catch(() => null);
}

/**
 * Destroys the keys of all secrets but those given, as the engine and in a dedicated worker.
 * @throws StorageError `deposed`, and as `ProfileSlots.shred`
 */
export async function shredOthers(store: ProfileStore, kept: readonly SealedSecret[]): Promise<void> {
  const slots = new Set(kept.map(({ slot }) => slot));
  for (const slot of await store.keySlots.used()) {
    if (slots.has(slot)) continue;
    // Another engine may have put a key of its own there.
    await requireEngine(store);
    await store.keySlots.shred(slot);
  }
}

async function requireEngine({ db, engine }: ProfileStore): Promise<void> {
  const row = await reading(() => db.epoch.get('engine'));
  if (engine.epoch === null || row?.value !== engine.epoch) throw storageError('deposed');
}
