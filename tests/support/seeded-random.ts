import type { RandomBytes } from '../../src/lib/random.ts';

/** Deterministic bytes for tests (mulberry32); the seed alone decides the sequence. */
export function seededRandom(seed: number): RandomBytes {
  let state = seed >>> 0;
  const nextByte = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) & 0xff;
  };
  return (length) => Uint8Array.from({ length }, nextByte);
}
