import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  decryptAttachment,
  decryptLegacyAttachment,
  decryptStream,
  deriveStreamSecrets,
  encryptLegacyAttachment,
  encryptStream,
  legacyEncryptedLength,
  legacyPaddedLength,
  MAX_ENCRYPTED_FILE_BYTES,
  MAX_LEGACY_PLAIN_BYTES,
  streamEncryptedLength,
  streamPaddingLength
} from '../../../src/lib/crypto/index.ts';
import { createSecretStream, TAG_FINAL, TAG_MESSAGE } from '../../../src/lib/crypto/secretstream.ts';
import { loadVectors } from '../../support/vectors.ts';
import { BACKENDS, codeOf, codeThrown } from './support.ts';

interface LegacyVector {
  what: string;
  expect?: string;
  key_hex: string;
  iv_hex?: string;
  plaintext_hex: string;
  pointer_size: number;
  padded_length: number;
  ciphertext_length: number;
  ciphertext_b64: string;
  digest_hex: string;
}
interface StreamVector {
  what: string;
  expect?: string;
  sender_seed_hex: string;
  domain: string;
  derivation: string;
  data_length: number;
  padding_bytes: number;
  nonce_hex: string;
  key_hex: string;
  encrypted_length: number;
  encrypted_sha256: string;
  encrypted_b64?: string;
}
const { sections } = loadVectors<{
  sections: {
    attachment_legacy: LegacyVector[];
    attachment_legacy_padding: { pairs: [number, number][] };
    attachment_stream: StreamVector[];
    attachment_stream_sizes: { pairs: [number, number][] };
  };
}>('accounts-and-messages.json');

const validLegacy = sections.attachment_legacy.filter(({ expect: outcome }) => outcome === undefined);
const validStreams = sections.attachment_stream.filter(({ expect: outcome }) => outcome === undefined);
const dataOf = (length: number) => Uint8Array.from({ length }, (_, index) => (7 * index) % 256);
const legacyPointer = (vector: LegacyVector) => ({
  key: hexToBytes(vector.key_hex),
  digest: hexToBytes(vector.digest_hex),
  size: vector.pointer_size
});

describe.each(BACKENDS)('the legacy format on $name', ({ crypto }) => {
  it.each(validLegacy)('encrypts and decrypts: $what', async (vector) => {
    const plaintext = hexToBytes(vector.plaintext_hex);
    const made = await encryptLegacyAttachment(crypto, plaintext, {
      key: hexToBytes(vector.key_hex),
      iv: hexToBytes(vector.iv_hex as string),
      padded: vector.padded_length !== vector.pointer_size || vector.pointer_size > 541
    });
    expect(made.file).toEqual(base64ToBytes(vector.ciphertext_b64));
    expect(made.file.length).toBe(vector.ciphertext_length);
    expect(bytesToHex(made.digest)).toBe(vector.digest_hex);
    const opened = await decryptLegacyAttachment(crypto, made.file, legacyPointer(vector));
    expect(bytesToHex(opened)).toBe(vector.plaintext_hex);
  });

  it.each([
    ['bad MAC', 'attachment-wrong-mac'],
    ['bad digest', 'attachment-wrong-digest'],
    ['size mismatch', 'attachment-wrong-size']
  ])('refuses a vector with %s', async (reason, code) => {
    const vector = sections.attachment_legacy.find(({ expect: outcome }) => outcome?.includes(reason));
    if (!vector) throw new Error('no such vector');
    const file = base64ToBytes(vector.ciphertext_b64);
    expect(await codeOf(decryptLegacyAttachment(crypto, file, legacyPointer(vector)))).toBe(code);
  });

  it('refuses a declared size of 4 GB, a missing digest, keys of the stream format and cut files', async () => {
    const { file, key, digest } = await encryptLegacyAttachment(crypto, dataOf(1000));
    const pointer = { key, digest, size: 1000 };
    const attempt = (change: object, bytes: Uint8Array = file) =>
      codeOf(decryptLegacyAttachment(crypto, bytes, { ...pointer, ...change }));
    expect(await attempt({})).toBeNull();
    expect(await attempt({ size: 0xffff_ffff })).toBe('attachment-wrong-size');
    expect(await attempt({ size: -1 })).toBe('attachment-wrong-size');
    expect(await attempt({ size: Number.NaN })).toBe('attachment-wrong-size');
    expect(await attempt({ digest: new Uint8Array() })).toBe('attachment-no-digest');
    expect(await attempt({ digest: digest.subarray(1) })).toBe('attachment-wrong-digest');
    expect(await attempt({ key: key.subarray(0, 32) })).toBe('attachment-bad-key');
    expect(await attempt({}, file.subarray(0, 47))).toBe('attachment-truncated');
    expect(await attempt({}, file.subarray(0, -16))).toBe('attachment-wrong-mac');
    expect(await attempt({}, new Uint8Array(MAX_ENCRYPTED_FILE_BYTES + 1))).toBe('attachment-too-large');
  });

  it('refuses what is authentic and yet no ciphertext', async () => {
    const key = crypto.random(64);
    for (const length of [16, 16 + 7, 16 + 32]) {
      const sealed = new Uint8Array(length);
      const mac = await crypto.hmacSha256(key.subarray(32), sealed);
      const file = Uint8Array.of(...sealed, ...mac);
      const digest = await crypto.sha256(file);
      const code = await codeOf(decryptLegacyAttachment(crypto, file, { key, digest, size: 0 }));
      expect(code).toBe('attachment-damaged');
    }
  });

  it('gives back what went in, of any length, padded or not, and with no size given the padding too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), async (data, padded) => {
        const { file, key, digest } = await encryptLegacyAttachment(crypto, data, { padded });
        expect(file.length).toBe(legacyEncryptedLength(data.length, padded));
        const opened = await decryptLegacyAttachment(crypto, file, { key, digest, size: data.length });
        expect(bytesToHex(opened)).toBe(bytesToHex(data));
        const whole = await decryptLegacyAttachment(crypto, file, { key, digest, size: null });
        expect(whole.length).toBe(padded ? legacyPaddedLength(data.length) : data.length);
      }),
      { numRuns: 25 }
    );
  });

  it('draws another key and iv each time', async () => {
    const [first, second] = [
      await encryptLegacyAttachment(crypto, dataOf(5)),
      await encryptLegacyAttachment(crypto, dataOf(5))
    ];
    expect(bytesToHex(first.key)).not.toBe(bytesToHex(second.key));
    expect(bytesToHex(first.file.subarray(0, 16))).not.toBe(bytesToHex(second.file.subarray(0, 16)));
  });
});

