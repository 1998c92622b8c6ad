// What a picture says of itself before it is decoded: kind and size. A picture whose size is not known, or too large, is
// never given to a decoder, since a few bytes can stand for gigabytes of pixels.
import { ByteReader } from '../bytes/index.ts';
import { gifBlocks, jpegSegments, pngChunks, webpChunks, isText } from './image-blocks.ts';

export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

export interface ImageHeader {
  readonly type: ImageType;
  /** Pixels, 1 or more, before any turning that the picture asks for. */
  readonly width: number;
  readonly height: number;
  readonly animated: boolean;
  /** Pixels may be transparent. */
  readonly alpha: boolean;
}

/** Most pixels of one picture that is decoded: 256 MB of memory. Larger than the cameras of phones make by default. */
export const MAX_IMAGE_PIXELS = 64_000_000;
/** Longest side browsers draw. */
export const MAX_IMAGE_SIDE = 16_384;

/**
 * Null for everything that is no PNG, JPEG, GIF or WebP with a size: SVG and HTML are never pictures here. Reads no more
 * than the bytes given and decodes nothing.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const header = readPng(bytes) ?? readJpeg(bytes) ?? readGif(bytes) ?? readWebp(bytes);
  return header && header.width > 0 && header.height > 0 ? header : null;
}

/** Whether it may be decoded. */
export function isDecodable({ width, height }: Pick<ImageHeader, 'width' | 'height'>): boolean {
  return width <= MAX_IMAGE_SIDE && height <= MAX_IMAGE_SIDE && width * height <= MAX_IMAGE_PIXELS;
}

/** IHDR: width(4) ‖ height(4) ‖ depth ‖ colours … */
function readPng(bytes: Uint8Array): ImageHeader | null {
  let size: { width: number; height: number } | null = null;
  let [animated, alpha] = [false, false];
  for (const { kind, content } of pngChunks(bytes)) {
    if (!size) {
      if (kind !== 'IHDR' || content.length !== 13) return null;
      const reader = new ByteReader(content);
      size = { width: reader.u32be(), height: reader.u32be() };
      alpha = ((content[9] as number) & 4) !== 0;
    }
    if (kind === 'acTL') animated = true;
    if (kind === 'tRNS') alpha = true;
    if (kind === 'IDAT') break;
  }
  return size && { type: 'image/png', ...size, animated, alpha };
}

/** A frame header: precision ‖ height(2) ‖ width(2) …; other markers among c0…cf are tables. */
function readJpeg(bytes: Uint8Array): ImageHeader | null {
  for (const { kind, content } of jpegSegments(bytes)) {
    const isFrame = /^c[0-9a-f]$/.test(kind) && !['c4', 'c8', 'cc'].includes(kind);
    if (!isFrame) continue;
    if (content.length < 6) return null;
    const reader = new ByteReader(content.subarray(1));
    const height = reader.u16be();
    return { type: 'image/jpeg', width: reader.u16be(), height, animated: false, alpha: false };
  }
  return null;
}

/** Decoders make room for frames that reach over the screen they announce, so frames count too. */
function readGif(bytes: Uint8Array): ImageHeader | null {
  let [width, height, frames] = [0, 0, 0];
  for (const { kind, content } of gifBlocks(bytes)) {
    if (kind === 'header') [width, height] = [u16le(content, 6), u16le(content, 8)];
    if (kind !== 'frame') continue;
    frames++;
    width = Math.max(width, u16le(content, 0) + u16le(content, 4));
    height = Math.max(height, u16le(content, 2) + u16le(content, 6));
  }
  return frames === 0 ? null : { type: 'image/gif', width, height, animated: frames > 1, alpha: true };
}

function readWebp(bytes: Uint8Array): ImageHeader | null {
  for (const { kind, content } of webpChunks(bytes)) {
    const type = 'image/webp';
    if (kind === 'VP8X') {
      if (content.length < 10) return null;
      const flags = content[0] as number;
      const [width, height] = [u24le(content, 4) + 1, u24le(content, 7) + 1];
      return { type, width, height, animated: (flags & 0x02) !== 0, alpha: (flags & 0x10) !== 0 };
    }
    if (kind === 'VP8 ') {
      if (content.length < 10 || !isText(content, '\x9d\x01\x2a', 3)) return null;
      const [width, height] = [u16le(content, 6) & 0x3fff, u16le(content, 8) & 0x3fff];
      return { type, width, height, animated: false, alpha: false };
    }
    if (kind === 'VP8L') {
      if (content.length < 5 || content[0] !== 0x2f) return null;
      const bits = new ByteReader(content.subarray(1)).u32le();
      const [width, height] = [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
      return { type, width, height, animated: false, alpha: ((bits >>> 28) & 1) === 1 };
    }
    return null;
  }
  return null;
}

function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function u24le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) | ((bytes[at + 2] as number) << 16);
}
