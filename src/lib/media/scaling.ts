// How large pictures become: pure arithmetic.

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Part of a picture, in its pixels. */
export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

/** Longest side of a picture that is sent (accounts-and-messages.md §5.5). */
export const MAX_SENT_SIDE = 4_096;
/** Of pictures of profiles (§4.11). */
export const MAX_PROFILE_SIDE = 600;
export const THUMBNAIL_SIDE = 480;

/** The largest size of the same shape within a square of `maxSide`; never larger than it was, never less than 1. */
export function fitWithin({ width, height }: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The square in the middle. */
export function centerSquare({ width, height }: Size): Region {
  const side = Math.min(width, height);
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), width: side, height: side };
}

export interface EncodingStep {
  readonly maxSide: number;
  /** 0 to 1. */
  readonly quality: number;
}

/** Tried one after the other until a picture is small enough: first it loses detail nobody sees, then size. */
export const ENCODING_STEPS: readonly EncodingStep[] = [
  { maxSide: MAX_SENT_SIDE, quality: 0.88 },
  { maxSide: MAX_SENT_SIDE, quality: 0.75 },
  { maxSide: 3_072, quality: 0.75 },
  { maxSide: 2_048, quality: 0.75 },
  { maxSide: 1_600, quality: 0.7 },
  { maxSide: 1_280, quality: 0.65 },
  { maxSide: 800, quality: 0.6 },
  { maxSide: 480, quality: 0.5 }
];
