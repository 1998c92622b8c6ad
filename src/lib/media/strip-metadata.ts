// Takes what tells of place, time and device out of pictures without decoding them. For those that drawing anew would
// spoil: moving ones. All others lose it by being drawn anew.
import { concatBytes } from '../bytes/index.ts';
import { gifBlocks, jpegSegments, PNG_SIGNATURE, pngChunks, webpChunks, type Block } from './image-blocks.ts';
import { readImageHeader } from './image-header.ts';

/** What a picture needs in order to look the same; everything else of these formats is about something else. */
const PNG_KEPT: readonly string[] = [
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'cHRM',
  'gAMA',
  'iCCP',
  'sBIT',
  'sRGB',
  'bKGD',
  'pHYs',
  'acTL',
  'fcTL',
  'fdAT'
];
const WEBP_KEPT: readonly string[] = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP'];
const WEBP_METADATA_FLAGS = 0x0c;
const GIF_CONTROL = 0xf9;
const GIF_APPLICATION = 0xff;
const LOOP_APPLICATIONS: readonly string[] = ['NETSCAPE2.0', 'ANIMEXTS1.0'];
/** Markers of segments about the picture: JFIF, colour profile, Adobe's colour transform. */
const JPEG_APPLICATIONS_KEPT: readonly string[] = ['e0', 'e2', 'ee'];

/** The picture without it; null when the bytes are no picture, or end before it does. */
export function stripMetadata(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  switch (readImageHeader(bytes)?.type) {
    case 'image/png':
      return stripPng(bytes);
    case 'image/webp':
      return stripWebp(bytes);
    case 'image/gif':
      return stripGif(bytes);
    case 'image/jpeg':
      return stripJpeg(bytes);
    case undefined:
      return null;
  }
}

const raw = (bytes: Uint8Array, blocks: readonly Block[]) =>
  blocks.map(({ start, end }) => bytes.subarray(start, end));

function stripPng(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const chunks = [...pngChunks(bytes)];
  if (chunks.at(-1)?.kind !== 'IEND') return null;
  const kept = chunks.filter(({ kind }) => PNG_KEPT.includes(kind));
  return concatBytes(Uint8Array.from(PNG_SIGNATURE), ...raw(bytes, kept));
}

function stripWebp(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const kept = [...webpChunks(bytes)].filter(({ kind }) => WEBP_KEPT.includes(kind));
  const parts = kept.flatMap(({ kind, start, end, content }) => {
    const chunk = bytes.slice(start, end);
    if (kind === 'VP8X') chunk[8] = (chunk[8] as number) & ~WEBP_METADATA_FLAGS;
    return end - start === 8 + content.length + (content.length % 2) ? [chunk] : [chunk, new Uint8Array(1)];
  });
  const body = concatBytes(...parts);
  const head = bytes.slice(0, 12);
  new DataView(head.buffer).setUint32(4, body.length + 4, true);
  return concatBytes(head, body);
}

function stripGif(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const blocks = [...gifBlocks(bytes)];
  if (blocks.at(-1)?.kind !== 'end') return null;
  return concatBytes(
    ...raw(
      bytes,
      blocks.filter((block) => block.kind !== 'extension' || isGifKept(block))
    )
  );
}

/** Times and transparency of frames, and how often to repeat. */
function isGifKept({ content }: Block): boolean {
  if (content[0] === GIF_CONTROL) return true;
  if (content[0] !== GIF_APPLICATION) return false;
  return LOOP_APPLICATIONS.includes(String.fromCharCode(...content.subarray(2, 13)));
}

function stripJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const segments = [...jpegSegments(bytes)];
  const last = segments.at(-1);
  if (last?.kind !== 'da') return null;
  const end = endOfJpeg(bytes, last.end);
  const kept = segments.filter(({ kind }) => {
    const isApplication = /^e[0-9a-f]$/.test(kind);
    return kind !== 'fe' && (!isApplication || JPEG_APPLICATIONS_KEPT.includes(kind));
  });
  return concatBytes(bytes.subarray(0, 2), ...raw(bytes, kept), bytes.subarray(last.end, end));
}

/** Cameras put whole further pictures, with their own notes, behind the end of the first. */
function endOfJpeg(bytes: Uint8Array, start: number): number {
  for (let at = start; at + 1 < bytes.length; at++) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return at + 2;
  }
  return bytes.length;
}
