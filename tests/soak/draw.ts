// Choices that a seed alone decides.
export interface Draw {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** 0 … below 1. */
  share(): number;
  pick<Item>(items: readonly Item[]): Item;
  bytes(length: number): Uint8Array;
}

/** Mulberry32, one step a number: a million cases draw some ten numbers each. @param seed 32 bits */
export function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const share = () => next() / 2 ** 32;
  const below = (limit: number) => Math.floor(share() * limit);
  return {
    below,
    share,
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let index = 0; index < length; index++) bytes[index] = next();
      return bytes;
    },
    pick: (items) => items[below(items.length)]!
  };
}

/** A seed of its own for each part of a run (FNV-1a). */
export function seedOf(seed: number, ...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of parts.join('/')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  }
  return hash >>> 0;
}
