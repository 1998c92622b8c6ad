// Why a picture is not taken or a recording not made.
import { AppError } from '../errors.ts';

export type MediaErrorCode =
  /** Not a PNG, JPEG, GIF or WebP. */
  | 'image-unknown'
  /** More pixels than are decoded: `details.width`, `details.height`. */
  | 'image-too-many-pixels'
  /** The browser's decoder refuses it. */
  | 'image-damaged'
  /** Not even the smallest version fits: `details.limit`, bytes. */
  | 'image-too-large'
  /** The browser made nothing of it. */
  | 'image-not-encoded'
  /** No microphone, or no permission for it. */
  | 'microphone-refused'
  /** This browser records no sound that others play. */
  | 'recording-unsupported'
  /** The recording ended by a fault of the device. */
  | 'recording-failed';

export class MediaError extends AppError<MediaErrorCode> {
  override readonly name = 'MediaError';
}
