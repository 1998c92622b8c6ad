// How long files stay on this device: pure rules, for the engine that clears and the page that counts.
import type { AttachmentKind, MessageState } from './views.ts';

const DAY_MS = 86_400_000;

/** What may be chosen for a chat, days; without a choice files stay. */
export const KEEP_MEDIA_DAYS: readonly number[] = [30, 90, 365];

/** What is to be cleared. Only files of messages can be; what waits to be sent stays. */
export type MediaSelection =
  | {
      readonly kind: 'older';
      /** Null: of all chats. */
      readonly conversationIds: readonly string[] | null;
      /** Network time; files that are here since then, or later, stay. */
      readonly beforeMs: number;
    }
  | {
      readonly kind: 'files';
      readonly files: readonly { readonly messageId: string; readonly mediaId: string }[];
    };

/** What clearing takes, by number and sealed bytes. */
export interface MediaSum {
  readonly files: number;
  readonly bytes: number;
  readonly byKind: Readonly<Partial<Record<AttachmentKind, number>>>;
  /** Chosen as well, but not sent yet: they stay. */
  readonly unsent: number;
}

export const NO_MEDIA: MediaSum = { files: 0, bytes: 0, byKind: {}, unsent: 0 };

/** Until when files are too old. @param nowMs network time; @param days 0: all are */
export function clearBeforeMs(nowMs: number, days: number): number {
  return nowMs - days * DAY_MS;
}

/**
 * From when on a file counts as being here: since its message was sent, or since it was loaded if that was later, so that
 * what was asked for yesterday is not taken today for its age. All are network times.
 */
export function keptSinceMs(sentAtMs: number, storedAtMs: number, nowMs: number): number {
  // The device's clock was ahead when it was stored.
  return storedAtMs > nowMs ? sentAtMs : Math.max(sentAtMs, storedAtMs);
}

/** Whether the files of a message can be spared: it is received, or sent. */
export function isClearable({ state }: { readonly state: MessageState }): boolean {
  return state === 'received' || state === 'sent';
}
