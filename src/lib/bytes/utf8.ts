import { BytesError } from './errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of `text`; lone surrogates become U+FFFD. */
export function utf8ToBytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/**
 * Text of UTF-8 bytes; a byte order mark is kept as text.
 * @throws BytesError `bad-utf8`
 */
export function bytesToUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new BytesError('bad-utf8', { cause });
  }
}

/** Number of UTF-8 bytes of `text`. */
export function utf8Length(text: string): number {
  return utf8ToBytes(text).length;
}
