// Pictures made ready: to be sent, as thumbnails, as the picture of a profile. Every one is checked before it is decoded.
import { MediaError } from './errors.ts';
import type { DecodedImage, EncodedImage, ImageCodec } from './image-codec.ts';
import { isDecodable, readImageHeader, type ImageHeader, type ImageType } from './image-header.ts';
import {
  centerSquare,
  ENCODING_STEPS,
  fitWithin,
  MAX_PROFILE_SIDE,
  MAX_SENT_SIDE,
  THUMBNAIL_SIDE,
  type EncodingStep,
  type Region,
  type Size
} from './scaling.ts';
import { stripMetadata } from './strip-metadata.ts';

export interface PreparedImage extends Size {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: ImageType;
  /** It has fewer pixels than it came with, or shows them with less quality than it could. */
  readonly reduced: boolean;
  readonly animated: boolean;
}

const THUMBNAIL_QUALITY = 0.75;
const PROFILE_QUALITY = 0.85;

/**
 * The header of a picture that may be decoded.
 * @throws MediaError `image-unknown`, `image-too-many-pixels`
 */
export function requireDecodable(bytes: Uint8Array): ImageHeader {
  const header = readImageHeader(bytes);
  if (!header) throw new MediaError('image-unknown', { retry: 'never' });
  const { width, height } = header;
  if (!isDecodable(header)) {
    throw new MediaError('image-too-many-pixels', { retry: 'never', details: { width, height } });
  }
  return header;
}

/**
 * A picture as it is sent: at most 4,096 pixels a side, without anything but the picture. Moving pictures keep moving when
 * they fit as they are.
 * @param options.maxBytes of the result: what the encrypted file may have leaves room for
 * @throws MediaError `image-unknown`, `image-too-many-pixels`, `image-damaged`, `image-not-encoded`, `image-too-large`
 */
export async function prepareSentImage(
  codec: ImageCodec,
  bytes: Uint8Array,
  options: { readonly maxBytes: number; readonly steps?: readonly EncodingStep[] }
): Promise<PreparedImage> {
  const header = requireDecodable(bytes);
  const moving = header.animated ? keepMoving(bytes, header, options.maxBytes) : null;
  if (moving) return moving;
  return drawn(codec, bytes, header, async (image) => {
    const whole: Region = { x: 0, y: 0, width: image.width, height: image.height };
    for (const [index, step] of (options.steps ?? ENCODING_STEPS).entries()) {
      const size = fitWithin(image, step.maxSide);
      for (const type of typesFor(header)) {
        const encoded = await image.encode({ region: whole, size, type, quality: step.quality });
        if (encoded.bytes.length > options.maxBytes) continue;
        const isLossy = header.type === 'image/png' && encoded.type !== 'image/png';
        const reduced = index > 0 || isLossy || size.width < image.width;
        return { ...encoded, ...size, reduced, animated: false };
      }
    }
    throw new MediaError('image-too-large', { retry: 'never', details: { limit: options.maxBytes } });
  });
}

/** A small version for lists; at most 480 pixels a side. @throws MediaError as `prepareSentImage` */
export function makeThumbnail(
  codec: ImageCodec,
  bytes: Uint8Array,
  maxSide = THUMBNAIL_SIDE
): Promise<PreparedImage> {
  const header = requireDecodable(bytes);
  return drawn(codec, bytes, header, async (image) => {
    const size = fitWithin(image, maxSide);
    const region = { x: 0, y: 0, width: image.width, height: image.height };
    const type = header.alpha ? 'image/webp' : 'image/jpeg';
    const encoded = await image.encode({ region, size, type, quality: THUMBNAIL_QUALITY });
    return { ...encoded, ...size, reduced: size.width < image.width, animated: false };
  });
}

/** The square in the middle, at most 600 pixels a side (accounts-and-messages.md §4.11). @throws MediaError */
export async function prepareProfilePicture(codec: ImageCodec, bytes: Uint8Array): Promise<PreparedImage> {
  const header = requireDecodable(bytes);
  return drawn(codec, bytes, header, async (image) => {
    const region = centerSquare(image);
    const size = fitWithin(region, MAX_PROFILE_SIDE);
    const encoded = await image.encode({ region, size, type: 'image/jpeg', quality: PROFILE_QUALITY });
    return { ...encoded, ...size, reduced: true, animated: false };
  });
}

async function drawn<Result extends EncodedImage>(
  codec: ImageCodec,
  bytes: Uint8Array,
  header: ImageHeader,
  draw: (image: DecodedImage) => Promise<Result>
): Promise<Result> {
  const image = await codec.decode(bytes, header.type);
  try {
    // What the header did not say, the decoder has found by now.
    if (!isDecodable(image)) throw new MediaError('image-damaged', { retry: 'never' });
    return await draw(image);
  } finally {
    image.close();
  }
}

function keepMoving(bytes: Uint8Array, header: ImageHeader, maxBytes: number): PreparedImage | null {
  const { width, height, type } = header;
  if (Math.max(width, height) > MAX_SENT_SIDE) return null;
  const stripped = stripMetadata(bytes);
  if (!stripped || stripped.length > maxBytes) return null;
  return { bytes: stripped, type, width, height, reduced: false, animated: true };
}

/** Pictures with sharp edges stay without loss while they fit; photographs never grow by that. */
function typesFor(header: ImageHeader): readonly ImageType[] {
  if (header.type === 'image/jpeg') return ['image/jpeg'];
  const lossy = header.alpha ? 'image/webp' : 'image/jpeg';
  return header.type === 'image/webp' ? [lossy] : ['image/png', lossy];
}
