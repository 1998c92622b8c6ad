// What screens are told of a preset: plain data.
import type { SettingsView } from './views.ts';

/** What a preset has changed, and what that was before. */
export interface AppliedPreset {
  /** Device time. */
  readonly atMs: number;
  readonly former: Partial<SettingsView>;
  readonly set: Partial<SettingsView>;
  /** Chats whose files were loaded unasked. */
  readonly chatIds: readonly string[];
}
