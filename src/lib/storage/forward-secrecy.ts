// Whether this profile takes part in forward-secret messages (v2-forward-secrecy-and-pq.md §16.1).
import { loadMeta } from './meta.ts';
import { DEFAULT_SETTINGS } from './row-views.ts';
import type { ProfileStore } from './store.ts';

/** As the person chose; before that on for an account made here, and off for one that other clients may still use. */
export async function loadForwardSecrecy(store: ProfileStore): Promise<boolean> {
  const { forwardSecrecy } = { ...DEFAULT_SETTINGS, ...(await loadMeta(store, 'settings'))?.content };
  if (forwardSecrecy !== 'default') return forwardSecrecy === 'on';
  return (await loadMeta(store, 'profile'))?.content.createdHere ?? false;
}
