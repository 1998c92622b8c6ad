// Code people can check (design.md §7): the running page finds one altered byte in whatever file the host serves, a build
// with an altered file is not installed, and what changed is told before a new version is taken.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { transparency } from '../../src/lib/text/en/transparency.ts';
import { THEMES, collector } from './axe.ts';
import { dress } from './dress.ts';
import { expect, test } from './fixtures.ts';
import { createAccount } from './people.ts';
import { Host } from './release-host.ts';

const ALL_SAME = /^All \d+ files of the host and all \d+ files stored here are as their list says\.$/;

let host: Host;
test.beforeEach(async () => {
  host = await Host.ofBuild();
});
test.afterEach(() => host.stop());

const pathLike = (pattern: RegExp) =>
  Object.keys(host.manifest.files).find((path) => pattern.test(path)) as string;

async function openAbout(page: Page): Promise<void> {
  await createAccount(page, 'Ana');
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await page.goto('/settings/transparency');
  await expect(page.getByRole('heading', { name: 'Check the code' })).toBeVisible();
}

/** Presses the button. @returns the line that says how it ended */
async function checkAll(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Check all files' }).click();
  const outcome = page
    .getByRole('main')
    .getByRole('status')
    .filter({ hasText: /as (its|their) list says/ });
  await expect(outcome).toBeVisible({ timeout: 30_000 });
  return (await outcome.textContent())?.trim() ?? '';
}

test.describe('a host that changes a file', () => {
  test('is found out by the running page @full @once', async ({ browser, stack }) => {
    test.setTimeout(180_000);
    const network = stack.localnet.descriptor;
    const origin = await host.start(network);
    const page = await browser.newPage({ baseURL: origin });
    await openAbout(page);
    await expect(page.getByText(`npm run verify:release -- ${origin}`)).toBeVisible();
    await expect(page.getByText(/cannot convict the host/)).toBeVisible();
    expect(await checkAll(page)).toMatch(ALL_SAME);

    const differing = page.getByRole('list', { name: 'Files that differ' });
    for (const path of [
      pathLike(/\/workers\/host-/),
      '/service-worker.js',
      '/200.html',
      '/index.html',
      pathLike(/\/chunks\/.*\.js$/),
      pathLike(/\.css$/),
      '/before-paint.js'
    ]) {
      const restore = await host.alter(path);
      await host.start(network);
      expect(await checkAll(page)).toBe('One file is not as its list says.');
      await expect(differing.getByRole('listitem')).toHaveText(`${path} the host serves other bytes`);
      await restore();
    }
    await host.start(network);
    expect(await checkAll(page)).toMatch(ALL_SAME);

    // What the worker stored is compared too.
    await page.evaluate(async () => {
      const name = (await caches.keys()).find((key) => key.includes('precache')) ?? '';
      const cache = await caches.open(name);
      const request = (await cache.keys()).find(({ url }) => url.includes('/chunks/')) as Request;
      await cache.put(request, new Response('planted', { headers: { 'content-type': 'text/javascript' } }));
    });
    expect(await checkAll(page)).toBe('One file is not as its list says.');
    await expect(differing).toContainText('the copy stored here has other bytes');
    await page.close();
  });

  test('is found out without being asked @full @once', async ({ browser, stack }) => {
    test.setTimeout(120_000);
    const network = stack.localnet.descriptor;
    const page = await browser.newPage({ baseURL: await host.start(network) });
    await openAbout(page);
    await host.alter('/service-worker.js');
    await host.start(network);
    await page.reload();
    await expect(page.getByText('The host serves a file that is not as its own list says.')).toBeVisible();
    await expect(page.getByRole('list', { name: 'Files that differ' })).toContainText('/service-worker.js');
    await page.close();
  });

  test('cannot have its page run it, nor the worker store it @full @once', async ({ browser, stack }) => {
    const network = stack.localnet.descriptor;
    // One that the first screen needs: the page stays as it came.
    const restore = await host.alter(pathLike(/\/entry\/start/));
    const baseURL = await host.start(network);
    const page = await browser.newPage({ baseURL });
    const refused = page.waitForEvent('console', (message) => /integrity/i.test(message.text()));
    await page.goto('/restore');
    await refused;
    await page.close();
    await restore();

    // One that it does not need: the app runs, and nothing is stored.
    await host.alter('/icons/icon-512.png');
    await host.start(network);
    const other = await browser.newPage({ baseURL });
    await other.goto('/');
    let wasThere = false;
    const isGone = async () => {
      const there = await other.evaluate(
        async () => (await navigator.serviceWorker.getRegistration()) !== undefined
      );
      wasThere ||= there;
      return wasThere && !there;
    };
    await expect.poll(isGone, { intervals: [20], timeout: 20_000 }).toBe(true);
    await other.close();
  });
});

test('a new version says what changed before it is taken @full @once', async ({ browser, stack }) => {
  test.setTimeout(180_000);
  const network = stack.localnet.descriptor;
  const page = await browser.newPage({ baseURL: await host.start(network) });
  await openAbout(page);
  const changes = ['Boats are blue.', '<img src=x onerror=alert(1)>'];
  await host.becomeNewer('9.9.9-new', changes);
  expect(existsSync(join(host.folder, 'release-signature.json'))).toBe(false);
  await host.start(network);
  await page.reload();
  await expect(page.getByText('The host offers version 9.9.9-new.')).toBeVisible();
  await page.getByText('What changed').click();
  for (const line of changes) await expect(page.getByText(line)).toBeVisible();
  // The running version stays checkable against the list it came with.
  expect(await checkAll(page)).toMatch(ALL_SAME);
  await expect(page.getByText('The host serves version 9.9.9-new now.')).toBeVisible();
  await page.getByRole('button', { name: 'Later' }).click();
  await expect(page.getByRole('button', { name: 'Later' })).toBeHidden();
  await page.close();
});

test('axe finds nothing where files differ, a new version is offered, refused and put off @full @tablet', async ({
  browser,
  stack
}) => {
  test.setTimeout(300_000);
  const network = stack.localnet.descriptor;
  const page = await browser.newPage({ baseURL: await host.start(network) });
  await dress(page, { theme: 'light' });
  const { look, found, looks } = collector(page, THEMES);
  await openAbout(page);
  await checkAll(page);
  await look('all files the same');
  const restore = await host.alter('/service-worker.js');
  await host.start(network);
  await page.reload();
  await expect(page.getByRole('list', { name: 'Files that differ' })).toBeVisible();
  await look('a file that differs');
  await restore();

  await host.becomeNewer('9.9.9-new', ['Boats are blue.']);
  await host.start(network);
  await page.reload();
  await expect(page.getByText('The host offers version 9.9.9-new.')).toBeVisible();
  await page.getByText('What changed').click();
  await expect(page.getByText('Boats are blue.')).toBeVisible();
  await checkAll(page);
  await look('a new version');
  // Its worker has other bytes than its own list says, so it is not installed.
  await host.alter('/service-worker.js');
  await host.start(network);
  await page.getByRole('button', { name: 'Update' }).click();
  await expect(page.getByText(transparency.updateFailed)).toBeVisible({ timeout: 60_000 });
  await look('a new version that could not be installed');
  await page.getByRole('button', { name: 'Later' }).click();
  await expect(page.getByRole('button', { name: 'Later' })).toBeHidden();
  await look('a new version that was put off');
  expect(found).toEqual([]);
  expect(looks).toHaveLength(5);
  await page.close();
});
