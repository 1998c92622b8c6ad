// A chosen file made ready to be sent: pictures are drawn anew, which leaves out place, time and device.
import { errorCode } from '../errors.ts';
import { categoryOf } from '../media/content-type.ts';
import type { PreparedImage } from '../media/index.ts';
import type { AttachmentKind } from '../storage/views.ts';
import {
  chosenType,
  MAX_FILE_BYTES,
  MAX_PICTURE_SOURCE_BYTES,
  sentName,
  withExtension
} from './file-rules.ts';

/** What is sent of a file. */
export interface ReadyFile {
  readonly file: Blob;
  readonly name: string;
  readonly contentType: string;
  readonly thumbnail: Blob | null;
  readonly width: number | null;
  readonly height: number | null;
}

export type ReadyResult =
  | {
      readonly state: 'ready';
      readonly kind: AttachmentKind;
      readonly ready: ReadyFile;
      readonly facts: ReadyFacts;
    }
  | { readonly state: 'too-large'; readonly canShrink: boolean }
  | { readonly state: 'failed'; readonly problem: 'empty' | 'unreadable' };

export interface ReadyFacts {
  /** Nothing is in it but the picture. */
  readonly cleaned: boolean;
  readonly reduced: boolean;
  /** It moved, and no longer does. */
  readonly madeStill: boolean;
}

/** What prepares pictures; loaded when the first one is chosen. */
export interface PictureTools {
  /** @param shrinks whether it may lose detail. @throws MediaError */
  prepare(bytes: Uint8Array, shrinks: boolean): Promise<PreparedImage>;
  thumbnail(bytes: Uint8Array): Promise<PreparedImage>;
  /** Whether these bytes are a moving picture; null when they are no picture that is shown. */
  moves(bytes: Uint8Array): boolean | null;
}

/** Faults of a picture that make it a file like others. */
const NOT_A_PICTURE: readonly string[] = ['image-unknown', 'image-too-many-pixels', 'image-damaged'];

/** @param shrinks a picture that is too large is made smaller */
export async function readyFile(
  source: File,
  shrinks: boolean,
  loadTools: () => Promise<PictureTools>
): Promise<ReadyResult> {
  if (source.size === 0) return { state: 'failed', problem: 'empty' };
  const contentType = chosenType(source);
  const looksLikePicture = contentType.startsWith('image/') && source.size <= MAX_PICTURE_SOURCE_BYTES;
  try {
    const picture = looksLikePicture ? await readyPicture(source, shrinks, await loadTools()) : null;
    return picture ?? readyAsIs(source, contentType);
  } catch {
    return { state: 'failed', problem: 'unreadable' };
  }
}

function readyAsIs(source: File, contentType: string): ReadyResult {
  if (source.size > MAX_FILE_BYTES) return { state: 'too-large', canShrink: false };
  const category = categoryOf(contentType);
  return {
    state: 'ready',
    // A picture that gets here is one nobody can show.
    kind: category === 'image' ? 'file' : category,
    ready: {
      file: source,
      name: sentName(source.name, contentType),
      contentType,
      thumbnail: null,
      width: null,
      height: null
    },
    facts: { cleaned: false, reduced: false, madeStill: false }
  };
}

/** Null: it goes as a file like others. */
async function readyPicture(
  source: File,
  shrinks: boolean,
  tools: PictureTools
): Promise<ReadyResult | null> {
  const bytes = new Uint8Array(await source.arrayBuffer());
  const moved = tools.moves(bytes);
  if (moved === null) return null;
  // Made smaller it would stand still: that is for the person to say.
  if (moved && !shrinks && bytes.length > MAX_FILE_BYTES) return { state: 'too-large', canShrink: true };
  try {
    const made = await tools.prepare(bytes, shrinks);
    const small = await tools.thumbnail(made.bytes);
    const { type, width, height, reduced, animated } = made;
    return {
      state: 'ready',
      kind: 'image',
      ready: {
        file: new Blob([made.bytes], { type }),
        name: withExtension(sentName(source.name, type), type, true),
        contentType: type,
        thumbnail: new Blob([small.bytes], { type: small.type }),
        width,
        height
      },
      facts: { cleaned: true, reduced, madeStill: moved && !animated }
    };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'image-too-large') return { state: 'too-large', canShrink: !shrinks };
    if (NOT_A_PICTURE.includes(code)) return null;
    throw error;
  }
}
