// What the person does to a conversation as a whole (accounts-and-messages.md §4.1–§4.3).
import type { AccountId } from '../account-id.ts';
import {
  acceptRequest,
  answerResend,
  applyPreset,
  blockContact,
  changeSettings,
  chooseForConversation,
  DEFAULT_SETTINGS,
  deleteStoredConversation,
  enqueueSignal,
  findRequestIds,
  findUnreadTimes,
  isApproved,
  isApprovedMe,
  loadConversationContent,
  loadMeta,
  markConversationRead,
  pinConversation,
  releaseHeld,
  saveConversationDraft,
  undoPreset,
  type PresetInput,
  type ProfileStore,
  type SettingsView
} from '../storage/index.ts';
import { startByReading } from './disappear.ts';
import { parseDisplayName } from './display-name.ts';

export interface ConversationCommands {
  /** Moves the read position; with Read Receipts on, the other side is told. */
  markRead(conversationId: string, upToSort: number): Promise<void>;
  markUnread(conversationId: string): Promise<void>;
  saveDraft(conversationId: string, text: string): Promise<void>;
  /** On this device. */
  deleteConversation(conversationId: string): Promise<void>;
  /** Out of the list until something comes. */
  hide(conversationId: string): Promise<void>;
  /** @throws StorageError `too-many-pins` */
  pin(conversationId: string, pinned: boolean): Promise<void>;
  /** @param untilMs network time; null: not muted */
  mute(conversationId: string, untilMs: number | null): Promise<void>;
  setNotify(conversationId: string, notify: 'all' | 'none'): Promise<void>;
  /** @param nickname null removes it. @throws MessengerError `name-empty`, `name-too-long` */
  setNickname(conversationId: string, nickname: string | null): Promise<void>;
  /** Nothing is sent to them that is not forward secret, as long as it is on. */
  requireEnhanced(conversationId: string, on: boolean): Promise<void>;
  /** Answers a contact who asks for messages they could not read. @param send the person agrees to sending them again */
  answerResend(conversationId: string, send: boolean): Promise<void>;
  block(conversationId: string, blocked: boolean): Promise<void>;
  acceptRequest(conversationId: string): Promise<void>;
  /** Nothing is sent: whoever wrote does not learn of it. */
  declineRequest(conversationId: string): Promise<void>;
  blockRequest(conversationId: string): Promise<void>;
  clearRequests(): Promise<void>;
  changeSettings(change: Partial<SettingsView>): Promise<void>;
  /** Changes many settings at once, and keeps what they were. */
  applyPreset(preset: PresetInput): Promise<void>;
  /** Puts them back, but for what was changed since. */
  undoPreset(): Promise<void>;
}

export function createConversationCommands(deps: {
  store: ProfileStore;
  ownId: AccountId;
  networkNow: () => Promise<number>;
  ringOutbox: () => void;
  /** Timers of disappearing messages began, and our own swarm is to be told. */
  onTimersStarted: () => void;
}): ConversationCommands {
  const { store, ownId, networkNow } = deps;

  const remove = async (conversationId: string) =>
    deleteStoredConversation(store, conversationId, await networkNow());

  /** What to tell the other side was read now; nothing while receipts are off. */
  async function receiptTimes(conversationId: string, upToSort: number): Promise<readonly number[]> {
    const settings = { ...DEFAULT_SETTINGS, ...(await loadMeta(store, 'settings'))?.content };
    if (!settings.readReceipts) return [];
    const content = await loadConversationContent(store, conversationId);
    const isOpen = isApproved(content) && isApprovedMe(content) && !content.blocked;
    if (!isOpen || content.kind !== 'contact') return [];
    return (await findUnreadTimes(store, conversationId, upToSort)).timesMs;
  }

  return {
    async markRead(conversationId, upToSort) {
      const timestampsMs = await receiptTimes(conversationId, upToSort);
      const nowMs = await networkNow();
      const started = await markConversationRead(store, conversationId, upToSort, {
        nowMs,
        onRead: startByReading
      });
      if (started) deps.onTimersStarted();
      if (timestampsMs.length === 0) return;
      const outgoing = { kind: 'receipt', timestampsMs } as const;
      await enqueueSignal(store, { conversationId, ownId, nowMs, outgoing });
      deps.ringOutbox();
    },
    markUnread: (conversationId) => chooseForConversation(store, conversationId, { markedUnread: true }),
    saveDraft: (conversationId, text) => saveConversationDraft(store, conversationId, text),
    deleteConversation: remove,
    hide: (conversationId) => chooseForConversation(store, conversationId, { hidden: true }),
    pin: (conversationId, pinned) => pinConversation(store, conversationId, pinned),
    mute: (conversationId, mutedUntilMs) => chooseForConversation(store, conversationId, { mutedUntilMs }),
    setNotify: (conversationId, notify) => chooseForConversation(store, conversationId, { notify }),
    async setNickname(conversationId, text) {
      const nickname = text === null ? null : parseDisplayName(text);
      await chooseForConversation(store, conversationId, { nickname });
    },
    async requireEnhanced(conversationId, on) {
      await chooseForConversation(store, conversationId, { requireEnhanced: on });
      await releaseHeld(store, conversationId);
      deps.ringOutbox();
    },
    async answerResend(conversationId, send) {
      await answerResend(store, conversationId, send);
      deps.ringOutbox();
    },
    block: (conversationId, blocked) => blockContact(store, conversationId, blocked),
    async acceptRequest(conversationId) {
      await acceptRequest(store, { conversationId, ownId, nowMs: await networkNow() });
      deps.ringOutbox();
    },
    declineRequest: remove,
    blockRequest: (conversationId) => blockContact(store, conversationId, true),
    async clearRequests() {
      for (const conversationId of await findRequestIds(store)) await remove(conversationId);
    },
    changeSettings: (change) => changeSettings(store, change),
    applyPreset: (preset) => applyPreset(store, preset),
    undoPreset: () => undoPreset(store)
  };
}
