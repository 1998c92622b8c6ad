// Attachments as Echo reads and writes them (accounts-and-messages.md §5.3).
import { describe, expect, test } from 'vitest';
import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  decryptLegacyAttachment,
  encryptLegacyAttachment,
  legacyPaddedLength
} from '../../../localnet/echo/pictures.ts';
import { loadVectors } from '../../support/vectors.ts';

interface LegacyVector {
  readonly what: string;
  readonly key_hex: string;
  readonly iv_hex?: string;
  readonly plaintext_hex?: string;
  readonly pointer_size: number;
  readonly padded_length?: number;
  readonly ciphertext_b64: string;
  readonly digest_hex: string;
  readonly expect?: string;
}

const { sections } = loadVectors<{
  readonly sections: {
    readonly attachment_legacy: readonly LegacyVector[];
    readonly attachment_legacy_padding: { readonly pairs: readonly (readonly [number, number])[] };
  };
}>('accounts-and-messages.json');

describe('[attachment_legacy]', () => {
  for (const vector of sections.attachment_legacy) {
    test(vector.what, () => {
      const file = base64ToBytes(vector.ciphertext_b64);
      const key = hexToBytes(vector.key_hex);
      const opened = decryptLegacyAttachment(file, key, hexToBytes(vector.digest_hex), vector.pointer_size);
      if (vector.plaintext_hex === undefined || vector.expect !== undefined) {
        expect(opened).toBeNull();
        return;
      }
      expect(bytesToHex(opened as Uint8Array)).toBe(vector.plaintext_hex);
      const plaintext = hexToBytes(vector.plaintext_hex);
      if (vector.iv_hex === undefined || vector.padded_length !== legacyPaddedLength(plaintext.length))
        return;
      const sealed = encryptLegacyAttachment(plaintext, key, hexToBytes(vector.iv_hex));
      expect(bytesToBase64(sealed.file)).toBe(vector.ciphertext_b64);
      expect(bytesToHex(sealed.digest)).toBe(vector.digest_hex);
    });
  }
});

test.each(sections.attachment_legacy_padding.pairs.map((pair) => [...pair]))(
  '[attachment_legacy_padding] %i bytes are padded to %i',
  (length, padded) => {
    expect(legacyPaddedLength(length as number)).toBe(padded);
  }
);

describe('a file that is not what its pointer says', () => {
  const key = new Uint8Array(64).fill(3);
  const data = new Uint8Array(100).fill(9);
  const { file, digest } = encryptLegacyAttachment(data, key, new Uint8Array(16));

  test('opens as long as nothing is changed, which is the control', () => {
    expect(decryptLegacyAttachment(file, key, digest, 100)).toEqual(data);
  });

  test.each<[string, () => Uint8Array | null]>([
    [
      'with a byte changed',
      () =>
        decryptLegacyAttachment(
          file.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
          key,
          digest,
          100
        )
    ],
    [
      'with another digest',
      () =>
        decryptLegacyAttachment(
          file,
          key,
          digest.map((byte) => byte ^ 1),
          100
        )
    ],
    ['without a digest', () => decryptLegacyAttachment(file, key, new Uint8Array(), 100)],
    [
      'with another key',
      () =>
        decryptLegacyAttachment(
          file,
          key.map((byte) => byte ^ 1),
          digest,
          100
        )
    ],
    ['with a short key', () => decryptLegacyAttachment(file, key.subarray(1), digest, 100)],
    ['shorter than it says', () => decryptLegacyAttachment(file, key, digest, 10_000)],
    ['too short to be one', () => decryptLegacyAttachment(file.subarray(0, 40), key, digest, 1)]
  ])('%s is refused', (_what, open) => {
    expect(open()).toBeNull();
  });
});
