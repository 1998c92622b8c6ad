// What a person sees while files are on their way, when that fails, and what can be done then (ux.md §4.4, §5, §10.10).
import type { Locator, Page } from '@playwright/test';
import { FILE_LIFE_MS } from '../../localnet/file-server/routes.ts';
import { parseAccountId } from '../../src/lib/account-id.ts';
import { testPng } from '../support/test-png.ts';
import { testWav } from '../support/test-wav.ts';
import { expect, test } from './fixtures.ts';
import { createPeer } from './peer.ts';
import { CONNECT_TIMEOUT_MS, createAccount, ownAccountId, startConversation } from './people.ts';

const ARRIVES = { timeout: CONNECT_TIMEOUT_MS };
const WAV_SECONDS = 30;

interface Chosen {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const wav = (name: string): Chosen => ({ name, mimeType: 'audio/wav', buffer: testWav(WAV_SECONDS) });

async function attach(page: Page, ...files: Chosen[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(files);
}

const send = (page: Page) => page.getByRole('button', { name: 'Send message' }).click();

function newest(page: Page, name: RegExp): Locator {
  return page.getByRole('log', { name: 'Messages' }).getByRole('article', { name }).last();
}

test('a sound plays on while chats are switched, and leads back to its message @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  await attach(page, wav('waves.wav'));
  await send(page);
  const sound = newest(page, /Audio/);
  await sound.getByRole('button', { name: /^Play/ }).click();
  await expect(sound.getByRole('button', { name: /^Pause/ })).toBeVisible();
  const bar = page.getByRole('region', { name: 'Playing on' });
  await expect(bar).toHaveCount(0);

  await page.keyboard.press('Control+Shift+M');
  await expect(bar.getByText('Note to Self')).toBeVisible();
  const position = bar.getByRole('slider', { name: /^Position in/ });
  await expect(position).toHaveAttribute('aria-valuetext', /of 30 seconds$/);
  await bar.getByRole('button', { name: /^Pause/ }).click();
  await bar.getByRole('button', { name: 'Speed 1×' }).click();
  await expect(bar.getByRole('button', { name: 'Speed 1.5×' })).toBeVisible();
  await position.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(position).toHaveAttribute('aria-valuenow', '5');
  await bar.getByRole('button', { name: /^Play/ }).focus();
  await page.keyboard.press('Enter');
  await expect(bar.getByRole('button', { name: /^Pause/ })).toBeVisible();

  await bar.getByRole('button', { name: 'Go to its message' }).click();
  await expect(sound.getByRole('button', { name: /^Pause/ })).toBeVisible();
  await expect(sound.getByRole('button', { name: 'Speed 1.5×' })).toBeVisible();
  await expect(bar).toHaveCount(0);

  await page.keyboard.press('Control+Shift+M');
  await bar.getByRole('button', { name: 'End it' }).click();
  await expect(bar).toHaveCount(0);
});

test.describe('a file on its way', () => {
  test.afterEach(({ stack }) => stack.localnet.setFileServerFault({}));

  test('can be cancelled and sent again @full', async ({ page, stack }) => {
    await createAccount(page, 'Ana');
    await startConversation(page, String(stack.localnet.echoAccountId));
    const box = page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Hello Echo');
    await send(page);
    await expect(page.getByRole('article', { name: /^Echo/ }).first()).toBeVisible(ARRIVES);

    stack.localnet.setFileServerFault({ hang: true });
    await attach(page, {
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('notes '.repeat(900))
    });
    await send(page);
    const sent = newest(page, /notes\.txt/);
    await expect(sent.getByRole('progressbar', { name: /^Uploading/ })).toBeVisible(ARRIVES);
    await sent.getByRole('button', { name: /^Cancel File notes/ }).click();
    await expect(sent).toHaveAccessibleName(/Failed/);
    await expect(page.getByText('You cancelled its files.')).toBeVisible();
    stack.localnet.setFileServerFault({});
    await page.getByRole('button', { name: /^Retry/ }).click();
    await expect(sent).toHaveAccessibleName(/Sent/, ARRIVES);
  });

  test('that does not come says why and is retried; one that is gone says that @full', async ({
    page,
    stack
  }) => {
    await createAccount(page, 'Ana');
    const anaId = parseAccountId(await ownAccountId(page));
    const pia = await createPeer(stack, 'Pia');
    try {
      await startConversation(page, pia.page.accountId);
      await page.getByRole('textbox', { name: 'Message', exact: true }).fill('Hello Pia');
      await send(page);
      const chat = await pia.commands().openConversation(anaId);
      await expect.poll(() => pia.page.texts(anaId), ARRIVES).toContain('Hello Pia');
      for (const name of ['first.txt', 'second.txt']) {
        const { stagedId } = await pia.commands().stage({
          conversationId: chat.conversationId,
          file: new Blob([`${name} `.repeat(900)]),
          name,
          contentType: 'text/plain',
          thumbnail: null,
          width: null,
          height: null
        });
        await pia.commands().send(chat.conversationId, '', { stagedIds: [stagedId] });
      }
      const [first, second] = [newest(page, /first\.txt/), newest(page, /second\.txt/)];
      const ask = (file: Locator) => file.getByRole('button', { name: /^Click to download/ });
      await expect(ask(second)).toBeVisible(ARRIVES);

      stack.localnet.setFileServerFault({ status: 503 });
      await ask(first).click();
      await page.getByRole('button', { name: 'Only this one' }).click();
      await expect(first.getByText('The file server did not answer. Text still works.')).toBeVisible(ARRIVES);
      await expect(first.getByRole('button', { name: /^Save/ })).toHaveCount(0);
      stack.localnet.setFileServerFault({});
      await first.getByRole('button', { name: 'Retry File first.txt' }).click();
      await expect(first.getByRole('button', { name: 'Save File first.txt' })).toBeVisible(ARRIVES);
      await expect(first.getByText('Failed')).toHaveCount(0);

      // Files live two weeks on the server; by then it has thrown this one away.
      stack.localnet.files.store.sweep(Date.now() + FILE_LIFE_MS + 60_000);
      await ask(second).click();
      await expect(second.getByText('No longer on the server')).toBeVisible(ARRIVES);
      await expect(second.getByRole('button', { name: /^Retry/ })).toHaveCount(0);
      await page.reload();
      await expect(second.getByText('No longer on the server')).toBeVisible();
      await expect(first.getByRole('button', { name: 'Save File first.txt' })).toBeVisible();
    } finally {
      await pia.close();
    }
  });
});

test('a picture that is too large is offered smaller, and goes @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const buffer = largeGif();
  expect(buffer.length).toBeGreaterThan(10_000_000);
  await attach(page, { name: 'noise.gif', mimeType: 'image/gif', buffer });
  const tray = page.getByRole('group', { name: 'Files to send' });
  await expect(tray.getByText(/^Too large: it has 1\d(\.\d)? MB, the limit is 10 MB\.$/)).toBeVisible(
    ARRIVES
  );
  await tray.getByRole('button', { name: 'Send a smaller version of noise.gif' }).click();
  await expect(tray.getByText(/Place, time and device removed/)).toBeVisible(ARRIVES);
  await expect(tray.getByText(/^Too large/)).toHaveCount(0);
  await send(page);
  await expect(newest(page, /Picture/).getByRole('button', { name: /^Open Picture/ })).toBeVisible(ARRIVES);
});

