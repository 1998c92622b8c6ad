// The Exposure screen's state: rows that follow the network layer, a change that is only looked at, and the preset.
import type { AppliedPreset } from '../storage/preset-views.ts';
import type { ConversationView, SettingsView } from '../storage/views.ts';
import type { Exposure } from '../worker/protocol.ts';
import { loadPreset } from '../storage/queries-preset.ts';
import { compareRows, exposureRows, type ComparedRow, type ExposureChoices } from './exposure-rows.ts';
import { createLive } from './live.svelte.ts';
import type { ProfileState } from './profile.svelte.ts';
import type { Session } from './session.svelte.ts';

/** A change somebody thinks of. */
export interface Proposal {
  readonly settings: Partial<SettingsView>;
  /** Files load by themselves in no chat any more. */
  readonly stopLoading: boolean;
  /** Kept together, to be taken back together. */
  readonly asPreset: boolean;
}

export interface ExposureState {
  /** Undefined until the settings were read. */
  readonly rows: readonly ComparedRow[] | undefined;
  /** Device time since which the network layer has noted; null while no engine runs. */
  readonly sinceMs: number | null;
  readonly hasLock: boolean;
  /** Chats whose files load by themselves. */
  readonly loadingChats: number;
  readonly proposal: Proposal | null;
  readonly preset: AppliedPreset | null;
  propose(proposal: Proposal | null): void;
  /** Makes the proposed change. @throws AppError; the proposal stays */
  confirm(): Promise<void>;
  /** Takes the preset back. @throws AppError */
  undo(): Promise<void>;
  /** Follows the network until the returned function is called. */
  follow(): () => void;
}

/** Packets move many times a second; so often the rows are read again, milliseconds. */
const READ_EVERY_MS = 300;
/** What an event of the engine must be for the rows to be others. */
const TELLING: readonly string[] = ['path', 'packet', 'connection'];

export function createExposureState(deps: {
  readonly session: Pick<Session, 'call' | 'onEvent'>;
  readonly profile: Pick<ProfileState, 'db' | 'rowKey'>;
  readonly settings: () => SettingsView | undefined;
  readonly conversations: () => readonly ConversationView[] | undefined;
  readonly appHost: string;
}): ExposureState {
  const { session, profile } = deps;
  let facts = $state.raw<Exposure | null>(null);
  let hasLock = $state(false);
  let proposal = $state.raw<Proposal | null>(null);
  let isReading = false;
  let isStale = false;
  const preset = createLive(() => loadPreset(profile.db, profile.rowKey));

  const loading = $derived((deps.conversations() ?? []).filter(({ autoDownload }) => autoDownload));
  const choices = $derived.by((): ExposureChoices | null => {
    const settings = deps.settings();
    return settings ? { settings, hasLock, loadingChats: loading.length } : null;
  });
  const rows = $derived.by(() => {
    if (!choices) return undefined;
    const now = exposureRows(facts, deps.appHost, choices);
    if (!proposal) return compareRows(now, now);
    const settings = { ...choices.settings, ...proposal.settings };
    const loadingChats = proposal.stopLoading ? 0 : choices.loadingChats;
    return compareRows(now, exposureRows(facts, deps.appHost, { settings, hasLock, loadingChats }));
  });

  async function read(): Promise<void> {
    isStale = true;
    if (isReading) return;
    isReading = true;
    while (isStale) {
      isStale = false;
      facts = await session.call('exposure.current', {}).catch(() => facts);
      await new Promise((resolve) => setTimeout(resolve, READ_EVERY_MS));
    }
    isReading = false;
  }

  return {
    get rows() {
      return rows;
    },
    get sinceMs() {
      return facts?.sinceMs ?? null;
    },
    get hasLock() {
      return hasLock;
    },
    get loadingChats() {
      return loading.length;
    },
    get proposal() {
      return proposal;
    },
    get preset() {
      return preset.current ?? null;
    },
    propose(next) {
      proposal = next;
    },
    async confirm() {
      if (!proposal) return;
      const { settings, stopLoading, asPreset } = proposal;
      const chatIds = stopLoading ? loading.map(({ id }) => id) : [];
      if (asPreset) await session.call('preset.apply', { settings, chatIds, nowMs: Date.now() });
      else {
        if (Object.keys(settings).length > 0) await session.call('settings.change', settings);
        for (const conversationId of chatIds) {
          await session.call('conversation.autoDownload', { conversationId, on: false });
        }
      }
      proposal = null;
    },
    async undo() {
      await session.call('preset.undo', {});
    },
    follow() {
      const stop = session.onEvent((event) => {
        if (TELLING.includes(event.type)) void read();
      });
      void read();
      session.call('lock.view', {}).then(
        (lock) => (hasLock = lock.passphrase || lock.passkey !== null),
        () => {}
      );
      return () => {
        stop();
        preset.stop();
      };
    }
  };
}
