// What this device knows of the account's devices, as screens show it; one sealed row, written by the engine. Keys of devices and of the
// account are elsewhere and never in it.
import { loadMeta, updateMeta } from './meta.ts';
import type { DevicesContent } from './device-views.ts';
import type { ProfileStore } from './store.ts';

export async function loadDevicesContent(store: ProfileStore): Promise<DevicesContent | null> {
  return (await loadMeta(store, 'devices'))?.content ?? null;
}

/** As the engine. @param update null: nothing is to change */
export function updateDevicesContent(
  store: ProfileStore,
  update: (current: DevicesContent | null) => DevicesContent | null
): Promise<void> {
  return updateMeta(store, 'devices', 'engine', update);
}
