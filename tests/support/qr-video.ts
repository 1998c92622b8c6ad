// A video that shows one QR code, as raw Y4M: what Chromium's fake camera plays.
import { encodeQR } from 'qr';

/** Edge of the picture, pixels. */
const SIZE = 480;

/** Y4M bytes of a few frames, dark modules on white. */
export function qrVideo(text: string): Uint8Array {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const luma = new Uint8Array(SIZE * SIZE).fill(235);
  const scale = Math.floor(SIZE / modules.length);
  const start = Math.floor((SIZE - scale * modules.length) / 2);
  modules.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (!dark) return;
      for (let line = 0; line < scale; line += 1) {
        const from = (start + y * scale + line) * SIZE + start + x * scale;
        luma.fill(16, from, from + scale);
      }
    });
  });
  const chroma = new Uint8Array((SIZE * SIZE) / 2).fill(128);
  const encoder = new TextEncoder();
  const frame = [encoder.encode('FRAME\n'), luma, chroma];
  const parts = [encoder.encode(`YUV4MPEG2 W${SIZE} H${SIZE} F10:1 Ip A1:1 C420mpeg2\n`), ...frame, ...frame];
  return Buffer.concat(parts);
}
