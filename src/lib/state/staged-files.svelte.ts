// Files that wait in the composer (ux.md §4.4): each is made ready, sealed into this profile's storage, and stays there
// until it is sent or taken away, so that a reload finds it again.
/* eslint-disable svelte/prefer-svelte-reactivity -- only what is shown is followed, not the books kept beside it */
import { errorCode } from '../errors.ts';
import type { TrayFile } from '../storage/queries-tray.ts';
import type { TrayFacts } from '../storage/media-rows.ts';
import type { AttachmentKind } from '../storage/views.ts';
import { chosenKind, MAX_FILES, sentName } from './file-rules.ts';
import type { FileCounts } from './unready-files.ts';
import { readyFile, type PictureTools, type ReadyFile, type ReadyResult } from './ready-file.ts';

export interface StagedFile {
  /** Random; the same after a reload. */
  readonly key: string;
  readonly name: string;
  readonly kind: AttachmentKind;
  readonly state: 'preparing' | 'ready' | 'too-large' | 'failed';
  /** It goes with a message that was sent, as soon as all its files are ready. */
  readonly leaving: boolean;
  /** Of what is sent, else of what was chosen. */
  readonly bytes: number;
  /** Of what was chosen, where the picture lost detail; null otherwise. */
  readonly bytesBefore: number | null;
  /** Nothing is in it but the picture. */
  readonly cleaned: boolean;
  readonly madeStill: boolean;
  /** A smaller version can be made. */
  readonly canShrink: boolean;
  readonly problem: 'empty' | 'unreadable' | 'quota' | 'other' | null;
  /** Of its picture; null without one. */
  readonly url: string | null;
  readonly caption: string;
}

export interface StagedFiles {
  readonly all: readonly StagedFile[];
  /** More were chosen than go with one message. */
  readonly overflow: boolean;
  add(files: readonly File[]): void;
  remove(key: string): void;
  describe(key: string, caption: string): void;
  /** Keeps now what is typed on pictures. */
  keep(): void;
  /** Makes a picture that is too large smaller. */
  shrink(key: string): void;
  /** What is stored for this conversation, whenever that changes: here before a reload, or in another tab. */
  follow(stored: readonly TrayFile[]): void;
  /** All that wait now go with the next message. @returns their keys */
  depart(): readonly string[];
  /** Resolves once those are ready and sealed. @returns ids for the message, in order; null when one cannot be sent */
  settled(keys: readonly string[]): Promise<readonly string[] | null>;
  /** They are not sent after all. */
  stay(keys: readonly string[]): void;
  /** They were sent. */
  sent(keys: readonly string[]): void;
  /** Nothing is shown any more; what is being made ready is still sealed, for the next time. */
  stop(): void;
}

export interface StagedFilesDeps {
  /** Once a picture is chosen. */
  readonly loadTools: () => Promise<PictureTools>;
  /** Seals a file. @returns its id */
  readonly stage: (
    file: ReadyFile & { readonly caption: string; readonly tray: TrayFacts }
  ) => Promise<string>;
  readonly unstage: (stagedId: string) => Promise<void>;
  readonly describe: (stagedId: string, caption: string) => Promise<void>;
  /** So many are not stored, and end with the page. */
  readonly noteUnready: (counts: FileCounts) => void;
  /** A stored thumbnail. */
  readonly picture: (mediaId: string) => Promise<Blob>;
}

interface Entry extends StagedFile {
  readonly order: number;
  /** Null for one that was stored before. */
  readonly source: File | null;
  readonly stagedId: string | null;
}

/** What is typed on a picture is kept this long after the last key, milliseconds. */
const CAPTION_DELAY_MS = 400;

