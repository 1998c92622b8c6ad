// Keeps what the onion floor remembers (guard nodes, the verified pool) sealed in the profile. A hint, not a duty: what
// cannot be read is forgotten.
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OnionSnapshot, OnionStore } from '../onion/index.ts';
import { loadMeta, updateMeta, type ProfileStore } from '../storage/index.ts';

export function createSealedOnionStore(store: ProfileStore, log: Log): OnionStore {
  return {
    async load() {
      try {
        const loaded = await loadMeta(store, 'onion');
        return (loaded?.content.snapshot as OnionSnapshot | undefined) ?? null;
      } catch (error) {
        log.warn('onion-snapshot-unreadable', { code: errorCode(error) });
        return null;
      }
    },
    async save(snapshot) {
      try {
        await updateMeta(store, 'onion', 'engine', () => ({ snapshot }));
      } catch (error) {
        // `deposed`: the engine that took over keeps its own.
        log.debug('onion-snapshot-not-saved', { code: errorCode(error) });
      }
    }
  };
}
