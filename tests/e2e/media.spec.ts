// Stored files and prepared pictures against the browser's own file system, decoder and encoder.
import { chromium, expect, test, type Page } from '@playwright/test';
import { bundleScript } from '../bench/browser-script.ts';
import { LAUNCH_OPTIONS } from './launch.ts';
import type { preparePictures, readOnPage, recordVoice, StoredFacts } from './media-in-browser.ts';

const ORIGIN = 'http://localhost:4';

let script: string;
test.beforeAll(async () => {
  script = await bundleScript('../e2e/media-in-browser.ts');
});

/** An empty page of an origin that may use the file system, with the script in it. */
async function openPage(page: Page): Promise<void> {
  await page.route(`${ORIGIN}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })
  );
  await page.goto(`${ORIGIN}/`);
  await page.addScriptTag({ content: script });
}

/** What a function of the script gives in a worker; left in the page's global `answer`, since keys do not leave it. */
async function runInWorker(page: Page, name: string): Promise<unknown> {
  return page.evaluate(
    async ([source, call]) => {
      const code = `${source}\nbench.${call}().then((value) => postMessage({ value }), (error) => postMessage({ error: String(error?.stack) }));`;
      const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
      const { value, error } = await new Promise<{ value: unknown; error?: string }>((resolve) => {
        worker.addEventListener('message', ({ data }) => resolve(data as { value: unknown }), { once: true });
      });
      worker.terminate();
      if (error !== undefined) throw new Error(error);
      Object.assign(globalThis, { answer: value });
      return { ...(value as object), rowKey: null };
    },
    [script, name] as const
  );
}

test('a file stored by the worker is read on the page, and a removed one leaves nothing', async ({
  page
}) => {
  await openPage(page);
  const stored = (await runInWorker(page, 'storeInWorker')) as StoredFacts;
  expect(stored).toMatchObject({ filesBefore: 2, filesAfter: 1, chunkRows: 0, freedBytes: 4_096 });
  const read = await page.evaluate(() => {
    const scope = globalThis as unknown as { bench: { readOnPage: typeof readOnPage }; answer: StoredFacts };
    return scope.bench.readOnPage(scope.answer.rowKey, scope.answer.mediaId);
  });
  expect(read).toEqual({ type: 'image/png', checksum: stored.checksum, isPartRight: true });
});

test('pictures are turned, made smaller, and tell nothing of where they were taken', async ({ page }) => {
  await openPage(page);
  const made = (await runInWorker(page, 'preparePictures')) as Awaited<ReturnType<typeof preparePictures>>;
  expect(made).toMatchObject({
    told: true,
    sentTells: false,
    sent: { type: 'image/jpeg', width: 2_048, height: 4_096, reduced: true },
    thumbnail: { type: 'image/jpeg', width: 240, height: 480, isTrue: true },
    profile: { type: 'image/jpeg', width: 600, height: 600, isTrue: true },
    clear: { type: 'image/png', width: 300, height: 200, isTrue: true },
    bomb: 'image-too-many-pixels',
    damaged: 'image-damaged',
    drawing: 'image-unknown'
  });
  expect(made.tight).toBeLessThanOrEqual(20_000);
});

test('a voice message is recorded, can be played, and lets the microphone go', async () => {
  const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  const sound = ['--autoplay-policy=no-user-gesture-required'];
  const args = [...(LAUNCH_OPTIONS.args ?? []), ...fake, ...sound];
  const browser = await chromium.launch({ ...LAUNCH_OPTIONS, args });
  try {
    const page = await browser.newPage();
    await openPage(page);
    const voice = await page.evaluate(() =>
      (globalThis as unknown as { bench: { recordVoice: typeof recordVoice } }).bench.recordVoice()
    );
    expect(voice).toMatchObject({ loudest: 1, bars: 64, tracks: ['ended'] });
    expect(voice.recognised).toMatchObject({ kind: 'voice', contentType: voice.contentType });
    expect(voice.durationMs).toBeGreaterThanOrEqual(1_000);
    expect(Math.abs(voice.decodedMs - voice.durationMs)).toBeLessThan(600);
  } finally {
    await browser.close();
  }
});
