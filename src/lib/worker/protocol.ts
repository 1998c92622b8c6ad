// The boundary between page and engine as types: a table of commands (request, answer), events, and the messages
// that carry them (style.md §2.8). Everything here survives structured cloning. No code: both sides import it.
import type { WordCheck } from '../crypto/index.ts';
import type { ErrorData } from '../errors.ts';
import type { AttachmentPlace, NewAttachment } from '../messenger/attachment-commands.ts';
import type { Strength } from '../backup/index.ts';
import type { ImportSummary } from '../messenger/backup-import.ts';
import type { WrittenFile } from '../messenger/backups.ts';
import type { EngineStatus } from '../messenger/engine.ts';
import type { MessengerEvent } from '../messenger/events.ts';
import type { Exposure } from '../messenger/exposure.ts';
import type { LockChange, LockView } from '../messenger/lock-keeper.ts';
import type { DeviceOrder } from '../messenger/hfs-group-orders.ts';
import type { DeletionReach, MessageWhereabouts } from '../messenger/message-commands.ts';
import type { NameAnswer, PathSnapshot } from '../onion/index.ts';
import type { SwarmErasure } from '../messenger/swarm-erasure.ts';
import type {
  ClearedMedia,
  MediaSelection,
  MediaSum,
  ProfileLock,
  ProfileSummary,
  Proof,
  SearchInput,
  SearchPage,
  SettingsView,
  TextUsage,
  TimerMode
} from '../storage/index.ts';

export type { Strength, StrengthLevel } from '../backup/index.ts';
export type { ImportSummary } from '../messenger/backup-import.ts';
export type { BackupProgress } from '../messenger/backup-progress.ts';
export type { WrittenFile } from '../messenger/backups.ts';
export type { WordCheck } from '../crypto/index.ts';
export type { AttachmentPlace, NewAttachment } from '../messenger/attachment-commands.ts';
export type { LockChange, LockView } from '../messenger/lock-keeper.ts';
export type { DeviceOrder } from '../messenger/hfs-group-orders.ts';
export type { DeletionReach, MessageWhereabouts } from '../messenger/message-commands.ts';
export type { EngineStatus, NetworkSummary, OpenProfile } from '../messenger/engine.ts';
export type { Exposure } from '../messenger/exposure.ts';
export type { SwarmErasure } from '../messenger/swarm-erasure.ts';
export type { ConnectionState, GatewayStatus, NodePart, PathSnapshot } from '../onion/index.ts';
export type {
  ClearedMedia,
  MediaSelection,
  MediaSum,
  ProfileLock,
  Proof,
  TextUsage
} from '../storage/index.ts';
export type {
  ProfileSummary,
  SearchHit,
  SearchInput,
  SearchPage,
  SearchPosition,
  TextRange
} from '../storage/index.ts';

