// What screens are given: rows opened for display. Plain data, never an identity key.
import type { AccountId } from '../account-id.ts';

export type MessageState = 'queued' | 'sending' | 'sent' | 'failed' | 'received';

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
  readonly muted: boolean;
  readonly draft: string | null;
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
}

export interface ProfileView {
  readonly profileId: string;
  readonly accountId: AccountId;
  /** Empty after a restore until the person gives one. */
  readonly displayName: string;
  readonly networkId: string;
  /** Created on this device, not restored. */
  readonly createdHere: boolean;
}
