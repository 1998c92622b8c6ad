// Files between two people: chosen, sent, asked for, seen, saved and heard, all by role and name (ux.md §4.4).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Locator, type Page } from '@playwright/test';
import { exposure } from '../../src/lib/text/en/exposure.ts';
import { media } from '../../src/lib/text/en/media.ts';
import { storage } from '../../src/lib/text/en/storage.ts';
import { testPng } from '../support/test-png.ts';
import { expect, test } from './fixtures.ts';
import { LAUNCH_OPTIONS } from './launch.ts';
import {
  acceptRequest,
  CONNECT_TIMEOUT_MS,
  createAccount,
  DELIVERY_TIMEOUT_MS,
  expectSent,
  message,
  openSettings,
  ownAccountId,
  say,
  startConversation
} from './people.ts';

/** A file goes up, a message follows it, the other side polls. */
const ARRIVES = { timeout: CONNECT_TIMEOUT_MS };
const PNG = { name: 'harbour.png', mimeType: 'image/png', buffer: testPng(640, 400) };

/** Ana and Ben know each other and have the conversation open. */
async function befriend(ana: Page, browser: Browser, baseURL: string | undefined): Promise<Page> {
  const ben = await (await browser.newContext({ baseURL, viewport: ana.viewportSize() })).newPage();
  await Promise.all([createAccount(ana, 'Ana'), createAccount(ben, 'Ben')]);
  await startConversation(ana, await ownAccountId(ben));
  await say(ana, 'Hello Ben');
  await expectSent(ana, 'Hello Ben');
  await acceptRequest(ben, 'Ana');
  await say(ben, 'Hello Ana');
  await expect(message(ana, 'Hello Ana')).toHaveCount(1, { timeout: DELIVERY_TIMEOUT_MS * 3 });
  return ben;
}

async function attach(
  page: Page,
  ...files: { name: string; mimeType: string; buffer: Buffer }[]
): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(files);
}

const send = (page: Page) => page.getByRole('button', { name: 'Send message' }).click();

/** The newest message with a name like this. */
function article(page: Page, name: RegExp): Locator {
  return page.getByRole('log', { name: 'Messages' }).getByRole('article', { name }).last();
}