export function createStagedFiles(deps: StagedFilesDeps): StagedFiles {
  let entries = $state.raw<readonly Entry[]>([]);
  let overflow = $state(false);
  let stopped = false;
  let lastOrder = 0;
  let work: Promise<unknown> = Promise.resolve();
  /** Taken away: what is still stored of them does not come back. */
  const removed = new Set<string>();
  /** Ids of files that were stored when last told, and of all that ever were: those that were not yet told stay. */
  let stored: ReadonlySet<string> = new Set();
  const told = new Set<string>();
  const captions = new Map<string, ReturnType<typeof setTimeout>>();
  const waiting = new Set<() => void>();

  const find = (key: string) => entries.find((entry) => entry.key === key);

  function set(next: readonly Entry[]): void {
    entries = next;
    const unready = next.filter(({ state }) => state === 'preparing').length;
    const refused = next.filter(({ state }) => state === 'too-large' || state === 'failed').length;
    deps.noteUnready({ unready, refused });
    for (const look of [...waiting]) look();
  }

  function change(key: string, part: Partial<Entry>): void {
    set(entries.map((entry) => (entry.key === key ? { ...entry, ...part } : entry)));
  }

  function drop(keys: readonly string[]): void {
    for (const key of keys) {
      clearTimeout(captions.get(key));
      captions.delete(key);
      const url = find(key)?.url;
      if (url) URL.revokeObjectURL(url);
    }
    set(entries.filter(({ key }) => !keys.includes(key)));
  }

  async function prepare(key: string, shrinks: boolean): Promise<void> {
    const source = find(key)?.source;
    if (!source) return;
    change(key, { state: 'preparing' });
    const result = await readyFile(source, shrinks, deps.loadTools);
    const entry = find(key);
    if (!entry) return;
    if (result.state !== 'ready') return change(key, refused(result));
    const { ready, kind, facts } = result;
    const { order, caption } = entry;
    const { cleaned, madeStill } = facts;
    const bytesBefore = facts.reduced ? source.size : null;
    try {
      const tray = { key, order, bytesBefore, cleaned, madeStill };
      const stagedId = await deps.stage({ ...ready, caption, tray });
      if (removed.has(key)) return void deps.unstage(stagedId).catch(() => {});
      if (!find(key)) return;
      const url = ready.thumbnail && !stopped ? URL.createObjectURL(ready.thumbnail) : null;
      const shown = { kind, name: ready.name, bytes: ready.file.size, bytesBefore, cleaned, madeStill, url };
      change(key, { ...shown, state: 'ready', stagedId });
      if (find(key)?.caption !== caption) keepCaption(key);
    } catch (error) {
      change(key, { state: 'failed', problem: errorCode(error) === 'quota' ? 'quota' : 'other' });
    }
  }

  /** One after the other: each may take tens of megabytes. */
  function enlist(key: string, shrinks: boolean): void {
    work = work.then(() => prepare(key, shrinks)).catch(() => {});
  }

  function keepCaption(key: string): void {
    clearTimeout(captions.get(key));
    captions.set(
      key,
      setTimeout(() => void saveCaption(key).catch(() => {}), CAPTION_DELAY_MS)
    );
  }

  async function saveCaption(key: string): Promise<void> {
    clearTimeout(captions.get(key));
    captions.delete(key);
    const entry = find(key);
    if (entry?.stagedId) await deps.describe(entry.stagedId, entry.caption);
  }

  async function showPicture(key: string, thumbnailId: string): Promise<void> {
    const picture = await deps.picture(thumbnailId);
    if (!stopped && find(key)?.url === null) change(key, { url: URL.createObjectURL(picture) });
  }

  /** @returns undefined while one is not ready */
  function idsOf(keys: readonly string[]): readonly string[] | null | undefined {
    // One that was taken away meanwhile does not go.
    const going = entries.filter(({ key }) => keys.includes(key));
    if (going.some(({ state }) => state === 'failed' || state === 'too-large')) return null;
    const ids = going.map(({ stagedId }) => stagedId).filter((id) => id !== null);
    return ids.length === going.length ? ids : undefined;
  }

  /** Sent or taken away in another tab. */
  function dropVanished(): void {
    const isGone = ({ stagedId, leaving }: Entry) =>
      stagedId !== null && !leaving && told.has(stagedId) && !stored.has(stagedId);
    drop(entries.filter(isGone).map(({ key }) => key));
  }

  const mark = (keys: readonly string[], leaving: boolean) =>
    set(entries.map((entry) => (keys.includes(entry.key) ? { ...entry, leaving } : entry)));

  return {
    get all() {
      return entries;
    },
    get overflow() {
      return overflow;
    },
    add(files) {
      const room = Math.max(0, MAX_FILES - entries.filter(({ leaving }) => !leaving).length);
      overflow = files.length > room;
      const added = files.slice(0, room).map((source) => fresh(source, nextOrder()));
      set([...entries, ...added]);
      for (const { key } of added) enlist(key, false);
    },
    remove(key) {
      removed.add(key);
      const stagedId = find(key)?.stagedId;
      drop([key]);
      overflow = false;
      // What could not be removed is swept up later.
      if (stagedId) deps.unstage(stagedId).catch(() => {});
    },
    describe(key, caption) {
      change(key, { caption });
      keepCaption(key);
    },
    keep() {
      for (const key of [...captions.keys()]) saveCaption(key).catch(() => {});
    },
    shrink: (key) => enlist(key, true),
    follow(files) {
      if (stopped) return;
      stored = new Set(files.map(({ id }) => id));
      for (const id of stored) told.add(id);
      dropVanished();
      const known = new Set([...entries.map(({ key }) => key), ...removed]);
      const found = files.filter(({ staged }) => !known.has(staged.tray.key)).map(restored);
      if (found.length === 0) return;
      lastOrder = Math.max(lastOrder, ...found.map(({ order }) => order));
      set([...entries, ...found].sort((a, b) => a.order - b.order));
      for (const { key, thumbnailMediaId } of found) {
        if (thumbnailMediaId !== null) showPicture(key, thumbnailMediaId).catch(() => {});
      }
    },
    depart() {
      const keys = entries.filter(({ leaving }) => !leaving).map(({ key }) => key);
      mark(keys, true);
      overflow = false;
      return keys;
    },
    async settled(keys) {
      const ids = await new Promise<readonly string[] | null>((resolve) => {
        const look = () => {
          const found = idsOf(keys);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
      for (const key of keys) if (captions.has(key)) await saveCaption(key);
      return ids;
    },
    stay(keys) {
      mark(keys, false);
      dropVanished();
    },
    sent(keys) {
      for (const key of keys) removed.add(key);
      drop(keys);
    },
    stop() {
      stopped = true;
      for (const { key, url } of entries) {
        if (url !== null) URL.revokeObjectURL(url);
        if (captions.has(key)) saveCaption(key).catch(() => {});
      }
    }
  };

  function nextOrder(): number {
    lastOrder = Math.max(lastOrder + 1, Date.now());
    return lastOrder;
  }
}

function fresh(source: File, order: number): Entry {
  return {
    key: crypto.randomUUID(),
    order,
    source,
    stagedId: null,
    name: sentName(source.name, source.type),
    kind: chosenKind(source),
    state: 'preparing',
    leaving: false,
    bytes: source.size,
    bytesBefore: null,
    cleaned: false,
    madeStill: false,
    canShrink: false,
    problem: null,
    url: null,
    caption: ''
  };
}

function restored({ id, kind, name, bytes, staged }: TrayFile) {
  const { key, order, bytesBefore, cleaned, madeStill } = staged.tray;
  return {
    key,
    order,
    source: null,
    stagedId: id,
    name,
    kind: kind === 'thumbnail' || kind === 'picture' ? ('image' as const) : kind,
    state: 'ready' as const,
    leaving: false,
    bytes,
    bytesBefore,
    cleaned,
    madeStill,
    canShrink: false,
    problem: null,
    url: null,
    caption: staged.caption ?? '',
    thumbnailMediaId: staged.thumbnailMediaId
  };
}

function refused(result: Exclude<ReadyResult, { state: 'ready' }>): Partial<Entry> {
  return result.state === 'failed'
    ? { state: 'failed', problem: result.problem }
    : { state: 'too-large', canShrink: result.canShrink };
}
