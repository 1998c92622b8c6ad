// The account's devices, as the page reads them.
import type { DevicesContent, DevicesView } from './device-views.ts';
import { openContent } from './rows.ts';
import type { ProfileDatabase } from './schema.ts';

/** null: this device has not looked for a group yet. */
export async function loadDevices(db: ProfileDatabase, rowKey: CryptoKey): Promise<DevicesView | null> {
  const row = await db.meta.get('devices');
  return row ? openContent<DevicesContent>(rowKey, 'meta', row) : null;
}
