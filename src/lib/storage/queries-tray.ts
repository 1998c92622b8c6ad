// Files that wait in the composer of a conversation, as the page reads them: a reload finds them where they were.
import { factsOf, type MediaFacts } from './media-reader.ts';
import { stagedOwner, type MediaContent, type StagedFile, type TrayFacts } from './media-rows.ts';
import type { ProfileDatabase } from './schema.ts';
import { openContent } from './rows.ts';

export interface TrayFile extends Omit<MediaFacts, 'staged'> {
  readonly staged: StagedFile & { readonly tray: TrayFacts };
}

/** Whole files the person chose for the next message of a conversation, in their order. @throws StorageError */
export async function loadTray(
  db: ProfileDatabase,
  rowKey: CryptoKey,
  conversationId: string
): Promise<TrayFile[]> {
  const rows = await db.media.where('owner').equals(stagedOwner(conversationId)).toArray();
  const files = await Promise.all(
    rows
      .filter(({ writing }) => writing === undefined)
      .map(async (row) => {
        const facts = factsOf(row.id, row.owner, await openContent<MediaContent>(rowKey, 'media', row));
        const tray = facts.staged?.tray;
        return facts.staged && tray ? [{ ...facts, staged: { ...facts.staged, tray } }] : [];
      })
  );
  return files.flat().sort((a, b) => a.staged.tray.order - b.staged.tray.order);
}
