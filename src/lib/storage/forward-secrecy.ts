// Whether this profile takes part in forward-secret messages (v2-forward-secrecy-and-pq.md §16.1).
import { loadMeta } from './meta.ts';
import { DEFAULT_SETTINGS } from './row-views.ts';
import type { ProfileStore } from './store.ts';

/** As the person chose; on where the account was made. A device that is not linked reads none of them, so without a choice they are off. */
export async function loadForwardSecrecy(store: ProfileStore): Promise<boolean> {
  const { forwardSecrecy } = { ...DEFAULT_SETTINGS, ...(await loadMeta(store, 'settings'))?.content };
  return forwardSecrecy;
}
