import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBelow, shuffled, systemRandom, type RandomBytes } from '../../src/lib/random.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Gives the listed 32-bit numbers, big-endian, one a call. */
function listed(...numbers: number[]): RandomBytes {
  return (length) => {
    const next = numbers.shift();
    if (next === undefined || length !== 4) throw new Error('asked for more than was listed');
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, next);
    return bytes;
  };
}

describe('systemRandom', () => {
  it('gives as many bytes as asked, also beyond what the platform gives at once', () => {
    for (const length of [0, 1, 65_536, 65_537, 200_000]) expect(systemRandom(length)).toHaveLength(length);
    const large = systemRandom(200_000);
    // Every part was drawn: a run of 32 zero bytes has a chance of 2^-256.
    for (const start of [0, 65_536, 131_072, 199_968]) {
      expect(large.subarray(start, start + 32).some((byte) => byte !== 0)).toBe(true);
    }
  });

  it('gives other bytes each time', () => {
    expect(systemRandom(32)).not.toEqual(systemRandom(32));
  });
});

describe('randomBelow', () => {
  it('stays below the bound', () => {
    const random = seededRandom(1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bound) => {
        const value = randomBelow(random, bound);
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      })
    );
  });

  it('draws again rather than favour low numbers', () => {
    // 2^32 = 3 · 1431655765 + 1, so the highest draw of all would give 0 once too often.
    expect(randomBelow(listed(0xffff_ffff, 7), 3)).toBe(1);
    expect(randomBelow(listed(0xffff_fffe), 3)).toBe(2);
    expect(randomBelow(listed(0xffff_ffff), 2)).toBe(1);
    expect(randomBelow(listed(0xffff_ffff), 2 ** 32)).toBe(0xffff_ffff);
    expect(randomBelow(listed(12_345), 1)).toBe(0);
  });

  it('reaches every number about equally often', () => {
    const random = seededRandom(2);
    const counts = new Array<number>(7).fill(0);
    for (let draw = 0; draw < 14_000; draw++) {
      const value = randomBelow(random, 7);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    // 2,000 expected, standard deviation 41.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(250);
  });
});

describe('shuffled', () => {
  it('keeps every item and leaves its input alone', () => {
    const random = seededRandom(3);
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const before = [...items];
        expect(shuffled(random, items).sort()).toEqual([...items].sort());
        expect(items).toEqual(before);
      })
    );
  });

  it('reaches every order about equally often', () => {
    const random = seededRandom(4);
    const counts = new Map<string, number>();
    for (let turn = 0; turn < 6000; turn++) {
      const order = shuffled(random, ['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 1,000 expected, standard deviation 29.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(180);
  });
});
