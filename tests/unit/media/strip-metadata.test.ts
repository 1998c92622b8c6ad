import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { readImageHeader, stripMetadata } from '../../../src/lib/media/index.ts';
import { damaged, DAMAGE_KINDS } from '../../support/damage.ts';
import { includesBytes } from '../../support/media-bytes.ts';
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
  webpLossy
} from '../../support/pictures.ts';

const SECRET = utf8ToBytes('59.3293 N, 18.0686 E');
const loop = gifExtension(0xff, utf8ToBytes('NETSCAPE2.0'), Uint8Array.of(1, 0, 0));
const time = gifExtension(0xf9, Uint8Array.of(4, 10, 0, 0));
const frames = [time, gifFrame(0, 0, 20, 10), time, gifFrame(0, 0, 20, 10)];

const PICTURES: [string, Uint8Array, Uint8Array][] = [
  [
    'PNG',
    png(20, 10, {
      extra: [pngChunk('eXIf', SECRET), pngChunk('acTL', new Uint8Array(8)), pngChunk('iTXt', SECRET)]
    }),
    png(20, 10, { extra: [pngChunk('acTL', new Uint8Array(8))] })
  ],
  [
    'JPEG',
    concatBytes(
      jpeg(20, 10, [
        jpegSegment(0xe0, utf8ToBytes('JFIF')),
        jpegSegment(0xe1, SECRET),
        jpegSegment(0xfe, SECRET)
      ]),
      jpeg(20, 10, [jpegSegment(0xe1, SECRET)])
    ),
    jpeg(20, 10, [jpegSegment(0xe0, utf8ToBytes('JFIF'))])
  ],
  [
    'GIF',
    gif(
      20,
      10,
      loop,
      gifExtension(0xfe, SECRET),
      gifExtension(0xff, utf8ToBytes('XMP DataXMP'), SECRET),
      ...frames
    ),
    gif(20, 10, loop, ...frames)
  ],
  [
    'WebP',
    webp(
      webpExtended(20, 10, 0x0e),
      webpChunk('ANMF', SECRET.slice(0, 3)),
      webpChunk('EXIF', SECRET),
      webpChunk('XMP ', SECRET)
    ),
    webp(webpExtended(20, 10, 0x02), webpChunk('ANMF', SECRET.slice(0, 3)))
  ]
];

describe('a picture without what tells of its making', () => {
  it.each(PICTURES)('is the same %s otherwise', (_, told, untold) => {
    expect(includesBytes(told, SECRET)).toBe(true);
    expect(stripMetadata(told)).toEqual(untold);
  });

  it.each(PICTURES)('%s stays as it is when done again', (_, told, untold) => {
    expect(stripMetadata(stripMetadata(told) as Uint8Array)).toEqual(untold);
  });

  it('is none of what ends before its end, or is no picture', () => {
    const cut = PICTURES.filter(([name]) => name === 'PNG' || name === 'GIF');
    for (const [, told] of cut) expect(stripMetadata(told.subarray(0, -1))).toBeNull();
    expect(stripMetadata(utf8ToBytes('<svg/>'))).toBeNull();
    expect(stripMetadata(jpeg(5, 5).subarray(0, 30))).toBeNull();
  });

  it('repairs the length of a WebP whose last filling byte was forgotten', () => {
    const whole = webp(webpExtended(20, 10, 0), webpLossy(20, 10), webpChunk('ALPH', Uint8Array.of(1)));
    expect(stripMetadata(whole.subarray(0, -1))).toEqual(whole);
  });

  it('never throws, and is still of the same size and kind, whatever happens to the bytes', () => {
    const damage = fc.record({
      kind: fc.constantFrom(...DAMAGE_KINDS),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      value: fc.integer({ min: 0, max: 255 })
    });
    const sample = fc.constantFrom(...PICTURES.map(([, told]) => told));
    fc.assert(
      fc.property(sample, fc.array(damage, { maxLength: 3 }), (picture, damages) => {
        const broken = damages.reduce(damaged, picture);
        const stripped = stripMetadata(broken);
        if (stripped) expect(readImageHeader(stripped)?.type).toBe(readImageHeader(broken)?.type);
      }),
      { numRuns: 300 }
    );
  });
});
