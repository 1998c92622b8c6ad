// Sealing and wrapping together: the stored bytes of one-to-one messages, as other implementations made them.
import { describe, expect, it } from 'vitest';
import { openMessage, padMessage, sealMessage, stripPadding } from '../../../src/lib/crypto/index.ts';
import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { unwrapEnvelope, wrapEnvelope } from '../../../src/lib/wire/index.ts';
import { BACKENDS, codeOf, MESSAGES, personOf } from './support.ts';

/** By the first words of `expect`: where a message that must not be accepted is stopped. */
const STOPPED_BY: [RegExp, string][] = [
  [/bad signature/, 'signature-invalid'],
  [/cannot open/, 'open-failed'],
  [/too short/, 'too-short'],
  [/^reject: cannot parse Content/, 'opens'],
  [/^reject/, 'malformed'],
  [/^(drop|ignore|accept)/, 'opens']
];

describe.each(BACKENDS)('a stored message on $name', ({ crypto }) => {
  it.each(MESSAGES.messages)('is made bit for bit: $what', async (vector) => {
    const recipient = personOf(vector.to);
    const content = await sealMessage(crypto, {
      padded: padMessage(hexToBytes(vector.content_hex)),
      sender: personOf(vector.from),
      recipientX25519PublicKey: recipient.x25519PublicKey,
      ephemeralSecretKey: hexToBytes(vector.ephemeral_x25519_secret_hex)
    });
    const stored = wrapEnvelope({
      type: 'session-message',
      timestampMs: vector.timestamp_ms,
      content,
      proSignature: hexToBytes(vector.pro_sig_hex)
    });
    expect(bytesToBase64(stored)).toBe(vector.wrapped_b64);
  });

  it.each([...MESSAGES.messages, ...MESSAGES.messages_other_clients])('is opened: $what', async (vector) => {
    const envelope = unwrapEnvelope(base64ToBytes(vector.wrapped_b64));
    expect(envelope.timestampMs).toBe(vector.timestamp_ms);
    const opened = await openMessage(crypto, envelope.content, personOf(vector.to));
    expect(bytesToHex(stripPadding(opened.padded))).toBe(vector.content_hex);
    expect(opened.senderAccountId).toBe(personOf(vector.from).accountId);
  });

  it.each(MESSAGES.messages_invalid)('is stopped where it should be: $what', async (vector) => {
    const expected = STOPPED_BY.find(([pattern]) => pattern.test(vector.expect))?.[1];
    const open = async () =>
      openMessage(
        crypto,
        unwrapEnvelope(base64ToBytes(vector.wrapped_b64)).content,
        personOf(vector.recipient)
      );
    expect((await codeOf(open())) ?? 'opens').toBe(expected);
  });
});
