// Hex text. Engines that have it built in are faster at it; both ways refuse the same texts.
import { BytesError } from './errors.ts';

const DIGITS = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

const HAS_NATIVE =
  typeof Uint8Array.fromHex === 'function' && typeof Uint8Array.prototype.toHex === 'function';

/** Lower-case hex, two characters a byte. */
export function bytesToHex(bytes: Uint8Array): string {
  return HAS_NATIVE ? bytes.toHex() : scriptBytesToHex(bytes);
}

/** Whether `text` is an even number of hex digits in either case (`""` is). */
export function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text);
}

/**
 * Bytes of hex text in either case.
 * @throws BytesError `bad-hex`
 */
export function hexToBytes(text: string): Uint8Array<ArrayBuffer> {
  return HAS_NATIVE ? nativeHexToBytes(text) : scriptHexToBytes(text);
}

/** Where the engine has no hex of its own. */
export function scriptBytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** Where the engine has hex: the same as `scriptHexToBytes`. */
export function nativeHexToBytes(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromHex(text);
  } catch (cause) {
    throw new BytesError('bad-hex', { cause });
  }
}

/** Where the engine has no hex of its own. */
export function scriptHexToBytes(text: string): Uint8Array<ArrayBuffer> {
  if (!isHex(text)) throw new BytesError('bad-hex');
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}
