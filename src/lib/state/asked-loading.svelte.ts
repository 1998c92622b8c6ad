// Whether files of a chat load by themselves: switched at once where no row of the Exposure screen depends on it, and asked
// about first where one does.
import type { ConversationView, SettingsView } from '../storage/views.ts';
import { exposure as text } from '../text/en/exposure.ts';
import type { AskedChange } from './asked-change.svelte.ts';
import { rowsChangedByLoading, type ComparedRow } from './exposure-rows.ts';
import type { Session } from './session.svelte.ts';

type Chat = Pick<ConversationView, 'id' | 'autoDownload'>;

export interface AskedLoading extends Pick<AskedChange, 'asked' | 'confirm' | 'close'> {
  /** Switches it, or has `asked` hold what that would change. @returns false while it stays as it is */
  turn(chat: Chat, on: boolean): Promise<boolean>;
  /** Rows that switching it would change; none where it may be switched without asking. */
  rowsOf(chat: Chat, on: boolean): Promise<ComparedRow[]>;
}

/** @param fail tells the person that a chat could not be switched */
export function createAskedLoading(deps: {
  readonly call: Session['call'];
  readonly settings: () => SettingsView | undefined;
  readonly conversations: () => readonly ConversationView[] | undefined;
  readonly fail: (error: unknown) => void;
}): AskedLoading {
  const { call, fail } = deps;
  let waiting = $state.raw<{
    chat: Chat;
    on: boolean;
    change: string;
    rows: readonly ComparedRow[];
  } | null>(null);

  async function rowsOf(chat: Chat, on: boolean): Promise<ComparedRow[]> {
    const settings = deps.settings();
    if (!settings) return [];
    const facts = await call('exposure.current', {}).catch(() => null);
    const others = (deps.conversations() ?? []).filter(
      ({ id, autoDownload }) => autoDownload && id !== chat.id
    ).length;
    const countWith = (loads: boolean) => others + (loads ? 1 : 0);
    return rowsChangedByLoading(facts, settings, countWith(chat.autoDownload), countWith(on));
  }

  async function set(chat: Chat, on: boolean): Promise<boolean> {
    try {
      await call('conversation.autoDownload', { conversationId: chat.id, on });
      return true;
    } catch (error) {
      fail(error);
      return false;
    }
  }

  return {
    get asked() {
      return waiting;
    },
    rowsOf,
    async turn(chat, on) {
      const rows = await rowsOf(chat, on);
      if (rows.length === 0) return set(chat, on);
      waiting = { chat, on, change: on ? text.loadingHere : text.noLoadingHere, rows };
      return false;
    },
    confirm() {
      if (waiting) void set(waiting.chat, waiting.on);
    },
    close: () => (waiting = null)
  };
}
