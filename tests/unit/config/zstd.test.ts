import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { decompressZstd, storeZstd } from '../../../src/lib/config/index.ts';
import { damaged, DAMAGE_KINDS } from '../../support/damage.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { wireErrorOf } from '../wire/wire-errors.ts';

const MEGABYTE = 1024 * 1024;
/** As much like a config as it needs to be: words that repeat, and keys that do not. */
function documentOf(seed: number, length: number): Uint8Array {
  const random = seededRandom(seed);
  const words = ['d1:n', '1:a', 'i1e', 'ee33:', 'name', 'http://example.org/', '1:p'].map((text) =>
    utf8ToBytes(text)
  );
  const parts: Uint8Array[] = [];
  for (let size = 0; size < length; size += (parts.at(-1) as Uint8Array).length) {
    const [choice, count] = random(2) as unknown as [number, number];
    parts.push(choice < 60 ? random(count % 34) : (words[choice % words.length] as Uint8Array));
    if ((parts.at(-1) as Uint8Array).length === 0) parts.push(Uint8Array.of(choice));
  }
  return concatBytes(...parts).subarray(0, length);
}

function compress(
  content: Uint8Array,
  level: number,
  flags: { checksum?: boolean; hidesSize?: boolean } = {}
) {
  return zstdCompressSync(content, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: flags.checksum ? 1 : 0,
      [constants.ZSTD_c_contentSizeFlag]: flags.hidesSize ? 0 : 1
    }
  });
}

describe('reading frames of another implementation', () => {
  it.each([
    [-5, 3000],
    [1, 0],
    [1, 1],
    [1, 700],
    [1, 40_000],
    [3, 300_000],
    [9, 140_000],
    [19, 200_000]
  ])('of level %i with %i bytes', (level, length) => {
    const content = documentOf(length + level, length);
    for (const flags of [{}, { checksum: true }, { hidesSize: true }]) {
      expect(Buffer.compare(decompressZstd(compress(content, level, flags), length), content)).toBe(0);
    }
  });

  it('of content that does not compress, or is one byte over and over', () => {
    const noise = seededRandom(5)(200_000);
    for (const content of [noise, new Uint8Array(300_000).fill(9), concatBytes(noise, noise)]) {
      expect(Buffer.compare(decompressZstd(compress(content, 1), MEGABYTE), content)).toBe(0);
    }
  });

  it('of any content', () => {
    fc.assert(
      fc.property(fc.nat({ max: 30_000 }), fc.nat(), fc.constantFrom(1, 5, 19), (length, seed, level) => {
        const content = documentOf(seed, length);
        expect(Buffer.compare(decompressZstd(compress(content, level), length), content)).toBe(0);
      }),
      { numRuns: 40 }
    );
  });
});

describe('storing', () => {
  it.each([0, 1, 131_072, 131_073, 400_000])('gives a frame that everybody reads: %i bytes', (length) => {
    const content = documentOf(1, length);
    const frame = storeZstd(content);
    expect(Buffer.compare(zstdDecompressSync(frame), content)).toBe(0);
    expect(Buffer.compare(decompressZstd(frame, length), content)).toBe(0);
  });
});

describe('hostile frames', () => {
  const content = documentOf(3, 20_000);
  const frame = compress(content, 3);

  it('that hold more than the limit are refused, whether they say so or not', () => {
    const bomb = new Uint8Array(4 * MEGABYTE);
    for (const flags of [{}, { hidesSize: true }]) {
      expect(compress(bomb, 3, flags).length).toBeLessThan(1000);
      wireErrorOf(() => decompressZstd(compress(bomb, 3, flags), MEGABYTE), 'too-large');
    }
    wireErrorOf(() => decompressZstd(frame, content.length - 1), 'too-large');
  });

  it('are refused for every byte that is missing', () => {
    for (let length = 0; length < frame.length; length += 7) {
      wireErrorOf(() => decompressZstd(frame.subarray(0, length), MEGABYTE));
    }
    wireErrorOf(() => decompressZstd(concatBytes(frame, Uint8Array.of(0)), MEGABYTE));
    wireErrorOf(() => decompressZstd(concatBytes(frame, frame), MEGABYTE));
  });

  it('take no longer and no more than their limit allows, however they are damaged', () => {
    const damage = fc.record({
      kind: fc.constantFrom(...DAMAGE_KINDS),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      value: fc.nat({ max: 255 })
    });
    const frames = [1, 3, 19].map((level) => compress(documentOf(level, 3000), level));
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        (seed, list) => {
          try {
            expect(decompressZstd(list.reduce(damaged, seed), 5000).length).toBeLessThanOrEqual(5000);
          } catch (error) {
            expect(error).toMatchObject({ name: 'WireError' });
          }
        }
      ),
      { numRuns: 1500 }
    );
  });

  it('with a dictionary, a reserved bit or another magic number are refused', () => {
    const changed = (index: number, change: (byte: number) => number) =>
      frame.map((byte, position) => (position === index ? change(byte) : byte));
    wireErrorOf(() =>
      decompressZstd(
        changed(0, (byte) => byte ^ 1),
        MEGABYTE
      )
    );
    wireErrorOf(() =>
      decompressZstd(
        changed(4, (byte) => byte | 8),
        MEGABYTE
      )
    );
    wireErrorOf(() =>
      decompressZstd(
        changed(4, (byte) => byte | 1),
        MEGABYTE
      )
    );
  });

  it('with the greatest number of the longest sequences end at the limit', () => {
    // One compressed block: no literals, 98,302 matches of 65,539 and more bytes, every table a single symbol.
    const sequences = [0x00, 0xff, 0xff, 0xff, 0b0101_0100, 0, 0, 52, ...new Array<number>(60).fill(0), 1];
    const block = Uint8Array.from([
      ((sequences.length << 3) & 0xff) | 5,
      (sequences.length << 3) >> 8,
      0,
      ...sequences
    ]);
    const bomb = concatBytes(
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x80),
      Uint8Array.of(8 << 3, 0, 0),
      new Uint8Array(8),
      block
    );
    const startedMs = performance.now();
    wireErrorOf(() => decompressZstd(bomb, 5_000_000));
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
