// What the records of a backup say (docs/backup-format.md §5), as types; the shapes of messages and conversations are those
// of stored rows without what belongs to one device alone: local ids, counts, what the list shows.
import type { AccountId } from '../account-id.ts';

export interface BackupManifest {
  readonly createdAtMs: number;
  readonly accountId: AccountId;
  readonly networkId: string;
  /** What made it, for people. */
  readonly app: string;
  /** As counted before writing, for progress; `end` has the true ones. */
  readonly estimate: BackupCounts;
}

export interface BackupCounts {
  readonly conversations: number;
  readonly messages: number;
  readonly media: number;
  readonly mediaBytes: number;
}

export const NO_COUNTS: BackupCounts = { conversations: 0, messages: 0, media: 0, mediaBytes: 0 };

export interface BackupProfile {
  readonly displayName: string;
  readonly displayNameUpdatedSeconds: number;
  readonly createdHere: boolean;
  /** `picture` record follows as media when there is one. */
  readonly picture: {
    readonly url: string;
    readonly keyBase64: string;
    readonly uploadedAtMs: number;
    readonly renewedAtMs: number;
  } | null;
  readonly hasPicture: boolean;
  /** Largest sent time used; new messages come after it. */
  readonly lastTimestampMs: number;
}

export type BackupSettings = Readonly<Record<string, string | number | boolean>>;

export const CONFIG_NAMES = [
  'config-user-profile',
  'config-contacts',
  'config-convo-info-volatile',
  'config-user-groups'
] as const;

export interface BackupConfig {
  readonly name: (typeof CONFIG_NAMES)[number];
  readonly stateBase64: string;
  readonly storedAtMs: number;
  readonly renewedAtMs: number;
}

export const TIMER_MODES = ['off', 'after-read', 'after-send'] as const;

export interface BackupTimer {
  readonly mode: (typeof TIMER_MODES)[number];
  readonly seconds: number;
}

export interface BackupConversation {
  readonly kind: 'contact' | 'note-to-self';
  readonly accountId: AccountId;
  readonly name: string | null;
  readonly nameUpdatedSeconds: number;
  readonly lastAtMs: number;
  /** Received messages sent up to then are read. */
  readonly readUpToMs: number;
  readonly pinned: boolean;
  readonly draft: string | null;
  readonly approved: boolean;
  readonly approvedMe: boolean;
  readonly blocked: boolean;
  readonly hidden: boolean;
  readonly nickname: string | null;
  readonly markedUnread: boolean;
  readonly mutedUntilMs: number | null;
  readonly notify: 'all' | 'none';
  readonly timer: BackupTimer | null;
  readonly timerAtMs: number;
  readonly theirTimer: BackupTimer | null;
  readonly theirTimerAtMs: number;
  readonly autoDownload: boolean;
  readonly keepMediaDays: number | null;
  readonly picture: { readonly url: string; readonly keyBase64: string } | null;
  /** Messages sent before this time were deleted with the conversation; null: none. */
  readonly deletedBeforeMs: number | null;
}

/** A message of the conversation before it that was deleted here and must not come back. */
export interface BackupDeleted {
  readonly authorId: AccountId;
  readonly sentAtMs: number;
}

export const ATTACHMENT_KINDS = ['image', 'video', 'audio', 'voice', 'file'] as const;
export const ATTACHMENT_STATES = ['remote', 'queued', 'here', 'failed', 'expired'] as const;

export interface BackupAttachment {
  /** It is the picture of the link preview. */
  readonly ofPreview?: true;
  readonly id: string;
  readonly kind: (typeof ATTACHMENT_KINDS)[number];
  readonly name: string;
  readonly bytes: number;
  readonly contentType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly caption: string | null;
  readonly remote: {
    readonly url: string;
    readonly keyBase64: string;
    readonly digestBase64: string | null;
    readonly bytes: number;
    readonly fileNumber?: string;
  } | null;
  readonly state: (typeof ATTACHMENT_STATES)[number];
  readonly failureCode: string | null;
}

export const MESSAGE_STATES = ['queued', 'sending', 'sent', 'failed', 'received'] as const;

export const PROTECTION_CHANGES = [
  'enabled',
  'withdrew',
  'devices-changed',
  'dropped',
  'answers-classic'
] as const;
export const DEVICE_CHANGES = ['added', 'removed', 'left', 'linked'] as const;

export type BackupNotice =
  | { readonly type: 'you-accepted' | 'they-accepted' | 'call-missed' }
  | {
      readonly type: 'timer';
      readonly byMe: boolean;
      readonly mode: BackupTimer['mode'];
      readonly seconds: number;
    }
  | { readonly type: 'media-saved'; readonly byMe: boolean }
  | { readonly type: 'group-invitation'; readonly groupName: string }
  | {
      readonly type: 'device';
      readonly change: (typeof DEVICE_CHANGES)[number];
      readonly name: string;
    }
  | { readonly type: 'protection'; readonly change: (typeof PROTECTION_CHANGES)[number] };

export interface BackupMessage {
  readonly direction: 'in' | 'out';
  readonly authorId: AccountId;
  readonly text: string;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly state: (typeof MESSAGE_STATES)[number];
  readonly failureCode: string | null;
  readonly messageHash: string | null;
  readonly expiresAtMs: number | null;
  readonly notice?: BackupNotice;
  readonly deleted?: true;
  readonly quote?: { readonly authorId: AccountId; readonly timestampMs: number };
  readonly reactions?: readonly {
    readonly emoji: string;
    readonly authorId: AccountId;
    readonly timestampMs: number;
  }[];
  readonly readByThemAtMs?: number;
  readonly disappears?: {
    readonly mode: Exclude<BackupTimer['mode'], 'off'>;
    readonly seconds: number;
    readonly atMs: number | null;
  };
  readonly preview?: { readonly url: string; readonly title: string };
  readonly invitation?: { readonly name: string; readonly url: string };
  readonly attachments?: readonly BackupAttachment[];
}

export const MEDIA_ROLES = ['file', 'thumbnail', 'picture'] as const;
export const MEDIA_KINDS = [...ATTACHMENT_KINDS, 'thumbnail', 'picture'] as const;

/** A file of the record before it: of an attachment, or the picture of a conversation or of the profile. */
export interface BackupMedia {
  readonly role: (typeof MEDIA_ROLES)[number];
  /** Which attachment, from 0; 0 for a picture. */
  readonly attachment: number;
  readonly kind: (typeof MEDIA_KINDS)[number];
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly createdAtMs: number;
}

export type BackupItem =
  | { readonly type: 'manifest'; readonly manifest: BackupManifest }
  /** 16 bytes. */
  | { readonly type: 'account'; readonly accountSeed: Uint8Array }
  | { readonly type: 'profile'; readonly profile: BackupProfile }
  | { readonly type: 'settings'; readonly settings: BackupSettings }
  | { readonly type: 'config'; readonly config: BackupConfig }
  | { readonly type: 'conversation'; readonly conversation: BackupConversation }
  | { readonly type: 'deleted'; readonly deleted: BackupDeleted }
  | { readonly type: 'message'; readonly message: BackupMessage }
  | { readonly type: 'media'; readonly media: BackupMedia }
  /** The next bytes of the file before it. */
  | { readonly type: 'media-data'; readonly bytes: Uint8Array }
  /** All bytes of the file came, and are those that were written. */
  | { readonly type: 'media-end' }
  | { readonly type: 'end'; readonly counts: BackupCounts };
