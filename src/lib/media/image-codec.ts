// The browser's decoder and encoder behind an interface, for page and worker. Drawing anew leaves out everything but
// pixels: place, time, device, hidden thumbnails.
import { MediaError } from './errors.ts';
import type { ImageType } from './image-header.ts';
import type { Region, Size } from './scaling.ts';

export interface DecodedImage extends Size {
  /** Draws a part in another size; @throws MediaError `image-not-encoded` */
  encode(drawing: Drawing): Promise<EncodedImage>;
  /** Gives the pixels back. */
  close(): void;
}

export interface Drawing {
  readonly region: Region;
  readonly size: Size;
  readonly type: ImageType;
  /** 0 to 1; formats without loss ignore it. */
  readonly quality: number;
}

export interface EncodedImage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Which may be another one than was asked for: not all browsers write every type. */
  readonly type: ImageType;
}

export interface ImageCodec {
  /**
   * Pixels of the first frame, turned as the picture asks. Only for pictures that image-header.ts lets pass.
   * @throws MediaError `image-damaged`
   */
  decode(bytes: Uint8Array, type: ImageType): Promise<DecodedImage>;
}

/** What the codec needs of the global scope; there in pages and workers. */
export interface CanvasScope {
  readonly createImageBitmap: (blob: Blob) => Promise<ImageBitmap>;
  readonly OffscreenCanvas: typeof OffscreenCanvas;
}

const WRITTEN_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'];

export function createCanvasCodec(scope: CanvasScope): ImageCodec {
  return {
    async decode(bytes, type) {
      let bitmap: ImageBitmap;
      try {
        bitmap = await scope.createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
      } catch (cause) {
        throw new MediaError('image-damaged', { retry: 'never', cause });
      }
      const { width, height } = bitmap;
      return {
        width,
        height,
        encode: (drawing) => encode(scope, bitmap, drawing),
        close: () => bitmap.close()
      };
    }
  };
}

async function encode(scope: CanvasScope, bitmap: ImageBitmap, drawing: Drawing): Promise<EncodedImage> {
  const { region, size, type, quality } = drawing;
  const canvas = new scope.OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { alpha: type !== 'image/jpeg' });
  if (!context) throw new MediaError('image-not-encoded', { retry: 'never' });
  if (type === 'image/jpeg') {
    // It has no transparency; what shows through is paper, not night.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size.width, size.height);
  }
  context.imageSmoothingQuality = 'high';
  const { x, y, width, height } = region;
  context.drawImage(bitmap, x, y, width, height, 0, 0, size.width, size.height);
  try {
    const blob = await canvas.convertToBlob({ type, quality });
    if (!WRITTEN_TYPES.includes(blob.type)) throw new MediaError('image-not-encoded', { retry: 'never' });
    return { bytes: new Uint8Array(await blob.arrayBuffer()), type: blob.type as ImageType };
  } catch (cause) {
    if (cause instanceof MediaError) throw cause;
    throw new MediaError('image-not-encoded', { retry: 'never', cause });
  }
}
