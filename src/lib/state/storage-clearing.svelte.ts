// Clearing files, message by message: exactly what first, then how far it is, then what came back.
import type { MediaSelection, MediaSum } from '../worker/protocol.ts';
import type { Session } from './session.svelte.ts';

export interface Freed {
  readonly files: number;
  readonly bytes: number;
}

export interface StorageClearing {
  /** What would go; null while it is being looked at. */
  readonly plan: MediaSum | null;
  /** What went so far; null while nothing is being cleared. */
  readonly progress: Freed | null;
  /** Looks at what a selection takes; the last one asked about counts. */
  look(selection: MediaSelection): Promise<void>;
  /** Clears it; what went until it failed or was ended is told all the same. */
  run(selection: MediaSelection): Promise<Freed & { readonly error: unknown }>;
  /** Ends it after the messages that are being cleared. */
  end(): void;
  stop(): void;
}

export function createStorageClearing(call: Session['call']): StorageClearing {
  let plan = $state.raw<MediaSum | null>(null);
  let progress = $state.raw<Freed | null>(null);
  let looking = new AbortController();
  let ended = false;

  return {
    get plan() {
      return plan;
    },
    get progress() {
      return progress;
    },
    async look(selection) {
      looking.abort();
      const { signal } = (looking = new AbortController());
      plan = null;
      try {
        const found = await call('storage.plan', selection, { signal });
        if (!signal.aborted) plan = found;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    async run(selection) {
      ended = false;
      progress = { files: 0, bytes: 0 };
      let freed: Freed = progress;
      let error: unknown = null;
      try {
        for (let next: string | null = null, first = true; first || next !== null; first = false) {
          if (ended) break;
          const step: Freed & { next: string | null } = await call('storage.clear', {
            selection,
            after: next
          });
          freed = { files: freed.files + step.files, bytes: freed.bytes + step.bytes };
          progress = freed;
          next = step.next;
        }
      } catch (caught) {
        error = caught;
      } finally {
        progress = null;
      }
      return { ...freed, error };
    },
    end: () => (ended = true),
    stop: () => looking.abort()
  };
}
