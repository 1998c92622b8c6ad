// What a preset has changed, as the page reads it.
import { openCached } from './opened-rows.ts';
import type { ProfileDatabase } from './schema.ts';
import type { AppliedPreset } from './preset-views.ts';

/** Null when none is applied. */
export async function loadPreset(db: ProfileDatabase, rowKey: CryptoKey): Promise<AppliedPreset | null> {
  const row = await db.meta.get('preset');
  if (!row) return null;
  return (await openCached<{ applied: AppliedPreset | null }>(db, rowKey, 'meta', row)).applied;
}
