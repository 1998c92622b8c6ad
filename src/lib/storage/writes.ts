// Write side, used by the engine alone; each function is one transaction. Rows are sealed before it begins.
export {
  deleteStoredConversation,
  emptyConversation,
  ensureConversation,
  findConversation,
  saveConversationDraft,
  updateConversation,
  type LoadedConversation,
  type LoadedMessage
} from './conversation-changes.ts';
export {
  deleteStoredMessage,
  deleteStoredMessages,
  loadMessage,
  loadStoredMessages,
  messageUpdate,
  updateStoredMessage
} from './message-changes.ts';
export { deletedPlaceholder, deleteForEveryone, deleteOnMyDevices } from './message-deletion.ts';
export { type NewChore } from './chores.ts';
export { DEFAULT_SETTINGS, isApproved, isApprovedMe, NO_TIMER, ownFiles, requestState } from './row-views.ts';
export {
  blockContact,
  changeSettings,
  chooseForConversation,
  findAcceptedContacts,
  findRequestIds,
  findUnreadTimes,
  loadConversationContent,
  MAX_PINNED,
  noteKeysProblem,
  pinConversation,
  type ConversationChoice
} from './conversation-settings.ts';
export {
  acceptRequest,
  enqueueMessage,
  enqueueSignal,
  enqueueTimer,
  takeSendTime
} from './outbox-enqueue.ts';
export { applyPreset, undoPreset, type PresetInput } from './preset.ts';
export type { Enqueue, NewMessage } from './outbox-entry.ts';
export {
  failEntry,
  finishCopy,
  finishDelivery,
  loadLane,
  loadOutboxHeads,
  markEntrySending,
  postponeEntry,
  requeueInterrupted,
  retryMessage,
  saveSealedEntry,
  type OutboxEntry
} from './outbox-changes.ts';
export { answerResend, findResendable, MAX_RESENT, noteResendRequest } from './resend-rows.ts';
export { allowClassic, holdEntry, releaseHeld } from './outbox-holding.ts';
export { loadCursors, pruneInbox } from './cursors.ts';
export {
  authorTimeKey,
  loadInboxSnapshot,
  type InboxSnapshot,
  type WantedMessage,
  type WantedRow
} from './inbox-snapshot.ts';
export {
  saveInbox,
  type InboxChanges,
  type InboxEvent,
  type InboxResult,
  type ReceivedMessage
} from './inbox-changes.ts';
export {
  findDeletedAccounts,
  saveConfigs,
  updateConfigRows,
  type ConfigRowChanges,
  type ConfigRowName,
  type ConfigSnapshot,
  type ConversationCache
} from './config-rows.ts';
export { sortAfterTime } from './message-key.ts';
export type { AwaitedFile, ConfigRowContent } from './meta.ts';
export { findSeen, type SeenLookup } from './seen.ts';
export {
  choreChange,
  choreChanges,
  dropChore,
  finishShortening,
  loadNextChore,
  MAX_CHORE_HASHES,
  postponeChore,
  type Chore
} from './chores.ts';
export { markConversationRead, type OnRead } from './read-changes.ts';
export { deadlinePart, loadNextDeadline, removeDueMessages } from './deadlines.ts';
export { isWantedFile } from './media-changes.ts';
export {
  describeStaged,
  enqueueWithFiles,
  incomingOwner,
  saveDownloaded,
  saveDownloadFailure,
  saveUploaded,
  type LoadedFile
} from './attachment-changes.ts';
export {
  applyMediaRules,
  clearMedia,
  planClearing,
  type ClearedMedia,
  type ClearingTime
} from './media-clearing.ts';
export { KEEP_MEDIA_DAYS, type MediaSelection, type MediaSum } from './media-rules.ts';
export { hasRoom } from './pressure.ts';
export { createTextMeter, type TextMeter, type TextUsage } from './usage-text.ts';
export {
  formerOwnPictures,
  laterProfileTime,
  loadContactPictures,
  OWN_PICTURE_OWNER,
  ownPictureAddress,
  pictureOwner,
  saveAwaitedPicture,
  saveContactPicture,
  saveOwnPictureUpload,
  setOwnPicture,
  type ContactPicture,
  type PictureAddress
} from './picture-changes.ts';
