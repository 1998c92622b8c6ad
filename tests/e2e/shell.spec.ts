// The shell: the page opens clean, the service worker takes over, and the whole app is there without a network.
import { expect, test } from './fixtures.ts';

test('the page opens without a fault, and its worker controls it @phone', async ({ page, pageFaults }) => {
  const response = await page.goto('/');
  expect(response?.headers()['content-security-policy']).toContain("require-trusted-types-for 'script'");
  await expect(page).toHaveTitle(/Onionskin/);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  expect(pageFaults).toEqual([]);
});

test.describe('breaking the policy', () => {
  test.use({ breaksPolicy: true });

  test('script that came from a string does not run', async ({ page }) => {
    await page.goto('/');
    // Evaluation by the debugger is exempt from the policy, what it puts off is not.
    const outcome = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          setTimeout(() => {
            try {
              // eslint-disable-next-line no-new-func
              resolve(String(new Function('return "ran"')()));
            } catch (error) {
              resolve((error as Error).name);
            }
          });
        })
    );
    expect(outcome).toBe('EvalError');
  });
});

test('the shell opens offline, at any address of the app', async ({ page, context }) => {
  await page.goto('/');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  const cached = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map((request) => new URL(request.url).pathname);
  });
  expect(cached).toContain('/200.html');
  expect(cached.filter((path) => path.startsWith('/gateway/') || path === '/network.json')).toEqual([]);
  await context.setOffline(true);
  for (const path of ['/', '/c/some-local-id', '/settings']) {
    const response = await page.goto(path);
    expect(response?.fromServiceWorker()).toBe(true);
    await expect(page).toHaveTitle(/Onionskin/);
  }
});

test('the app can be installed', async ({ page }) => {
  await page.goto('/');
  const manifest = (await (await page.request.get('/manifest.webmanifest')).json()) as {
    icons: { src: string; sizes: string; purpose: string }[];
  };
  expect(manifest.icons.some((icon) => icon.purpose === 'maskable' && icon.sizes === '512x512')).toBe(true);
  for (const { src } of manifest.icons) expect((await page.request.get(src)).ok()).toBe(true);
  await expect(page.locator('link[rel=manifest]')).toHaveAttribute('href', /manifest\.webmanifest$/);
});
