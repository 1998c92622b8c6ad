// What a file counts as on this device: by its bytes, with the sender's word only where bytes leave it open.
import { categoryOf, cleanContentType, sniffMediaType, UNKNOWN_TYPE } from './content-type.ts';
import { isDecodable, readImageHeader } from './image-header.ts';

export interface RecognisedFile {
  readonly kind: 'image' | 'video' | 'audio' | 'voice' | 'file';
  /** One that may be shown, else the sender's word for a file that is only saved. */
  readonly contentType: string;
  /** Pixels of a picture. */
  readonly width: number | null;
  readonly height: number | null;
}

/** Containers of film hold sound alone just as well, and their first bytes do not tell which. */
const SOUND_OF_FILM: Readonly<Record<string, string>> = {
  'video/mp4': 'audio/mp4',
  'video/webm': 'audio/webm'
};

/**
 * @param bytes the whole file, or its beginning when it is no picture
 * @param claim.contentType what the sender calls it
 * @param claim.voice the sender says that it is a voice message
 * @returns kind `file` for everything that is not shown or played: documents, drawings as SVG, pictures with too many pixels
 */
export function recogniseFile(
  bytes: Uint8Array,
  claim: { readonly contentType: string; readonly voice?: boolean }
): RecognisedFile {
  const claimed = cleanContentType(claim.contentType);
  const header = readImageHeader(bytes);
  if (header) {
    const { type, width, height } = header;
    if (isDecodable(header)) return { kind: 'image', contentType: type, width, height };
    return { kind: 'file', contentType: type, width: null, height: null };
  }
  const isSound = claim.voice === true || categoryOf(claimed) === 'audio';
  const found = sniffMediaType(bytes);
  const contentType = (isSound && found !== null ? SOUND_OF_FILM[found] : undefined) ?? found;
  const none = { width: null, height: null };
  if (contentType === null) {
    // A type that pages show, of bytes that are not: whoever saves it should not be misled either.
    const isShown = categoryOf(claimed) !== 'file' || /html|svg|xml|script/.test(claimed);
    return { kind: 'file', contentType: isShown ? UNKNOWN_TYPE : claimed, ...none };
  }
  const category = categoryOf(contentType);
  return { kind: category === 'audio' && claim.voice ? 'voice' : category, contentType, ...none };
}
