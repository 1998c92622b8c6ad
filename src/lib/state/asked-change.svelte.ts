// A change of settings, made at once where no row of the Exposure screen depends on it and asked about first where one does.
import type { SettingsView } from '../storage/views.ts';
import { rowsChangedBy, type ComparedRow } from './exposure-rows.ts';

export interface AskedChange {
  /** What waits for an answer; null while nothing does. */
  readonly asked: { readonly change: string; readonly rows: readonly ComparedRow[] } | null;
  /**
   * @param change what would be set, as a sentence for the question
   * @returns false when it is asked about first
   */
  make(part: Partial<SettingsView>, change: string): boolean;
  confirm(): void;
  close(): void;
}

/** @param set makes a change; it tells the person itself when that fails */
export function createAskedChange(
  settings: () => SettingsView | undefined,
  set: (part: Partial<SettingsView>) => void
): AskedChange {
  let waiting = $state.raw<{
    part: Partial<SettingsView>;
    change: string;
    rows: readonly ComparedRow[];
  } | null>(null);

  return {
    get asked() {
      return waiting;
    },
    make(part, change) {
      const current = settings();
      const rows = current ? rowsChangedBy(current, part) : [];
      if (rows.length === 0) set(part);
      else waiting = { part, change, rows };
      return waiting === null;
    },
    confirm() {
      if (waiting) set(waiting.part);
    },
    close: () => (waiting = null)
  };
}
