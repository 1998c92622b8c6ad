// A new version comes only with consent (design.md §7): the host changes what it serves, the app stays what it was.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { finishBuild } from '../../scripts/lib/finish-build.mjs';
import {
  ACCEPTED_VERSION_CACHE,
  ACCEPTED_VERSION_ENTRY,
  SKIP_WAITING_MESSAGE
} from '../../src/lib/release.ts';
import { expect, test } from './fixtures.ts';
import { createPerson } from './people.ts';

const BUILD = process.env.E2E_BUILD ?? join(import.meta.dirname, '../../build');
const NEW_VERSION = '9.9.9-new';

test.describe('a new version', () => {
  let folder: string;
  let gateway: Gateway;
  let oldVersion: string;

  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onionskin-update-'));
    await cp(BUILD, folder, { recursive: true });
    const manifest = JSON.parse(await readFile(join(folder, 'release-manifest.json'), 'utf8')) as {
      version: string;
    };
    oldVersion = manifest.version;
  });
  test.afterEach(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  /** Serves `folder` as it is now, at the same address as before. */
  async function serve(network: Parameters<typeof createGateway>[0]['network'], port = 0): Promise<void> {
    gateway = await createGateway({
      network,
      nodeSource: { current: () => ({ height: 0, fetchedAtMs: 0, nodes: [] }) },
      staticDirectory: folder,
      port
    });
    await gateway.listen();
  }

  async function release(): Promise<void> {
    const path = join(folder, 'service-worker.js');
    const worker = await readFile(path, 'utf8');
    await writeFile(path, worker.replaceAll(oldVersion, NEW_VERSION));
    const page = join(folder, '200.html');
    await writeFile(page, (await readFile(page, 'utf8')).replace('<html', '<html data-release="new"'));
    await finishBuild(folder, NEW_VERSION);
  }

  /** Looks for a new worker and says what became of it. */
  const update = (page: Page) =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update().catch(() => {});
      const worker = registration.installing;
      if (worker) {
        await new Promise<void>((resolve) => {
          worker.addEventListener('statechange', () => {
            if (worker.state !== 'installing') resolve();
          });
        });
      }
      return { found: worker !== null, waiting: registration.waiting !== null };
    });

  test('does not install unasked, does after consent, and takes over when told', async ({ page, stack }) => {
    await serve(stack.localnet.descriptor);
    const { origin } = gateway;
    await page.goto(`${origin}/c/some-id`);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

    await gateway.close();
    await release();
    await serve(stack.localnet.descriptor, Number(new URL(origin).port));
    expect(await update(page)).toEqual({ found: true, waiting: false });
    await page.reload();
    expect(await page.evaluate(() => document.documentElement.dataset.release ?? 'old')).toBe('old');

    await page.evaluate(
      async ([cacheName, entry, version]) => (await caches.open(cacheName)).put(entry, new Response(version)),
      [ACCEPTED_VERSION_CACHE, ACCEPTED_VERSION_ENTRY, NEW_VERSION] as const
    );
    // The browser may be looking by itself just then.
    await expect.poll(async () => (await update(page)).waiting).toBe(true);
    const tookOver = page.evaluate(
      (message) =>
        new Promise<void>((resolve) => {
          navigator.serviceWorker.addEventListener('controllerchange', () => resolve());
          void navigator.serviceWorker.ready.then((registration) =>
            registration.waiting?.postMessage(message)
          );
        }),
      SKIP_WAITING_MESSAGE
    );
    // The page reloads itself as the new worker takes over, which may end the evaluation first.
    await tookOver.catch(() => {});
    await page.goto(`${origin}/c/some-id`);
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.release)).toBe('new');
    const cached = await page.evaluate(async () =>
      (await caches.keys()).filter((name) => name.includes('accepted'))
    );
    expect(cached).toEqual([]);
  });

  test(
    'stays away over restarts of the browser until it is accepted',
    { tag: '@full' },
    async ({ stack }) => {
      await serve(stack.localnet.descriptor);
      const { origin } = gateway;
      const person = await createPerson('Ana', { baseUrl: origin });
      /** Of the page that `release` marks. */
      const shown = async () => {
        await person.page.goto('/c/some-id');
        return person.page.evaluate(() => document.documentElement.dataset.release ?? 'old');
      };
      try {
        await person.page.goto('/');
        await person.page.evaluate(() => navigator.serviceWorker.ready);
        await expect
          .poll(() => person.page.evaluate(() => navigator.serviceWorker.controller !== null))
          .toBe(true);
        await gateway.close();
        await release();
        await serve(stack.localnet.descriptor, Number(new URL(origin).port));
        for (let restart = 0; restart < 2; restart++) {
          await person.leave();
          await person.comeBack();
          // The browser looks by itself too as a page opens, so another look need not find anything.
          expect((await update(person.page)).waiting).toBe(false);
          expect(await shown()).toBe('old');
        }
        await person.page.evaluate(
          async ([cacheName, entry, version]) =>
            (await caches.open(cacheName)).put(entry, new Response(version)),
          [ACCEPTED_VERSION_CACHE, ACCEPTED_VERSION_ENTRY, NEW_VERSION] as const
        );
        await expect.poll(async () => (await update(person.page)).waiting).toBe(true);
        expect(await shown()).toBe('old');
        // The page reloads itself as the new worker takes over, which may end the evaluation first.
        await person.page
          .evaluate(async (word) => {
            (await navigator.serviceWorker.ready).waiting?.postMessage(word);
          }, SKIP_WAITING_MESSAGE)
          .catch(() => {});
        await expect.poll(() => shown().catch(() => 'on its way'), { timeout: 20_000 }).toBe('new');
      } finally {
        await person.forget();
      }
    }
  );
});
