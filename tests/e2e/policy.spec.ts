// The barriers of design.md §8 in a real browser: the policy in page, worker and service worker, integrity of scripts, and
// no frame. The other stories fail when the policy refuses anything; here is the control that a refusal would be seen.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Worker } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { createAccount } from './people.ts';

/** Breaks both barriers where it runs, after the evaluation, which is exempt. @returns what became of it */
const breakIn = () =>
  new Promise<string[]>((resolve) => {
    setTimeout(() => {
      const attempt = (work: () => unknown) => {
        try {
          work();
          return 'ran';
        } catch (error) {
          return (error as Error).name;
        }
      };
      const { trustedTypes } = globalThis as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): unknown };
      };
      resolve([
        // eslint-disable-next-line no-new-func
        attempt(() => new Function('return 1')()),
        attempt(() => trustedTypes.createPolicy('planted', {}))
      ]);
    });
  });

async function controlled(page: Page): Promise<Worker> {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  return page.context().serviceWorkers()[0] as Worker;
}

test.describe('the policy', () => {
  test.use({ breaksPolicy: true });

  test('holds in page, worker and service worker, and what it refuses is seen', async ({
    page,
    policyReports
  }) => {
    await createAccount(page, 'Ana');
    const serviceWorker = await controlled(page);
    expect(policyReports.take()).toEqual([]);
    const engine = page.workers()[0] as Worker;
    for (const [where, attempt] of [
      [/^\S+ refused \S+ in http\S+\/chats/, () => page.evaluate(breakIn)],
      [/workers\/host-/, () => engine.evaluate(breakIn)],
      [/service-worker\.js/, () => serviceWorker.evaluate(breakIn)]
    ] as const) {
      expect(await attempt()).toEqual(['EvalError', 'TypeError']);
      await expect
        .poll(() => policyReports.seen().filter((line) => where.test(line)).length)
        .toBeGreaterThanOrEqual(1);
      policyReports.take();
    }
    await page.evaluate(() => {
      setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<b>planted</b>'));
    });
    await expect
      .poll(() => policyReports.seen().join('\n'))
      .toContain('require-trusted-types-for refused trusted-types-sink');
  });

  test('no other page can frame it', async ({ page, stack }) => {
    const outer = createServer((request, response) => {
      const inner = request.url === '/inner' ? '<p>inner</p>' : '';
      const address = new URL(request.url ?? '/', 'http://x').searchParams.get('frame') ?? '';
      response.setHeader('content-type', 'text/html').end(inner || `<iframe src="${address}"></iframe>`);
    });
    await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(outer.address() as AddressInfo).port}`;
    try {
      for (const path of ['/', '/chats', '/restore', '/service-worker.js', '/gateway/v1/info']) {
        const failed = page.waitForEvent('requestfailed');
        await page.goto(`${origin}/?frame=${encodeURIComponent(stack.origin + path)}`);
        expect((await failed).failure()?.errorText).toBe('net::ERR_BLOCKED_BY_RESPONSE');
        expect(await page.frames()[1]?.locator('body').textContent()).toContain('refused to connect');
      }
      await page.goto(`${origin}/?frame=${encodeURIComponent(`${origin}/inner`)}`);
      await expect(page.frameLocator('iframe').getByText('inner')).toBeVisible();
    } finally {
      outer.closeAllConnections();
      outer.close();
    }
  });
});

test('only scripts whose hash the page names are loaded', async ({ page }) => {
  await page.goto('/');
  const load = (address: string) =>
    page.evaluate(
      (url) =>
        import(url).then(
          () => 'loaded',
          () => 'refused'
        ),
      address
    );
  const [module = ''] = await page.evaluate(() => {
    const map = document.querySelector('script[type=importmap]')?.textContent ?? '{}';
    return Object.keys((JSON.parse(map) as { integrity: object }).integrity);
  });
  expect(await load(module)).toBe('loaded');
  // A script of this very build that no page imports, so that no hash stands for it.
  expect(await load('/service-worker.js?other')).toBe('refused');
});
