// Write side, used by the engine alone; each function is one transaction. Rows are sealed before it begins.
export {
  deleteStoredConversation,
  emptyConversation,
  ensureConversation,
  markConversationRead,
  saveConversationDraft,
  type LoadedConversation
} from './conversation-changes.ts';
export { deleteStoredMessage } from './message-changes.ts';
export {
  enqueueMessage,
  failEntry,
  finishCopy,
  finishDelivery,
  loadOutboxHeads,
  markEntrySending,
  postponeEntry,
  requeueInterrupted,
  retryMessage,
  saveSealedEntry,
  type OutboxEntry
} from './outbox-changes.ts';
export {
  authorTimeKey,
  loadCursors,
  loadInboxSnapshot,
  pruneInbox,
  saveInbox,
  type InboxChanges,
  type InboxResult,
  type InboxSnapshot,
  type ReceivedMessage,
  type WantedMessage
} from './inbox-changes.ts';
export { findSeen, type SeenLookup } from './seen.ts';
