// The settings: each link leads somewhere that works.
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
    const addresses = async () => {
      await expect(stops.last()).toContainText(/127\.\d+\.\d+\.\d+/, { timeout: 20_000 });
      const texts = await stops.allInnerTexts();
      return texts.map((text) => /127(\.\d+){3}(?!:)/.exec(text)?.[0] ?? '');
    };
    const before = await addresses();
    const known = stack.localnet.nodes.map((node) => node.ip);
    for (const address of before.slice(2)) expect(known).toContain(address);
    expect(new Set(before.slice(2)).size).toBe(4);

    await page.getByRole('button', { name: 'New path' }).click();
    await expect(page.getByText('The next letter takes another path.')).toBeVisible();
    await expect(async () => {
      const after = await addresses();
      expect(after[2]).toBe(before[2]);
      expect(after.slice(3, 5)).not.toEqual(before.slice(3, 5));
    }).toPass({ timeout: 30_000 });
  });
});
