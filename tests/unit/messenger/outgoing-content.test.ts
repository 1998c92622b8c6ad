// What we build is, byte for byte, what the official library builds from the same values.
import { describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { bytesToBase64, bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  buildContent,
  buildTypingContent,
  isCopied,
  type OutgoingMessage
} from '../../../src/lib/messenger/outgoing-content.ts';
import type { OutgoingContent, StoredAttachment, TimerSetting } from '../../../src/lib/storage/index.ts';
import { decodeContent } from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';

interface Vector {
  what: string;
  timestamp_ms: number;
  content_hex: string;
  content_decoded: {
    dataMessage?: {
      body?: string;
      flags?: number;
      quote?: { id: number; author: AccountId };
      reaction?: { id: number; author: AccountId; emoji: string; action: string };
      profile?: { displayName: string; profilePicture?: string; lastProfileUpdateSeconds: number };
      syncTarget?: AccountId;
      attachments?: {
        contentType: string;
        key: string;
        digest?: string;
        size: number;
        fileName?: string;
        flags?: number;
        width?: number;
        height?: number;
        url: string;
      }[];
    };
    messageRequestResponse?: {
      profileKey: string;
      profile: { displayName: string; profilePicture: string; lastProfileUpdateSeconds: number };
    };
    receiptMessage?: { timestamp: number[] };
    typingMessage?: { action: string };
    unsendRequest?: { timestamp: number; author: AccountId };
    dataExtractionNotification?: { timestamp: number };
    expirationType?: string;
    expirationTimer?: number;
  };
}

const { sections } = loadVectors<{ sections: { messages: Vector[] } }>('accounts-and-messages.json');

const MODES: Readonly<Record<string, TimerSetting['mode']>> = {
  UNKNOWN: 'off',
  DELETE_AFTER_READ: 'after-read',
  DELETE_AFTER_SEND: 'after-send'
};

/** The vector as something we would send; null for kinds we do not send, or do not send so. */
function outgoingOf({ content_decoded: decoded, timestamp_ms: timestampMs }: Vector): OutgoingMessage | null {
  const timer = {
    mode: MODES[decoded.expirationType ?? 'UNKNOWN'] ?? 'off',
    seconds: decoded.expirationTimer ?? 0
  };
  const as = (outgoing: OutgoingContent, rest: Partial<OutgoingMessage> = {}) => ({
    outgoing,
    timestampMs,
    timer,
    ...rest
  });
  const data = decoded.dataMessage;
  if (data) return dataOf(data, timer, as);
  if (decoded.receiptMessage) return as({ kind: 'receipt', timestampsMs: decoded.receiptMessage.timestamp });
  if (decoded.unsendRequest) {
    const { author, timestamp } = decoded.unsendRequest;
    return as({ kind: 'unsend', authorId: author, targetTimestampMs: timestamp });
  }
  if (decoded.dataExtractionNotification) {
    return as({
      kind: 'media-saved',
      targetTimestampMs: decoded.dataExtractionNotification.timestamp
    });
  }
  const response = decoded.messageRequestResponse;
  if (!response) return null;
  const { displayName, profilePicture: url, lastProfileUpdateSeconds } = response.profile;
  const picture = { url, keyBase64: response.profileKey };
  return as(
    { kind: 'request-response' },
    { profile: { displayName, updatedSeconds: lastProfileUpdateSeconds, picture } }
  );
}

function dataOf(
  data: NonNullable<Vector['content_decoded']['dataMessage']>,
  timer: TimerSetting,
  as: (outgoing: OutgoingContent, rest?: Partial<OutgoingMessage>) => OutgoingMessage
): OutgoingMessage | null {
  const rest: Partial<OutgoingMessage> = {
    ...(data.profile
      ? {
          profile: {
            displayName: data.profile.displayName,
            updatedSeconds: data.profile.lastProfileUpdateSeconds
          }
        }
      : {}),
    ...(data.syncTarget ? { syncTarget: data.syncTarget } : {})
  };
  if (data.flags === 2) return as({ kind: 'timer', timer }, rest);
  if (data.reaction && data.body === undefined) {
    const { author, id, emoji, action } = data.reaction;
    const remove = action === 'REMOVE';
    return as({ kind: 'reaction', targetAuthorId: author, targetTimestampMs: id, emoji, remove }, rest);
  }
  if (data.reaction || data.body === undefined) return null;
  const quote = data.quote && { authorId: data.quote.author, timestampMs: data.quote.id };
  const attachments = data.attachments?.map(storedOf);
  return as(
    { kind: 'message' },
    {
      ...rest,
      message: { text: data.body, ...(quote ? { quote } : {}), ...(attachments ? { attachments } : {}) }
    }
  );
}

type Pointer = NonNullable<NonNullable<Vector['content_decoded']['dataMessage']>['attachments']>[number];

function storedOf(pointer: Pointer, index: number): StoredAttachment {
  return {
    id: String(index),
    kind: pointer.flags === 1 ? 'voice' : 'image',
    name: pointer.fileName ?? '',
    bytes: pointer.size,
    contentType: pointer.contentType,
    width: pointer.width ?? null,
    height: pointer.height ?? null,
    caption: null,
    remote: {
      url: pointer.url,
      keyBase64: pointer.key,
      digestBase64: pointer.digest ?? null,
      bytes: pointer.size
    },
    state: 'here',
    failureCode: null,
    mediaId: null,
    thumbnailMediaId: null
  };
}

/** Calls, link previews and what newer versions add: read, not sent. */
const NOT_SENT = /^(call:|link preview|unknown Content field|Pro proof|reply and reaction fields|typing)/;

const sent = sections.messages.filter(({ what }) => !NOT_SENT.test(what));

describe('a content of ours', () => {
  test('is compared in all the kinds there are', () => expect(sent).toHaveLength(17));

  test.each(sent)('is the official one: $what', (vector) => {
    const outgoing = outgoingOf(vector);
    expect(outgoing).not.toBeNull();
    expect(bytesToHex(buildContent(outgoing as OutgoingMessage))).toBe(vector.content_hex);
  });

  test.each(sections.messages.filter(({ what }) => what.startsWith('typing')))(
    'is the official one: $what',
    ({ timestamp_ms: timestampMs, content_decoded, content_hex }) => {
      const isTyping = content_decoded.typingMessage?.action === 'STARTED';
      expect(bytesToHex(buildTypingContent({ isTyping, timestampMs }))).toBe(content_hex);
    }
  );

  test('goes to our other devices in the four kinds of §3.3', () => {
    const kinds = ['message', 'reaction', 'timer', 'unsend', 'receipt', 'request-response', 'media-saved'];
    expect(kinds.filter((kind) => isCopied({ kind } as OutgoingContent))).toEqual(kinds.slice(0, 4));
  });

  test('carries name, picture and key of the profile with a message', () => {
    const keyBase64 = bytesToBase64(new Uint8Array(32).fill(7));
    const picture = { url: 'http://example.org/file/1', keyBase64 };
    const content = decodeContent(
      buildContent({
        outgoing: { kind: 'message' },
        timestampMs: 5,
        message: { text: 'x' },
        profile: { displayName: 'Ana', updatedSeconds: 9, picture }
      })
    );
    expect(content.dataMessage?.profileKey).toEqual(new Uint8Array(32).fill(7));
    expect(content.dataMessage?.profile).toMatchObject({
      displayName: 'Ana',
      profilePicture: picture.url,
      lastUpdateSeconds: 9n
    });
    expect(hexToBytes(bytesToHex(content.dataMessage?.profileKey as Uint8Array))).toHaveLength(32);
  });
});
