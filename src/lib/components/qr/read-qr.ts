// Reads a QR code from a picture or a video frame. The decoder is loaded when it is first needed.

/** Longest edge that is looked at, pixels: enough for any QR code, and a bound on memory for huge photos. */
const MAX_EDGE_PX = 1_600;
/** Milliseconds the decoder may spend on second attempts at a still picture; nobody waits for a video frame. */
const STILL_RETRY_MS = 400;
const FRAME_RETRY_MS = 16;

type Drawable = ImageBitmap | HTMLVideoElement;

/**
 * Text of the QR code in an image file.
 * @returns null when the file is no picture this browser can open, or shows no readable code
 */
export async function readQrFile(file: Blob): Promise<string | null> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  try {
    return await readPixels(bitmap, bitmap.width, bitmap.height, STILL_RETRY_MS);
  } finally {
    bitmap.close();
  }
}

/** Text of the QR code in the frame a video shows now, or null. */
export function readQrFrame(video: HTMLVideoElement): Promise<string | null> {
  return readPixels(video, video.videoWidth, video.videoHeight, FRAME_RETRY_MS);
}

async function readPixels(
  source: Drawable,
  width: number,
  height: number,
  timeLimit: number
): Promise<string | null> {
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, MAX_EDGE_PX / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale))
  );
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  // A transparent ground would read as black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const { decodeQR } = await import('qr/decode.js');
  try {
    return decodeQR(pixels, { timeLimit });
  } catch {
    // The decoder throws when there is no code to be found: an expected outcome here.
    return null;
  }
}

/** Whether this browser has a camera to offer. Asks for no permission. */
export async function hasCamera(): Promise<boolean> {
  if (!('mediaDevices' in navigator)) return false;
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some((device) => device.kind === 'videoinput');
}
