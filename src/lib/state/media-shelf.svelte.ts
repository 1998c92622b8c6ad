// Stored files as addresses the page can show. An address lives while something holds it, and a little longer, since
// lines of the timeline come and go while one scrolls.
import { getContext, setContext } from 'svelte';
import type { MediaReader } from '../storage/media-reader.ts';

/** An address nobody holds is kept this long, milliseconds. */
const LINGER_MS = 10_000;

export interface HeldMedia {
  /** Undefined while it is being read, null when it is not here. */
  readonly url: string | null | undefined;
  /** Once, when it is no longer shown. */
  release(): void;
}

export interface MediaShelf {
  hold(mediaId: string): HeldMedia;
  /** The whole file. @throws StorageError `not-found`, `row-damaged` */
  blob(mediaId: string): Promise<Blob>;
  /** Takes all addresses back. */
  close(): void;
}

export interface UrlMaker {
  createObjectURL(blob: Blob): string;
  revokeObjectURL(url: string): void;
}

interface Entry {
  url: string | null | undefined;
  holders: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** @param openReader loads what reads stored files, when the first one is shown */
export function createMediaShelf(
  openReader: () => Promise<Pick<MediaReader, 'blob'>>,
  urls: UrlMaker = URL
): MediaShelf {
  // Whoever holds an address follows that one alone, not the whole shelf.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  const entries = new Map<string, Entry>();
  let reader: ReturnType<typeof openReader> | undefined;
  let closed = false;

  async function blob(mediaId: string): Promise<Blob> {
    reader ??= openReader();
    try {
      return (await reader).blob(mediaId);
    } catch (error) {
      reader = undefined;
      throw error;
    }
  }

  function drop(mediaId: string, entry: Entry): void {
    clearTimeout(entry.timer);
    if (entries.get(mediaId) === entry) entries.delete(mediaId);
    if (typeof entry.url === 'string') urls.revokeObjectURL(entry.url);
    entry.url = null;
  }

  function make(mediaId: string): Entry {
    let url = $state<string | null | undefined>(undefined);
    // Only the address is followed: counting holders in an effect must not start that effect again.
    const entry: Entry = {
      get url() {
        return url;
      },
      set url(value) {
        url = value;
      },
      holders: 0,
      timer: undefined
    };
    blob(mediaId).then(
      (file) => {
        if (!closed && entries.get(mediaId) === entry) entry.url = urls.createObjectURL(file);
      },
      () => {
        // Asked again by whoever comes next: it may be here by then.
        entry.url = null;
        if (entries.get(mediaId) === entry) entries.delete(mediaId);
      }
    );
    return entry;
  }

  return {
    hold(mediaId) {
      const entry = entries.get(mediaId) ?? make(mediaId);
      entries.set(mediaId, entry);
      clearTimeout(entry.timer);
      entry.holders += 1;
      let held = true;
      return {
        get url() {
          return entry.url;
        },
        release() {
          if (!held) return;
          held = false;
          entry.holders -= 1;
          if (entry.holders === 0) entry.timer = setTimeout(() => drop(mediaId, entry), LINGER_MS);
        }
      };
    },
    blob,
    close() {
      closed = true;
      for (const [mediaId, entry] of entries) drop(mediaId, entry);
    }
  };
}

/** The address of what `mediaId` names, for as long as the component that asks lives. Called while it is made. */
export function followMedia(
  shelf: MediaShelf | undefined,
  mediaId: () => string | null
): { readonly url: string | null | undefined } {
  let held = $state.raw<HeldMedia | null>(null);
  $effect(() => {
    const id = mediaId();
    const now = id === null || !shelf ? null : shelf.hold(id);
    held = now;
    return () => now?.release();
  });
  return {
    get url() {
      if (held) return held.url;
      return mediaId() === null ? null : undefined;
    }
  };
}

const KEY = Symbol('media shelf');

export function provideMediaShelf(shelf: MediaShelf): MediaShelf {
  return setContext(KEY, shelf);
}

/** Undefined outside an open profile. */
export function useMediaShelf(): MediaShelf | undefined {
  return getContext<MediaShelf | undefined>(KEY);
}
