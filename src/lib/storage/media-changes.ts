// What follows for stored files from a change of messages, in the same transaction: a file goes with the message it belongs
// to, or with its being named there.
import { removeMediaFile } from './media-files.ts';
import type { MediaFacts } from './media-reader.ts';
import type { MediaContent, MediaRow } from './media-rows.ts';
import { loadMeta } from './meta.ts';
import type { ConversationContent, MessageContent, MessageRow } from './rows.ts';
import { openRow, reading, type ChangeSet, type Derived, type ProfileStore } from './store.ts';

/** The part of a change set that removes files nothing refers to any more; null when there are none. */
export async function mediaChanges(store: ProfileStore, changes: ChangeSet): Promise<Derived | null> {
  const removed = new Set(
    (changes.remove ?? []).filter(({ table }) => table === 'messages').map(({ id }) => id)
  );
  const changed = new Map(
    (changes.put ?? [])
      .filter(({ table }) => table === 'messages')
      .map(({ row }) => [row.id, row as MessageRow] as const)
  );
  const owners = [...removed, ...changed.keys()];
  if (owners.length === 0) return null;
  const files = await reading(() => store.db.media.where('owner').anyOf(owners).toArray());
  const gone: MediaRow[] = [];
  for (const [owner, owned] of Map.groupBy(files, (row) => row.owner)) {
    const message = changed.get(owner);
    const named =
      message && !removed.has(owner)
        ? mediaIdsOf(await openRow<MessageContent>(store, 'messages', message))
        : new Set<string>();
    gone.push(...owned.filter(({ id }) => !named.has(id)));
  }
  if (gone.length === 0) return null;
  return {
    changes: {
      expect: gone.map(({ id, rev }) => ({ table: 'media' as const, id, rev })),
      remove: gone.map(({ id }) => ({ table: 'media' as const, id }))
    },
    committed: () => removeFilesOf(store, gone)
  };
}

/** Ids of the files a message names. */
export function mediaIdsOf({ attachments = [] }: MessageContent): Set<string> {
  return new Set(
    attachments.flatMap(({ mediaId, thumbnailMediaId }) =>
      [mediaId, thumbnailMediaId].filter((id) => id !== null)
    )
  );
}

/**
 * How long a file may wait in a composer where the person sees it, how long one may lie staged unseen, and how long one may
 * wait to be named by what it was loaded for.
 */
const TRAY_FOR_MS = 30 * 86_400_000;
const STAGED_FOR_MS = 86_400_000;
const UNNAMED_FOR_MS = 600_000;

/**
 * Whether something refers to a stored file, or soon may.
 * @param nowMs device time
 */
export async function isWantedFile(store: ProfileStore, file: MediaFacts, nowMs: number): Promise<boolean> {
  const ageMs = Math.abs(nowMs - file.createdAtMs);
  if (ageMs < UNNAMED_FOR_MS) return true;
  const [id = '', place] = file.owner.split('/');
  if (id === 'profile') return (await loadMeta(store, 'profile'))?.content.picture?.mediaId === file.id;
  if (place === undefined) {
    const row = await reading(() => store.db.messages.get(id));
    return (
      row !== undefined && mediaIdsOf(await openRow<MessageContent>(store, 'messages', row)).has(file.id)
    );
  }
  const row = await reading(() => store.db.conversations.get(id));
  if (!row) return false;
  if (place === 'staged') {
    const isShown = file.staged?.tray !== undefined || (await isShownInTray(store, file));
    return ageMs < (isShown ? TRAY_FOR_MS : STAGED_FOR_MS);
  }
  const { picture } = await openRow<ConversationContent>(store, 'conversations', row);
  return place === 'picture' && picture?.mediaId === file.id;
}

/** It is the thumbnail of a picture that is shown in a composer. */
async function isShownInTray(store: ProfileStore, { id, kind, owner }: MediaFacts): Promise<boolean> {
  if (kind !== 'thumbnail') return false;
  for (const row of await reading(() => store.db.media.where('owner').equals(owner).toArray())) {
    const { staged } = await openRow<MediaContent>(store, 'media', row);
    if (staged?.tray && staged.thumbnailMediaId === id) return true;
  }
  return false;
}

/** Removes the chunks of rows that are gone; what cannot be removed now is for the sweep. */
export async function removeFilesOf(store: ProfileStore, rows: readonly MediaRow[]): Promise<void> {
  for (const row of rows) {
    try {
      const { fileName } = await openRow<MediaContent>(store, 'media', row);
      await removeMediaFile(store.places, fileName);
    } catch {
      // Without its row no key opens them.
    }
  }
}