async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent('download');
  await press();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('a picture is sent, asked for, seen large and saved @full', async ({ page: ana, browser, baseURL }) => {
  const ben = await befriend(ana, browser, baseURL);

  await test.step('it waits in the tray, with what is done to it in words', async () => {
    await attach(ana, PNG);
    const tray = ana.getByRole('group', { name: 'Files to send' });
    await expect(tray.getByText('harbour.png')).toBeVisible();
    await expect(tray.getByText('Place, time and device removed')).toBeVisible();
    await tray.getByRole('textbox', { name: 'Describe harbour.png' }).fill('The harbour at dusk');
    await send(ana);
    await expect(tray).toBeHidden();
    await expect(article(ana, /The harbour at dusk/)).toHaveAccessibleName(/Sent/, ARRIVES);
  });

  await test.step('the other side loads it when asked, and is asked about trust once', async () => {
    const received = article(ben, /Picture/);
    const ask = received.getByRole('button', { name: /Click to download/ });
    await expect(ask).toBeVisible(ARRIVES);
    await expect(received.getByRole('img')).toHaveCount(0);
    await ask.click();
    const question = ben.getByRole('dialog', { name: 'Download what Ana sends by itself?' });
    await question.getByRole('button', { name: 'Only this one' }).click();
    await expect(received.getByRole('button', { name: /^Open Picture/ })).toBeVisible(ARRIVES);
  });

  await test.step('it is shown large', async () => {
    await article(ben, /Picture/)
      .getByRole('button', { name: /^Open Picture/ })
      .click();
    const light = ben.getByRole('dialog', { name: 'Media' });
    const picture = light.getByRole('img', { name: /harbour/ });
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(640);
    const file = await saved(ben, () => light.getByRole('button', { name: /^Save/ }).click());
    expect(file.name).toBe('harbour.png');
    expect([...file.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    await ben.keyboard.press('Escape');
    await expect(light).toBeHidden();
  });

  await test.step('who sent it is told that it was saved', async () => {
    await expect(ana.getByText('Ben saved media you sent.')).toBeVisible(ARRIVES);
  });
});

test('a file is saved byte for byte, and loads by itself once trusted @full', async ({
  page: ana,
  browser,
  baseURL
}) => {
  const ben = await befriend(ana, browser, baseURL);
  const html = Buffer.from('<!doctype html><script>document.title = "run"</script>'.repeat(400));
  await attach(ana, { name: 'page.html', mimeType: 'text/html', buffer: html });
  await send(ana);
  const received = article(ben, /page\.html/);
  await received.getByRole('button', { name: /Click to download/ }).click(ARRIVES);
  await expect(ben.getByRole('dialog').getByRole('list', { name: exposure.table })).toContainText(
    exposure.parties['file-server']
  );
  await ben.getByRole('button', { name: 'Download always' }).click();
  const save = received.getByRole('button', { name: 'Save File page.html' });
  await expect(save).toBeVisible(ARRIVES);
  const file = await saved(ben, () => save.click());
  expect(file.name).toBe('page.html');
  expect(sum(file.bytes)).toBe(sum(html));
  expect(ben.frames()).toHaveLength(1);

  const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
  await attach(ana, { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: drawing });
  await expect(ana.getByText('Sent as it is, with everything in it')).toBeVisible();
  await send(ana);
  // Nobody presses anything: it is a file, and is here.
  await expect(article(ben, /drawing\.svg/).getByRole('button', { name: /^Save File drawing/ })).toBeVisible(
    ARRIVES
  );
  await expect(article(ben, /drawing\.svg/).getByRole('img')).toHaveCount(0);

  await test.step('in the details of the chat it is asked about with the rows it changes', async () => {
    await ben.keyboard.press('Control+.');
    const loads = ben.getByRole('switch', { name: media.autoDownload });
    await expect(loads).toBeChecked();
    const question = ben.getByRole('dialog', { name: exposure.asked({ change: exposure.noLoadingHere }) });
    await loads.click();
    await expect(question).toContainText(exposure.parties['file-server']);
    await question.getByRole('button', { name: exposure.keep }).click();
    await expect(question).toHaveCount(0);
    await expect(loads).toBeChecked();
    await loads.click();
    await question.getByRole('button', { name: exposure.confirm }).click();
    await expect(loads).not.toBeChecked();
    // On a phone the panel covers the chat and the way back.
    await ben.keyboard.press('Escape');
    await expect(loads).toHaveCount(0);
  });

  await test.step('and in the storage menu', async () => {
    await openSettings(ben, 'Storage');
    const opener = ben.getByRole('button', { name: /^Media of Ana:/ });
    const loads = ben.getByRole('menuitemcheckbox', { name: storage.autoDownload });
    await opener.click();
    await expect(loads).not.toBeChecked();
    await loads.click();
    const question = ben.getByRole('dialog', { name: exposure.asked({ change: exposure.loadingHere }) });
    await expect(question).toContainText(exposure.parties['file-server']);
    await question.getByRole('button', { name: exposure.confirm }).click();
    await expect(question).toHaveCount(0);
    await opener.click();
    await expect(loads).toBeChecked();
  });
});

test('what cannot be sent says so before anything is uploaded @full', async ({ page, stack }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const tray = page.getByRole('group', { name: 'Files to send' });
  await attach(page, { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(10_200_000, 1) });
  await expect(tray.getByText('Too large: it has 10.2 MB, the limit is 10 MB.')).toBeVisible();
  await send(page);
  await expect(page.getByText('A file cannot be sent.')).toBeVisible();
  await tray.getByRole('button', { name: 'Remove film.mp4' }).click();
  await expect(tray).toBeHidden();
  await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeFocused();

  await attach(page, { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
  await expect(tray.getByText('It is empty.')).toBeVisible();
  expect(stack.localnet.echoAccountId).toBeTruthy();
});

/** A finger drawn over something, pixels to the right and down. */
async function swipe(over: Locator, right: number, down = 0): Promise<void> {
  const finger = { pointerType: 'touch', isPrimary: true, pointerId: 1, bubbles: true };
  await over.dispatchEvent('pointerdown', { ...finger, clientX: 200, clientY: 200 });
  await over.dispatchEvent('pointerup', { ...finger, clientX: 200 + right, clientY: 200 + down });
}

test('files are pasted and dropped @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const tray = page.getByRole('group', { name: 'Files to send' });
  const carry = async (type: 'paste' | 'drop', name: string) => {
    await page.evaluate(
      ([type, name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
        const target = document.querySelector(type === 'paste' ? '#composer' : '[role="log"]');
        const init = { bubbles: true, cancelable: true };
        target?.dispatchEvent(
          type === 'paste'
            ? new ClipboardEvent('paste', { ...init, clipboardData: data })
            : new DragEvent('drop', { ...init, dataTransfer: data })
        );
      },
      [type, name, [...PNG.buffer]] as const
    );
    await expect(tray.getByText(name)).toBeVisible();
  };
  await carry('paste', 'pasted.png');
  await carry('drop', 'dropped.png');
  await expect(tray.getByRole('listitem')).toHaveCount(2);
  await say(page, 'Both of them');
  await expectSent(page, 'Both of them');
  await expect(message(page, 'Both of them').getByRole('button', { name: /^Open Picture/ })).toHaveCount(2);
  await message(page, 'Both of them')
    .getByRole('button', { name: /^Open Picture/ })
    .first()
    .click();
  const light = page.getByRole('dialog', { name: 'Media' });
  await expect(light.getByText('1 of 2', { exact: true })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(light.getByText('2 of 2', { exact: true })).toBeVisible();
  await swipe(light.locator('.stage'), 120);
  await expect(light.getByText('1 of 2', { exact: true })).toBeVisible();
  // Mostly downwards is no turning.
  await swipe(light.locator('.stage'), -60, 200);
  await expect(light.getByText('1 of 2', { exact: true })).toBeVisible();
  await swipe(light.locator('.stage'), -120);
  await expect(light.getByText('2 of 2', { exact: true })).toBeVisible();
});

test('a voice message is recorded, listened to, sent and heard @full', async ({ baseURL, browser }) => {
  const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  const own = await chromium.launch({ ...LAUNCH_OPTIONS, args: [...(LAUNCH_OPTIONS.args ?? []), ...fake] });
  try {
    const ana = await (await own.newContext({ baseURL: baseURL as string })).newPage();
    const ben = await befriend(ana, browser, baseURL);
    await ana.getByRole('button', { name: 'Record voice message' }).click();
    await expect(ana.getByRole('meter', { name: 'Loudness' })).toBeVisible();
    await expect(ana.getByText('0:02 / 5:00')).toBeVisible();
    await ana.getByRole('button', { name: 'Stop and listen' }).click();
    await expect(ana.getByRole('slider', { name: 'Position in your recording' })).toBeVisible();
    await ana.getByRole('button', { name: 'Play your recording' }).click();
    await expect(ana.getByRole('button', { name: 'Pause your recording' })).toBeVisible();
    await ana.getByRole('button', { name: 'Send voice recording' }).click();
    await expect(article(ana, /Voice message/)).toHaveAccessibleName(/Sent/, ARRIVES);

    const received = article(ben, /Voice message/);
    await received.getByRole('button', { name: /Click to download/ }).click(ARRIVES);
    await ben.getByRole('button', { name: 'Only this one' }).click();
    const position = received.getByRole('slider', { name: 'Position in Voice message' });
    await expect(position).toBeVisible(ARRIVES);
    await expect(position).toHaveAttribute('aria-valuetext', /^0 seconds of [1-4] seconds?$/);
    await received.getByRole('button', { name: /^Speed 1×/ }).click();
    await received.getByRole('button', { name: /^Speed 1.5×/ }).click();
    await expect(received.getByRole('button', { name: 'Speed 2×' })).toBeVisible();
    await position.focus();
    await ben.keyboard.press('End');
    await expect(position).toHaveAttribute('aria-valuetext', /^([1-4]) seconds? of \1 seconds?$/);
    await ben.keyboard.press('Home');
    await received.getByRole('button', { name: 'Play Voice message' }).click();
    await expect(received.getByRole('button', { name: 'Pause Voice message' })).toBeVisible();
    await expect(received.getByRole('button', { name: 'Play Voice message' })).toBeVisible();
  } finally {
    await own.close();
  }
});

test.describe('without a pointer', () => {
  test.use({ isMobile: false, hasTouch: false });

  test('a picture is sent with the keyboard alone, from the welcome screen on', async ({ page }) => {
    // Listened for from the start: the browser is told to hand choosers over, and a key is faster than that.
    page.on('filechooser', () => {});
    await page.goto('/');
    await expect(page.getByRole('textbox', { name: 'Display name' })).toBeFocused();
    await page.keyboard.type('Ana');
    // The page is there before its code is: a key in between means nothing yet.
    await expect(async () => {
      await page.keyboard.press('Enter');
      await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible({ timeout: 2_000 });
    }).toPass();
    const accountId = (await page.getByLabel('Your Account ID', { exact: true }).first().innerText()).replace(
      /\s/g,
      ''
    );
    await page.keyboard.press('Control+Shift+M');
    await expect(page.getByRole('textbox', { name: 'Account ID' })).toBeFocused();
    await page.keyboard.type(accountId);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeFocused();
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+U');
    await (await chooser).setFiles(PNG);
    await expect(page.getByText('Place, time and device removed')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeFocused();
    await page.keyboard.type('From the keyboard');
    await page.keyboard.press('Enter');
    await expectSent(page, 'From the keyboard');
    await page.keyboard.press('ArrowUp');
    const sent = message(page, 'From the keyboard');
    await expect(sent).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(sent.getByRole('button', { name: /^Open Picture/ })).toBeFocused();
    await page.keyboard.press('Enter');
    const light = page.getByRole('dialog', { name: 'Media' });
    await expect(light.getByRole('img')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(sent.getByRole('button', { name: /^Open Picture/ })).toBeFocused();
    await sent.focus();
    const file = await saved(page, () => page.keyboard.press('s'));
    expect(file.name).toBe('harbour.png');
  });
});
