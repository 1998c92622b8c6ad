// What protects somebody, with the keyboard alone: only keys are pressed, and at every stop it is seen where one is.
import type { Page } from '@playwright/test';
import { exposure } from '../../src/lib/text/en/exposure.ts';
import { CONNECT_TIMEOUT_MS, createAccount } from './people.ts';
import { expect, test } from './fixtures.ts';
import { PASSPHRASE } from './lock-steps.ts';
import { isFocusSeen, tabTo } from './keyboard-steps.ts';

test.use({ isMobile: false, hasTouch: false });

/** Backwards from where one is; from the beginning of a page that was just opened. */
const wayBack = async (page: Page) =>
  (await page.evaluate(() => document.activeElement !== document.body)) ? 'Shift+Tab' : 'Tab';

/** To a page of the settings by its link; in a small window they are left by Back. */
async function reach(page: Page, section: string): Promise<void> {
  const link = page.getByRole('link', { name: section, exact: true }).first();
  const back = page.getByRole('link', { name: 'Back', exact: true });
  while (!(await link.isVisible())) {
    const here = page.url();
    await tabTo(page, back.first(), await wayBack(page));
    await page.keyboard.press('Enter');
    await expect(page).not.toHaveURL(here);
    await expect(link.or(back).first()).toBeVisible();
  }
  await tabTo(page, link, await wayBack(page));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: section }).first()).toBeVisible();
}

test('who protects themselves needs no pointer @full', async ({ page }) => {
  test.setTimeout(180_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await createAccount(page, 'Ana');
  const main = page.getByRole('main');
  const press = async (name: string | RegExp, role: 'button' | 'link' | 'switch' = 'button') => {
    await tabTo(page, main.getByRole(role, { name }).first());
    await page.keyboard.press(role === 'switch' ? 'Space' : 'Enter');
  };
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('navigation', { name: 'Sections' })).toBeVisible();

  await test.step('a change is looked at, left, and made; the switch has the focus again', async () => {
    await reach(page, 'Privacy');
    const receipts = main.getByRole('switch', { name: 'Read Receipts' });
    const dialog = page.getByRole('dialog', { name: exposure.asked({ change: 'Read Receipts on' }) });
    await press('Read Receipts', 'switch');
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(receipts).toBeFocused();
    await expect(receipts).not.toBeChecked();
    await page.keyboard.press('Space');
    await tabTo(page, dialog.getByRole('button', { name: exposure.confirm }));
    await page.keyboard.press('Enter');
    await expect(receipts).toBeChecked();
    await expect(receipts).toBeFocused();
  });

  await test.step('the path tells of each stop, and another one is taken', async () => {
    await reach(page, 'Path');
    const stops = page.getByRole('list', { name: 'Stops of the last request' }).getByRole('listitem');
    await expect(stops.last()).toContainText('This computer', { timeout: CONNECT_TIMEOUT_MS });
    // In a small window a stop tells where it stands when it is opened.
    if (await stops.last().getByRole('button').isVisible()) await press(/^Destination/);
    await expect(stops.last()).toContainText(/127(\.\d+){3}/, { timeout: CONNECT_TIMEOUT_MS });
    const another = main.getByRole('button', { name: 'New path' });
    await tabTo(page, another, await wayBack(page));
    await page.keyboard.press('Enter');
    await expect(page.getByText('The next letter takes another path.')).toBeVisible();
  });

  await test.step('what each party learned is opened, and the preset set and taken back', async () => {
    await reach(page, 'Exposure');
    await press(exposure.review);
    const question = main.getByRole('group', { name: /would/ });
    await expect(question).toBeFocused();
    await tabTo(page, question.getByRole('button', { name: /^Set \d+ switch/ }));
    await page.keyboard.press('Enter');
    await expect(main.getByRole('button', { name: exposure.undo })).toBeVisible();
    await press(exposure.undo);
    await expect(main.getByRole('button', { name: exposure.undo })).toBeHidden();
    expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
  });

  await test.step('the code is checked', async () => {
    await reach(page, 'Transparency and code');
    await press('Check all files');
    await expect(main.getByRole('status').filter({ hasText: /as (its|their) list says/ })).toBeVisible({
      timeout: 30_000
    });
  });

  await test.step('a passphrase is set, locks by its keys, and opens', async () => {
    await reach(page, 'Privacy');
    await press(/^Lock/, 'link');
    await expect(page.getByRole('heading', { name: 'Lock', exact: true })).toBeVisible();
    await press('Set a passphrase');
    const dialog = page.getByRole('dialog', { name: 'Set a passphrase' });
    await tabTo(page, dialog.getByRole('textbox', { name: 'New passphrase' }));
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press('Enter');
    await expect(main.getByRole('button', { name: 'Change passphrase' })).toBeVisible({ timeout: 20_000 });
    await page.keyboard.press('Control+Shift+L');
    const field = page.getByRole('textbox', { name: 'Passphrase', exact: true });
    await expect(field).toBeVisible();
    await tabTo(page, field);
    expect(await isFocusSeen(page)).toBe(true);
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press('Enter');
    await expect(field).toBeHidden({ timeout: 20_000 });
    await expect(main.getByRole('button', { name: 'Change passphrase' })).toBeVisible();
  });
});
