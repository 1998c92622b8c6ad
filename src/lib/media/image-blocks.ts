// The blocks pictures are made of, read without decoding anything. Each walk is bounded by the bytes there are and by a
// number of blocks; what does not fit the format ends it.
import { ByteReader } from '../bytes/index.ts';

/** More blocks than any picture of this size has; one of more is not read to its end. */
const MAX_BLOCKS = 50_000;

export interface Block {
  /** `IHDR`, `VP8X`, `frame`, `e1`, … */
  readonly kind: string;
  /** Where the block lies, headers and checks included. */
  readonly start: number;
  readonly end: number;
  /** What it holds, without header and check. */
  readonly content: Uint8Array;
}

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function startsWith(bytes: Uint8Array, start: readonly number[], at = 0): boolean {
  return start.every((byte, index) => bytes[at + index] === byte);
}

export function isText(bytes: Uint8Array, text: string, at = 0): boolean {
  return startsWith(
    bytes,
    [...text].map((letter) => letter.charCodeAt(0)),
    at
  );
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Chunks of a PNG (PNG specification §5.3): length(4) ‖ type(4) ‖ content ‖ check(4). */
export function* pngChunks(bytes: Uint8Array): Generator<Block> {
  if (!startsWith(bytes, PNG_SIGNATURE)) return;
  let start = PNG_SIGNATURE.length;
  for (let count = 0; count < MAX_BLOCKS && start + 12 <= bytes.length; count++) {
    const length = new ByteReader(bytes.subarray(start)).u32be();
    const end = start + 12 + length;
    if (end > bytes.length) return;
    const kind = textAt(bytes, start + 4);
    yield { kind, start, end, content: bytes.subarray(start + 8, end - 4) };
    if (kind === 'IEND') return;
    start = end;
  }
}

/** Chunks of a WebP (RFC 9649 §2.3): type(4) ‖ length(4, little-endian) ‖ content, filled up to an even length. */
export function* webpChunks(bytes: Uint8Array): Generator<Block> {
  if (!isText(bytes, 'RIFF') || !isText(bytes, 'WEBP', 8)) return;
  let start = 12;
  for (let count = 0; count < MAX_BLOCKS && start + 8 <= bytes.length; count++) {
    const length = new ByteReader(bytes.subarray(start + 4)).u32le();
    const end = start + 8 + length + (length % 2);
    // The filling of the last chunk is often forgotten.
    if (start + 8 + length > bytes.length) return;
    const content = bytes.subarray(start + 8, start + 8 + length);
    yield { kind: textAt(bytes, start), start, end: Math.min(end, bytes.length), content };
    start = end;
  }
}

/**
 * Blocks of a GIF (GIF89a §12 ff.): `header` with the global colours, `frame`, `extension` (its first content byte is the
 * label), `end`.
 */
export function* gifBlocks(bytes: Uint8Array): Generator<Block> {
  if (!(isText(bytes, 'GIF87a') || isText(bytes, 'GIF89a')) || bytes.length < 13) return;
  let start = 13 + coloursLength(bytes[10] as number);
  yield { kind: 'header', start: 0, end: Math.min(start, bytes.length), content: bytes.subarray(0, 13) };
  for (let count = 0; count < MAX_BLOCKS && start < bytes.length; count++) {
    const mark = bytes[start];
    if (mark === 0x3b) {
      yield { kind: 'end', start, end: start + 1, content: bytes.subarray(start, start) };
      return;
    }
    if (mark !== 0x21 && mark !== 0x2c) return;
    const isFrame = mark === 0x2c;
    if (isFrame && start + 11 > bytes.length) return;
    // A frame: position and size, own colours, and the size of a code; an extension: its label.
    const data = isFrame ? start + 10 + coloursLength(bytes[start + 9] as number) + 1 : start + 2;
    const end = endOfSubBlocks(bytes, data);
    if (end === null) return;
    const kind = isFrame ? 'frame' : 'extension';
    yield { kind, start, end, content: bytes.subarray(start + 1, end) };
    start = end;
  }
}

/** Length of a colour table by the byte of flags before it. */
function coloursLength(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

function endOfSubBlocks(bytes: Uint8Array, start: number): number | null {
  let at = start;
  while (at < bytes.length) {
    const length = bytes[at] as number;
    at += 1 + length;
    if (length === 0) return at;
  }
  return null;
}

/** Segments of a JPEG before its picture data (ITU T.81 B.1.1): 0xff ‖ marker ‖ length(2) ‖ content; kind: marker in hex. */
export function* jpegSegments(bytes: Uint8Array): Generator<Block> {
  if (!startsWith(bytes, [0xff, 0xd8, 0xff])) return;
  let start = 2;
  for (let count = 0; count < MAX_BLOCKS && start + 4 <= bytes.length; count++) {
    if (bytes[start] !== 0xff) return;
    const marker = bytes[start + 1] as number;
    // Filling, and marks that stand alone.
    if (marker === 0xff) {
      start += 1;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      start += 2;
      continue;
    }
    if (marker === 0xd9) return;
    const length = ((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number);
    const end = start + 2 + length;
    if (length < 2 || end > bytes.length) return;
    yield { kind: marker.toString(16), start, end, content: bytes.subarray(start + 4, end) };
    if (marker === 0xda) return;
    start = end;
  }
}
