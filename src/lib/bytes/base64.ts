// base64, standard alphabet. Engines that have it built in are ten times faster at it; both ways refuse the same texts.
import { BytesError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** `btoa` takes a binary string; pieces of this size keep `String.fromCharCode` within argument limits. */
const PIECE = 0x6000;

const HAS_NATIVE =
  typeof Uint8Array.fromBase64 === 'function' && typeof Uint8Array.prototype.toBase64 === 'function';

/** Standard alphabet with padding. */
export function bytesToBase64(bytes: Uint8Array): string {
  return HAS_NATIVE ? bytes.toBase64() : scriptBytesToBase64(bytes);
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
  return HAS_NATIVE ? nativeBase64ToBytes(text) : scriptBase64ToBytes(text);
}

/** Number of characters before the padding, which is either complete or absent. */
function unpaddedLength(text: string): number {
  const { length } = text;
  if (!text.endsWith('=')) return length;
  if (length % 4 !== 0) throw new BytesError('bad-base64');
  return length - (text.endsWith('==') ? 2 : 1);
}

/** Where the engine has no base64 of its own. */
export function scriptBytesToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(binary);
}

/** Where the engine has base64: the same as `scriptBase64ToBytes`. */
export function nativeBase64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  const end = unpaddedLength(text);
  const padded = text.length % 4 === 0 ? text : text.padEnd(text.length + 4 - (text.length % 4), '=');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(padded, { lastChunkHandling: 'strict' });
  } catch (cause) {
    throw new BytesError('bad-base64', { cause });
  }
  // The built-in decoder skips blanks, which leaves fewer bytes than the characters promise.
  if (bytes.length !== Math.floor((end * 3) / 4)) throw new BytesError('bad-base64');
  return bytes;
}

/** Where the engine has no base64 of its own. */
export function scriptBase64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  const end = unpaddedLength(text);
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
