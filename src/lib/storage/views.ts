// What screens are given: rows opened for display. Plain data, never an identity key.
import type { AccountId } from '../account-id.ts';

export type MessageState = 'queued' | 'sending' | 'sent' | 'failed' | 'received';

/** Who ends the life of disappearing messages: nobody, their being read, their being sent (accounts-and-messages.md §4.10). */
export type TimerMode = 'off' | 'after-read' | 'after-send';

export interface TimerSetting {
  readonly mode: TimerMode;
  /** 0 when off. */
  readonly seconds: number;
}

/** A line of the timeline that no person wrote. */
export type TimelineNotice =
  | { readonly type: 'you-accepted' }
  | { readonly type: 'they-accepted' }
  | { readonly type: 'timer'; readonly byMe: boolean; readonly mode: TimerMode; readonly seconds: number }
  | { readonly type: 'call-missed' }
  | { readonly type: 'media-saved'; readonly byMe: boolean }
  | { readonly type: 'group-invitation'; readonly groupName: string }
  /** Of the account's devices; `name` may be empty. */
  | {
      readonly type: 'device';
      readonly change: 'added' | 'removed' | 'left' | 'linked';
      readonly name: string;
    }
  /** Of the keys of the other side. `dropped`: a message came less protected than those before. */
  | {
      readonly type: 'protection';
      readonly change: 'enabled' | 'withdrew' | 'devices-changed' | 'dropped' | 'answers-classic';
    };

/** `hybrid`: forward secret and post-quantum; `classic`: as every client of the network does. */
export type Protection = 'hybrid' | 'classic';

/**
 * Why a queued message waits for keys of its recipient. `required`: they have none, and the person wants no classic message to them;
 * `unreachable`: theirs cannot be fetched now; `stale`: none were found for more than nine days, so the person may let it go classic.
 */
export type WaitReason = 'required' | 'unreachable' | 'stale';

export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
  /** In the order they came. */
  readonly authorIds: readonly AccountId[];
}

export interface QuoteView {
  readonly authorId: AccountId;
  readonly sentAtMs: number;
  readonly fromMe: boolean;
  /** Id the message it names has if this device has it; ask `loadQuoted`. */
  readonly messageId: string;
}

/** What a quote shows of the message it names. */
export interface QuotedMessageView {
  readonly messageId: string;
  readonly sort: number;
  readonly text: string;
  readonly deleted: boolean;
  readonly attachments: readonly AttachmentView[];
}

export type AttachmentKind = 'image' | 'video' | 'audio' | 'voice' | 'file';

export type AttachmentState =
  'remote' | 'queued' | 'uploading' | 'downloading' | 'here' | 'failed' | 'expired';

export interface AttachmentView {
  readonly id: string;
  readonly kind: AttachmentKind;
  /** Safe to show and to save under. */
  readonly name: string;
  /** Of the file itself. */
  readonly bytes: number;
  readonly contentType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly caption: string | null;
  readonly state: AttachmentState;
  /** Of an upload or download under way, 0 to 1. */
  readonly progress: number;
  readonly failureCode: string | null;
  readonly mediaId: string | null;
  readonly thumbnailMediaId: string | null;
}

/** What the sender says an address leads to; an empty title when only a picture came. */
export interface LinkPreviewView {
  readonly url: string;
  readonly title: string;
  readonly picture: AttachmentView | null;
}

/** What the last entry of a conversation was, where its text does not say it. */
export type LastMessageLabel = 'deleted' | 'invitation' | AttachmentKind | TimelineNotice['type'];

/** `incoming`: a stranger wrote and waits for an answer; `outgoing`: we wrote first and they have not answered. */
export type RequestState = 'none' | 'incoming' | 'outgoing';

/** A conversation muted for good. */
export const MUTED_FOR_GOOD_MS = Number.MAX_SAFE_INTEGER;

/** Choices of the person for the whole profile. */
export interface SettingsView {
  readonly readReceipts: boolean;
  readonly typingIndicators: boolean;
  readonly reachableBy: 'anyone' | 'people-i-wrote-first';
  /** What a notification shows. */
  readonly notificationContent: 'neither' | 'name' | 'name-and-text';
  readonly notifications: boolean;
  /** The reminder to keep the Recovery Password was answered. */
  readonly recoveryReminded: boolean;
  /** A profile with a lock is locked after so many minutes without use; 0: never. */
  readonly lockAfterMinutes: number;
  /** A profile with a lock is locked once no tab of it is on screen. */
  readonly lockWhenHidden: boolean;
  /** What a page shows is blurred while nobody looks at it. */
  readonly blurWhenHidden: boolean;
  /** Forward-secret, post-quantum messages with contacts who can read them. */
  readonly forwardSecrecy: boolean;
  /** How long the keys of messages are kept after they were replaced: 16 days, or 3 once every device has read that far. */
  readonly keyWindow: 'standard' | 'short';
  /** A device of the account that is silent for so long is taken out; 14 to 90. */
  readonly dormantAfterDays: number;
}