/** A moving picture of two frames with bytes nobody needs behind them. */
function largeGif(): Buffer {
  const frame = [0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 0x34, 5, 0];
  const control = [0x21, 0xf9, 4, 0, 10, 0, 0, 0];
  const head = [...Buffer.from('GIF89a', 'latin1'), 2, 0, 2, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
  const comment = Buffer.alloc(256 * 42_000);
  for (let at = 0; at < comment.length; at += 256) comment[at] = 255;
  return Buffer.concat([
    Buffer.from([...head, 0x21, 0xfe]),
    comment,
    Buffer.from([0, ...control, ...frame, ...control, ...frame, 0x3b])
  ]);
}

test('a profile picture is set, shown, and removed @full', async ({ page }) => {
  await createAccount(page, 'Ana');
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page
    .getByRole('link', { name: /Profile/ })
    .first()
    .click();
  const card = page.getByRole('region', { name: 'Profile picture' });
  const chooser = page.waitForEvent('filechooser');
  await card.getByRole('button', { name: 'Choose a picture' }).click();
  await (await chooser).setFiles({ name: 'me.png', mimeType: 'image/png', buffer: testPng(900, 700) });
  await expect(card.getByText('Your picture was changed.')).toBeVisible(ARRIVES);
  const picture = card.locator('.avatar img');
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(600);
  await page.reload();
  await expect(picture).toBeVisible(ARRIVES);
  await card.getByRole('button', { name: 'Remove picture' }).click();
  await expect(card.getByText('Your picture was removed.')).toBeVisible();
  await expect(picture).toHaveCount(0);
  await expect(card.getByRole('button', { name: 'Choose a picture' })).toBeFocused();

  const broken = page.waitForEvent('filechooser');
  await card.getByRole('button', { name: 'Choose a picture' }).click();
  await (await broken).setFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await expect(card.getByText('That is not a PNG, JPEG, GIF or WebP picture.')).toBeVisible();
});
