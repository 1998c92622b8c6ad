// What a file is, found out from its bytes. What a stranger says about it decides nothing that is shown
// (accounts-and-messages.md §5.5).
import { isText, startsWith } from './image-blocks.ts';
import { readImageHeader } from './image-header.ts';

export const UNKNOWN_TYPE = 'application/octet-stream';

export type MediaCategory = 'image' | 'video' | 'audio' | 'file';

/** Brands of ISO media that hold film or sound; still pictures in that box are none of ours. */
const AUDIO_BRANDS: readonly string[] = ['M4A ', 'M4B ', 'F4A '];
const VIDEO_BRAND = /^(?:iso[m2-9]|mp4[12]|avc1|M4V |dash|mmp4|msnv|3g[2p][0-9a-z]|qt {2}|f4v )$/i;

/**
 * Type of picture, film or sound that a page can show or play; null for everything else. Only the first bytes count.
 */
export function sniffMediaType(bytes: Uint8Array): string | null {
  return readImageHeader(bytes)?.type ?? sniffPlayable(bytes);
}

function sniffPlayable(bytes: Uint8Array): string | null {
  if (isText(bytes, 'ftyp', 4)) return isoType(bytes);
  if (startsWith(bytes, [0x1a, 0x45, 0xdf, 0xa3])) {
    // Matroska in general has parts that browsers do not play.
    return headText(bytes).includes('webm') ? 'video/webm' : null;
  }
  if (isText(bytes, 'OggS')) return 'audio/ogg';
  if (isText(bytes, 'fLaC')) return 'audio/flac';
  if (isText(bytes, 'RIFF') && isText(bytes, 'WAVE', 8)) return 'audio/wav';
  if (isText(bytes, 'ID3')) return 'audio/mpeg';
  return frameType(bytes);
}

/** The first 64 bytes as text, one character each. */
function headText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64));
}

function isoType(bytes: Uint8Array): string | null {
  const brand = String.fromCharCode(...bytes.subarray(8, 12));
  if (AUDIO_BRANDS.includes(brand)) return 'audio/mp4';
  return VIDEO_BRAND.test(brand) ? 'video/mp4' : null;
}

/** Frames of AAC (ADTS) and MP3 begin with twelve or eleven set bits; layer 0 is AAC. */
function frameType(bytes: Uint8Array): string | null {
  const [first, second = 0, third = 0xff] = bytes;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return null;
  if ((second & 0xf6) === 0xf0) return 'audio/aac';
  const isLayerKnown = (second & 0x06) !== 0;
  const isVersionKnown = (second & 0x18) !== 0x08;
  const isRateKnown = third >> 4 !== 0x0f && (third & 0x0c) !== 0x0c;
  return isLayerKnown && isVersionKnown && isRateKnown ? 'audio/mpeg' : null;
}

/** What a file counts as, by the type it was found to have. */
export function categoryOf(contentType: string): MediaCategory {
  const [kind = ''] = contentType.split('/', 1);
  if (kind === 'image') return /^image\/(?:png|jpeg|gif|webp)$/.test(contentType) ? 'image' : 'file';
  return kind === 'video' || kind === 'audio' ? kind : 'file';
}

/**
 * What a stranger calls a file may be shown as text and sent on, once it looks like a type.
 * @returns lower case without parameters; `application/octet-stream` for anything else
 */
export function cleanContentType(text: string): string {
  const type = (text.length <= 200 ? text : '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/.test(type)
    ? type
    : UNKNOWN_TYPE;
}

const TYPE_BY_EXTENSION: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  pdf: 'application/pdf',
  zip: 'application/zip',
  txt: 'text/plain',
  csv: 'text/csv',
  json: 'application/json'
};

/** Type by the end of a name, for a pointer that has none (§5.5). */
export function guessContentType(fileName: string): string {
  const extension = /\.([A-Za-z0-9]{1,8})$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(TYPE_BY_EXTENSION, extension)
    ? (TYPE_BY_EXTENSION[extension] as string)
    : UNKNOWN_TYPE;
}

/** Usual end of a name for a type, without the dot; null when there is none. */
export function extensionOf(contentType: string): string | null {
  return Object.entries(TYPE_BY_EXTENSION).find(([, type]) => type === contentType)?.[0] ?? null;
}
