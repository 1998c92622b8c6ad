// What this device knows of the account's devices, as screens show it; one sealed row, written by the engine. Keys of devices and of the
// account are elsewhere and never in it.
import { loadMeta, updateMeta } from './meta.ts';
import type { DevicesContent, DevicesView } from './device-views.ts';
import type { ProfileDatabase } from './schema.ts';
import { openContent } from './rows.ts';
import { reading, type ProfileStore } from './store.ts';

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

/** null: this device has not looked for a group yet. */
export async function loadDevices(db: ProfileDatabase, rowKey: CryptoKey): Promise<DevicesView | null> {
  const row = await reading(() => db.meta.get('devices'));
  return row ? openContent<DevicesContent>(rowKey, 'meta', row) : null;
}
