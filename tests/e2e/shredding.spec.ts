// What the files of a browser profile hold of a key that was destroyed (v2-forward-secrecy-and-pq.md §19, §23 F1).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test } from '@playwright/test';
import { bundleScript } from '../bench/browser-script.ts';
import { createScanner, hexSecret } from '../support/plaintext-scanner.ts';
import { LAUNCH_OPTIONS } from './launch.ts';
import type { destroySeed, KeptFacts } from './shredding-in-browser.ts';

const ORIGIN = 'http://localhost:4';

test.describe('a key that is over', { tag: ['@full', '@once'] }, () => {
  let directory: string;
  let script: string;
  test.beforeAll(async () => {
    script = await bundleScript('../e2e/shredding-in-browser.ts');
    directory = await mkdtemp(join(tmpdir(), 'onionskin-shredding-'));
  });
  test.afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Starts the browser on the same profile, runs a function of the script in a worker, and closes it. */
  async function visit(call: string, input: unknown): Promise<unknown> {
    const context = await chromium.launchPersistentContext(directory, LAUNCH_OPTIONS);
    try {
      const page = await context.newPage();
      await page.route(`${ORIGIN}/**`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })
      );
      await page.goto(`${ORIGIN}/`);
      return await page.evaluate(
        async ([source, name, given]) => {
          const code = `${source}\nbench.${name}(${given}).then((value) => postMessage({ value }), (error) => postMessage({ error: String(error?.stack) }));`;
          const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
          const { value, error } = await new Promise<{ value: unknown; error?: string }>((resolve) => {
            worker.addEventListener(
              'message',
              ({ data }) => resolve(data as { value: unknown; error?: string }),
              { once: true }
            );
          });
          worker.terminate();
          if (error !== undefined) throw new Error(error);
          return value;
        },
        [script, call, JSON.stringify(input)] as const
      );
    } finally {
      await context.close();
    }
  }

  test('is in no file of the profile in plain, and its slot is overwritten (F1)', async () => {
    test.setTimeout(120_000);
    const kept = (await visit('keepSeeds', null)) as KeptFacts;
    const scanner = createScanner([
      hexSecret('seed that is over', kept.over.seedHex),
      hexSecret('seed that stays', kept.staying.seedHex),
      hexSecret('slot that is over', kept.over.slotHex),
      hexSecret('slot that stays', kept.staying.slotHex)
    ]);
    const labels = async () =>
      [...new Set((await scanner.scanDirectory(directory)).findings.map(({ label }) => label))].sort();
    // Both slots are found where they are; neither seed is anywhere.
    expect(await labels()).toEqual(['slot that is over', 'slot that stays']);

    const opened = (await visit('destroySeed', kept)) as Awaited<ReturnType<typeof destroySeed>>;
    expect(opened).toEqual({ over: null, staying: kept.staying.seedHex });
    expect(await labels()).toEqual(['slot that stays']);
  });
});
