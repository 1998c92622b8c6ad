// Padding of config messages (config-sync.md §4): zero bytes in front, so that sizes say little.
import { CONFIG_OVERHEAD_BYTES } from '../crypto/config-cipher.ts';

/** Up to a size (exclusive), counted with encryption, lengths are rounded to a multiple of the step. */
const STEPS: readonly (readonly [belowBytes: number, stepBytes: number])[] = [
  [5120, 256],
  [20_480, 1024],
  [40_960, 2048],
  [Infinity, 5120]
];

/** Length of a plaintext of `length` bytes after padding. */
export function paddedConfigLength(length: number): number {
  const total = length + CONFIG_OVERHEAD_BYTES;
  const [, step] = STEPS.find(([below]) => total < below) as readonly [number, number];
  return Math.ceil(total / step) * step - CONFIG_OVERHEAD_BYTES;
}

export function padConfig(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(paddedConfigLength(plaintext.length));
  padded.set(plaintext, padded.length - plaintext.length);
  return padded;
}

/** A view without the leading zero bytes. */
export function stripConfigPadding(padded: Uint8Array): Uint8Array {
  let start = 0;
  while (start < padded.length && padded[start] === 0) start++;
  return padded.subarray(start);
}
