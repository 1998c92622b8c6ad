import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { UsageError } from '../../../src/lib/errors.ts';
import {
  decodeEnvelope,
  encodeEnvelope,
  MAX_STORED_BYTES,
  unwrapEnvelope,
  wrapEnvelope,
  type Envelope
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface MessageVector {
  what: string;
  timestamp_ms: number;
  sealed_hex: string;
  pro_sig_hex: string;
  envelope_hex: string;
  wrapped_b64: string;
}

const { sections } = loadVectors<{
  sections: {
    messages: MessageVector[];
    messages_other_clients: MessageVector[];
    messages_invalid: { what: string; expect: string; wrapped_b64: string }[];
  };
}>('accounts-and-messages.json');

function envelopeOf(vector: MessageVector): Envelope {
  return {
    type: 'session-message',
    timestampMs: vector.timestamp_ms,
    content: hexToBytes(vector.sealed_hex),
    proSignature: hexToBytes(vector.pro_sig_hex)
  };
}

describe('messages of the test data', () => {
  it.each(sections.messages)('wraps byte for byte: $what', (vector) => {
    expect(bytesToHex(encodeEnvelope(envelopeOf(vector)))).toBe(vector.envelope_hex);
    expect(bytesToBase64(wrapEnvelope(envelopeOf(vector)))).toBe(vector.wrapped_b64);
  });

  it.each(sections.messages)('unwraps: $what', (vector) => {
    expect(unwrapEnvelope(base64ToBytes(vector.wrapped_b64))).toEqual(envelopeOf(vector));
  });

  it.each(sections.messages_other_clients)('unwraps what another client wrote: $what', (vector) => {
    expect(unwrapEnvelope(base64ToBytes(vector.wrapped_b64))).toEqual({
      type: 'session-message',
      timestampMs: vector.timestamp_ms,
      content: hexToBytes(vector.sealed_hex)
    });
  });
});

describe('invalid messages of the test data', () => {
  /** What this floor refuses; the others open here and are refused by their seal, padding or meaning. */
  const REFUSED: Record<string, object> = {
    'envelope without content': { structure: 'envelope', field: 'content' },
    'proSig present with 63 bytes': { structure: 'envelope', field: 'proSig' },
    'source present with a length other than 0 or 66': { structure: 'envelope', field: 'source' },
    'WebSocketMessage without a request': { structure: 'stored-message', field: 'request' },
    'request without a body': { structure: 'stored-message', field: 'body' },
    'not protobuf at all': { structure: 'stored-message' }
  };

  it('contain every case this floor refuses', () => {
    const names = sections.messages_invalid.map(({ what }) => what);
    expect(names).toEqual(expect.arrayContaining(Object.keys(REFUSED)));
  });

  it.each(sections.messages_invalid)('are refused by the wrapper or left to the seal: $what', (vector) => {
    const data = base64ToBytes(vector.wrapped_b64);
    const refusal = REFUSED[vector.what];
    if (refusal) {
      expect(vector.expect).toMatch(/^reject/);
      expect(wireErrorOf(() => unwrapEnvelope(data))).toMatchObject(refusal);
    } else {
      expect(unwrapEnvelope(data).content.length).toBeGreaterThan(0);
    }
  });
});

describe('unwrapping', () => {
  const envelope: Envelope = { type: 'session-message', timestampMs: 7, content: Uint8Array.of(1) };

  it('names protocol v2 as a version it cannot read', () => {
    const details = wireErrorOf(() => unwrapEnvelope(hexToBytes('0002aabb')), 'unsupported-version');
    expect(details).toMatchObject({ version: 2 });
  });

  it('accepts a source that is empty or as long as an Account ID', () => {
    for (const source of ['', '05'.repeat(33)]) {
      expect(unwrapEnvelope(wrapEnvelope({ ...envelope, source })).source).toBe(source);
    }
    wireErrorOf(() => unwrapEnvelope(wrapEnvelope({ ...envelope, source: '05' })));
  });

  it('reads group messages, and refuses envelope types it does not know', () => {
    expect(decodeEnvelope(encodeEnvelope({ ...envelope, type: 'group-message' })).type).toBe('group-message');
    expect(wireErrorOf(() => decodeEnvelope(hexToBytes('080328074201aa')))).toMatchObject({
      field: 'Envelope.type'
    });
  });

  it('refuses a timestamp that is missing, zero or beyond exact numbers', () => {
    expect(wireErrorOf(() => decodeEnvelope(hexToBytes('08064201aa')))).toMatchObject({
      field: 'Envelope.timestamp'
    });
    expect(wireErrorOf(() => decodeEnvelope(hexToBytes('080628004201aa')))).toMatchObject({
      field: 'timestamp'
    });
    const large = '0806' + '28ffffffffffffffff7f' + '4201aa';
    expect(wireErrorOf(() => decodeEnvelope(hexToBytes(large)))).toMatchObject({ field: 'timestamp' });
  });

  it('distinguishes empty content from none', () => {
    expect(decodeEnvelope(hexToBytes('080628074200')).content).toEqual(new Uint8Array());
    expect(wireErrorOf(() => decodeEnvelope(hexToBytes('08062807')))).toMatchObject({ field: 'content' });
  });

  it('refuses more than a node would have stored', () => {
    wireErrorOf(() => unwrapEnvelope(new Uint8Array(MAX_STORED_BYTES + 1).fill(8)), 'too-large');
  });
});

describe('wrapping', () => {
  it('refuses a proSignature of another length', () => {
    const envelope: Envelope = { type: 'session-message', timestampMs: 7, content: Uint8Array.of(1) };
    expect(() => wrapEnvelope({ ...envelope, proSignature: new Uint8Array(63) })).toThrow(UsageError);
  });

  it('is undone by unwrapping', () => {
    const envelopes = fc.record<Envelope>(
      {
        type: fc.constantFrom('session-message', 'group-message'),
        timestampMs: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        content: fc.uint8Array({ maxLength: 400 }),
        proSignature: fc.uint8Array({ minLength: 64, maxLength: 64 })
      },
      { requiredKeys: ['type', 'timestampMs', 'content'] }
    );
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(unwrapEnvelope(wrapEnvelope(envelope))).toEqual(envelope);
      })
    );
  });
});
