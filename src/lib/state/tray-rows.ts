// What is stored of the files that wait in a conversation's composer, as it changes.
import { loadTray, type TrayFile } from '../storage/queries-tray.ts';
import { createLive } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';

/** @returns to be stopped */
export function followTray(
  { db, rowKey }: Pick<ProfileState, 'db' | 'rowKey'>,
  conversationId: string,
  onStored: (stored: readonly TrayFile[]) => void
): { stop(): void } {
  return createLive(() => loadTray(db, rowKey, conversationId), onStored);
}
