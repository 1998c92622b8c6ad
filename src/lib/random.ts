// Randomness as a dependency: everything that draws is given this, so that tests can seed it.

/** `length` random bytes, unpredictable outside tests. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;

/** The platform's generator. `getRandomValues` refuses more than 65,536 bytes at once. */
export const systemRandom: RandomBytes = (length) => {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += 65_536) {
    crypto.getRandomValues(bytes.subarray(start, Math.min(length, start + 65_536)));
  }
  return bytes;
};

/** Uniform integer in `[0, bound)`, `1 <= bound <= 2^32`, without modulo bias. */
export function randomBelow(random: RandomBytes, bound: number): number {
  const limit = Math.floor(0x1_0000_0000 / bound) * bound;
  for (;;) {
    const bytes = random(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (value < limit) return value % bound;
  }
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(random: RandomBytes, items: readonly T[]): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomBelow(random, last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
