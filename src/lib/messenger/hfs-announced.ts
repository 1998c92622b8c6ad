// What the account announced last, as this device made it or saw it of another device of the group. The seed is only named, so that
// nothing of it is left when it is destroyed.
import { equalBytes } from '../bytes/index.ts';
import { blake2b } from '../crypto/index.ts';
import type { Published } from '../hfs/index.ts';
import { loadMeta, updateMeta, type ProfileStore } from '../storage/index.ts';
import type { GroupState } from './hfs-group-state.ts';
import { decodeMarked, encodeMarked } from './marked-json.ts';

/** What was published last, and the bytes of it, to be sent along with messages. */
export interface Announced extends Published {
  readonly announcement: Uint8Array;
  /** 8 bytes; null: withdrawn. */
  readonly keyId: Uint8Array | null;
  readonly continuityPublicKey: Uint8Array;
  /** As the person had chosen it here then. */
  readonly retentionDays: number;
  /** Since when the account takes such messages without a break. */
  readonly sinceSeconds: number;
}

export interface AnnouncedStore {
  /** null: nothing is announced. @throws StorageError */
  load(): Promise<Announced | null>;
  /** @throws StorageError `deposed`, `closed`, `quota` */
  keep(announced: Announced): Promise<void>;
  /** As if nothing had ever been announced. @throws as `keep` */
  forget(): Promise<void>;
}

interface KeptAnnounced extends Omit<Announced, 'seed'> {
  /** Null: withdrawn. */
  readonly seedHash: Uint8Array | null;
}

const hashOf = (seed: Uint8Array) => blake2b(seed, { length: 32 });
/** In place of one that is destroyed: no seed is like it. */
const NO_SEED = new Uint8Array(32);

export function createAnnouncedStore(store: ProfileStore, state: GroupState): AnnouncedStore {
  return {
    async load() {
      const row = await loadMeta(store, 'hfs-published');
      if (!row || row.content.text === '') return null;
      const { seedHash, ...rest } = decodeMarked(row.content.text) as KeptAnnounced;
      if (seedHash === null) return { ...rest, seed: null };
      const seeds = (await state.current())?.payload.seeds ?? [];
      const held = seeds.find(({ seed }) => equalBytes(hashOf(seed), seedHash));
      return { ...rest, seed: held?.seed ?? NO_SEED };
    },
    async keep({ seed, ...rest }) {
      const kept: KeptAnnounced = { ...rest, seedHash: seed && hashOf(seed) };
      await updateMeta(store, 'hfs-published', 'engine', () => ({ text: encodeMarked(kept) }));
    },
    forget: () => updateMeta(store, 'hfs-published', 'engine', () => ({ text: '' }))
  };
}
