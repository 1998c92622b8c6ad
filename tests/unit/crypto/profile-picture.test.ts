import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  decryptProfilePicture,
  encryptProfilePicture,
  encryptStream
} from '../../../src/lib/crypto/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { BACKENDS, codeOf } from './support.ts';

const { sections } = loadVectors<{
  sections: {
    profile_picture_legacy: {
      what: string;
      expect?: string;
      key_hex: string;
      nonce_hex?: string;
      plaintext_hex?: string;
      encrypted_b64: string;
    }[];
  };
}>('accounts-and-messages.json');
const vectors = sections.profile_picture_legacy;

describe.each(BACKENDS)('profile pictures on $name', ({ crypto }) => {
  it.each(vectors.filter((vector) => vector.expect === undefined))(
    'encrypt and decrypt: $what',
    async (vector) => {
      const [key, nonce] = [hexToBytes(vector.key_hex), hexToBytes(vector.nonce_hex as string)];
      const picture = hexToBytes(vector.plaintext_hex as string);
      const { file } = await encryptProfilePicture(crypto, picture, { key, nonce });
      expect(file).toEqual(base64ToBytes(vector.encrypted_b64));
      const opened = await decryptProfilePicture(crypto, file, { key, stream: false });
      expect(bytesToHex(opened)).toBe(vector.plaintext_hex);
    }
  );

  it.each([
    ['one bit altered', 'attachment-wrong-mac'],
    ['28 bytes', 'attachment-truncated']
  ])('are refused with %s', async (what, code) => {
    const vector = vectors.find((candidate) => candidate.what.includes(what));
    const key = hexToBytes(vector?.key_hex as string);
    const file = base64ToBytes(vector?.encrypted_b64 as string);
    expect(await codeOf(decryptProfilePicture(crypto, file, { key, stream: false }))).toBe(code);
  });

  it('are read in the stream format when the address says so, and keys of other lengths are refused', async () => {
    const picture = crypto.random(500);
    const { file, key } = encryptStream(picture, { header: crypto.random(24), key: crypto.random(32) });
    expect(bytesToHex(await decryptProfilePicture(crypto, file, { key, stream: true }))).toBe(
      bytesToHex(picture)
    );
    expect(await codeOf(decryptProfilePicture(crypto, file, { key, stream: false }))).toBe(
      'attachment-wrong-mac'
    );
    const short = { key: key.subarray(0, 16), stream: false };
    expect(await codeOf(decryptProfilePicture(crypto, file, short))).toBe('attachment-bad-key');
    expect(await codeOf(encryptProfilePicture(crypto, picture, { key: short.key }))).toBe(
      'attachment-bad-key'
    );
  });
});
