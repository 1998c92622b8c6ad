// Everything that may be queued, as the Content that goes out (accounts-and-messages.md §3.1 step 1, §3.3, §4). Pure.
import { base64ToBytes } from '../bytes/index.ts';
import type { AccountId } from '../account-id.ts';
import {
  NO_TIMER,
  type MessageContent,
  type OutgoingContent,
  type StoredAttachment,
  type TimerSetting
} from '../storage/index.ts';
import {
  DataExtractionNotification_Type,
  DataMessage_Flags,
  encodeContent,
  Reaction_Action,
  ReceiptMessage_Type,
  TypingMessage_Action,
  type ContentInit
} from '../wire/index.ts';
import { expirationFields } from './timers.ts';

/** What travels with what somebody else sees of us (§4.11). */
export interface OwnProfile {
  readonly displayName: string;
  readonly updatedSeconds: number;
  /** Address and key of our picture; null: there is none any more; absent: nothing is said of it. */
  readonly picture?: { readonly url: string; readonly keyBase64: string } | null;
}

export interface OutgoingMessage {
  readonly outgoing: OutgoingContent;
  /** Sent time; identity of the message. */
  readonly timestampMs: number;
  /** With `outgoing` of kind `message`: what is in it. */
  readonly message?: Pick<MessageContent, 'text' | 'quote' | 'attachments'>;
  /** Timer it carries; absent: off. */
  readonly timer?: TimerSetting | undefined;
  /** Absent on copies to ourselves. */
  readonly profile?: OwnProfile;
  /** What it says of our keys; never on copies. */
  readonly statement?: Uint8Array;
  /** On copies to ourselves: the account the message went to. */
  readonly syncTarget?: AccountId;
}

/** Kinds of which our other devices get a copy (§3.3). */
const COPIED_KINDS: ReadonlySet<OutgoingContent['kind']> = new Set([
  'message',
  'reaction',
  'timer',
  'unsend'
]);

export function isCopied({ kind }: OutgoingContent): boolean {
  return COPIED_KINDS.has(kind);
}

/** Serialised Content. */
export function buildContent(input: OutgoingMessage): Uint8Array {
  return encodeContent({
    ...contentOf(input),
    sigTimestamp: BigInt(input.timestampMs),
    ...(input.statement && { onionskin: input.statement })
  });
}

/** A signal of typing, which is never queued (§4.4). */
export function buildTypingContent(input: { isTyping: boolean; timestampMs: number }): Uint8Array {
  return encodeContent({
    typingMessage: {
      timestamp: BigInt(input.timestampMs),
      action: input.isTyping ? TypingMessage_Action.STARTED : TypingMessage_Action.STOPPED
    },
    sigTimestamp: BigInt(input.timestampMs)
  });
}

function contentOf(input: OutgoingMessage): ContentInit {
  const { outgoing } = input;
  switch (outgoing.kind) {
    case 'message':
      return { dataMessage: { ...visibleOf(input), ...companionsOf(input) }, ...expirationOf(input.timer) };
    case 'reaction':
      return {
        dataMessage: {
          reaction: {
            id: BigInt(outgoing.targetTimestampMs),
            author: outgoing.targetAuthorId,
            emoji: outgoing.emoji,
            action: outgoing.remove ? Reaction_Action.REMOVE : Reaction_Action.REACT
          },
          ...companionsOf(input)
        },
        ...expirationOf(input.timer)
      };
    case 'timer':
      return {
        dataMessage: { flags: DataMessage_Flags.EXPIRATION_TIMER_UPDATE, ...companionsOf(input) },
        ...expirationOf(outgoing.timer)
      };
    case 'receipt':
      return {
        receiptMessage: { type: ReceiptMessage_Type.READ, timestamp: outgoing.timestampsMs.map(BigInt) }
      };
    case 'unsend':
      return {
        unsendRequest: { timestamp: BigInt(outgoing.targetTimestampMs), author: outgoing.authorId }
      };
    case 'request-response': {
      const { profile, profileKey } = companionsOf(input);
      return {
        messageRequestResponse: {
          isApproved: true,
          ...(profileKey ? { profileKey } : {}),
          ...(profile ? { profile } : {})
        }
      };
    }
    case 'resend-request':
      return {};
    case 'media-saved':
      return {
        dataExtractionNotification: {
          type: DataExtractionNotification_Type.MEDIA_SAVED,
          timestamp: BigInt(outgoing.targetTimestampMs)
        },
        ...expirationOf(input.timer)
      };
  }
}

/** Written although zero, as the official clients do: a message without them would mark this one. */
const expirationOf = (timer: TimerSetting = NO_TIMER) => expirationFields(timer);

/** Profile and sync target, where they belong. */
function companionsOf({ profile, syncTarget }: OutgoingMessage) {
  return {
    ...(profile?.picture ? { profileKey: base64ToBytes(profile.picture.keyBase64) } : {}),
    ...(profile && profile.displayName !== ''
      ? {
          profile: {
            displayName: profile.displayName,
            lastUpdateSeconds: BigInt(profile.updatedSeconds),
            // Present and empty: it was removed.
            ...(profile.picture === undefined ? {} : { profilePicture: profile.picture?.url ?? '' })
          }
        }
      : {}),
    ...(syncTarget ? { syncTarget } : {})
  };
}

function visibleOf({ message }: OutgoingMessage) {
  if (!message) return {};
  const { text, quote, attachments = [] } = message;
  return {
    // Written although empty, as the official clients do.
    body: text,
    ...(quote ? { quote: { id: BigInt(quote.timestampMs), author: quote.authorId } } : {}),
    ...(attachments.length > 0 ? { attachments: attachments.flatMap(pointerOf) } : {})
  };
}

const FLAG_VOICE = 1;

function pointerOf({ remote, ...attachment }: StoredAttachment) {
  if (!remote) return [];
  return [
    {
      id: BigInt(remote.fileNumber ?? 0),
      contentType: attachment.contentType,
      key: base64ToBytes(remote.keyBase64),
      size: attachment.bytes,
      ...(remote.digestBase64 ? { digest: base64ToBytes(remote.digestBase64) } : {}),
      fileName: attachment.name,
      ...(attachment.kind === 'voice' ? { flags: FLAG_VOICE } : {}),
      ...(attachment.width && attachment.height
        ? { width: attachment.width, height: attachment.height }
        : {}),
      ...(attachment.caption ? { caption: attachment.caption } : {}),
      url: remote.url
    }
  ];
}
