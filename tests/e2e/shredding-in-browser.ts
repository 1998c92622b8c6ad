// What shredding.spec.ts runs in a worker of a real browser: seeds of the device group kept and destroyed in its own file system.
import { bytesToHex, hexToBytes } from '../../src/lib/bytes/index.ts';
import { createSlotFile, slotOffset } from '../../src/lib/crypto/slots.ts';
import { deriveVaultKeys } from '../../src/lib/crypto/vault.ts';
import { createSelf, type HfsSelf } from '../../src/lib/hfs/index.ts';
import { createGroupStorage } from '../../src/lib/messenger/hfs-group-storage.ts';
import { encodeSelf } from '../../src/lib/messenger/hfs-self-codec.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  createKeySlots,
  createOpfsSlotFiles,
  listProfiles,
  loadMeta,
  openProfile,
  openProfileList,
  openShreddable,
  raiseEpoch,
  type ProfileStore,
  type SealedSecret
} from '../../src/lib/storage/index.ts';
import { createRecordMediaFiles } from '../../src/lib/storage/media-files.ts';
import { ProfileDatabase } from '../../src/lib/storage/schema.ts';
import { createTurns } from '../../src/lib/storage/turns.ts';

const DATABASE = 'shredding-in-browser';
const PROFILE = 'p';
const SLOT_BYTES = 64;
const slotFiles = createOpfsSlotFiles(
  () => navigator.storage.getDirectory(),
  async () => {}
);

export interface KeptFacts {
  readonly rootHex: string;
  /** Of the account seed that will be destroyed, and of one that stays. */
  readonly over: SecretFacts;
  readonly staying: SecretFacts;
}

interface SecretFacts {
  readonly seedHex: string;
  /** All 64 bytes of its slot. */
  readonly slotHex: string;
  readonly sealed: SealedSecret;
}

/** In hex, every seed the one profile of this browser keeps: of the account, of this device, of the group. */
export async function keptSeeds(): Promise<string[]> {
  const list = await openProfileList();
  const [profileId] = await listProfiles(list);
  const store = await openProfile({ list, slotFiles, random: systemRandom }, profileId as string);
  try {
    const self = await createGroupStorage(store).load();
    return self ? encodeSelf(self).seeds.map(bytesToHex) : [];
  } finally {
    store.db.close();
    list.close();
  }
}

async function openStore(root: Uint8Array): Promise<ProfileStore> {
  const keys = await deriveVaultKeys(root);
  const db = new ProfileDatabase(DATABASE);
  const store: ProfileStore = {
    db,
    keys,
    random: systemRandom,
    engine: { epoch: null, seen: null },
    inTurn: createTurns(),
    keySlots: createKeySlots({ slotFiles, random: systemRandom, identityKey: keys.identity }, PROFILE),
    places: { file: null, record: createRecordMediaFiles(db) },
    room: { onQuota: null }
  };
  await raiseEpoch(store);
  return store;
}

/** Keeps two account seeds, as an engine does. */
export async function keepSeeds(): Promise<KeptFacts> {
  const root = systemRandom(32);
  await slotFiles.create(PROFILE, createSlotFile(systemRandom));
  const store = await openStore(root);
  const self = createSelf(systemRandom, 1_000);
  const seeds = [1_000, null].map((rotatedSeconds) => ({
    seed: systemRandom(32),
    createdSeconds: 500,
    rotatedSeconds
  }));
  await createGroupStorage(store).save({ ...self, payload: { ...self.payload, seeds } });
  const [over, staying] = await Promise.all(seeds.map(({ seed }) => factsOf(store, bytesToHex(seed))));
  store.db.close();
  return { rootHex: bytesToHex(root), over: over as SecretFacts, staying: staying as SecretFacts };
}

async function factsOf(store: ProfileStore, seedHex: string): Promise<SecretFacts> {
  const image = (await slotFiles.read(PROFILE)) as Uint8Array;
  for (const sealed of (await loadMeta(store, 'hfs-self'))?.content.seeds ?? []) {
    const seed = await openShreddable(store, sealed);
    if (!seed || bytesToHex(seed) !== seedHex) continue;
    const at = slotOffset(sealed.slot);
    return { seedHex, slotHex: bytesToHex(image.subarray(at, at + SLOT_BYTES)), sealed };
  }
  throw new Error('not kept');
}

/** Opened anew: the seed that was rotated is over. @returns what its row opens to afterwards, and that of the one that stays */
export async function destroySeed(kept: KeptFacts): Promise<{ over: string | null; staying: string | null }> {
  const store = await openStore(hexToBytes(kept.rootHex));
  const storage = createGroupStorage(store);
  const self = (await storage.load()) as HfsSelf;
  const seeds = self.payload.seeds.filter(({ rotatedSeconds }) => rotatedSeconds === null);
  await storage.save({ ...self, payload: { ...self.payload, seeds } });
  const [over, staying] = await Promise.all(
    [kept.over, kept.staying].map(({ sealed }) => openShreddable(store, sealed))
  );
  store.db.close();
  return { over: over ? bytesToHex(over) : null, staying: staying ? bytesToHex(staying) : null };
}
