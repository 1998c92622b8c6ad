// Files that wait in the composer: they outlive a reload, and a press of Send waits for them (ux.md §4.4).
import type { Page } from '@playwright/test';
import { testPng } from '../support/test-png.ts';
import { expect, test } from './fixtures.ts';
import { createAccount, expectSent, message, ownAccountId, say, startConversation } from './people.ts';

const PICTURE = { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(640, 400) };
const PAPER = { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 plan') };

async function attach(page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(files);
}

const trayOf = (page: Page) => page.getByRole('group', { name: 'Files to send' });
const textbox = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });

test('files that wait to be sent are there again after a reload @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const tray = trayOf(page);
  await attach(page, PICTURE, PAPER);
  await expect(tray.getByText('Place, time and device removed')).toBeVisible();
  await expect(tray.getByText('Sent as it is')).toBeVisible();
  await tray.getByRole('textbox', { name: 'Describe harbour.png' }).fill('The harbour at dusk');
  await textbox(page).fill('Both of them');
  await page.reload();

  await expect(tray.getByRole('listitem')).toHaveCount(2);
  await expect(tray.getByRole('listitem').first()).toContainText('harbour.png');
  await expect(tray.getByText('Place, time and device removed')).toBeVisible();
  await expect(tray.getByRole('textbox', { name: 'Describe harbour.png' })).toHaveValue(
    'The harbour at dusk'
  );
  await expect
    .poll(() => tray.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBeGreaterThan(0);
  await expect(textbox(page)).toHaveValue('Both of them');
  await tray.getByRole('button', { name: 'Remove plan.pdf' }).click();
  await expect(tray.getByRole('listitem')).toHaveCount(1);
  await page.reload();
  await expect(tray.getByRole('listitem')).toHaveCount(1);

  await page.getByRole('button', { name: 'Send message' }).click();
  await expect(tray).toBeHidden();
  await expectSent(page, 'Both of them');
  await expect(message(page, 'Both of them').getByRole('button', { name: /^Open Picture/ })).toHaveCount(1);
  await expect(message(page, 'Both of them')).toHaveAccessibleName(/The harbour at dusk/);
  await page.reload();
  await expect(message(page, 'Both of them')).toHaveCount(1);
  await expect(tray).toBeHidden();
});

/** Pictures are decoded once the page is told to. */
function holdPictures(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const decode = globalThis.createImageBitmap.bind(globalThis);
    const held = Promise.withResolvers<void>();
    addEventListener('let-pictures-go', () => held.resolve());
    globalThis.createImageBitmap = (async (source: ImageBitmapSource) => {
      await held.promise;
      return decode(source);
    }) as typeof createImageBitmap;
  });
}

const letPicturesGo = (page: Page) => page.evaluate(() => dispatchEvent(new Event('let-pictures-go')));

test('a file that was not ready at a reload is asked for again, and its message waits @full', async ({
  page
}) => {
  await holdPictures(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const tray = trayOf(page);
  const missing = page.getByText('One file was not ready when this page was left. Choose it again.');
  await attach(page, PAPER);
  await expect(tray.getByText('Sent as it is')).toBeVisible();
  await page.reload();
  await expect(tray.getByRole('listitem')).toHaveCount(1);
  await expect(missing).toHaveCount(0);

  await attach(page, PICTURE);
  await say(page, 'With a picture');
  await expect(tray.getByText('Getting it ready, then it is sent')).toBeVisible();
  await page.reload();
  await expect(missing).toBeVisible();
  await expect(textbox(page)).toHaveValue('With a picture');
  await expect(tray.getByRole('listitem')).toHaveCount(1);

  await attach(page, PICTURE);
  await expect(missing).toHaveCount(0);
  await letPicturesGo(page);
  await expect(tray.getByText('Place, time and device removed')).toBeVisible();
  await page.reload();
  await expect(tray.getByRole('listitem')).toHaveCount(2);
  await expect(missing).toHaveCount(0);
  await page.getByRole('button', { name: 'Send message' }).click();
  await expectSent(page, 'With a picture');
});

test('a file that cannot be sent is told of when a reload takes it away @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const tray = trayOf(page);
  const told = page.getByText('One file that could not be sent as it was is no longer here.');
  await attach(page, PAPER, { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
  await expect(tray.getByRole('listitem')).toHaveCount(2);
  await expect(tray.getByText('Sent as it is')).toBeVisible();
  await expect(tray.getByText('It is empty.')).toBeVisible();
  await page.reload();
  await expect(told).toBeVisible();
  await expect(tray.getByRole('listitem')).toHaveCount(1);
  // Once is enough, and what was taken away by hand is not missed.
  await attach(page, { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
  await tray.getByRole('button', { name: 'Remove empty.txt' }).click();
  await page.reload();
  await expect(tray.getByRole('listitem')).toHaveCount(1);
  await expect(told).toHaveCount(0);
});

test('a message pressed to be sent waits for its picture, and what is written next comes after it @full', async ({
  page
}) => {
  await holdPictures(page);
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const tray = trayOf(page);
  await attach(page, PICTURE);
  await say(page, 'With a picture');
  await expect(tray.getByText('Getting it ready, then it is sent')).toBeVisible();
  await expect(textbox(page)).toHaveValue('');
  await say(page, 'Right after it');
  await expect(message(page, 'Right after it')).toHaveCount(0);

  await letPicturesGo(page);
  await expectSent(page, 'Right after it');
  await expectSent(page, 'With a picture');
  await expect(tray).toBeHidden();
  const names = await page.getByRole('log', { name: 'Messages' }).getByRole('article').allInnerTexts();
  const place = (words: string) => names.findIndex((name) => name.includes(words));
  expect(place('With a picture')).toBeLessThan(place('Right after it'));
  await expect(message(page, 'With a picture').getByRole('button', { name: /^Open Picture/ })).toHaveCount(1);
});

test('a message shows Uploading while its file goes up @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  // What was said is read while it is there: an upload in this network takes a moment only.
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(globalThis, { seenNames: seen });
    new MutationObserver(() => {
      for (const article of document.querySelectorAll('article')) seen.add(article.ariaLabel ?? '');
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await attach(page, {
    name: 'long.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(4_000_000, 7)
  });
  await say(page, 'A long one');
  await expectSent(page, 'A long one');
  const names = await page.evaluate(() => [
    ...(globalThis as unknown as { seenNames: Set<string> }).seenNames
  ]);
  expect(names.filter((name) => /A long one.*Uploading/.test(name))).toHaveLength(1);
});
