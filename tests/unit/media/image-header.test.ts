import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { isDecodable, readImageHeader, sniffMediaType } from '../../../src/lib/media/index.ts';
import { damaged, DAMAGE_KINDS } from '../../support/damage.ts';
import {
  gif,
  gifExtension,
  gifFrame,
  jpeg,
  jpegSegment,
  png,
  pngChunk,
  webp,
  webpChunk,
  webpExtended,
  webpLossless,
  webpLossy
} from '../../support/pictures.ts';

const side = fc.integer({ min: 1, max: 16_383 });
const SAMPLES: [string, (width: number, height: number) => Uint8Array][] = [
  ['PNG', png],
  ['JPEG', jpeg],
  ['progressive JPEG', (width, height) => jpeg(width, height, [], 0xc2)],
  ['JPEG behind notes', (width, height) => jpeg(width, height, [jpegSegment(0xe1, new Uint8Array(60_000))])],
  ['GIF', (width, height) => gif(width, height, gifFrame(0, 0, width, height))],
  ['WebP', (width, height) => webp(webpLossy(width, height))],
  ['WebP without loss', (width, height) => webp(webpLossless(width, height, false))],
  ['extended WebP', (width, height) => webp(webpExtended(width, height, 0), webpLossy(width, height))]
];

describe('the header of a picture', () => {
  it.each(SAMPLES)('says width and height of a %s', (_, make) => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(readImageHeader(make(width, height))).toMatchObject({ width, height });
      }),
      { numRuns: 30 }
    );
  });

  it('says the type, whether it moves, and whether it may be transparent', () => {
    const facts = (bytes: Uint8Array) => {
      const header = readImageHeader(bytes);
      return header && [header.type, header.animated, header.alpha];
    };
    expect(facts(png(1, 1))).toEqual(['image/png', false, false]);
    expect(facts(png(1, 1, { colours: 6 }))).toEqual(['image/png', false, true]);
    const moving = [pngChunk('acTL', new Uint8Array(8)), pngChunk('tRNS', new Uint8Array(1))];
    expect(facts(png(1, 1, { extra: moving }))).toEqual(['image/png', true, true]);
    expect(facts(jpeg(1, 1))).toEqual(['image/jpeg', false, false]);
    const frame = gifFrame(0, 0, 1, 1);
    expect(facts(gif(1, 1, frame))).toEqual(['image/gif', false, true]);
    expect(facts(gif(1, 1, gifExtension(0xfe, utf8ToBytes('x')), frame, frame))).toEqual([
      'image/gif',
      true,
      true
    ]);
    expect(facts(webp(webpExtended(1, 1, 0x12), webpChunk('ANIM', new Uint8Array(6))))).toEqual([
      'image/webp',
      true,
      true
    ]);
    expect(facts(webp(webpLossless(5, 5, true)))).toEqual(['image/webp', false, true]);
  });

  it('counts frames of a GIF that reach over its screen', () => {
    expect(readImageHeader(gif(10, 10, gifFrame(5, 6, 60_000, 60_000)))).toMatchObject({
      width: 60_005,
      height: 60_006
    });
  });

  it('shows bombs for what they are, before anything is decoded', () => {
    const bombs = [
      png(0xffff_ffff, 0xffff_ffff),
      png(100_000, 1),
      png(16_000, 16_000),
      jpeg(65_500, 65_500),
      gif(65_535, 65_535, gifFrame(0, 0, 1, 1)),
      gif(1, 1, gifFrame(0, 0, 65_535, 65_535)),
      webp(webpExtended(16_777_216, 256, 0)),
      webp(webpLossy(16_383, 16_383))
    ];
    for (const bomb of bombs) {
      const header = readImageHeader(bomb);
      expect(bomb.length).toBeLessThan(200);
      expect(header && isDecodable(header)).toBe(false);
    }
    expect(isDecodable({ width: 8_000, height: 8_000 })).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>'],
    ['SVG behind a mark', '\ufeff<?xml version="1.0"?><svg/>'],
    ['HTML', '<!doctype html><img src=x onerror=alert(1)>'],
    ['text', 'GIF89'],
    ['BMP', 'BM      '],
    ['HEIC', '\u0000\u0000\u0000\u0018ftypheic'],
    ['AVIF', '\u0000\u0000\u0000\u0018ftypavif']
  ])('is none for %s', (_, source) => {
    expect(readImageHeader(utf8ToBytes(source))).toBeNull();
    expect(sniffMediaType(utf8ToBytes(source))).toBeNull();
  });

  it('is none without a size, or with a size of nothing', () => {
    expect(readImageHeader(png(0, 5))).toBeNull();
    expect(readImageHeader(jpeg(5, 0))).toBeNull();
    expect(readImageHeader(gif(5, 5))).toBeNull();
    expect(readImageHeader(webp(webpChunk('ICCP', new Uint8Array(20)), webpLossy(5, 5)))).toBeNull();
  });

  it('never throws, whatever happens to the bytes, and never invents a size from a part of them', () => {
    const samples = SAMPLES.map(([, make]) => make(300, 200));
    const damage = fc.record({
      kind: fc.constantFrom(...DAMAGE_KINDS),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      value: fc.integer({ min: 0, max: 255 })
    });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(damage, { maxLength: 4 }), (sample, damages) => {
        const header = readImageHeader(damages.reduce(damaged, sample));
        if (header) expect(Number.isSafeInteger(header.width) && header.width > 0).toBe(true);
      }),
      { numRuns: 500 }
    );
    for (const sample of samples) {
      for (let length = 0; length < Math.min(sample.length, 200); length++) {
        const header = readImageHeader(sample.subarray(0, length));
        if (header) expect([header.width, header.height]).toEqual([300, 200]);
      }
    }
  });

  it('is found in bounded time, however many blocks there are', () => {
    const empty = pngChunk('tEXt', new Uint8Array(0));
    const many = new Uint8Array(33 + 800_000 * empty.length);
    many.set(png(5, 5).subarray(0, 33));
    for (let at = 33; at < many.length; at += empty.length) many.set(empty, at);
    const started = performance.now();
    expect(readImageHeader(many)).toMatchObject({ width: 5 });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