describe('lengths of the legacy format', () => {
  it.each(sections.attachment_legacy_padding.pairs)('fills %i bytes up to %i', (length, padded) => {
    expect(legacyPaddedLength(length)).toBe(padded);
  });

  it('never fills a file over the limit of a server that fits without', async () => {
    const [{ crypto }] = BACKENDS.slice(1) as [(typeof BACKENDS)[0]];
    expect(legacyEncryptedLength(MAX_LEGACY_PLAIN_BYTES)).toBeLessThanOrEqual(MAX_ENCRYPTED_FILE_BYTES);
    expect(legacyEncryptedLength(MAX_LEGACY_PLAIN_BYTES + 1)).toBeGreaterThan(MAX_ENCRYPTED_FILE_BYTES);
    expect(legacyEncryptedLength(9_900_000)).toBeLessThanOrEqual(MAX_ENCRYPTED_FILE_BYTES);
    const data = new Uint8Array(MAX_LEGACY_PLAIN_BYTES);
    const { file, key, digest } = await encryptLegacyAttachment(crypto, data);
    expect(file.length).toBeLessThanOrEqual(MAX_ENCRYPTED_FILE_BYTES);
    const opened = await decryptLegacyAttachment(crypto, file, { key, digest, size: data.length });
    expect(opened.length).toBe(data.length);
    const more = new Uint8Array(MAX_LEGACY_PLAIN_BYTES + 1);
    expect(await codeOf(encryptLegacyAttachment(crypto, more))).toBe('attachment-too-large');
  });
});