export interface ConversationView {
  /** Random local id; the one that may appear in addresses. */
  readonly id: string;
  readonly kind: 'contact' | 'note-to-self';
  readonly accountId: AccountId;
  /** The name they sent with their messages; null until one came. */
  readonly name: string | null;
  readonly lastMessage: {
    /** First 200 code points, line breaks kept. */
    readonly preview: string;
    readonly direction: 'in' | 'out';
    readonly state: MessageState;
    readonly label?: LastMessageLabel | null;
  } | null;
  /** Time of the last message, else of the conversation's making: network time, milliseconds since 1970. */
  readonly lastAtMs: number;
  readonly unread: number;
  readonly firstUnreadSort: number | null;
  /** All its messages. */
  readonly messageCount: number;
  /** Messages in it that failed and wait for the person. */
  readonly failed: number;
  readonly pinned: boolean;
  /** Network time until which nothing is notified; null: not muted. */
  readonly mutedUntilMs: number | null;
  readonly notify: 'all' | 'none';
  readonly draft: string | null;
  readonly request: RequestState;
  readonly blocked: boolean;
  /** The name the person gave them; goes before `name`. */
  readonly nickname: string | null;
  readonly markedUnread: boolean;
  /** For what we send. */
  readonly timer: TimerSetting;
  /** What they told they use; null before they told. */
  readonly theirTimer: TimerSetting | null;
  readonly pictureMediaId: string | null;
  readonly autoDownload: boolean;
  /** Files are cleared from this device when they are so old, days; null: never. */
  readonly keepMediaDays: number | null;
  /** Not in the list until something comes. */
  readonly hidden: boolean;
  /** Nothing is sent to them that is not forward secret. */
  readonly requireEnhanced: boolean;
  /** Where the contact's keys are looked for stands what nobody can use. */
  readonly keysProblem: boolean;
  /** They could not read so many of our messages, and ask for them; null: they do not, or it was answered. */
  readonly resendRequest: { readonly count: number; readonly atMs: number } | null;
  /** How the last message in each direction was protected; null before the first. */
  readonly protectedIn: Protection | null;
  readonly protectedOut: Protection | null;
}

export interface MessageView {
  readonly id: string;
  readonly conversationId: string;
  readonly direction: 'in' | 'out';
  readonly text: string;
  /** Network time, milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Position in the conversation: grows with the sent time, unique in the conversation. */
  readonly sort: number;
  readonly state: MessageState;
  /** Why it failed; null unless `state` is `failed`. */
  readonly failureCode: string | null;
  readonly read: boolean;
  /** Until when service nodes keep the sealed copy; null while there is none. */
  readonly expiresAtMs: number | null;
  /** Set on lines that no person wrote; `text` is empty then. */
  readonly notice: TimelineNotice | null;
  /** Deleted for everyone: what is left is a placeholder, `text` is empty. */
  readonly deleted: boolean;
  readonly quote: QuoteView | null;
  readonly reactions: readonly ReactionView[];
  /** Both sides share read receipts, and theirs came. */
  readonly readByThem: boolean;
  readonly disappears: {
    readonly mode: Exclude<TimerMode, 'off'>;
    readonly seconds: number;
    /** Network time; null before the timer started. */
    readonly atMs: number | null;
  } | null;
  readonly preview: LinkPreviewView | null;
  readonly invitation: { readonly name: string; readonly url: string } | null;
  readonly protection: Protection;
  /** Its sent time does not fit the time at which it reached the network. */
  readonly oddDate: boolean;
  /** Of a queued message; null: it waits for its turn or for the network alone. */
  readonly waiting: WaitReason | null;
  readonly attachments: readonly AttachmentView[];
}

export interface ProfileView {
  readonly profileId: string;
  readonly accountId: AccountId;
  /** Empty after a restore until the person gives one. */
  readonly displayName: string;
  readonly networkId: string;
  /** Created on this device, not restored. */
  readonly createdHere: boolean;
  /** Restored, and no backup was taken in: there may be older messages elsewhere. */
  readonly lacksHistory: boolean;
  readonly pictureMediaId: string | null;
}
