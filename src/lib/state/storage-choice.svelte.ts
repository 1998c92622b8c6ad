// What is chosen on the Storage screen, and the question that stands before it goes.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { clearBeforeMs } from '../storage/media-rules.ts';
import type { StoredItem } from '../storage/usage.ts';
import type { MediaSelection, MediaSum } from '../worker/protocol.ts';
import type { ClearAge } from './storage-ages.ts';
import { createStorageClearing, type Freed } from './storage-clearing.svelte.ts';
import { bytesOlder, firstAge } from './storage-sums.ts';
import type { StorageUsage } from './storage-usage.svelte.ts';
import { someNames } from './storage-words.ts';
import type { Session } from './session.svelte.ts';

/** What the dialog asks about. */
export interface AskedClearing {
  /** Null: certain files. */
  readonly age: ClearAge | null;
  /** Chats; null: all, or certain files. */
  readonly ids: ReadonlySet<string> | null;
  readonly selection: MediaSelection;
}

export interface StorageChoice {
  /** Ids of chosen chats; choosing files gives them up, and the other way round. */
  readonly chats: ReadonlySet<string>;
  /** Media ids of chosen files. */
  readonly files: Pick<ReadonlySet<string>, 'has' | 'size'>;
  readonly chosenFiles: readonly StoredItem[];
  /** The age offered for the chosen chats; null: nothing of them can go. */
  readonly age: ClearAge | null;
  /** About what that frees. */
  readonly bytes: number;
  readonly asked: AskedClearing | null;
  readonly plan: MediaSum | null;
  readonly progress: Freed | null;
  /** What came back the last time. */
  readonly freed: (Freed & { readonly error: unknown }) | null;
  beforeMs(age: ClearAge): number;
  chooseChat(conversationId: string, chosen: boolean): void;
  chooseFile(item: StoredItem, chosen: boolean): void;
  clear(): void;
  ask(what: 'all' | 'chats' | 'files'): void;
  setAge(age: ClearAge): void;
  confirm(): Promise<void>;
  end(): void;
  close(): void;
  /** The chats or files asked about, named; null: all chats. */
  whereWords(nameOf: (conversationId: string) => string): string | null;
  stop(): void;
}

/** @param onDone what is stored changed */
export function createStorageChoice(
  usage: Pick<StorageUsage, 'items' | 'nowMs'>,
  call: Session['call'],
  onDone: () => void
): StorageChoice {
  const clearing = createStorageClearing(call);
  const chats = new SvelteSet<string>();
  const files = new SvelteMap<string, StoredItem>();
  let asked = $state.raw<AskedClearing | null>(null);
  let freed = $state.raw<(Freed & { error: unknown }) | null>(null);

  const items = () => usage.items ?? [];
  const beforeMs = (age: ClearAge) => clearBeforeMs(usage.nowMs, age);
  const age = $derived(firstAge(items(), chats, usage.nowMs));

  function look(next: AskedClearing): void {
    asked = next;
    // Without a plan nothing can be confirmed.
    clearing.look(next.selection).catch(() => {});
  }

  function olderThan(days: ClearAge, ids: ReadonlySet<string> | null): AskedClearing {
    const conversationIds = ids && [...ids];
    return { age: days, ids, selection: { kind: 'older', conversationIds, beforeMs: beforeMs(days) } };
  }

  function chosenNow(): AskedClearing {
    const chosen = [...files.values()].map(({ mediaId, messageId }) => ({
      mediaId,
      messageId: messageId ?? ''
    }));
    return { age: null, ids: null, selection: { kind: 'files', files: chosen } };
  }

  return {
    chats,
    files,
    get chosenFiles() {
      return [...files.values()];
    },
    get age() {
      return age;
    },
    get bytes() {
      return age === null ? 0 : bytesOlder(items(), chats, beforeMs(age));
    },
    get asked() {
      return asked;
    },
    get plan() {
      return clearing.plan;
    },
    get progress() {
      return clearing.progress;
    },
    get freed() {
      return freed;
    },
    beforeMs,
    chooseChat(conversationId, chosen) {
      files.clear();
      if (chosen) chats.add(conversationId);
      else chats.delete(conversationId);
    },
    chooseFile(item, chosen) {
      chats.clear();
      if (chosen) files.set(item.mediaId, item);
      else files.delete(item.mediaId);
    },
    clear() {
      chats.clear();
      files.clear();
    },
    ask(what) {
      if (what === 'files') return look(chosenNow());
      const ids = what === 'all' ? null : new SvelteSet(chats);
      look(olderThan(firstAge(items(), ids, usage.nowMs) ?? 90, ids));
    },
    setAge(days) {
      if (asked) look(olderThan(days, asked.ids));
    },
    async confirm() {
      if (!asked) return;
      freed = null;
      freed = await clearing.run(asked.selection);
      asked = null;
      chats.clear();
      files.clear();
      onDone();
    },
    end: clearing.end,
    close() {
      clearing.end();
      asked = null;
    },
    whereWords(nameOf) {
      if (!asked) return null;
      if (asked.selection.kind === 'files') return someNames([...files.values()].map(({ name }) => name));
      return asked.ids && someNames([...asked.ids].map(nameOf));
    },
    stop: clearing.stop
  };
}
