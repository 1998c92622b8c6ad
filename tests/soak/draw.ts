// Choices that a seed alone decides.
import { seededRandom } from '../support/seeded-random.ts';

export interface Draw {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** 0 … below 1. */
  share(): number;
  pick<Item>(items: readonly Item[]): Item;
  bytes(length: number): Uint8Array;
}

/** @param seed 32 bits */
export function createDraw(seed: number): Draw {
  const bytes = seededRandom(seed);
  const share = () => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32;
  const below = (limit: number) => Math.floor(share() * limit);
  return { below, share, bytes, pick: (items) => items[below(items.length)]! };
}

/** A seed of its own for each part of a run (FNV-1a). */
export function seedOf(seed: number, ...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of parts.join('/')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  }
  return hash >>> 0;
}
