// Row types, and how a row's content is sealed and opened at rest: AES-256-GCM, a fresh nonce each time, table and
// primary key as associated data, so that no row can stand in for another (design.md §6). Awaits foreign promises:
// never call these inside a transaction.
import type { AccountId } from '../account-id.ts';
import { bytesToUtf8, utf8ToBytes } from '../bytes/index.ts';
import { openBytes, sealBytes } from '../crypto/vault.ts';
import type { RandomBytes } from '../random.ts';
import { storageError } from './errors.ts';
import type {
  AttachmentKind,
  LastMessageLabel,
  MessageState,
  Protection,
  TimelineNotice,
  TimerMode,
  TimerSetting,
  WaitReason
} from './views.ts';

export type TableName =
  | 'meta'
  | 'conversations'
  | 'messages'
  | 'outbox'
  | 'seen'
  | 'graves'
  | 'cursors'
  | 'media'
  | 'deadlines'
  | 'chores'
  | 'searchSegments'
  | 'searchQueue'
  | 'importJournal'
  | 'peers'
  | 'held';

/** Every row whose content is sealed. `rev` counts its versions, so that a writer notices another one. */
export interface SealedRow {
  readonly id: string;
  readonly rev: number;
  readonly sealed: Uint8Array;
}

/** Single values by fixed name: `profile`, `identity`, `send-clock`, `onion`, `network`, `counters`, `settings`, `search`. */
export type MetaRow = SealedRow;

/** Which engine may write; a plain counter, since a transaction cannot wait for it to be opened. */
export interface EpochRow {
  readonly id: 'engine';
  readonly value: number;
}

export interface ConversationRow extends SealedRow {
  /** Keyed hash of the Account ID. */
  readonly accountHash: string;
  /** Time of the last message, milliseconds. */
  readonly order: number;
}

/** `id` is a message key (message-key.ts). */
export type MessageRow = SealedRow;

export interface OutboxRow extends SealedRow {
  /** Entries of one lane leave in order of `sort`. Absent while the entry waits for the person (failed). */
  readonly lane?: string;
  readonly sort: number;
  /** Of the message whose state the entry's progress is; empty for what the timeline does not show. */
  readonly messageId: string;
}

/** Lane of the copies for our other devices; sorts after every conversation id, which are hex. */
export const COPY_LANE = '~copies';

/** A pack of message hashes that are not to be opened again (seen.ts). */
export interface SeenRow {
  readonly id: string;
  /** Of the one that expires last. */
  readonly expiresAtMs: number;
  /** Keyed hashes, 16 bytes each. */
  readonly hashes: Uint8Array;
}

/**
 * What the person deleted, so that a replay does not bring it back: a message by its key, or all messages of an account
 * (keyed hash of the Account ID) sent before a time.
 */
export interface GraveRow {
  readonly id: string;
  readonly beforeMs?: number;
}

/** Last hash read from one service node in one namespace; `id` is the keyed hash of both. */
export interface CursorRow extends SealedRow {
  readonly updatedAtMs: number;
}

/** When a message of this device disappears; `id` is the message's. */
export interface DeadlineRow {
  readonly id: string;
  /** Network time; `WAITING_MS` of deadlines.ts before the timer started. */
  readonly atMs: number;
}

/** Something to be asked of our own swarm until it is done (ChoreContent). */
export interface ChoreRow extends SealedRow {
  readonly notBeforeMs: number;
}

/** A step of an import that is not finished (import-journal.ts). */
export type ImportJournalRow = SealedRow;

/** What is known of a contact's keys; `id` is the keyed hash of the Account ID. */
export type PeerRow = SealedRow;

/** A message that no key here opens yet; `id` is the keyed hash of its hash. */
export type HeldRow = SealedRow;

/** A request to our own swarm about messages it holds (accounts-and-messages.md §4.9, §4.10). */
export type ChoreContent = { readonly attempts: number; readonly createdAtMs: number } & (
  | { readonly kind: 'delete'; readonly hashes: readonly string[] }
  /** Shortens the life of the stored messages. */
  | { readonly kind: 'expire'; readonly hashes: readonly string[]; readonly expiryMs: number }
);

