// The account's devices, and what none of its keys opens, as the page reads them.
import type { DevicesContent, DevicesView } from './device-views.ts';
import type { HeldState, HeldView } from './held-views.ts';
import { openContent } from './rows.ts';
import type { ProfileDatabase } from './schema.ts';

/** null: this device has not looked for a group yet. */
export async function loadDevices(db: ProfileDatabase, rowKey: CryptoKey): Promise<DevicesView | null> {
  const row = await db.meta.get('devices');
  return row ? openContent<DevicesContent>(rowKey, 'meta', row) : null;
}

/** null: there is nothing to tell. */
export async function loadHeldView(db: ProfileDatabase, rowKey: CryptoKey): Promise<HeldView | null> {
  const row = await db.meta.get('held');
  if (!row) return null;
  const { isOverfull: _, ...view } = await openContent<HeldState>(rowKey, 'meta', row);
  return view.count === 0 ? null : view;
}
