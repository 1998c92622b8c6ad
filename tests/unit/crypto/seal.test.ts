import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CryptoError,
  decoyProSignature,
  deriveIdentity,
  openMessage,
  padMessage,
  SEAL_OVERHEAD_BYTES,
  sealMessage,
  stripPadding,
  type CryptoBackend
} from '../../../src/lib/crypto/index.ts';
import { base64ToBytes, bytesToHex, concatBytes, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { sealBox } from './sealed-box.ts';
import { BACKENDS, codeOf, MESSAGES, personOf, protoField } from './support.ts';

/** The sealed bytes inside a stored message: WebSocketMessage.request.body = Envelope, Envelope.content. */
function sealedOf(wrappedBase64: string): Uint8Array | null {
  const request = protoField(base64ToBytes(wrappedBase64), 2);
  const envelope = request && protoField(request, 3);
  return envelope && protoField(envelope, 8);
}

/** Vectors whose expectation is decided by the seal; the others open, or have no seal to open. */
const SEAL_VERDICTS: [RegExp, string][] = [
  [/^reject: bad signature/, 'signature-invalid'],
  [/^reject: cannot open/, 'open-failed'],
  [/^reject: too short/, 'too-short']
];

const refused = MESSAGES.messages_invalid.flatMap((vector) => {
  const verdict = SEAL_VERDICTS.find(([pattern]) => pattern.test(vector.expect));
  return verdict === undefined ? [] : [{ ...vector, code: verdict[1] }];
});
const opening = MESSAGES.messages_invalid.filter(({ expect: text }) => /^(drop|ignore|accept)/.test(text));

const alice = personOf('alice');
const bob = personOf('bob');
const padded = padMessage(hexToBytes('0a0548656c6c6f'));

describe('the vectors of messages that must not be accepted', () => {
  it('hold nine that the seal refuses', () => {
    expect(refused).toHaveLength(9);
    expect(opening.length).toBeGreaterThan(5);
  });
});

describe.each(BACKENDS)('sealed messages on $name', ({ crypto }) => {
  it.each(MESSAGES.messages)('builds and opens bit for bit: $what', async (vector) => {
    const sender = personOf(vector.from);
    const recipient = personOf(vector.to);
    const content = padMessage(hexToBytes(vector.content_hex));
    expect(content.length).toBe(vector.padded_length);
    expect(bytesToHex(await crypto.sha256(content))).toBe(vector.padded_sha256);
    const signed = concatBytes(content, sender.ed25519PublicKey, recipient.x25519PublicKey);
    expect(bytesToHex(await crypto.ed25519Sign(sender.ed25519Seed, signed))).toBe(vector.signature_hex);
    const sealed = await sealMessage(crypto, {
      padded: content,
      sender,
      recipientX25519PublicKey: recipient.x25519PublicKey,
      ephemeralSecretKey: hexToBytes(vector.ephemeral_x25519_secret_hex)
    });
    expect(bytesToHex(sealed)).toBe(vector.sealed_hex);
    expect(bytesToHex(sealed.subarray(0, 32))).toBe(vector.ephemeral_x25519_public_hex);
    expect(bytesToHex(sealedOf(vector.wrapped_b64) ?? new Uint8Array())).toBe(vector.sealed_hex);

    const opened = await openMessage(crypto, hexToBytes(vector.sealed_hex), recipient);
    expect(bytesToHex(opened.senderEd25519PublicKey)).toBe(bytesToHex(sender.ed25519PublicKey));
    expect(opened.senderAccountId).toBe(sender.accountId);
    expect(bytesToHex(stripPadding(opened.padded))).toBe(vector.content_hex);
  });

  it.each(MESSAGES.sealed_upstream)('opens $what', async (vector) => {
    const opened = await openMessage(crypto, hexToBytes(vector.sealed_hex), personOf(vector.to));
    expect(bytesToHex(opened.padded)).toBe(vector.plaintext_hex);
    expect(opened.senderAccountId).toBe(personOf(vector.from).accountId);
  });

  it.each(MESSAGES.messages_other_clients)('opens what another client made: $what', async (vector) => {
    const sealed = sealedOf(vector.wrapped_b64);
    expect(bytesToHex(sealed ?? new Uint8Array())).toBe(vector.sealed_hex);
    const opened = await openMessage(crypto, hexToBytes(vector.sealed_hex), personOf(vector.to));
    expect(bytesToHex(stripPadding(opened.padded))).toBe(vector.content_hex);
    expect(opened.senderAccountId).toBe(personOf(vector.from).accountId);
  });

  it.each(refused)('refuses with $code: $what', async ({ wrapped_b64, recipient, code }) => {
    const sealed = sealedOf(wrapped_b64);
    expect(sealed).not.toBeNull();
    expect(await codeOf(openMessage(crypto, sealed as Uint8Array, personOf(recipient)))).toBe(code);
  });

  it.each(opening)('opens what only a later step refuses: $what', async ({ wrapped_b64, recipient }) => {
    const sealed = sealedOf(wrapped_b64) as Uint8Array;
    const opened = await openMessage(crypto, sealed, personOf(recipient));
    expect(opened.senderAccountId).toMatch(/^05[0-9a-f]{64}$/);
  });

  it('opens what it sealed, whatever the content, and never seals twice alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), async (content) => {
        const input = {
          padded: padMessage(content),
          sender: alice,
          recipientX25519PublicKey: bob.x25519PublicKey
        };
        const [first, second] = [await sealMessage(crypto, input), await sealMessage(crypto, input)];
        expect(bytesToHex(first)).not.toBe(bytesToHex(second));
        expect(first.length).toBe(input.padded.length + SEAL_OVERHEAD_BYTES);
        const opened = await openMessage(crypto, first, bob);
        expect(bytesToHex(stripPadding(opened.padded))).toBe(bytesToHex(content));
        expect(opened.senderAccountId).toBe(alice.accountId);
      }),
      { numRuns: 25 }
    );
  });

  it('does not open for anybody else', async () => {
    const sealed = await sealMessage(crypto, {
      padded,
      sender: alice,
      recipientX25519PublicKey: bob.x25519PublicKey
    });
    expect(await codeOf(openMessage(crypto, sealed, alice))).toBe('open-failed');
    expect(await codeOf(openMessage(crypto, sealed, bob))).toBeNull();
  });

  it('refuses a change of any single byte', async () => {
    const sealed = await sealMessage(crypto, {
      padded,
      sender: alice,
      recipientX25519PublicKey: bob.x25519PublicKey
    });
    const codes = new Set<string | null>();
    for (let index = 0; index < sealed.length; index += 7) {
      const changed = sealed.slice();
      changed[index] = (changed[index] as number) ^ 1;
      codes.add(await codeOf(openMessage(crypto, changed, bob)));
    }
    expect([...codes]).toEqual(['open-failed']);
  });

  it('throws nothing but CryptoError for garbage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (garbage) => {
        await expect(openMessage(crypto, garbage, bob)).rejects.toBeInstanceOf(CryptoError);
      }),
      { numRuns: 60 }
    );
  });

  it('refuses garbage that was sealed to us properly, for its signature', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 96, maxLength: 200 }), async (garbage) => {
        const sealed = sealRaw(crypto, garbage);
        expect(await codeOf(openMessage(crypto, sealed, bob))).toBe('signature-invalid');
      }),
      { numRuns: 40 }
    );
  });

  it('refuses an ephemeral key of low order', async () => {
    const sealed = new Uint8Array(200);
    expect(await codeOf(openMessage(crypto, sealed, bob))).toBe('open-failed');
  });

  it('does not seal to a key of low order, nor to one of another length', async () => {
    const sealTo = (recipientX25519PublicKey: Uint8Array) =>
      codeOf(sealMessage(crypto, { padded, sender: alice, recipientX25519PublicKey }));
    expect(await sealTo(new Uint8Array(32))).toBe('low-order-point');
    expect(await sealTo(new Uint8Array(33))).toBe('bad-key-length');
    expect(await sealTo(bob.x25519PublicKey)).toBeNull();
  });

  it('gives decoy signatures of 64 bytes that differ each time', async () => {
    const [first, second] = [await decoyProSignature(crypto), await decoyProSignature(crypto)];
    expect(first).toHaveLength(64);
    expect(bytesToHex(first)).not.toBe(bytesToHex(second));
  });
});

describe('both backends', () => {
  it('open what the other sealed', async () => {
    const random = seededRandom(11);
    for (const sealing of BACKENDS) {
      for (const opening of BACKENDS) {
        const sender = deriveIdentity(random(16));
        const recipient = deriveIdentity(random(16));
        const input = { padded, sender, recipientX25519PublicKey: recipient.x25519PublicKey };
        const opened = await openMessage(opening.crypto, await sealMessage(sealing.crypto, input), recipient);
        expect(opened.senderAccountId).toBe(sender.accountId);
      }
    }
  });
});

/** Seals bytes as they are to bob: what a sender who does not sign could send. */
function sealRaw(crypto: CryptoBackend, content: Uint8Array): Uint8Array {
  return sealBox(content, bob.x25519PublicKey, crypto.random(32));
}
