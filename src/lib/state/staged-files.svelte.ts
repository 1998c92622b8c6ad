// Files that wait in the composer (ux.md §4.4): what is shown of each, and what is sent.
import type { AttachmentKind } from '../storage/views.ts';
import { chosenKind, MAX_FILES, sentName } from './file-rules.ts';
import { readyFile, type PictureTools, type ReadyFile, type ReadyResult } from './ready-file.ts';

export interface StagedFile {
  readonly id: number;
  readonly name: string;
  readonly kind: AttachmentKind;
  readonly state: 'preparing' | 'ready' | 'too-large' | 'failed';
  /** Of what is sent, else of what was chosen. */
  readonly bytes: number;
  /** Of what was chosen, where the picture lost detail; null otherwise. */
  readonly bytesBefore: number | null;
  /** Nothing is in it but the picture. */
  readonly cleaned: boolean;
  readonly madeStill: boolean;
  /** A smaller version can be made. */
  readonly canShrink: boolean;
  readonly problem: 'empty' | 'unreadable' | null;
  /** Of its picture; null without one. */
  readonly url: string | null;
  readonly caption: string;
}

export interface StagedFiles {
  readonly all: readonly StagedFile[];
  /** More were chosen than go with one message. */
  readonly overflow: boolean;
  add(files: readonly File[]): void;
  remove(id: number): void;
  describe(id: number, caption: string): void;
  /** Makes a picture that is too large smaller. */
  shrink(id: number): void;
  /** Null while one is not ready or cannot be sent. */
  take(): readonly (ReadyFile & { readonly caption: string })[] | null;
  clear(): void;
}

interface Entry extends StagedFile {
  readonly source: File;
  readonly ready: ReadyFile | null;
}

/** @param loadTools once a picture is chosen */
export function createStagedFiles(loadTools: () => Promise<PictureTools>): StagedFiles {
  let entries = $state.raw<readonly Entry[]>([]);
  let overflow = $state(false);
  let nextId = 1;

  function change(id: number, part: Partial<Entry>): void {
    entries = entries.map((entry) => (entry.id === id ? { ...entry, ...part } : entry));
  }

  async function prepare(id: number, shrinks: boolean): Promise<void> {
    const source = entries.find((entry) => entry.id === id)?.source;
    if (!source) return;
    change(id, { state: 'preparing' });
    const result = await readyFile(source, shrinks, loadTools);
    if (entries.some((entry) => entry.id === id)) change(id, shown(source, result));
  }

  return {
    get all() {
      return entries;
    },
    get overflow() {
      return overflow;
    },
    add(files) {
      const room = Math.max(0, MAX_FILES - entries.length);
      overflow = files.length > room;
      const added = files.slice(0, room).map((source) => fresh(nextId++, source));
      entries = [...entries, ...added];
      // One after the other: each may take tens of megabytes.
      void added.reduce((before, { id }) => before.then(() => prepare(id, false)), Promise.resolve());
    },
    remove(id) {
      entries.filter((entry) => entry.id === id).forEach(release);
      entries = entries.filter((entry) => entry.id !== id);
      overflow = false;
    },
    describe: (id, caption) => change(id, { caption }),
    shrink: (id) => void prepare(id, true),
    take() {
      const taken = entries.map(({ ready, caption }) => ready && { ...ready, caption: caption.trim() });
      return taken.every((one) => one !== null) ? taken : null;
    },
    clear() {
      entries.forEach(release);
      entries = [];
      overflow = false;
    }
  };
}

function release({ url }: StagedFile): void {
  if (url !== null) URL.revokeObjectURL(url);
}

function fresh(id: number, source: File): Entry {
  return {
    id,
    source,
    name: sentName(source.name, source.type),
    kind: chosenKind(source),
    state: 'preparing',
    bytes: source.size,
    bytesBefore: null,
    cleaned: false,
    madeStill: false,
    canShrink: false,
    problem: null,
    url: null,
    caption: '',
    ready: null
  };
}

function shown(source: File, result: ReadyResult): Partial<Entry> {
  switch (result.state) {
    case 'failed':
      return { state: 'failed', problem: result.problem };
    case 'too-large':
      return { state: 'too-large', canShrink: result.canShrink };
    case 'ready': {
      const { ready, kind, facts } = result;
      return {
        state: 'ready',
        kind,
        ready,
        name: ready.name,
        bytes: ready.file.size,
        bytesBefore: facts.reduced ? source.size : null,
        cleaned: facts.cleaned,
        madeStill: facts.madeStill,
        url: ready.thumbnail ? URL.createObjectURL(ready.thumbnail) : null
      };
    }
  }
}