/** Every command, by name. Errors reach the page as `AppError` with the codes named here or of the floors below. */
export interface Commands {
  /** Opens the profile named, or the only one there is. */
  'engine.open': { in: { profileId?: string }; out: EngineStatus };
  /** `name-empty`, `name-too-long` (100 bytes of UTF-8) */
  'profile.create': { in: { displayName: string }; out: EngineStatus };
  /**
   * `phrase-*`, with `details.word` (position from 0) and `details.text` for an unknown word; `profile-exists` with
   * `details.profileId`. The name is asked after.
   */
  'profile.restore': { in: { phrase: string }; out: EngineStatus };
  /** `name-empty`, `name-too-long` */
  'profile.rename': { in: { displayName: string }; out: void };
  /**
   * A picture drawn anew by the page, or none. Shown at once, told to others once it is uploaded. `picture-unreadable`,
   * `file-too-large`, `quota`
   */
  'profile.setPicture': { in: { file: Blob | null }; out: void };
  'phrase.check': { in: { text: string }; out: { words: readonly WordCheck[]; problem: string | null } };
  /** `phrase-hidden`, `proof-needed` (the profile has a lock), and as `lock.open` */
  'phrase.reveal': { in: { proof?: Proof }; out: { words: readonly string[]; seedHex: string } };
  'phrase.isHidden': { in: Record<string, never>; out: boolean };
  /** For good, on this device. */
  'phrase.hide': { in: Record<string, never>; out: void };
  /** Opens a locked profile. `unlock-refused`, `unlock-too-soon`: `details.waitMs` until the next attempt */
  'lock.open': { in: { profileId: string; proof: Proof }; out: EngineStatus };
  /** How the lock of the open profile stands. */
  'lock.view': { in: Record<string, never>; out: LockView };
  /** Closes the open profile in every tab. `lock-missing` */
  'lock.now': { in: Record<string, never>; out: void };
  /** After the event `locking`: the page has nothing more to say. */
  'lock.letGo': { in: Record<string, never>; out: void };
  /** Somebody uses the page. */
  'lock.used': { in: Record<string, never>; out: void };
  /** As `lock.open`; `passphrase-too-short`, `passphrase-too-long` (`details.limit`), `code-taken` */
  'lock.change': { in: { proof: Proof; change: LockChange }; out: ProfileLock };
  /** Takes a locked profile off this device, unopened. */
  'lock.erase': {
    in: { profileId: string };
    out: { isComplete: boolean; remaining: readonly string[] };
  };
  /**
   * Writes an encrypted backup into the file chosen, or one that is handed over and then discarded; answers once it was read again.
   * `passphrase-too-short`, `passphrase-too-long` (`details.limit`), `quota`
   */
  'backup.write': { in: { passphrase: string; handle: FileSystemFileHandle | null }; out: WrittenFile };
  /** The same as an archive that anybody can read. */
  'backup.writeReadable': { in: { handle: FileSystemFileHandle | null }; out: WrittenFile };
  /** A file that was handed over is no longer needed. */
  'backup.discard': { in: { ownName: string }; out: void };
  /**
   * Takes a backup into the open profile. `backup-foreign`, `backup-damaged`, `backup-truncated`, `backup-passphrase-wrong`,
   * `backup-from-newer`, `backup-too-costly`, `backup-other-account`, `backup-other-network`, `quota`: nothing has changed then.
   */
  'backup.merge': { in: { file: Blob; passphrase: string }; out: ImportSummary };
  /** Makes a profile of a backup and opens it. As `backup.merge`, and `profile-exists` with `details.profileId` */
  'backup.restore': { in: { file: Blob; passphrase: string }; out: EngineStatus };
  /** Words drawn at random. */
  'backup.suggest': { in: Record<string, never>; out: string };
  'backup.judge': { in: { passphrase: string }; out: Strength };
  /** Every profile of this browser, opened with its own keys. */
  'profiles.list': { in: Record<string, never>; out: readonly ProfileSummary[] };
  /** The profile that a conversation belongs to; null when it is of none. */
  'profiles.of': { in: { conversationId: string }; out: string | null };
  /**
   * Deletes what the network holds of the open profile; afterwards none is open, and `profile.erase` still takes it off this
   * device. `network-unknown` (this site has another network), `network-unreachable`
   */
  'profile.eraseNetwork': { in: Record<string, never>; out: SwarmErasure };
  /** Takes the open profile off this device. `remaining`: the profiles there still are. */
  'profile.erase': {
    in: Record<string, never>;
    out: { isComplete: boolean; remaining: readonly string[] };
  };
  /**
   * Whose a name of the name service is, as three service nodes say; nothing is made. `account-name-invalid`,
   * `network-unknown`, `network-unreachable`
   */
  'name.resolve': { in: { name: string }; out: NameAnswer };
  /** `account-id-*`. One's own Account ID opens Note to Self. */
  'conversation.open': {
    in: { accountId: string };
    out: { conversationId: string; kind: 'contact' | 'note-to-self' };
  };
  'conversation.markRead': { in: { conversationId: string; upToSort: number }; out: void };
  'conversation.saveDraft': { in: { conversationId: string; text: string }; out: void };
  /** On this device. */
  'conversation.delete': { in: { conversationId: string }; out: void };
  'conversation.markUnread': { in: { conversationId: string }; out: void };
  /** Out of the list until something comes. */
  'conversation.hide': { in: { conversationId: string }; out: void };
  /** `too-many-pins` (five) */
  'conversation.pin': { in: { conversationId: string; pinned: boolean }; out: void };
  /** Whether files that come are loaded without being asked for. */
  'conversation.autoDownload': { in: { conversationId: string; on: boolean }; out: void };
  /** Network time until which nothing is notified; null: not muted; `MUTED_FOR_GOOD_MS`. */
  'conversation.mute': { in: { conversationId: string; untilMs: number | null }; out: void };
  'conversation.notify': { in: { conversationId: string; notify: 'all' | 'none' }; out: void };
  /** For what we send from now on; the other side is told. `timer-invalid` (seconds: 1 to 2^32 − 1; `off` needs none) */
  'conversation.setTimer': {
    in: { conversationId: string; mode: TimerMode; seconds: number };
    out: void;
  };
  /** `name-empty`, `name-too-long`; null removes it. */
  'contact.nickname': { in: { conversationId: string; nickname: string | null }; out: void };
  /** Nothing is sent to them that is not forward secret, as long as it is on; what cannot be waits as `required`. */
  'contact.requireEnhanced': { in: { conversationId: string; on: boolean }; out: void };
  'contact.block': { in: { conversationId: string; blocked: boolean }; out: void };
  /** The other side is told. */
  /** Answers a contact who asks for messages they could not read; without `send` the question is merely put away. */
  'resend.answer': { in: { conversationId: string; send: boolean }; out: void };
  /** Asks contacts to send again what no key here opens; each at most once a day. Done by the tab that leads. */
  'held.ask': { in: Record<string, never>; out: void };
  'request.accept': { in: { conversationId: string }; out: void };
  /** The other side is not told. */
  'request.decline': { in: { conversationId: string }; out: void };
  'request.block': { in: { conversationId: string }; out: void };
  'request.clearAll': { in: Record<string, never>; out: void };
  'settings.change': { in: Partial<SettingsView>; out: void };
  /** Many of them at once, and chats whose files no longer load unasked; what they were is kept. */
  'preset.apply': {
    in: { settings: Partial<SettingsView>; chatIds: readonly string[]; nowMs: number };
    out: void;
  };
  /** Puts back what the preset changed, but for what the person changed since. */
  'preset.undo': { in: Record<string, never>; out: void };
  /** The person began or ended typing in a conversation. */
  typing: { in: { conversationId: string; isTyping: boolean }; out: void };
  /**
   * Answers once the message is stored, before anything is sent. With staged files the text may be empty.
   * `message-empty`, `message-too-long` (2,000 code points), `too-many-files` (32), `not-found` (a staged file)
   */
  'message.send': {
    in: { conversationId: string; text: string; quoteMessageId?: string; stagedIds?: readonly string[] };
    out: { messageId: string };
  };
  'message.retry': { in: { messageId: string }; out: void };
  /**
   * Lets a message go classic that waits as `stale`, and with `always` all to its contact until they show keys. Nothing happens to
   * one that does not wait for that.
   */
  'message.sendBasic': { in: { messageId: string; always: boolean }; out: void };
  'message.delete': { in: { messageIds: readonly string[]; where: DeletionReach }; out: void };
  /** `too-many-reactions` (20 a minute), `not-an-emoji`, `not-found` */
  'message.react': { in: { messageId: string; emoji: string; remove: boolean }; out: void };
  'message.forward': {
    in: { messageIds: readonly string[]; conversationIds: readonly string[] };
    out: void;
  };
  /** Where a message is, as far as this device knows. `not-found` */
  'message.info': { in: { messageId: string }; out: MessageWhereabouts };
  /** Seals a file for a message to come; answers once it is stored. `file-too-large` (`details.limit`, bytes), `quota` */
  'attachment.stage': { in: NewAttachment; out: { stagedId: string } };
  'attachment.unstage': { in: { stagedId: string }; out: void };
  /** What is on a picture that waits for its message. */
  'attachment.describe': { in: { stagedId: string; caption: string }; out: void };
  /**
   * Loads a file of a message; answers when that has ended, however it did: the message says. Cancelling the command cancels
   * the download. `not-found`
   */
  'attachment.download': { in: AttachmentPlace; out: void };
  /** Ends a download, or the sending of the message the file belongs to, which then has failed as `upload-cancelled`. */
  'attachment.cancel': { in: AttachmentPlace; out: void };
  /** The person saved a file of a message; whoever sent it is told, where the protocol wants that. */
  'attachment.saved': { in: { messageId: string }; out: void };
  /** What clearing files from this device would take; nothing is changed. */
  'storage.plan': { in: MediaSelection; out: MediaSum };
  /** Clears the files of some messages, which stay; go on with `next` until it is null. `bytes` are measured. */
  'storage.clear': { in: { selection: MediaSelection; after: string | null }; out: ClearedMedia };
  'storage.measureText': { in: Record<string, never>; out: TextUsage };
  /** How many days files of a chat stay: 30, 90, 365, or null for always. `usage`, `not-found` */
  'conversation.keepMedia': { in: { conversationId: string; days: number | null }; out: void };
  /** A page of hits, newest first; cancel it when more was typed. */
  'search.messages': { in: SearchInput; out: SearchPage };
  /** The first message sent at a network time or later, else the last one; null in an empty conversation. */
  'search.jumpToDate': {
    in: { conversationId: string; atMs: number };
    out: { messageId: string; sort: number } | null;
  };
  /** What the person wants of the account's devices; done by the tab that leads, and seen in the row of devices. */
  'devices.order': { in: DeviceOrder; out: void };
  'path.current': { in: Record<string, never>; out: PathSnapshot | null };
  /** Whom the engine of this profile has been in touch with; null while none runs in any tab. */
  'exposure.current': { in: Record<string, never>; out: Exposure | null };
  'path.renew': { in: Record<string, never>; out: void };
  /** Tries (another) gateway now. */
  'network.retry': { in: Record<string, never>; out: void };
  'page.activity': { in: { visible: boolean; active: boolean; online: boolean }; out: void };
  /** The first screen is drawn: the network may be asked. */
  'page.shown': { in: Record<string, never>; out: void };
}

export type CommandName = keyof Commands;

/** What the engine tells unasked; gap 0 of a packet is from page to gateway, 4 from the last hop to the destination. */
export type EngineEvent = MessengerEvent;

/** Page to worker. */
export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly name: CommandName; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

/** Worker to page. */
export type ToPage =
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'event'; readonly event: EngineEvent };
