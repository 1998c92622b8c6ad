// v2-forward-secrecy-and-pq.md §10, with K6, P1, A11, A12, A13 of §23.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { encryptXChaCha, sha3, shake256 } from '../../../src/lib/crypto/index.ts';
import { x25519 } from '@noble/curves/ed25519.js';
import { accountIdBytes } from '../../../src/lib/hfs/announcement.ts';
import { purposeHash, xorBytes } from '../../../src/lib/hfs/hashes.ts';
import { envelopeFormat, openEnvelope, sealEnvelope } from '../../../src/lib/hfs/envelope.ts';
import { deriveRotatingKeys, type RotatingKeys } from '../../../src/lib/hfs/rotating-keys.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { codeOf } from '../crypto/support.ts';
import { ALICE, BACKENDS, BOB, CAROL } from './people.ts';

const random = seededRandom(10);

describe.each(BACKENDS)('with $name', ({ crypto }) => {
  let keys: RotatingKeys[];
  const seal = (content: Uint8Array, to: RotatingKeys = keys[0] as RotatingKeys) =>
    sealEnvelope(crypto, { content, sender: ALICE, recipient: BOB.accountId, publicKeys: to.publicKeys });

  beforeAll(async () => {
    keys = await Promise.all(
      Array.from({ length: 34 }, () => deriveRotatingKeys(crypto, 'account', random(32)))
    );
  });

  it.each([
    [0, 1536],
    [279, 1536],
    [280, 1792],
    [535, 1792],
    [536, 2048],
    [2000, 3328],
    [16_000, 17_408]
  ])('K6: makes %i bytes of content %i long', async (length, expected) => {
    const content = random(length);
    const message = await seal(content);
    expect(message.length).toBe(expected);
    const opened = await openEnvelope(crypto, message, BOB, keys);
    expect(equalBytes(opened.content, content)).toBe(true);
  });

  it('P1: opens with any of 34 keys, also when they share their first bytes', async () => {
    const first = (keys[0] as RotatingKeys).publicKeys.mlKem.subarray(0, 2);
    for (const [index, to] of keys.entries()) {
      // The indicator names only these two bytes, so forcing them makes every key a candidate.
      const colliding = keys.map((own): RotatingKeys => ({
        ...own,
        publicKeys: { ...own.publicKeys, mlKem: concatBytes(first, own.publicKeys.mlKem.subarray(2)) }
      }));
      const message = await seal(utf8ToBytes('hello'), to);
      const plain = await openEnvelope(crypto, message, BOB, keys);
      expect(plain.keys).toBe(to);
      if (index % 6 !== 3) continue;
      const forced = await sealForced(message, to, first);
      const opened = await openEnvelope(crypto, forced, BOB, colliding);
      expect(colliding.indexOf(opened.keys as RotatingKeys)).toBe(keys.indexOf(to));
    }
  });

  /** The message with an indicator as if the key began with `first`; the indicator is not authenticated. */
  async function sealForced(message: Uint8Array, to: RotatingKeys, first: Uint8Array) {
    const own = to.publicKeys.mlKem;
    return message
      .with(2, (message[2] as number) ^ (own[0] as number) ^ (first[0] as number))
      .with(3, (message[3] as number) ^ (own[1] as number) ^ (first[1] as number));
  }

  it('does not open for others, or without the key', async () => {
    const message = await seal(utf8ToBytes('hello'));
    expect(await codeOf(openEnvelope(crypto, message, CAROL, keys))).toBe('hfs-not-decryptable');
    expect(await codeOf(openEnvelope(crypto, message, BOB, keys.slice(1)))).toBe('hfs-not-decryptable');
    expect(await codeOf(openEnvelope(crypto, message, BOB, []))).toBe('hfs-not-decryptable');
  });

  it('A13: never gives out anything of a message that was altered anywhere', async () => {
    const message = await seal(utf8ToBytes('hello'));
    const offsets = [0, 1, 2, 3, 4, 20, 35, 36, 600, 1123, 1124, 1300, 1535];
    for (const offset of offsets) {
      const altered = message.with(offset, (message[offset] as number) ^ 0x04);
      expect(await codeOf(openEnvelope(crypto, altered, BOB, keys))).toMatch(
        /^hfs-(not-decryptable|malformed)$/
      );
    }
    for (const length of [0, 2, 1535, 1280, 1537]) {
      const cut = new Uint8Array(length);
      cut.set(message.subarray(0, length));
      expect(await codeOf(openEnvelope(crypto, cut, BOB, keys))).toBe('hfs-malformed');
    }
  });

  it('A11: gives a replay and a re-encryption the same replay key, another message another', async () => {
    const sealed = { content: utf8ToBytes('once'), sender: ALICE, recipient: BOB.accountId };
    const again = await Promise.all(
      keys
        .slice(0, 2)
        .map(({ publicKeys }) => sealEnvelope(crypto, { ...sealed, publicKeys }))
        .concat(seal(utf8ToBytes('twice')))
    );
    const [first, second, other] = await Promise.all(
      again.map(async (message) => (await openEnvelope(crypto, message, BOB, keys)).replayKey)
    );
    expect(first).toEqual(second);
    expect(first).not.toEqual(other);
  });

  it('A12: does not let a recipient pass a message on as written to another', async () => {
    const { content } = await openEnvelope(crypto, await seal(utf8ToBytes('for Bob alone')), BOB, keys);
    const carolKeys = await deriveRotatingKeys(crypto, 'account', random(32));
    const known = { ephemeralSecretKey: random(32), coins: random(32) };
    const input = { content, sender: ALICE, publicKeys: carolKeys.publicKeys, known };
    const indicator = purposeHash(
      2,
      'Session-Msg-KISS',
      [x25519.getPublicKey(known.ephemeralSecretKey), CAROL.x25519PublicKey],
      x25519.getSharedSecret(known.ephemeralSecretKey, CAROL.x25519PublicKey)
    );
    // What Alice signed for Bob, sealed to Carol's keys and marked as hers.
    const forwarded = (await sealEnvelope(crypto, { ...input, recipient: BOB.accountId })).slice();
    forwarded.set(xorBytes(carolKeys.publicKeys.mlKem.subarray(0, 2), indicator), 2);
    const control = await sealEnvelope(crypto, { ...input, recipient: CAROL.accountId });
    expect(equalBytes(forwarded.subarray(0, 1124), control.subarray(0, 1124))).toBe(true);
    expect(await codeOf(openEnvelope(crypto, control, CAROL, [carolKeys]))).toBe(null);
    expect(await codeOf(openEnvelope(crypto, forwarded, CAROL, [carolKeys]))).toBe('hfs-signature-invalid');
  });

  it('reads the form sealed to the long-term key alone, and says so', async () => {
    const ephemeral = random(32);
    const e = x25519.getPublicKey(ephemeral);
    const shared = x25519.getSharedSecret(ephemeral, BOB.x25519PublicKey);
    const secret = sha3(concatBytes(shared, BOB.x25519PublicKey, e, utf8ToBytes('SessionV2NonPFS')));
    const derived = shake256(concatBytes(utf8ToBytes('SessionV2NonPFSSS'), secret), 56);
    const inner = await innerOf(utf8ToBytes('basic'));
    const sealed = encryptXChaCha(derived.subarray(0, 32), derived.subarray(32), inner);
    const message = concatBytes(Uint8Array.of(0, 2, 9, 9), e, random(1088), sealed);
    const opened = await openEnvelope(crypto, message, BOB, keys);
    expect(opened).toMatchObject({ protection: 'identity', keys: null, senderAccountId: ALICE.accountId });
    expect(opened.content).toEqual(utf8ToBytes('basic'));
  });

  /** The padded inner dict of a message, taken out of one we can open. */
  async function innerOf(content: Uint8Array) {
    const body = concatBytes(
      utf8ToBytes('d1:S32:'),
      ALICE.ed25519PublicKey,
      utf8ToBytes(`1:c${content.length}:`),
      content
    );
    const hash = purposeHash(64, 'SessionV2Message', [body], accountIdBytes(BOB.accountId));
    const signature = await crypto.ed25519Sign(ALICE.ed25519Seed, hash);
    const inner = concatBytes(body, utf8ToBytes('1:~64:'), signature, utf8ToBytes('e'));
    const padded = new Uint8Array(1536 - 1140);
    padded.set(inner);
    return padded;
  }

  it('survives anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1532, maxLength: 1532 }), async (bytes) => {
        const message = concatBytes(Uint8Array.of(0, 2, 0, 0), bytes);
        expect(await codeOf(openEnvelope(crypto, message, BOB, keys.slice(0, 2)))).toMatch(/^hfs-/);
      }),
      { numRuns: 50 }
    );
  });
});

it('tells the formats apart by their first bytes', () => {
  expect(envelopeFormat(Uint8Array.of(0x0a, 2))).toBe('v1');
  expect(envelopeFormat(Uint8Array.of(0, 2))).toBe('hfs');
  expect(envelopeFormat(Uint8Array.of(0, 3))).toBe('unknown');
  expect(envelopeFormat(Uint8Array.of(0))).toBe('unknown');
  expect(envelopeFormat(new Uint8Array())).toBe('v1');
});
