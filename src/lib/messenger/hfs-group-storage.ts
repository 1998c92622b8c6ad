// Keeps the place of this device in the group in one row of the profile, under the key that never leaves the worker, and each of its
// seeds so that it can be destroyed (v2-forward-secrecy-and-pq.md §19).
import {
  loadMeta,
  openShreddable,
  sealShreddable,
  shredOthers,
  updateMeta,
  type ProfileStore,
  type SealedSecret
} from '../storage/index.ts';
import { btKey } from '../wire/index.ts';
import type { GroupStorage } from './hfs-group-state.ts';
import { decodeSelf, encodeSelf } from './hfs-self-codec.ts';

/** For the leading tab. All slots for keys are its. */
export function createGroupStorage(store: ProfileStore): GroupStorage {
  /** By seed, as a `btKey`. */
  let kept = new Map<string, SealedSecret>();
  return {
    async load() {
      const found = await loadSeeds(store);
      kept = new Map();
      for (const { seed, sealed } of found?.seeds ?? []) if (seed) kept.set(btKey(seed), sealed);
      return (
        found &&
        decodeSelf(
          found.text,
          found.seeds.map(({ seed }) => seed)
        )
      );
    },
    async save(self) {
      const { text, seeds } = encodeSelf(self);
      const next = new Map<string, SealedSecret>();
      for (const seed of seeds) {
        next.set(btKey(seed), kept.get(btKey(seed)) ?? (await sealShreddable(store, seed)));
      }
      const secrets = [...next.values()];
      await updateMeta(store, 'hfs-self', 'engine', () => ({ state: text, seeds: secrets }));
      kept = next;
      // Also those of a save that was broken off.
      await shredOthers(store, secrets);
    }
  };
}

/** For a wake-up, which writes and destroys no key: what it learns is gone with it, and the next tab reads it again. */
export function createPassingGroupStorage(store: ProfileStore): GroupStorage {
  return {
    async load() {
      const found = await loadSeeds(store);
      return (
        found &&
        decodeSelf(
          found.text,
          found.seeds.map(({ seed }) => seed)
        )
      );
    },
    save: async () => {}
  };
}

async function loadSeeds(store: ProfileStore) {
  const row = await loadMeta(store, 'hfs-self');
  if (!row) return null;
  const seeds = await Promise.all(
    row.content.seeds.map(async (sealed) => ({ sealed, seed: await openShreddable(store, sealed) }))
  );
  return { text: row.content.state, seeds };
}
