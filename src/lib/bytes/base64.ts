import { BytesError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int16Array(128).fill(-1);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** `btoa` takes a binary string; pieces of this size keep `String.fromCharCode` within argument limits. */
const PIECE = 0x6000;

/** Standard alphabet with padding. */
export function bytesToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(binary);
}

/** Standard alphabet without padding, as message hashes are written. */
export function bytesToBase64Unpadded(bytes: Uint8Array): string {
  return bytesToBase64(bytes).replace(/=+$/, '');
}

/**
 * Bytes of base64 text in the standard alphabet, padded or not. Blanks, the URL alphabet, stray padding and
 * non-zero spare bits are refused, so that one value has one text.
 * @throws BytesError `bad-base64`
 */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  let end = text.length;
  if (end % 4 === 0 && text.endsWith('=')) end -= text.endsWith('==') ? 2 : 1;
  if (end % 4 === 1) throw new BytesError('bad-base64');
  const bytes = new Uint8Array(Math.floor((end * 3) / 4));
  let bits = 0;
  let held = 0;
  let written = 0;
  for (let index = 0; index < end; index++) {
    const unit = text.charCodeAt(index);
    const value = unit < 128 ? (VALUES[unit] as number) : -1;
    if (value < 0) throw new BytesError('bad-base64');
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[written++] = (held >> bits) & 0xff;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new BytesError('bad-base64');
  return bytes;
}
