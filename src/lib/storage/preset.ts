// Many settings changed at once, with what they were before kept beside them, so that all of it can be taken back.
import { conversationChange, loadStoredConversation } from './conversation-changes.ts';
import { loadMeta, metaChange } from './meta.ts';
import { DEFAULT_SETTINGS } from './row-views.ts';
import { commitBuilt, type ChangeSet, type ProfileStore } from './store.ts';
import type { AppliedPreset } from './preset-views.ts';
import type { SettingsView } from './views.ts';

export interface PresetInput {
  readonly settings: Partial<SettingsView>;
  /** Chats whose files are no longer loaded unasked. */
  readonly chatIds: readonly string[];
  /** Device time. */
  readonly nowMs: number;
}

type Settings = Partial<Record<keyof SettingsView, unknown>>;

/**
 * Sets all of it in one transaction. What a preset set before stays remembered as it was before that one.
 * @throws StorageError `not-found` (a chat)
 */
export function applyPreset(store: ProfileStore, input: PresetInput): Promise<void> {
  return commitBuilt(store, async () => {
    const [settings, preset] = await Promise.all([loadMeta(store, 'settings'), loadMeta(store, 'preset')]);
    const current: SettingsView = { ...DEFAULT_SETTINGS, ...settings?.content };
    const earlier = preset?.content.applied ?? null;
    const changedChats = await switchDownloads(store, input.chatIds, false);
    const applied: AppliedPreset = {
      atMs: input.nowMs,
      former: { ...pick(current, input.settings), ...earlier?.former },
      set: { ...earlier?.set, ...input.settings },
      chatIds: [...new Set([...(earlier?.chatIds ?? []), ...changedChats.ids])]
    };
    return {
      changes: joined('apply preset', [
        await metaChange(store, 'settings', settings, { ...current, ...input.settings }),
        await metaChange(store, 'preset', preset, { applied }),
        ...changedChats.changes
      ]),
      result: undefined
    };
  });
}

/**
 * Puts back every value that is still what the preset made it; what the person changed since stays. Nothing when no preset
 * is applied.
 */
export function undoPreset(store: ProfileStore): Promise<void> {
  return commitBuilt(store, async () => {
    const [settings, preset] = await Promise.all([loadMeta(store, 'settings'), loadMeta(store, 'preset')]);
    const applied = preset?.content.applied;
    if (!preset || !applied) return { changes: null, result: undefined };
    const current: SettingsView = { ...DEFAULT_SETTINGS, ...settings?.content };
    const untouched = Object.entries(applied.former as Settings).filter(
      ([name]) =>
        current[name as keyof SettingsView] === (applied.set as Settings)[name as keyof SettingsView]
    );
    const changedChats = await switchDownloads(store, applied.chatIds, true);
    return {
      changes: joined('undo preset', [
        await metaChange(store, 'settings', settings, { ...current, ...Object.fromEntries(untouched) }),
        await metaChange(store, 'preset', preset, { applied: null }),
        ...changedChats.changes
      ]),
      result: undefined
    };
  });
}

function pick(current: SettingsView, named: Partial<SettingsView>): Partial<SettingsView> {
  return Object.fromEntries(Object.entries(current).filter(([name]) => Object.hasOwn(named, name)));
}

/** Chats that are gone are passed over. */
async function switchDownloads(store: ProfileStore, chatIds: readonly string[], autoDownload: boolean) {
  const ids: string[] = [];
  const changes: Partial<ChangeSet>[] = [];
  for (const id of chatIds) {
    const loaded = await loadStoredConversation(store, id).catch(() => null);
    if (!loaded || (loaded.content.autoDownload ?? false) === autoDownload) continue;
    ids.push(id);
    changes.push(await conversationChange(store, loaded, { ...loaded.content, autoDownload }));
  }
  return { ids, changes };
}

function joined(name: string, parts: readonly Partial<ChangeSet>[]): ChangeSet {
  return {
    name,
    by: 'any',
    expect: parts.flatMap((part) => part.expect ?? []),
    put: parts.flatMap((part) => part.put ?? [])
  };
}
