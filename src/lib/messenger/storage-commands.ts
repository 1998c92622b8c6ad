// What the person does about the room that files take on this device (ux.md §4.8).
import { AppError } from '../errors.ts';
import {
  chooseForConversation,
  clearMedia,
  createTextMeter,
  KEEP_MEDIA_DAYS,
  planClearing,
  type ClearedMedia,
  type ClearingTime,
  type MediaSelection,
  type MediaSum,
  type ProfileStore,
  type TextUsage
} from '../storage/index.ts';

export interface StorageCommands {
  /** What clearing would take; nothing is changed. */
  planClearing(selection: MediaSelection, signal?: AbortSignal): Promise<MediaSum>;
  /** Clears the files of some messages. @param after `next` of the answer before; null at first */
  clearMedia(selection: MediaSelection, after: string | null): Promise<ClearedMedia>;
  measureText(signal?: AbortSignal): Promise<TextUsage>;
  /** @param days one of `KEEP_MEDIA_DAYS`; null: files stay. @throws AppError `usage`; StorageError `not-found` */
  keepMedia(conversationId: string, days: number | null): Promise<void>;
}

export function createStorageCommands(deps: {
  readonly store: ProfileStore;
  readonly clock: { now(): number };
  readonly networkNow: () => Promise<number>;
  /** A rule was made. */
  readonly ringRules: () => void;
  /** Something went. */
  readonly onCleared: () => void;
}): StorageCommands {
  const { store, clock, networkNow } = deps;
  const meter = createTextMeter(store.db);

  async function time(): Promise<ClearingTime> {
    const nowMs = await networkNow();
    return { nowMs, offsetMs: clock.now() - nowMs };
  }

  return {
    planClearing: async (selection, signal) => planClearing(store, selection, await time(), signal),
    async clearMedia(selection, after) {
      const cleared = await clearMedia(store, selection, await time(), after);
      if (cleared.bytes > 0) deps.onCleared();
      return cleared;
    },
    measureText: (signal) => meter.measure(signal),
    async keepMedia(conversationId, days) {
      if (days !== null && !KEEP_MEDIA_DAYS.includes(days)) throw new AppError('usage', { retry: 'never' });
      await chooseForConversation(store, conversationId, { keepMediaDays: days });
      if (days !== null) deps.ringRules();
    }
  };
}