/** Fields with a `?` came after the first release of rows; without them the value of an empty conversation holds. */
export interface ConversationContent {
  readonly kind: 'contact' | 'note-to-self';
  readonly accountId: AccountId;
  readonly name: string | null;
  /** `lastUpdateSeconds` of the profile `name` came with (accounts-and-messages.md §4.11). */
  readonly nameUpdatedSeconds: number;
  readonly lastMessage: {
    readonly messageId: string;
    readonly sort: number;
    readonly preview: string;
    readonly direction: 'in' | 'out';
    readonly state: MessageState;
    readonly label?: LastMessageLabel | null;
  } | null;
  readonly lastAtMs: number;
  /** Received messages up to here are read. */
  readonly readUpToSort: number;
  readonly unread: number;
  readonly firstUnreadSort: number | null;
  readonly messageCount: number;
  readonly failed: number;
  readonly pinned: boolean;
  /** No longer read; `mutedUntilMs` says it. */
  readonly muted: boolean;
  readonly draft: string | null;
  /** We accept them (§4.1). Absent in rows from before requests: accepted, since they were open conversations. */
  readonly approved?: boolean;
  /** They accept us. */
  readonly approvedMe?: boolean;
  readonly blocked?: boolean;
  readonly hidden?: boolean;
  readonly nickname?: string | null;
  readonly markedUnread?: boolean;
  readonly mutedUntilMs?: number | null;
  readonly notify?: 'all' | 'none';
  readonly timer?: TimerSetting;
  /** Sent time of the change that `timer` came with, so that an older one does not undo it. */
  readonly timerAtMs?: number;
  readonly theirTimer?: TimerSetting | null;
  readonly theirTimerAtMs?: number;
  /** How the last message in each direction was protected; absent before the first. */
  readonly protectedIn?: Protection;
  readonly protectedOut?: Protection;
  readonly autoDownload?: boolean;
  /** Nothing is sent to them that is not forward secret. */
  readonly requireEnhanced?: boolean;
  /** Where the contact's keys are looked for stands what nobody can use. */
  readonly keysProblem?: boolean;
  /** They ask for what they could not read; the person has not answered. */
  readonly resendRequest?: ResendRequest;
  /** Files are cleared from this device when they are so old; absent or null: never. */
  readonly keepMediaDays?: number | null;
  /** Picture they sent: address at the file server, its key, and where it is kept once loaded. */
  readonly picture?: {
    readonly url: string;
    readonly keyBase64: string;
    readonly mediaId: string | null;
  } | null;
}

/** Times of messages that are to be sent again, network time. */
export interface ResendRequest {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly atMs: number;
}

/** One account's emoji on a message. */
export interface StoredReaction {
  readonly emoji: string;
  readonly authorId: AccountId;
  readonly timestampMs: number;
}

export interface StoredAttachment {
  /** It is the picture of the message's link preview, and no file of its own. */
  readonly ofPreview?: true;
  /** Differs from those of other messages. */
  readonly id: string;
  readonly kind: AttachmentKind;
  readonly name: string;
  readonly bytes: number;
  readonly contentType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly caption: string | null;
  /** Where the sealed file lies at the file server; null before it is uploaded. */
  readonly remote: {
    readonly url: string;
    readonly keyBase64: string;
    readonly digestBase64: string | null;
    readonly bytes: number;
    /** Decimal, where the server gave a number (§2.5 field 1). */
    readonly fileNumber?: string;
  } | null;
  readonly state: 'remote' | 'queued' | 'here' | 'failed' | 'expired';
  readonly failureCode: string | null;
  readonly mediaId: string | null;
  readonly thumbnailMediaId: string | null;
}

/** Fields with a `?` came after the first release of rows; absent means none. */
export interface MessageContent {
  readonly direction: 'in' | 'out';
  readonly authorId: AccountId;
  readonly text: string;
  readonly sentAtMs: number;
  /** Network time at which this device stored it. */
  readonly receivedAtMs: number;
  readonly state: MessageState;
  readonly failureCode: string | null;
  /** In our own swarm: of the received item, or of the copy for our other devices. */
  readonly messageHash: string | null;
  readonly expiresAtMs: number | null;
  readonly notice?: TimelineNotice;
  readonly deleted?: true;
  readonly quote?: { readonly authorId: AccountId; readonly timestampMs: number };
  readonly reactions?: readonly StoredReaction[];
  /** Network time at which their read receipt came. */
  readonly readByThemAtMs?: number;
  readonly disappears?: {
    readonly mode: Exclude<TimerMode, 'off'>;
    readonly seconds: number;
    /** Null before the timer started; the row in `deadlines` repeats it. */
    readonly atMs: number | null;
  };
  /** Absent: classic. */
  readonly protection?: Protection;
  /** Its sent time does not fit the time a node stored it. */
  readonly oddDate?: boolean;
  /** Why it waits, of a queued one; absent: for its turn. */
  readonly waitsFor?: WaitReason;
  readonly preview?: { readonly url: string; readonly title: string };
  readonly invitation?: { readonly name: string; readonly url: string };
  readonly attachments?: readonly StoredAttachment[];
}

/** What an outbox entry says, until it is sealed (accounts-and-messages.md §4). */
export type OutgoingContent =
  /** A message of the person; the stored row says what is in it. */
  | { readonly kind: 'message' }
  | {
      readonly kind: 'reaction';
      readonly targetAuthorId: AccountId;
      readonly targetTimestampMs: number;
      readonly emoji: string;
      readonly remove: boolean;
    }
  | { readonly kind: 'receipt'; readonly timestampsMs: readonly number[] }
  | { readonly kind: 'unsend'; readonly authorId: AccountId; readonly targetTimestampMs: number }
  | { readonly kind: 'timer'; readonly timer: TimerSetting }
  | { readonly kind: 'request-response' }
  | { readonly kind: 'media-saved'; readonly targetTimestampMs: number }
  /** They are asked to send again what they sent in this time; says nothing else, and goes forward secret or not at all. */
  | { readonly kind: 'resend-request'; readonly fromSeconds: number; readonly toSeconds: number };

