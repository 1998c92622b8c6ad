// What takes how much room: sums over stored files, pure.
import { clearBeforeMs } from '../storage/media-rules.ts';
import type { StoredItem } from '../storage/usage.ts';
import type { AttachmentKind, ConversationView } from '../storage/views.ts';
import { conversationName } from './row-view.ts';
import { CLEAR_AGES, type ClearAge } from './storage-ages.ts';

/** The parts of the bar, in their order (look.md, "Progress"). */
export const ROOM_KINDS = ['pictures', 'videos', 'files', 'voice', 'text'] as const;
export type RoomKind = (typeof ROOM_KINDS)[number];

const KIND_OF: Readonly<Record<StoredItem['kind'], Exclude<RoomKind, 'text'>>> = {
  image: 'pictures',
  thumbnail: 'pictures',
  picture: 'pictures',
  video: 'videos',
  file: 'files',
  audio: 'voice',
  voice: 'voice'
};

/** Sealed bytes by kind. @param textBytes 0 while it is being counted */
export function sumByKind(
  items: readonly StoredItem[],
  textBytes: number
): Readonly<Record<RoomKind, number>> {
  const sums = { pictures: 0, videos: 0, files: 0, voice: 0, text: textBytes };
  for (const { kind, bytes } of items) sums[KIND_OF[kind]] += bytes;
  return sums;
}

export interface ChatRoom {
  readonly view: ConversationView;
  /** Files and text. */
  readonly bytes: number;
  readonly mediaBytes: number;
  /** Files of its messages, the most frequent kind first; small versions are not counted. */
  readonly counts: readonly (readonly [AttachmentKind, number])[];
}

/** What each chat takes. @param textBytes by chat; empty while it is being counted */
export function sumByChat(
  views: readonly ConversationView[],
  items: readonly StoredItem[],
  textBytes: ReadonlyMap<string, number>
): ChatRoom[] {
  const byChat = Map.groupBy(items, ({ conversationId }) => conversationId);
  return views.map((view) => {
    const own = byChat.get(view.id) ?? [];
    const mediaBytes = sumBytes(own);
    return {
      view,
      mediaBytes,
      bytes: mediaBytes + (textBytes.get(view.id) ?? 0),
      counts: countKinds(own)
    };
  });
}

/** In the order they are named in, where there are as many of each. */
export const KINDS_IN_ORDER: readonly AttachmentKind[] = ['image', 'video', 'voice', 'audio', 'file'];

function countKinds(items: readonly StoredItem[]): (readonly [AttachmentKind, number])[] {
  const counts = new Map<AttachmentKind, number>();
  for (const { kind, messageId } of items) {
    if (messageId === null || kind === 'thumbnail' || kind === 'picture') continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return KINDS_IN_ORDER.flatMap((kind) => {
    const count = counts.get(kind);
    return count === undefined ? [] : [[kind, count] as const];
  }).sort(([, a], [, b]) => b - a);
}

export const CHAT_ORDERS = ['largest', 'latest', 'name'] as const;
export type ChatOrder = (typeof CHAT_ORDERS)[number];

export function sortChats(chats: readonly ChatRoom[], order: ChatOrder): ChatRoom[] {
  const largest = (a: ChatRoom, b: ChatRoom) => b.bytes - a.bytes;
  const compare: Readonly<Record<ChatOrder, (a: ChatRoom, b: ChatRoom) => number>> = {
    largest,
    latest: (a, b) => b.view.lastAtMs - a.view.lastAtMs,
    name: (a, b) => conversationName(a.view).localeCompare(conversationName(b.view))
  };
  return [...chats].sort((a, b) => compare[order](a, b) || largest(a, b));
}

/** Files of messages, largest first. @param conversationId of one chat; null: of all */
export function largestFiles(items: readonly StoredItem[], conversationId: string | null): StoredItem[] {
  return items
    .filter(({ messageId, kind }) => messageId !== null && kind !== 'thumbnail')
    .filter((item) => conversationId === null || item.conversationId === conversationId)
    .sort((a, b) => b.bytes - a.bytes);
}

/** About what clearing frees; the engine says it exactly. @param ids of chats; null: all */
export function bytesOlder(
  items: readonly StoredItem[],
  ids: ReadonlySet<string> | null,
  beforeMs: number
): number {
  return sumBytes(
    items.filter(
      ({ messageId, conversationId, keptSinceMs }) =>
        messageId !== null && keptSinceMs < beforeMs && (ids === null || ids.has(conversationId ?? ''))
    )
  );
}

/** The age to offer first: 90 days, else the greatest there is something of; null: there is nothing. */
export function firstAge(
  items: readonly StoredItem[],
  ids: ReadonlySet<string> | null,
  nowMs: number
): ClearAge | null {
  const ages = CLEAR_AGES.filter((days) => days <= 90);
  return ages.find((days) => bytesOlder(items, ids, clearBeforeMs(nowMs, days)) > 0) ?? null;
}

export function sumBytes(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** How full the browser's allowance is, 0 to 1; null where it does not say. */
export function roomShare({ used, allowed }: { used: number | null; allowed: number | null }): number | null {
  return used === null || !allowed ? null : Math.min(1, used / allowed);
}
