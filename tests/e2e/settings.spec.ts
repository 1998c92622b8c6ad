// The settings: each link leads somewhere that works.
import { createRecordingProxy } from '../support/recording-proxy.ts';
import { expect, test } from './fixtures.ts';
import { createAccount, openSettings, recoveryWords } from './people.ts';

test.describe('the settings', () => {
  test('change the name people see @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await openSettings(page, 'Profile');
    const field = page.getByRole('textbox', { name: 'Display name' });
    await expect(field).toHaveValue('Ana');
    await field.fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Type a name first')).toBeVisible();
    await field.fill('  Ana Lind ');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Your name was changed.')).toBeVisible();
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'Display name' })).toHaveValue('Ana Lind');
  });

  test('give the words only after a press, and forget them when the page is left', async ({ page }) => {
    await createAccount(page, 'Ana');
    await openSettings(page, 'Recovery Password');
    const words = page.getByLabel('Your Recovery Password', { exact: true });
    await expect(words).toHaveCount(0);
    const list = await recoveryWords(page);
    expect(new Set(list).size).toBeGreaterThan(5);
    await openSettings(page, 'Recovery Password');
    await expect(words).toHaveCount(0);
  });

  test('print the words alone, and hide them for good after two questions @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await openSettings(page, 'Recovery Password');
    await page.getByRole('button', { name: 'Show the words' }).click();
    const words = page.getByLabel('Your Recovery Password', { exact: true });
    const list = (await words.innerText()).trim().split(/\s+/);
    await page.emulateMedia({ media: 'print' });
    const printed = (await page.locator('body').innerText()).trim();
    for (const word of list) expect(printed).toContain(word);
    for (const other of ['Ana', 'Settings', 'Account ID', 'Chats']) expect(printed).not.toContain(other);
    await page.emulateMedia({ media: 'screen' });

    await page.getByRole('button', { name: 'Hide permanently' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await expect(words).toBeVisible();
    await page.getByRole('button', { name: 'Hide permanently' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Hide permanently' }).click();
    const gone = page.getByRole('heading', { name: 'The words are hidden for good on this device' });
    await expect(gone).toBeVisible();
    const content = await page.content();
    expect(list.filter((word) => new RegExp(`>\\s*${word}\\s*<`).test(content))).toEqual([]);
    await page.reload();
    await expect(gone).toBeVisible();
    await expect(page.getByRole('button', { name: 'Show the words' })).toHaveCount(0);
  });

  test('dress the app in the chosen theme before it is painted @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await openSettings(page, 'Appearance');
    const root = page.locator('html');
    await page.getByRole('radio', { name: 'Ocean Dark' }).check({ force: true });
    await expect(root).toHaveAttribute('data-theme', 'ocean-dark');
    await page.getByRole('radio', { name: 'Moss' }).check({ force: true });
    await page.getByRole('radio', { name: 'Compact' }).check({ force: true });
    await page.getByRole('slider', { name: 'Text size' }).fill('150');
    await page.getByRole('switch', { name: 'Enter sends' }).uncheck();
    await page.addInitScript(() => {
      document.addEventListener('DOMContentLoaded', () => {
        (window as unknown as { early: unknown }).early = { ...document.documentElement.dataset };
      });
    });
    await page.reload();
    expect(await page.evaluate(() => (window as unknown as { early: unknown }).early)).toMatchObject({
      theme: 'ocean-dark',
      accent: 'moss',
      density: 'compact'
    });
    await expect(page.getByRole('slider', { name: 'Text size' })).toHaveValue('150');
    await expect(page.getByRole('switch', { name: 'Enter sends' })).not.toBeChecked();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  test('show the real hops of the last request, and another path behind the same Entry Node @full', async ({
    page,
    stack
  }) => {
    await createAccount(page, 'Ana');
    await openSettings(page, 'Path');
    const stops = page.getByRole('list', { name: 'Stops of the last request' }).getByRole('listitem');
    await expect(stops).toHaveCount(6);
    const address = /127(\.\d+){3}(?!:)/;
    const addresses = async () => {
      const found: string[] = [];
      for (const stop of (await stops.all()).slice(2)) {
        // In a small window one stop at a time says where it is.
        const opener = stop.getByRole('button');
        if (await opener.isVisible()) await opener.click();
        await expect(stop).toContainText(address, { timeout: 20_000 });
        found.push(address.exec(await stop.innerText())?.[0] ?? '');
      }
      return found;
    };
    const before = await addresses();
    const known = stack.localnet.nodes.map((node) => node.ip);
    for (const one of before) expect(known).toContain(one);
    expect(new Set(before).size).toBe(4);

    await page.getByRole('button', { name: 'New path' }).click();
    await expect(page.getByText('The next letter takes another path.')).toBeVisible();
    await expect(async () => {
      const after = await addresses();
      expect(after[0]).toBe(before[0]);
      expect(after.slice(1, 3)).not.toEqual(before.slice(1, 3));
    }).toPass({ timeout: 30_000 });
  });

  test('draw a packet on the path only where one was sent @full @once', async ({
    browser,
    gatewayAddress,
    stack
  }) => {
    const { host: targetHost, port: targetPort } = gatewayAddress;
    const proxy = await createRecordingProxy({ targetHost, targetPort });
    const posts = () => proxy.sent().toString('latin1').split('POST /gateway/v1/onion/').length - 1;
    const context = await browser.newContext({ baseURL: `http://127.0.0.1:${proxy.port}` });
    const page = await context.newPage();
    await createAccount(page, 'Ana');
    await openSettings(page, 'Path');
    const stops = page.getByRole('list', { name: 'Stops of the last request' });
    await expect(stops.getByRole('listitem').last()).toContainText(/127(\.\d+){3}/, { timeout: 20_000 });

    const packet = page.getByTestId('packet');
    await expect(packet).toHaveCount(0);
    await stack.localnet.settle();
    const before = posts();
    const left = await stops.evaluateHandle((list) => {
      const counted = { packets: 0 };
      new MutationObserver((changes) => {
        for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
          const isPacket = node instanceof Element && node.matches('[data-testid="packet"].sent');
          if (isPacket && list.firstElementChild?.contains(node)) counted.packets += 1;
        }
      }).observe(list, { childList: true, subtree: true });
      return counted;
    });
    const drawn = () => left.evaluate(({ packets }) => packets);
    await expect.poll(drawn, { timeout: 30_000 }).toBeGreaterThan(2);
    const shown = await drawn();
    expect(shown).toBeLessThanOrEqual(posts() - before);

    await context.setOffline(true);
    await expect(packet).toHaveCount(0);
    await context.close();
    await proxy.close();
  });
});
