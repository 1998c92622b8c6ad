// What a message says, before padding and sealing (accounts-and-messages.md §2.3–§2.6).
// 64-bit fields are bigint; `toTimestampMs` is the border to numbers.
import { type MessageInitShape } from '@bufbuild/protobuf';
import { decodeProto, encodeProto } from './proto-codec.ts';
import { ContentSchema, type Content } from './proto/session_pb.ts';

export {
  CallMessage_Type,
  Content_ExpirationType,
  ContentSchema,
  DataExtractionNotification_Type,
  DataMessage_Flags,
  GroupUpdateInfoChangeMessage_Type,
  GroupUpdateMemberChangeMessage_Type,
  Reaction_Action,
  ReceiptMessage_Type,
  TypingMessage_Action
} from './proto/session_pb.ts';
export type {
  AttachmentPointer,
  CallMessage,
  CommunityInvitation,
  Content,
  DataExtractionNotification,
  DataMessage,
  GroupUpdateMessage,
  LokiProfile,
  MessageRequestResponse,
  Preview,
  ProMessage,
  Quote,
  Reaction,
  ReceiptMessage,
  TypingMessage,
  UnsendRequest
} from './proto/session_pb.ts';

/** A plain object with the fields to set; a field left out is not written. */
export type ContentInit = MessageInitShape<typeof ContentSchema>;

/** A Content cannot be larger than what a storage node takes (§3.6). */
export const MAX_CONTENT_BYTES = 76_800;

/** The message fields in the order in which they are looked for on receipt (§2.3). */
const KINDS = [
  ['data', 'dataMessage'],
  ['receipt', 'receiptMessage'],
  ['typing', 'typingMessage'],
  ['data-extraction', 'dataExtractionNotification'],
  ['unsend', 'unsendRequest'],
  ['call', 'callMessage'],
  ['request-response', 'messageRequestResponse']
] as const;

export type ContentKind = (typeof KINDS)[number][0] | 'none';

/**
 * Bytes of a Content: ascending field order, required fields with value 0 written, repeated scalars unpacked,
 * fields of other versions kept.
 * @throws UsageError when a required field is missing
 */
export function encodeContent(content: ContentInit): Uint8Array<ArrayBuffer> {
  return encodeProto(ContentSchema, content);
}

/**
 * Content of unpadded plaintext, at most 76,800 bytes. Fields that are not set read as their zero value; ask
 * `hasField`.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeContent(bytes: Uint8Array): Content {
  return decodeProto(ContentSchema, bytes, MAX_CONTENT_BYTES, 'content', [
    ContentSchema.field.onionskin.number
  ]);
}

/** The first message field that is present, in the order of §2.3; `none` for a Content that says nothing. */
export function contentKind(content: Content): ContentKind {
  return KINDS.find(([, field]) => content[field] !== undefined)?.[0] ?? 'none';
}

/** Whether a field was on the wire, as opposed to reading as zero because it was not. */
export function hasField<T extends object>(message: T, field: keyof T & string): boolean {
  return Object.hasOwn(message, field) && message[field] !== undefined;
}

/** A 64-bit time or id as a number; null for 0 (not set) and above 2^53 − 1 (no time of ours). */
export function toTimestampMs(value: bigint | undefined): number | null {
  return value !== undefined && value > 0n && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}