describe('the stream format', () => {
  const bytesOf = (vector: StreamVector) => base64ToBytes(vector.encrypted_b64 as string);

  it.each(validStreams)('encrypts and decrypts: $what, $derivation', async (vector) => {
    const [{ crypto }] = BACKENDS as [(typeof BACKENDS)[0]];
    const data = dataOf(vector.data_length);
    const secrets = { header: hexToBytes(vector.nonce_hex), key: hexToBytes(vector.key_hex) };
    const { file, key } = encryptStream(data, secrets);
    expect(file.length).toBe(vector.encrypted_length);
    expect(bytesToHex(await crypto.sha256(file))).toBe(vector.encrypted_sha256);
    expect(streamPaddingLength(data.length)).toBe(vector.padding_bytes);
    const read = vector.encrypted_b64 === undefined ? file : bytesOf(vector);
    expect(bytesToHex(decryptStream(read, { key, size: data.length }))).toBe(bytesToHex(data));
  });

  it.each(validStreams.filter(({ derivation }) => derivation === 'seed_key_personal'))(
    'derives key and header: $what',
    (vector) => {
      const purpose = vector.domain === 'attachment' ? 'attachment' : 'profile-picture';
      const seed = hexToBytes(vector.sender_seed_hex);
      const { header, key } = deriveStreamSecrets(dataOf(vector.data_length), seed, purpose);
      expect([bytesToHex(header), bytesToHex(key)]).toEqual([vector.nonce_hex, vector.key_hex]);
    }
  );

  it.each(sections.attachment_stream_sizes.pairs)('makes %i bytes into %i', (length, encrypted) => {
    expect(streamEncryptedLength(length)).toBe(encrypted);
  });

  it.each([
    ['last byte altered', 'attachment-wrong-mac'],
    ['first byte is not 0x53', 'attachment-unknown-format']
  ])('refuses a vector with %s', (reason, code) => {
    const vector = sections.attachment_stream.find(({ what }) => what.includes(reason));
    if (!vector) throw new Error('no such vector');
    const pointer = { key: hexToBytes(vector.key_hex), size: null };
    expect(codeThrown(() => decryptStream(bytesOf(vector), pointer))).toBe(code);
  });

  const secrets = { header: new Uint8Array(24).fill(3), key: new Uint8Array(32).fill(4) };

  it('refuses a stream that was cut, goes on after its end, has parts exchanged, or has another key', () => {
    const { file, key } = encryptStream(dataOf(70_000), secrets);
    const part = 25 + 32_785;
    const attempt = (bytes: Uint8Array, size: number | null = 70_000) =>
      codeThrown(() => decryptStream(bytes, { key, size }));
    expect(attempt(file)).toBeNull();
    expect(attempt(file.subarray(0, part))).toBe('attachment-truncated');
    expect(attempt(file.subarray(0, part + 10))).toBe('attachment-wrong-mac');
    expect(attempt(file.subarray(0, 40))).toBe('attachment-truncated');
    const exchanged = file.slice();
    exchanged.copyWithin(25, part, part + 32_785);
    expect(attempt(exchanged)).toBe('attachment-wrong-mac');
    const longer = new Uint8Array(file.length + 100);
    longer.set(file);
    expect(attempt(longer)).toBe('attachment-wrong-mac');
    expect(attempt(file, 0xffff_ffff)).toBe('attachment-wrong-size');
    expect(attempt(new Uint8Array(MAX_ENCRYPTED_FILE_BYTES + 1))).toBe('attachment-too-large');
    const wrong = { key: new Uint8Array(64), size: null };
    expect(codeThrown(() => decryptStream(file, wrong))).toBe('attachment-bad-key');
  });

  type Chunks = (readonly [content: Uint8Array, tag: number])[];
  const streamOf = (...chunks: Chunks) => {
    const stream = createSecretStream(secrets.key, secrets.header);
    const sealed = chunks.flatMap(([content, tag]) => [...stream.seal(content, tag)]);
    return Uint8Array.of(0x53, ...secrets.header, ...sealed);
  };

  it('refuses authentic streams without a padding mark, with a part after FINAL, or with a tag of another kind', () => {
    const attempt = (...chunks: Chunks) =>
      codeThrown(() => decryptStream(streamOf(...chunks), { key: secrets.key, size: null }));
    const full = new Uint8Array(32_768);
    expect(attempt([Uint8Array.of(0, 1, 9), TAG_FINAL])).toBeNull();
    expect(attempt([Uint8Array.of(0, 0, 0), TAG_FINAL])).toBe('attachment-damaged');
    expect(attempt([Uint8Array.of(0, 2, 1), TAG_FINAL])).toBe('attachment-damaged');
    expect(attempt([full, TAG_FINAL], [Uint8Array.of(1), TAG_FINAL])).toBe('attachment-damaged');
    expect(attempt([full, 2], [Uint8Array.of(1), TAG_FINAL])).toBe('attachment-damaged');
    expect(attempt([Uint8Array.of(1), TAG_MESSAGE])).toBe('attachment-truncated');
  });

  it('gives back what went in, of any length around the borders of chunks', () => {
    const near = (border: number) => fc.integer({ min: border - 3, max: border + 3 });
    const lengths = fc.oneof(fc.integer({ min: 0, max: 5000 }), near(32_768), near(65_536), near(4_054));
    fc.assert(
      fc.property(lengths, (length) => {
        const data = dataOf(length);
        const { file, key } = encryptStream(data, secrets);
        expect(file.length).toBe(streamEncryptedLength(length));
        const opened = decryptStream(file, { key, size: null });
        expect(Buffer.compare(opened, data)).toBe(0);
      }),
      { numRuns: 25 }
    );
  });

  it('says that data is too large before it encrypts', () => {
    const code = codeThrown(() => encryptStream(new Uint8Array(10_000_000), secrets));
    expect(code).toBe('attachment-too-large');
  });
});

describe('an attachment of either format', () => {
  it('is decrypted as its address says', async () => {
    const [{ crypto }] = BACKENDS as [(typeof BACKENDS)[0]];
    const data = dataOf(300);
    const legacy = await encryptLegacyAttachment(crypto, data);
    const stream = encryptStream(data, { header: crypto.random(24), key: crypto.random(32) });
    const open = (file: Uint8Array, secrets: { key: Uint8Array; digest: Uint8Array; stream: boolean }) =>
      decryptAttachment(crypto, file, { ...secrets, size: 300 }).then(bytesToHex);
    expect(await open(legacy.file, { ...legacy, stream: false })).toBe(bytesToHex(data));
    const none = new Uint8Array();
    expect(await open(stream.file, { ...stream, digest: none, stream: true })).toBe(bytesToHex(data));
    const mixed = { ...stream, digest: none, stream: false };
    expect(await codeOf(open(stream.file, mixed))).toBe('attachment-bad-key');
  });
});
