import { describe, expect, it } from 'vitest';
import { MediaError } from '../../../src/lib/media/index.ts';
import { MAX_FILE_BYTES } from '../../../src/lib/state/file-rules.ts';
import { readyFile, type PictureTools } from '../../../src/lib/state/ready-file.ts';

const made = {
  bytes: Uint8Array.of(1, 2),
  type: 'image/jpeg' as const,
  width: 4,
  height: 2,
  reduced: true,
  animated: false
};

function tools(part: Partial<PictureTools> = {}) {
  const asked: boolean[] = [];
  const all: PictureTools = {
    prepare: (_bytes, shrinks) => {
      asked.push(shrinks);
      return Promise.resolve(made);
    },
    thumbnail: () => Promise.resolve({ ...made, bytes: Uint8Array.of(9) }),
    moves: () => false,
    ...part
  };
  return { asked, load: () => Promise.resolve(all) };
}
const picture = (size = 3) => new File([new Uint8Array(size)], 'boat.png', { type: 'image/png' });
const fault = (code: 'image-too-large' | 'image-too-many-pixels' | 'image-not-encoded') => ({
  prepare: () => Promise.reject(new MediaError(code, { retry: 'never' }))
});

describe('a chosen file', () => {
  it('that is a picture is sent as it was drawn anew, named by its new type', async () => {
    const result = await readyFile(picture(), false, tools().load);
    expect(result).toMatchObject({
      state: 'ready',
      kind: 'image',
      ready: { name: 'boat.jpg', contentType: 'image/jpeg', width: 4, height: 2 },
      facts: { cleaned: true, reduced: true, madeStill: false }
    });
    if (result.state !== 'ready') return;
    expect(new Uint8Array(await result.ready.file.arrayBuffer())).toEqual(made.bytes);
    expect(result.ready.thumbnail?.size).toBe(1);
  });

  it('that is none loads no tools and goes byte for byte', async () => {
    const file = new File(['%PDF'], 'a.pdf', { type: 'application/pdf' });
    const result = await readyFile(file, false, () => Promise.reject(new Error('loaded')));
    expect(result).toMatchObject({ state: 'ready', kind: 'file', facts: { cleaned: false } });
    expect(result.state === 'ready' && result.ready.file).toBe(file);
  });

  it('that is a drawing or has too many pixels is a file like others', async () => {
    const svg = new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' });
    expect(await readyFile(svg, false, tools({ moves: () => null }).load)).toMatchObject({ kind: 'file' });
    expect(await readyFile(picture(), false, tools(fault('image-too-many-pixels')).load)).toMatchObject({
      kind: 'file'
    });
  });

  it('over the limit is offered smaller only where that can be done', async () => {
    const film = new File([new Uint8Array(MAX_FILE_BYTES + 1)], 'a.mp4', { type: 'video/mp4' });
    expect(await readyFile(film, false, tools().load)).toEqual({ state: 'too-large', canShrink: false });
    const atLimit = new File([new Uint8Array(MAX_FILE_BYTES)], 'a.mp4', { type: 'video/mp4' });
    expect(await readyFile(atLimit, false, tools().load)).toMatchObject({ state: 'ready', kind: 'video' });
    const { load } = tools(fault('image-too-large'));
    expect(await readyFile(picture(), false, load)).toEqual({ state: 'too-large', canShrink: true });
    expect(await readyFile(picture(), true, load)).toEqual({ state: 'too-large', canShrink: false });
  });

  it('that moves and is too large stands still only when asked', async () => {
    const moving = tools({ moves: () => true });
    const large = picture(MAX_FILE_BYTES + 1);
    expect(await readyFile(large, false, moving.load)).toEqual({ state: 'too-large', canShrink: true });
    expect(moving.asked).toEqual([]);
    expect(await readyFile(large, true, moving.load)).toMatchObject({ facts: { madeStill: true } });
    expect(moving.asked).toEqual([true]);
  });

  it('that is empty or cannot be read says so', async () => {
    expect(await readyFile(new File([], 'a.txt'), false, tools().load)).toEqual({
      state: 'failed',
      problem: 'empty'
    });
    expect(await readyFile(picture(), false, tools(fault('image-not-encoded')).load)).toEqual({
      state: 'failed',
      problem: 'unreadable'
    });
  });
});
