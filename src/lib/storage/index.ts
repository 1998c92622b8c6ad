// The storage floor: sealed rows of a profile. Nothing above knows the table layout.
export { StorageError, storageError, type StorageErrorCode } from './errors.ts';
export type { IndexedDbEnvironment, ProfileDatabase } from './schema.ts';
export type {
  ChoreContent,
  ChoreRow,
  ConversationContent,
  CursorContent,
  MessageContent,
  OutboxContent,
  OutgoingContent,
  OwnPicture,
  ProfileContent,
  StoredAttachment,
  StoredReaction
} from './rows.ts';
export { COPY_LANE } from './rows.ts';
export {
  listDrafts,
  listProfiles,
  openProfileList,
  type ProfileListDatabase,
  type WakeUp
} from './profile-list.ts';
export { recordWakeUp } from './wake-log.ts';
export { dropDraft, finishErasure, finishErasures, shredProfile } from './profile-erasure.ts';
export {
  findProfileOf,
  findProfileOfAccount,
  loadProfileSummary,
  type ProfileSummary
} from './profile-summary.ts';
export {
  createOpfsSlotFiles,
  createRecordSlotFiles,
  withRecordFallback,
  type SlotFiles
} from './slot-files.ts';
export {
  createKeySlots,
  createProfileSlots,
  FIRST_KEY_SLOT,
  type KeySlots,
  type ProfileSlots
} from './profile-slots.ts';
export {
  createDraftProfile,
  createProfile,
  databaseNameOf,
  hidePhrase,
  isPhraseHidden,
  loadAccountSeed,
  openProfile,
  type Keyring,
  type StorageEnvironment
} from './profiles.ts';
export {
  isLocked,
  loadLock,
  mendLock,
  openRoot,
  removeWayIn,
  setPasskey,
  setPassphrase,
  setWipeCode,
  wipeBehindLock,
  type Opening,
  type ProfileLock,
  type Proof
} from './profile-locks.ts';
export { clearAttempts, countAttempt, loadFailures } from './profile-attempts.ts';
export { randomId, type ProfileStore } from './store.ts';
export { openShreddable, sealShreddable, shredOthers, type SealedSecret } from './shreddable.ts';
export { loadMeta, raiseEpoch, updateMeta, type OfficialSlotContent } from './meta.ts';
export { loadDevicesContent, updateDevicesContent } from './device-rows.ts';
export { loadDevices, loadHeldView } from './queries-devices.ts';
export type * from './device-views.ts';
export { addNotice, addOwnNotice } from './own-notices.ts';
export { findPeers, loadPeer, updatePeer } from './peer-rows.ts';
export {
  dropHeld,
  forgetCursors,
  keepHeld,
  loadHeld,
  loadHeldState,
  markCameAgain,
  MAX_HELD,
  updateHeldState,
  type HeldMessage
} from './held-rows.ts';
export type { HeldState, HeldView } from './held-views.ts';
export { DORMANT_DAYS, loadForwardSecrecy, loadKeyRules, type KeyRules } from './forward-secrecy.ts';
export * from './queries.ts';
export * from './writes.ts';
export {
  createMediaStore,
  type MediaRemoval,
  type MediaSource,
  type MediaStore,
  type NewMedia
} from './media.ts';
export { createOpfsMediaFiles, createRecordMediaFiles, type MediaFiles } from './media-files.ts';
export {
  createMediaReader,
  INLINE_MEDIA_TYPES,
  type MediaFacts,
  type MediaPlaces,
  type MediaReader
} from './media-reader.ts';
export {
  MAX_MEDIA_BYTES,
  stagedOwner,
  type MediaKind,
  type StagedFile,
  type TrayFacts
} from './media-rows.ts';
export { conversationOfKey, MAX_TIMESTAMP_MS, timeOfSort } from './message-key.ts';
export { createSearchIndex, type SearchIndex } from './search-index.ts';
export {
  MAX_SEARCH_HITS,
  type SearchHit,
  type SearchInput,
  type SearchPage,
  type SearchPosition
} from './search-query.ts';
export { highlightRanges, type TextRange } from './search-text.ts';
export { findDaysWithMessages, findMessageAtDate } from './search-date.ts';
export { removeConversationFromSearch, searchRemoval, SEARCH_TABLES } from './search-changes.ts';
export {
  countForBackup,
  loadProfileForBackup,
  readConversations,
  readGraves,
  readMessages,
  type ConversationForBackup
} from './backup-read.ts';
export {
  beginConversationImport,
  mergeConversationChoices,
  noteImport,
  saveImportedConfig,
  saveImportedProfile,
  type ConversationImport,
  type ImportContext,
  type ImportedConversation,
  type ImportedMessage
} from './backup-write.ts';
export { createExportFiles, type ExportFiles, type ExportTarget } from './backup-files.ts';
export { finishImport, hasImport, rollBackImport } from './import-journal.ts';
