// Bringing an account back: by words however they are pasted, by a QR picture, and what each mistake is told.
import { expect, test } from './fixtures.ts';
import { createAccount, finishRestore, openSettings, ownAccountId, recoveryWords } from './people.ts';
import { encodeRecoveryPassword } from '../../src/lib/crypto/index.ts';
import type { Page } from '@playwright/test';

/** Opens the restore screen as a person does, and hands out its one box. */
async function openRestore(page: Page) {
  await page.goto('/');
  await page.getByRole('button', { name: 'I have an account' }).click();
  const box = page.getByRole('textbox', { name: 'Recovery Password' });
  await expect(box).toBeFocused();
  return box;
}

test.describe('restoring', () => {
  test('names each mistake by its own sentence', async ({ page }) => {
    const box = await openRestore(page);
    const restore = page.getByRole('button', { name: 'Restore account' });
    const note = page.locator('#recovery-note');

    await restore.click();
    await expect(note).toContainText('Type or paste your 13 words first.');
    const twelve = 'velvet ozone lagoon gnaw tavern emerge puffin vivid sifting haunted wobbly mirror';
    await box.fill(twelve);
    await expect(page.getByText('12 of 13 words')).toBeVisible();
    await restore.click();
    await expect(note).toContainText('These are 12 words.');
    await box.fill(`${twelve} gnaw gnaw`);
    await expect(note).toContainText('These are 14 words.');
    await box.fill(`${twelve} abbey`);
    await expect(note).toContainText('the last one does not fit');

    await box.fill(twelve.replace('vivid', 'vxvid'));
    await expect(note).toContainText('Word 8, “vxvid”, is not in the list.');
    await page.getByRole('group', { name: 'Did you mean' }).getByRole('button', { name: 'vivid' }).click();
    await expect(box).toHaveValue(twelve);
    await expect(note).toBeEmpty();
  });

  test('never names a word while the words are hidden @full', async ({ page }) => {
    const box = await openRestore(page);
    await box.fill('velvet vxvid ozone');
    await page.getByRole('button', { name: 'Hide the words' }).click();
    await expect(page.locator('#recovery-note')).toContainText('Word 2 is not in the list.');
    await expect(page.locator('#recovery-note')).not.toContainText('vxvid');
    await page.getByRole('button', { name: 'Show the words' }).click();
    await expect(page.locator('#recovery-note')).toContainText('vxvid');
  });

  test('takes the words in any spelling, and the name comes along', async ({
    page,
    browser,
    baseURL,
    stack
  }) => {
    await createAccount(page, 'Ana');
    const accountId = await ownAccountId(page);
    await expect
      .poll(() => stack.localnet.stored(accountId, 2).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    const words = await recoveryWords(page);

    const context = await browser.newContext({ baseURL: baseURL as string });
    const laptop = await context.newPage();
    const box = await openRestore(laptop);
    await box.fill(words.map((word, index) => `${index + 1}. ${word.toUpperCase()},\n`).join('  '));
    await expect(laptop.getByText('13 of 13 words')).toBeVisible();
    await laptop.getByRole('button', { name: 'Restore account' }).click();
    // Nobody is asked for what the network knows.
    await expect(laptop.getByRole('navigation', { name: 'Conversations' })).toBeVisible({ timeout: 30_000 });
    await expect(laptop.getByRole('textbox', { name: 'Recovery Password' })).toHaveCount(0);
    // Home is plain: this account was not created here.
    await expect(laptop.getByText('No conversations yet')).toBeVisible();
    await expect(laptop.getByRole('heading', { name: 'Account created' })).toHaveCount(0);
    expect(await ownAccountId(laptop)).toBe(accountId);
    await openSettings(laptop, 'Profile');
    await expect(laptop.getByRole('textbox', { name: 'Display name' })).toHaveValue('Ana');
    expect(laptop.url()).not.toContain(words[0] as string);
    await context.close();
  });

  test('asks for a name where no node knows one, also after a reload @full', async ({ page, stack }) => {
    const words = encodeRecoveryPassword(crypto.getRandomValues(new Uint8Array(16)));
    await (await openRestore(page)).fill(words.join(' '));
    await page.getByRole('button', { name: 'Restore account' }).click();
    const progress = page.getByRole('region', { name: 'Bringing your account back' });
    await expect(progress).toContainText(
      /No name or picture: all \d+ nodes that hold your account were asked/,
      {
        timeout: 30_000
      }
    );
    await expect(page.getByRole('textbox', { name: 'Display name' })).toBeFocused();
    await page.goto('/');
    await page.getByRole('textbox', { name: 'Display name' }).fill('Ana');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    // What the person typed becomes the account's name.
    const accountId = await ownAccountId(page);
    await expect
      .poll(() => stack.localnet.stored(accountId, 2).length, { timeout: 30_000 })
      .toBeGreaterThan(0);
  });

  test('asks for a name after 15 seconds without a network, and goes on when it turns up @full', async ({
    page,
    browser,
    baseURL,
    stack
  }) => {
    await createAccount(page, 'Ana');
    const accountId = await ownAccountId(page);
    const words = await recoveryWords(page);
    await expect
      .poll(() => stack.localnet.stored(accountId, 2).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    const context = await browser.newContext({ baseURL: baseURL as string, serviceWorkers: 'block' });
    const laptop = await context.newPage();
    await context.route('**/gateway/**', (route) => route.abort());
    await (await openRestore(laptop)).fill(words.join(' '));
    await laptop.getByRole('button', { name: 'Restore account' }).click();
    const field = laptop.getByRole('textbox', { name: 'Display name' });
    await expect(laptop.getByText('Joining the network')).toBeVisible();
    await expect(field).toHaveCount(0);
    await expect(field).toBeVisible({ timeout: 25_000 });
    await expect(laptop.getByText('Its name was not found yet')).toBeVisible();
    await context.unroute('**/gateway/**');
    await expect(laptop.getByRole('navigation', { name: 'Conversations' })).toBeVisible({ timeout: 60_000 });
    await openSettings(laptop, 'Profile');
    await expect(laptop.getByRole('textbox', { name: 'Display name' })).toHaveValue('Ana');
    await context.close();
  });

  test('reads the QR code of the words from a picture, and tells other codes apart @full', async ({
    page,
    browser,
    baseURL
  }) => {
    await createAccount(page, 'Ana');
    const accountId = await ownAccountId(page);
    await openSettings(page, 'Profile');
    const accountCode = await page.getByRole('img', { name: 'QR code' }).screenshot();
    await openSettings(page, 'Recovery Password');
    await page.getByRole('button', { name: 'Show the words' }).click();
    await page.getByRole('button', { name: 'Show QR code' }).click();
    const wordsCode = await page.getByRole('img', { name: 'QR code' }).screenshot();

    const context = await browser.newContext({ baseURL: baseURL as string });
    const laptop = await context.newPage();
    await openRestore(laptop);
    const picture = laptop.locator('input[type=file]');
    const note = laptop.locator('#recovery-note');
    await picture.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: accountCode });
    await expect(note).toContainText('That QR code is an Account ID.');
    await picture.setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await expect(note).toContainText('No QR code was found in that picture.');
    await picture.setInputFiles({ name: 'c.png', mimeType: 'image/png', buffer: wordsCode });
    await expect(note).toContainText('Read from a QR code.');
    await laptop.getByRole('button', { name: 'Restore account' }).click();
    await finishRestore(laptop, 'Ana');
    expect(await ownAccountId(laptop)).toBe(accountId);
    await context.close();
  });

  test('warns once when it is left half-typed @full', async ({ page }) => {
    const box = await openRestore(page);
    await box.fill('velvet ozone');
    await page.goBack();
    const warning = page.getByRole('dialog', { name: 'Leave without restoring?' });
    await expect(warning).toBeVisible();
    await warning.getByRole('button', { name: 'Stay' }).click();
    await expect(box).toHaveValue('velvet ozone');
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await warning.getByRole('button', { name: 'Leave' }).click();
    await expect(page.getByRole('button', { name: 'Create account' })).toBeVisible();
    await page.getByRole('button', { name: 'I have an account' }).click();
    await expect(page.getByRole('textbox', { name: 'Recovery Password' })).toHaveValue('');
  });
});
