// What stored files take, for the page: one entry a file, read from their rows alone. Messages are not opened: the key of a
// message says when it was sent.
import { keptSinceMs } from './media-rules.ts';
import type { MediaContent, MediaKind, MediaRow } from './media-rows.ts';
import { conversationOfKey, sortOfKey, timeOfSort } from './message-key.ts';
import { loadNetworkTime } from './queries.ts';
import { openContent } from './rows.ts';
import type { ProfileDatabase } from './schema.ts';

export interface StoredItem {
  readonly mediaId: string;
  /** Null: it belongs to the profile itself. */
  readonly conversationId: string | null;
  /** Null: it belongs to no message, such as a picture of a contact, or a file that waits in the tray. */
  readonly messageId: string | null;
  readonly kind: MediaKind;
  readonly name: string;
  /** Sealed bytes its chunks take. */
  readonly bytes: number;
  /** Network time; 0 without a message. */
  readonly sentAtMs: number;
  /** From when on it counts as being here: network time. */
  readonly keptSinceMs: number;
}

/** All whole files, and the network time they were looked at. */
export interface StoredItems {
  readonly items: readonly StoredItem[];
  readonly nowMs: number;
}

export interface UsageReader {
  /** Reads before it opens, as live queries want it. */
  load(): Promise<StoredItems>;
}

const ID_LENGTH = 32;
/** Rows opened side by side. */
const AT_ONCE = 500;

/** Opens each row once, however often it is asked. */
export function createUsageReader(db: ProfileDatabase, rowKey: CryptoKey): UsageReader {
  let known = new Map<string, { readonly rev: number; readonly content: MediaContent }>();

  return {
    async load() {
      const rows = await db.media.toArray();
      const nowMs = await loadNetworkTime(db, rowKey);
      const offsetMs = db.deviceNow() - nowMs;
      const opened: typeof known = new Map();
      const open = async (row: MediaRow): Promise<StoredItem> => {
        const before = known.get(row.id);
        const content =
          before?.rev === row.rev ? before.content : await openContent<MediaContent>(rowKey, 'media', row);
        opened.set(row.id, { rev: row.rev, content });
        return itemOf(row.id, row.owner, content, { nowMs, offsetMs });
      };
      const whole = rows.filter(({ writing }) => writing === undefined);
      const items: StoredItem[] = [];
      for (let start = 0; start < whole.length; start += AT_ONCE) {
        items.push(...(await Promise.all(whole.slice(start, start + AT_ONCE).map(open))));
      }
      known = opened;
      return { items, nowMs };
    }
  };
}

function itemOf(
  mediaId: string,
  owner: string,
  { kind, name, storedBytes, createdAtMs }: MediaContent,
  { nowMs, offsetMs }: { nowMs: number; offsetMs: number }
): StoredItem {
  const [id = '', place] = owner.split('/');
  const isMessage = place === undefined && id.length > ID_LENGTH;
  const sentAtMs = isMessage ? timeOfSort(sortOfKey(id)) : 0;
  return {
    mediaId,
    conversationId: id.length >= ID_LENGTH ? conversationOfKey(id) : null,
    messageId: isMessage ? id : null,
    kind,
    name,
    bytes: storedBytes,
    sentAtMs,
    keptSinceMs: keptSinceMs(sentAtMs, createdAtMs - offsetMs, nowMs)
  };
}