/** One store request to be made, kept until a swarm has confirmed it. */
export interface OutboxContent {
  /** `message`: to the recipient; `copy`: to our own swarm (accounts-and-messages.md §3.3). */
  readonly kind: 'message' | 'copy';
  readonly conversationId: string;
  readonly recipientId: AccountId;
  /** Sent time; identity of the message. */
  readonly timestampMs: number;
  /** Of entries from before `outgoing`. */
  readonly text?: string;
  readonly outgoing?: OutgoingContent;
  /** The timer it carries; absent: off. */
  readonly timer?: TimerSetting;
  /** base64 of the data to store, from the first attempt on, so that every attempt stores the same. */
  readonly dataBase64: string | null;
  /** base64 of the data of the copy, sealed together with it. */
  readonly copyDataBase64: string | null;
  /** Longest time nodes may keep it, because of the key it is sealed to; absent: any. */
  readonly maxTtlMs?: number;
  /** The person lets it go classic, where it would have to wait for keys. */
  readonly mayGoClassic?: 'once' | 'always';
  /** A message that was sent before and is sent again; without a copy, and forward secret or not at all. */
  readonly resendOf?: string;
  /** What it tells of our keys. */
  readonly telling?: 'key' | 'announcement';
  readonly attempts: number;
  /** Device time of the first attempt that reached the network; null before. */
  readonly firstAttemptAtMs: number | null;
  /** Device time before which no attempt is made. */
  readonly notBeforeMs: number;
}

export interface CursorContent {
  readonly nodeEd25519Hex: string;
  readonly namespace: number;
  readonly lastHash: string;
}

export interface ProfileContent {
  readonly profileId: string;
  readonly accountId: AccountId;
  readonly displayName: string;
  /** Seconds since 1970; goes out as `lastUpdateSeconds`. */
  readonly displayNameUpdatedSeconds: number;
  readonly networkId: string;
  readonly createdHere: boolean;
  /** The profile was made of a backup, so that other devices may have the account. */
  readonly isFromBackup?: true;
  /** When a backup was taken in, if one was; only where the account was restored. */
  readonly importedAtMs?: number;
  /** Null once it was removed; absent when there never was one. */
  readonly picture?: OwnPicture | null;
  /** Chosen on another device and not loaded yet: goes before `picture`, which is shown meanwhile. */
  readonly awaitedPicture?: { readonly url: string; readonly keyBase64: string } | null;
}

export interface OwnPicture {
  readonly mediaId: string;
  /** Where it lies at the file server; null before it does. */
  readonly upload: {
    readonly url: string;
    readonly keyBase64: string;
    /** Network time. */
    readonly uploadedAtMs: number;
    /** Network time at which its life was prolonged last. */
    readonly renewedAtMs: number;
  } | null;
}

export interface SendClockContent {
  /** Largest sent time this account used on this device. */
  readonly lastTimestampMs: number;
  /** Device clock minus network time, as last learnt; null before. */
  readonly offsetMs: number | null;
}

/** How many items were refused, by reason; for About and tests. */
export interface CountersContent {
  readonly rejected: Readonly<Record<string, number>>;
}

/**
 * A run of messages of one conversation. `id` is the smallest message key that may stand in it: that of its first message,
 * or the bare conversation id for the first of a conversation. It holds all up to where the next begins.
 */
export interface SearchSegmentRow extends SealedRow {
  /** Position of its last message. */
  readonly newest: number;
}

/** Messages that a transaction stored and the index does not hold yet: keys of `messages`, nothing of their content. */
export interface SearchQueueRow {
  readonly id: string;
  readonly rev: number;
  readonly messageIds: readonly string[];
}

/** `meta` row `search`. */
export interface SearchStateContent {
  /** Which way words were taken apart. */
  readonly version: number;
  /** Messages stored before the index was are taken in up to this key; null: all are. */
  readonly scannedTo: string | null;
}

const associatedData = (table: TableName, id: string) => `${table}/${id}`;

/** Seals `content` for the row `id` of `table`. Outside transactions only. */
export function sealContent(
  key: CryptoKey,
  table: TableName,
  id: string,
  content: object,
  random: RandomBytes
): Promise<Uint8Array> {
  return sealBytes(key, utf8ToBytes(JSON.stringify(content)), associatedData(table, id), random);
}

/**
 * Opens the content of a row. Outside transactions only.
 * @throws StorageError `row-damaged`
 */
export async function openContent<Content>(
  key: CryptoKey,
  table: TableName,
  row: SealedRow
): Promise<Content> {
  try {
    const bytes = await openBytes(key, row.sealed, associatedData(table, row.id));
    return JSON.parse(bytesToUtf8(bytes)) as Content;
  } catch (cause) {
    throw storageError('row-damaged', cause, { table });
  }
}
