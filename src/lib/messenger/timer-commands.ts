// What the person decides about disappearing messages (accounts-and-messages.md §4.10).
import type { AccountId } from '../account-id.ts';
import {
  enqueueTimer,
  loadConversationContent,
  type ProfileStore,
  type TimerMode
} from '../storage/index.ts';
import { parseTimer } from './timers.ts';

export interface TimerCommands {
  /**
   * For what we send from now on; the other side is told, and decides for itself.
   * @param seconds any positive number, as others may use it; not looked at with `off`
   * @throws MessengerError `timer-invalid`; StorageError `not-found`
   */
  setTimer(conversationId: string, mode: TimerMode, seconds: number): Promise<void>;
}

export function createTimerCommands(deps: {
  store: ProfileStore;
  ownId: AccountId;
  networkNow: () => Promise<number>;
  ringOutbox: () => void;
}): TimerCommands {
  const { store, ownId } = deps;
  return {
    async setTimer(conversationId, mode, seconds) {
      const { kind } = await loadConversationContent(store, conversationId);
      const timer = parseTimer(mode, seconds, kind === 'note-to-self');
      await enqueueTimer(store, { conversationId, ownId, nowMs: await deps.networkNow(), timer });
      deps.ringOutbox();
    }
  };
}
