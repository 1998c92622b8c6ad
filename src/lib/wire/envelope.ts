// The wrapper of every message stored in namespace 0 (accounts-and-messages.md §2.1, §2.2, §3.1, §3.4).
// The sealed content inside is opaque here.
import { UsageError } from '../errors.ts';
import { hasField, toTimestampMs } from './content.ts';
import { malformed, WireError } from './errors.ts';
import { decodeProto, encodeProto } from './proto-codec.ts';
import {
  Envelope_Type,
  EnvelopeSchema,
  WebSocketMessage_Type,
  WebSocketMessageSchema
} from './proto/session_pb.ts';

export interface Envelope {
  readonly type: 'session-message' | 'group-message';
  /** Sent time, milliseconds since 1970; the identity of the message together with its author. */
  readonly timestampMs: number;
  /** The sealed content. */
  readonly content: Uint8Array;
  /** Not a sender identity: anyone may write it. */
  readonly source?: string;
  /** 64 bytes. */
  readonly proSignature?: Uint8Array;
}

/** Largest raw data of one stored message (§3.6). */
export const MAX_STORED_BYTES = 76_800;
const PRO_SIGNATURE_BYTES = 64;
const ACCOUNT_ID_LENGTH = 66;

/** Bytes of the Envelope alone, without the wrapper. @throws UsageError for a proSignature that is not 64 bytes */
export function encodeEnvelope(envelope: Envelope): Uint8Array<ArrayBuffer> {
  if (envelope.proSignature && envelope.proSignature.length !== PRO_SIGNATURE_BYTES) {
    throw new UsageError('a proSignature of 64 bytes');
  }
  return encodeProto(EnvelopeSchema, {
    type:
      envelope.type === 'session-message'
        ? Envelope_Type.SESSION_MESSAGE
        : Envelope_Type.CLOSED_GROUP_MESSAGE,
    source: envelope.source,
    timestamp: BigInt(envelope.timestampMs),
    sourceDevice: 1,
    content: envelope.content,
    proSig: envelope.proSignature
  });
}

/**
 * Bytes to store: a WebSocketMessage of type REQUEST whose verb, path and requestId are written and empty.
 * @throws UsageError for a proSignature that is not 64 bytes
 */
export function wrapEnvelope(envelope: Envelope): Uint8Array<ArrayBuffer> {
  return encodeProto(WebSocketMessageSchema, {
    type: WebSocketMessage_Type.REQUEST,
    request: { verb: '', path: '', body: encodeEnvelope(envelope), requestId: 0n }
  });
}

/**
 * Envelope of stored data (§3.4 steps 2–4). Type, verb and path of the wrapper are not looked at.
 * @throws WireError `unsupported-version` for data that begins 00 02 (protocol v2); `malformed` with
 *   `details.field` one of `request`, `body`, `content`, `source`, `proSig`, `timestamp` or a required field;
 *   `too-large` over 76,800 bytes
 */
export function unwrapEnvelope(data: Uint8Array): Envelope {
  if (data[0] === 0x00 && data[1] === 0x02) {
    throw new WireError('unsupported-version', { details: { structure: 'stored-message', version: 2 } });
  }
  const wrapper = decodeProto(WebSocketMessageSchema, data, MAX_STORED_BYTES, 'stored-message');
  if (!wrapper.request) throw malformed('stored-message', 'request');
  if (!hasField(wrapper.request, 'body')) throw malformed('stored-message', 'body');
  return decodeEnvelope(wrapper.request.body);
}

/** Envelope of its own bytes, without the wrapper. Errors as for `unwrapEnvelope`. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const message = decodeProto(EnvelopeSchema, bytes, MAX_STORED_BYTES, 'envelope');
  if (!hasField(message, 'content')) throw malformed('envelope', 'content');
  if (message.source.length !== 0 && message.source.length !== ACCOUNT_ID_LENGTH) {
    throw malformed('envelope', 'source');
  }
  const hasProSignature = hasField(message, 'proSig');
  if (hasProSignature && message.proSig.length !== PRO_SIGNATURE_BYTES) throw malformed('envelope', 'proSig');
  const timestampMs = toTimestampMs(message.timestamp);
  if (timestampMs === null) throw malformed('envelope', 'timestamp');
  return {
    type: message.type === Envelope_Type.SESSION_MESSAGE ? 'session-message' : 'group-message',
    timestampMs,
    content: message.content,
    ...(hasField(message, 'source') && { source: message.source }),
    ...(hasProSignature && { proSignature: message.proSig })
  };
}
