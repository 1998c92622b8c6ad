// Pictures as bytes, made by hand: with the sizes, blocks and secrets a test asks for. What a decoder would need of
// picture data is left out where no decoder is meant to see it.
import { concatBytes, utf8ToBytes } from '../../src/lib/bytes/index.ts';

const text = (value: string) => utf8ToBytes(value);
const u32be = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const u32le = (value: number) => u32be(value).reverse();
const u16le = (value: number) => Uint8Array.of(value, value >>> 8);
const u24le = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16);

export function pngChunk(kind: string, content: Uint8Array): Uint8Array {
  return concatBytes(u32be(content.length), text(kind), content, new Uint8Array(4));
}

export function png(
  width: number,
  height: number,
  options: { colours?: number; extra?: readonly Uint8Array[] } = {}
): Uint8Array {
  const head = concatBytes(u32be(width), u32be(height), Uint8Array.of(8, options.colours ?? 2, 0, 0, 0));
  return concatBytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk('IHDR', head),
    ...(options.extra ?? []),
    pngChunk('IDAT', Uint8Array.of(1, 2, 3)),
    pngChunk('IEND', new Uint8Array(0))
  );
}

export function jpegSegment(marker: number, content: Uint8Array): Uint8Array {
  const length = content.length + 2;
  return concatBytes(Uint8Array.of(0xff, marker, length >>> 8, length), content);
}

export function jpeg(
  width: number,
  height: number,
  extra: readonly Uint8Array[] = [],
  frame = 0xc0
): Uint8Array {
  const head = Uint8Array.of(8, height >>> 8, height, width >>> 8, width, 1, 1, 0x11, 0);
  return concatBytes(
    Uint8Array.of(0xff, 0xd8),
    ...extra,
    jpegSegment(0xc4, new Uint8Array(20)),
    jpegSegment(frame, head),
    jpegSegment(0xda, new Uint8Array(6)),
    Uint8Array.of(1, 2, 0xff, 0, 3, 0xff, 0xd9)
  );
}

export function gifFrame(x: number, y: number, width: number, height: number): Uint8Array {
  const place = concatBytes(u16le(x), u16le(y), u16le(width), u16le(height));
  return concatBytes(Uint8Array.of(0x2c), place, Uint8Array.of(0, 2, 2, 0x4c, 1, 0));
}

export function gifExtension(label: number, ...blocks: readonly Uint8Array[]): Uint8Array {
  const parts = blocks.flatMap((block) => [Uint8Array.of(block.length), block]);
  return concatBytes(Uint8Array.of(0x21, label), ...parts, Uint8Array.of(0));
}

export function gif(width: number, height: number, ...blocks: readonly Uint8Array[]): Uint8Array {
  const screen = concatBytes(text('GIF89a'), u16le(width), u16le(height), Uint8Array.of(0x80, 0, 0));
  return concatBytes(screen, new Uint8Array(6), ...blocks, Uint8Array.of(0x3b));
}

export function webpChunk(kind: string, content: Uint8Array): Uint8Array {
  return concatBytes(text(kind), u32le(content.length), content, new Uint8Array(content.length % 2));
}

export function webp(...chunks: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(text('WEBP'), ...chunks);
  return concatBytes(text('RIFF'), u32le(body.length), body);
}

export const webpExtended = (width: number, height: number, flags: number) =>
  webpChunk('VP8X', concatBytes(Uint8Array.of(flags, 0, 0, 0), u24le(width - 1), u24le(height - 1)));
export const webpLossy = (width: number, height: number) =>
  webpChunk('VP8 ', concatBytes(Uint8Array.of(0, 0, 0, 0x9d, 1, 0x2a), u16le(width), u16le(height)));
export const webpLossless = (width: number, height: number, alpha: boolean) =>
  webpChunk(
    'VP8L',
    concatBytes(
      Uint8Array.of(0x2f),
      u32le(((width - 1) | ((height - 1) << 14) | ((alpha ? 1 : 0) << 28)) >>> 0),
      Uint8Array.of(0)
    )
  );
