// The browser's decoder and encoder for pictures that are sent: loaded only when one is chosen.
import { createCanvasCodec, makeThumbnail, prepareProfilePicture, prepareSentImage } from '../media/index.ts';
import { readImageHeader } from '../media/image-header.ts';
import { ENCODING_STEPS } from '../media/scaling.ts';
import { MAX_FILE_BYTES } from './file-rules.ts';
import type { PictureTools } from './ready-file.ts';

/** Steps nobody sees: the rest is offered, not done unasked. */
const UNSEEN_STEPS = 2;

function createCodec() {
  return createCanvasCodec({
    createImageBitmap: (blob) => createImageBitmap(blob),
    OffscreenCanvas
  });
}

export function createPictureTools(): PictureTools {
  const codec = createCodec();
  return {
    prepare: (bytes, shrinks) =>
      prepareSentImage(codec, bytes, {
        maxBytes: MAX_FILE_BYTES,
        steps: shrinks ? ENCODING_STEPS.slice(UNSEEN_STEPS) : ENCODING_STEPS.slice(0, UNSEEN_STEPS)
      }),
    thumbnail: (bytes) => makeThumbnail(codec, bytes),
    moves: (bytes) => readImageHeader(bytes)?.animated ?? null
  };
}

/** A picture as the profile shows it: a JPEG of at most 600 pixels a side. @throws MediaError */
export async function readyProfilePicture(file: Blob): Promise<Blob> {
  const made = await prepareProfilePicture(createCodec(), new Uint8Array(await file.arrayBuffer()));
  return new Blob([made.bytes], { type: made.type });
}
