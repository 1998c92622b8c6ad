import { describe, expect, test } from 'vitest';
import { createOneAtATime } from '../../../src/lib/state/one-at-a-time.ts';

/** Work that lasts until it is told to end, and writes down that it began. */
function createWork(began: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const work = () => {
    began.push(name);
    return promise;
  };
  return { work, end: resolve, fail: reject };
}

describe('loading one at a time', () => {
  test('leaves out what is wanted again, and keeps what is asked for once until its turn', async () => {
    const began: string[] = [];
    const loading = createOneAtATime();
    const page = createWork(began, 'page');
    const again = createWork(began, 'again');
    const latest = createWork(began, 'latest');
    const place = createWork(began, 'place');
    const first = loading.orSkip(page.work);
    await loading.orSkip(again.work);
    const second = loading.orWait(latest.work);
    const third = loading.orWait(place.work);
    expect(began).toEqual(['page']);
    expect(loading.isBusy).toBe(true);

    page.end();
    await first;
    await expect.poll(() => began).toEqual(['page', 'latest']);
    latest.end();
    await second;
    await expect.poll(() => began).toEqual(['page', 'latest', 'place']);
    place.end();
    await third;
    expect(loading.isBusy).toBe(false);
  });

  test('goes on after work that failed, and says so to whoever asked for it', async () => {
    const began: string[] = [];
    const loading = createOneAtATime();
    const page = createWork(began, 'page');
    const latest = createWork(began, 'latest');
    const first = loading.orSkip(page.work);
    const second = loading.orWait(latest.work);
    page.fail(new Error('no page'));
    await expect(first).rejects.toThrow('no page');
    latest.end();
    await second;
    expect(began).toEqual(['page', 'latest']);
  });

  test('begins nothing once it is stopped, also what waited', async () => {
    const began: string[] = [];
    const loading = createOneAtATime();
    const page = createWork(began, 'page');
    const first = loading.orSkip(page.work);
    const second = loading.orWait(createWork(began, 'latest').work);
    loading.stop();
    page.end();
    await first;
    await second;
    expect(began).toEqual(['page']);
  });
});
