import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  fitWithin,
  makeThumbnail,
  MediaError,
  prepareProfilePicture,
  prepareSentImage,
  type ImageCodec
} from '../../../src/lib/media/index.ts';
import type { Drawing } from '../../../src/lib/media/image-codec.ts';
import { gif, gifExtension, gifFrame, jpeg, png } from '../../support/pictures.ts';

/** A codec that makes so many bytes per pixel, and tells what it was asked for. */
function fakeCodec(options: { size?: [number, number]; bytesPerPixel?: number; writesWebp?: boolean } = {}) {
  const { bytesPerPixel = 0.1, writesWebp = true } = options;
  const drawn: Drawing[] = [];
  let open = 0;
  const codec: ImageCodec = {
    async decode(bytes, type) {
      const [width, height] = options.size ?? [4_000, 3_000];
      if (bytes.length < 20) throw new MediaError('image-damaged', { retry: 'never' });
      open++;
      return {
        width,
        height,
        async encode(drawing) {
          drawn.push(drawing);
          const { size, quality } = drawing;
          const factor = drawing.type === 'image/png' ? 4 : quality;
          const written = drawing.type === 'image/webp' && !writesWebp ? 'image/png' : drawing.type;
          const bytes = Math.ceil(size.width * size.height * bytesPerPixel * factor);
          return { bytes: new Uint8Array(bytes), type: written };
        },
        close: () => open--
      };
      void type;
    }
  };
  return { codec, drawn, open: () => open };
}

const limit = { maxBytes: 9_999_951 };

describe('a picture to be sent', () => {
  it('is drawn anew at its own size while that is small enough', async () => {
    const { codec, drawn, open } = fakeCodec();
    const made = await prepareSentImage(codec, jpeg(4_000, 3_000), limit);
    expect(made).toMatchObject({
      type: 'image/jpeg',
      width: 4_000,
      height: 3_000,
      reduced: false,
      animated: false
    });
    expect([drawn.length, open()]).toEqual([1, 0]);
  });

  it('is made smaller than 4,096 pixels a side, and as small as the limit asks', async () => {
    const large = fakeCodec({ size: [8_000, 2_000] });
    const made = await prepareSentImage(large.codec, jpeg(8_000, 2_000), limit);
    expect(made).toMatchObject({ width: 4_096, height: 1_024, reduced: true });
    const tight = fakeCodec();
    const small = await prepareSentImage(tight.codec, jpeg(4_000, 3_000), { maxBytes: 100_000 });
    expect(small.bytes.length).toBeLessThanOrEqual(100_000);
    expect(small).toMatchObject({ reduced: true });
    expect(small.width / small.height).toBeCloseTo(4 / 3, 1);
  });

  it('of a kind without loss keeps it while it fits, and never is a JPEG when it may be transparent', async () => {
    const { codec } = fakeCodec({ size: [1_000, 1_000] });
    const kept = await prepareSentImage(codec, png(1_000, 1_000), limit);
    expect(kept).toMatchObject({ type: 'image/png', reduced: false });
    const opaque = await prepareSentImage(codec, png(1_000, 1_000), { maxBytes: 200_000 });
    expect(opaque).toMatchObject({ type: 'image/jpeg', width: 1_000, reduced: true });
    const clear = await prepareSentImage(codec, png(1_000, 1_000, { colours: 6 }), { maxBytes: 200_000 });
    expect(clear.type).toBe('image/webp');
    const noWebp = fakeCodec({ size: [1_000, 1_000], writesWebp: false });
    const other = await prepareSentImage(noWebp.codec, png(1_000, 1_000, { colours: 6 }), {
      maxBytes: 200_000
    });
    expect(other.type).toBe('image/png');
  });

  it('keeps moving without its notes, unless it is too large for that', async () => {
    const frames = [gifFrame(0, 0, 9, 9), gifFrame(0, 0, 9, 9)];
    const moving = gif(9, 9, gifExtension(0xfe, utf8ToBytes('made in Oslo')), ...frames);
    const { codec, drawn } = fakeCodec({ size: [9, 9] });
    const made = await prepareSentImage(codec, moving, limit);
    expect(made).toMatchObject({ type: 'image/gif', animated: true, width: 9 });
    expect([made.bytes, drawn.length]).toEqual([gif(9, 9, ...frames), 0]);
    const still = await prepareSentImage(codec, moving, { maxBytes: 40 });
    expect(still).toMatchObject({ type: 'image/png', animated: false });
  });

  it('is refused before decoding when it is a bomb or no picture, and after it when it does not fit at all', async () => {
    const { codec, drawn, open } = fakeCodec();
    const attempt = (bytes: Uint8Array, maxBytes = 1_000_000) => prepareSentImage(codec, bytes, { maxBytes });
    await expect(attempt(png(60_000, 60_000))).rejects.toMatchObject({
      code: 'image-too-many-pixels',
      details: { width: 60_000, height: 60_000 }
    });
    await expect(attempt(utf8ToBytes('<svg width="5"/>'))).rejects.toMatchObject({ code: 'image-unknown' });
    expect(drawn).toEqual([]);
    await expect(attempt(jpeg(9, 9), 5)).rejects.toMatchObject({
      code: 'image-too-large',
      details: { limit: 5 }
    });
    const lying = fakeCodec({ size: [60_000, 60_000] });
    await expect(prepareSentImage(lying.codec, jpeg(9, 9), limit)).rejects.toMatchObject({
      code: 'image-damaged'
    });
    expect([open(), lying.open(), lying.drawn]).toEqual([0, 0, []]);
  });
});

describe('small versions', () => {
  it('are thumbnails of the same shape, never larger than the picture', async () => {
    const { codec } = fakeCodec({ size: [4_000, 1_000] });
    expect(await makeThumbnail(codec, jpeg(4_000, 1_000))).toMatchObject({ width: 480, height: 120 });
    const tiny = fakeCodec({ size: [3, 2] });
    expect(await makeThumbnail(tiny.codec, png(3, 2, { colours: 6 }))).toMatchObject({
      width: 3,
      height: 2,
      type: 'image/webp'
    });
  });

  it('are squares out of the middle for profiles', async () => {
    const { codec, drawn } = fakeCodec({ size: [4_000, 1_000] });
    expect(await prepareProfilePicture(codec, jpeg(4_000, 1_000))).toMatchObject({ width: 600, height: 600 });
    expect(drawn[0]?.region).toEqual({ x: 1_500, y: 0, width: 1_000, height: 1_000 });
  });

  it('keep at least a pixel of everything', () => {
    expect(fitWithin({ width: 16_000, height: 1 }, 480)).toEqual({ width: 480, height: 1 });
    expect(fitWithin({ width: 10, height: 10 }, 480)).toEqual({ width: 10, height: 10 });
  });
});
