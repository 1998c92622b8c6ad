import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CryptoError,
  decoyProSignature,
  openMessage,
  padMessage,
  SEAL_OVERHEAD_BYTES,
  sealMessage,
  stripPadding
} from '../../../src/lib/crypto/index.ts';
import { bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { BACKENDS, MESSAGES, personOf } from './support.ts';

describe.each(BACKENDS)('sealed messages on $name', ({ crypto }) => {
  it.each(MESSAGES.messages)('builds and opens bit for bit: $what', async (vector) => {
    const sender = personOf(vector.from);
    const recipient = personOf(vector.to);
    const padded = padMessage(hexToBytes(vector.content_hex));
    expect(padded.length).toBe(vector.padded_length);
    expect(bytesToHex(await crypto.sha256(padded))).toBe(vector.padded_sha256);
    const sealed = await sealMessage(crypto, {
      padded,
      sender,
      recipientX25519PublicKey: recipient.x25519PublicKey,
      ephemeralSecretKey: hexToBytes(vector.ephemeral_x25519_secret_hex)
    });
    expect(bytesToHex(sealed)).toBe(vector.sealed_hex);
    expect(bytesToHex(sealed.subarray(0, 32))).toBe(vector.ephemeral_x25519_public_hex);

    const opened = await openMessage(crypto, hexToBytes(vector.sealed_hex), recipient);
    expect(bytesToHex(opened.senderEd25519PublicKey)).toBe(bytesToHex(sender.ed25519PublicKey));
    expect(opened.senderAccountId).toBe(sender.accountId);
    expect(bytesToHex(stripPadding(opened.padded))).toBe(vector.content_hex);
  });
});
